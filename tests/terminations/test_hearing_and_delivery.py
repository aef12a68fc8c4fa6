"""Before the decision the person is heard, after it the notice is delivered: signed, refused, posted, not found."""

from datetime import date

import pytest

from forms_templates.models import Document
from signatures.models import Signature, SigningRefusal
from tests.cast import Cast, nothing_happens
from tests.terminations.steps import (
    codes,
    deliver,
    hear,
    on_post,
    opened,
    propose,
    state_of,
    walk,
    witnessed,
)
from workflows.core.refusals import Refused
from workflows.employment.models import EndReason
from workflows.terminations.models import TerminationState

pytestmark = pytest.mark.django_db
TODAY = date(2020, 9, 15)
RESIGNS = {"happened_on": "2020-09-14"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"way": ""}, "shape"),
        ({"way": "posted"}, "shape"),  # one is not heard by post
        ({"worker_strokes": ""}, "unsigned"),
        ({"statement": ""}, "no_statement"),
        ({"heard_on": "2020-09-14"}, "day_too_early"),
        ({"heard_on": "2020-09-16"}, "day_in_future"),
        ({"heard_on": ""}, "shape"),
        ({"strokes": ""}, "shape"),
        ({"way": "refused", "worker_strokes": ""}, "two_witnesses"),
        ({"way": "refused", "worker_strokes": "", "refusal_said": "不同意，不签。"}, "shape"),
        ({"way": "absent", "note": "电话不通，家中无人。"}, "sought_once"),
        ({"way": "absent", "note": "电话不通，家中无人。", "first_sought_on": "2020-09-14",
          "second_sought_on": "2020-09-14"}, "sought_once"),
        ({"way": "absent", "note": "电话不通，家中无人。", "first_sought_on": "2020-09-14",
          "second_sought_on": "2020-09-16"}, "sought_once"),
    ],
)  # fmt: skip
def test_a_hearing_is_what_it_says(cast: Cast, changes: dict[str, str], code: str) -> None:
    case = opened(cast, on_post(cast), EndReason.UNABLE)
    propose(cast, case, TODAY, proof="腿部手术，不能久站", happened_on="2020-08-20")
    with nothing_happens(), pytest.raises(Refused) as caught:
        hear(cast, case, **changes)
    assert code in codes(caught)


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (("李春生", "王秀芝"), ""),
        (("李春生", "李春生"), "shape"),
        (("李春生", "孟照林"), "witness_is_a_party"),  # the person
        (("何素琴", "王秀芝"), "witness_is_a_party"),  # the clerk who is the other side
    ],
)
def test_two_witnesses_are_two_and_neither_side(cast: Cast, names: tuple[str, str], refused: str) -> None:
    case = opened(cast, on_post(cast), EndReason.UNABLE)
    propose(cast, case, TODAY, proof="腿部手术，不能久站", happened_on="2020-08-20")
    data = {"way": "refused", "worker_strokes": "", **witnessed(*names)}
    if refused:
        with nothing_happens(), pytest.raises(Refused) as caught:
            hear(cast, case, **data)
        assert codes(caught) == [refused]
        return
    hear(cast, case, **data)
    paper = Document.objects.get(case_key=case.key, form_code="hearing_record")
    assert (paper.values["first_witness"], paper.values["second_witness"]) == names
    refusal = SigningRefusal.objects.get(place="hearing_record.worker_signature")
    assert (refusal.refused_by, refusal.said) == ("孟照林", "不同意，不签。")
    hands = Signature.objects.filter(subject_kind="terminations.termination", place__startswith="hearing_record.")
    assert sorted(hand.signer_name for hand in hands) == ["何素琴", "李春生", "王秀芝"]


def test_who_cannot_be_found_was_looked_for_twice(cast: Cast) -> None:
    case = opened(cast, on_post(cast), EndReason.UNABLE)
    propose(cast, case, date(2020, 9, 20), proof="腿部手术，不能久站", happened_on="2020-08-20")
    cast.now = cast.now.replace(day=18)
    sought = {"first_sought_on": "2020-09-16", "second_sought_on": "2020-09-18"}
    hear(cast, case, way="absent", worker_strokes="", note="电话不通，家中无人。", statement="", **sought)
    assert state_of(case) == TerminationState.AWAITING_DECISION
    assert "2020年9月16日" in Document.objects.get(case_key=case.key, form_code="hearing_record").values["note"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"delivered_on": "2020-09-14"}, "day_too_early"),
        ({"delivered_on": "2020-09-16"}, "day_in_future"),
        ({"worker_strokes": ""}, "unsigned"),
        ({"way": "posted"}, "no_note"),
        ({"way": "refused", "worker_strokes": ""}, "two_witnesses"),
        ({"way": "absent", "note": "找不到人。"}, "shape"),
        ({"place": ""}, "shape"),
    ],
)
def test_a_receipt_is_what_it_says(cast: Cast, changes: dict[str, str], code: str) -> None:
    case = opened(cast, on_post(cast), EndReason.RESIGNATION)
    propose(cast, case, TODAY, **RESIGNS)
    walk(cast, case, TerminationState.AWAITING_DELIVERY)
    with nothing_happens(), pytest.raises(Refused) as caught:
        deliver(cast, case, **changes)
    assert code in codes(caught)


def test_a_notice_goes_by_post_with_its_number(cast: Cast) -> None:
    case = opened(cast, on_post(cast), EndReason.RESIGNATION)
    propose(cast, case, TODAY, **RESIGNS)
    walk(cast, case, TerminationState.AWAITING_DELIVERY)
    deliver(cast, case, way="posted", worker_strokes="", note="挂号信XA12345678901，9月15日签收")
    receipt = Document.objects.get(case_key=case.key, form_code="delivery_receipt").values
    assert [mark["label"] for mark in receipt["manner"] if mark["chosen"]] == ["邮寄送达"]
