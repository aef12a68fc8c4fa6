"""Signing for another, with its authority; refusing to sign, before two witnesses: acts of their own, on the trail."""

from __future__ import annotations

import html
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from PIL import Image
from time_machine import travel

from audit.models import Event
from forms_templates.models import Document
from forms_templates.store import get
from signatures.demo_strokes import demo_signature
from signatures.models import ProxySigning, Signature, SigningRefusal
from signatures.signing import verify_signature
from tests.cast import AFTERNOON, Cast, browser_of, task_of, user_of
from workflows.applications.models import State
from workflows.core.actions import ACTIONS, Move
from workflows.core.models import Case
from workflows.core.refusals import Refused
from workflows.core.signing_refusal import (
    SigningRefusalForm,
    record_refusal,
    standing_refusal,
    void_refusal,
)
from workflows.core.worker_ink import WORKER, WorkerInkForm

pytestmark = pytest.mark.django_db
PROXY = {"proxy_name": "周建军", "proxy_relation": "儿子", "proxy_why": "本人住院，不能到村委会。"}


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "JPEG")
    return SimpleUploadedFile("委托书.jpg", out.getvalue(), content_type="image/jpeg")


def handed_in(**files: SimpleUploadedFile) -> MultiValueDict[str, Any]:
    return MultiValueDict({name: [file] for name, file in files.items()})


def by_proxy(cast: Cast, **changes: Any) -> Case:
    """An application whose pledge the applicant's son signs."""
    answers = cast.answers(worker_strokes=demo_signature("周建军"), **PROXY)
    case: Case = cast.do("applications.open", cast.village, cast.clerk, {**answers, "opening_key": "代签"}).result
    cast.do(
        "applications.submit", task_of(case), cast.clerk, {**answers, **changes}, files={"proxy_authority": photo()}
    )
    case.refresh_from_db()
    return case


def test_signing_for_another_is_a_record_of_its_own(cast: Cast) -> None:
    case = by_proxy(cast)
    record = ProxySigning.objects.get()
    name = case.entity.answers["name"]
    assert (record.for_name, record.by_name, record.relation) == (name, "周建军", "儿子")
    assert record.recorded_by == user_of(cast.clerk)
    signature = record.signature
    assert (signature.signer_name, signature.on_behalf_of, signature.place) == ("周建军", name, WORKER)
    assert verify_signature(signature)
    signature.on_behalf_of = ""
    assert not verify_signature(signature), "whom it was signed for is bound, too"
    assert get(record.authority_digest, record.person_key) == photo().read()
    event = Event.objects.filter(case_key=case.key).latest("pk")
    assert event.content["details"]["signed_for"] == f"周建军（儿子）代{name}签字：本人住院，不能到村委会。"
    assert event.content["details"]["authority"] == record.authority_digest
    paper = Document.objects.filter(case_key=case.key, form_code="application_pledge").latest("pk")
    assert paper.label == "周建军代申请人签字"


@pytest.mark.parametrize("lacking", [*PROXY, "proxy_authority", "worker_strokes"])
def test_signing_for_another_lacks_nothing(lacking: str) -> None:
    typed = {**PROXY, "worker_strokes": demo_signature("周建军")}
    files = {"proxy_authority": photo()}
    typed.pop(lacking, None)
    files.pop(lacking, None)
    form = WorkerInkForm(typed, handed_in(**files))
    assert not form.is_valid()
    assert list(form.errors) == [lacking]
    assert str(form.errors[lacking][0]).startswith("请")


def test_the_authority_is_examined_like_every_upload() -> None:
    typed = {**PROXY, "worker_strokes": demo_signature("周建军")}
    form = WorkerInkForm(typed, handed_in(proxy_authority=SimpleUploadedFile("委托书.exe", b"MZ\x90\x00")))
    assert "proxy_authority" in form.errors


def test_a_thumb_print_is_ones_own() -> None:
    form = WorkerInkForm({**PROXY, "witness_name": "韩继成"}, handed_in(proxy_authority=photo(), worker_thumb=photo()))
    assert "按手印的是本人" in str(form.errors["proxy_name"])


def test_the_page_keeps_what_was_typed_for_the_proxy(cast: Cast) -> None:
    client = browser_of(cast.clerk)
    with travel(AFTERNOON, tick=False):
        answers = cast.answers(worker_strokes=demo_signature("周建军"), **PROXY)
        sent = {**answers, "seen": "a" * 32, "village": str(cast.village.pk), "action": "applications.submit"}
        page = client.post("/applications/new/", sent)
    said = html.unescape(page.content.decode())
    assert page.status_code == 422
    assert "没有委托书不能代签" in said
    assert 'value="周建军"' in said


# --- refusing to sign ---------------------------------------------------------------------------------


def refusal(**changes: Any) -> dict[str, Any]:
    return {
        "refusal_said": "认为考核结果不公，不签。",
        "first_witness_name": "韩继成",
        "first_witness_strokes": demo_signature("韩继成"),
        "second_witness_name": "贾玉田",
        "second_witness_strokes": demo_signature("贾玉田"),
        **changes,
    }


def refusing(**changes: Any) -> Any:
    form = SigningRefusalForm(refusal(**changes))
    assert form.is_valid(), form.errors
    return form.cleaned_data["refusing"]


@pytest.fixture
def move(cast: Cast) -> Move:
    case = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    case.person_key  # noqa: B018 - read before the move, as the door does
    return Move(
        action=ACTIONS["desk.comment"],
        actor=cast.clerk,
        at=cast.now + timedelta(minutes=1),
        data={},
        seen="",
        county=cast.county,
        on_case=case,
        entity=case.entity,
    )


BOUND = {"name": "周桂兰", "place": "worker_signature", "content_digest": "a" * 64, "form_digest": "b" * 64}


def test_a_refusal_is_kept_with_two_witnesses_hands(cast: Cast, move: Move) -> None:
    record, signed = record_refusal(move, refusing(), **BOUND)
    assert list(signed) == ["worker_signature_first_witness", "worker_signature_second_witness"]
    assert [signature.signer_name for signature in signed.values()] == ["韩继成", "贾玉田"]
    assert all(verify_signature(signature) for signature in signed.values())
    assert record.said == "认为考核结果不公，不签。"
    assert move.details["refused_to_sign"] == "周桂兰：认为考核结果不公，不签。"
    assert move.details["witnesses"] == "韩继成、贾玉田"
    assert move.signatures == [signature.digest for signature in signed.values()]
    kind, key = move.entity._meta.label_lower, move.entity.pk
    assert standing_refusal(kind, key, "worker_signature") == record
    void_refusal(move, place="worker_signature", why="本人后来签了字")
    assert standing_refusal(kind, key, "worker_signature") is None
    assert SigningRefusal.objects.count() == 1, "the row stays"
    assert Signature.objects.filter(place__endswith="_witness", revocation__isnull=True).count() == 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"refusal_said": ""}, "refusal_said", "未说明原因"),
        ({"second_witness_name": ""}, "second_witness_name", "请写明见证人二的姓名"),
        ({"second_witness_name": "韩继成"}, "second_witness_name", "两名见证人不能是同一个人"),
        ({"first_witness_strokes": ""}, "first_witness_strokes", "请见证人一在框内签字"),
        ({"second_witness_strokes": demo_signature("韩继成")}, "second_witness_strokes", "完全一样"),
    ],
)
def test_one_witness_is_not_enough(changes: dict[str, Any], field: str, sentence: str) -> None:
    form = SigningRefusalForm(refusal(**changes))
    assert not form.is_valid()
    assert sentence in str(form.errors[field])


def test_nobody_is_witness_of_their_own_refusal(move: Move) -> None:
    with pytest.raises(Refused, match="见证人不能是本人"):
        record_refusal(move, refusing(first_witness_name="周桂兰"), **BOUND)


def test_nothing_filled_in_is_no_refusal() -> None:
    form = SigningRefusalForm({})
    assert form.is_valid()
    assert form.cleaned_data["refusing"] is None


def test_reused_strokes_are_told_on_the_trail(cast: Cast) -> None:
    cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    event = Event.objects.get(case_key=case.key, action="applications.agree_by_village")
    (said,) = event.content["details"]["reused_strokes"]
    assert said == "秦守义的签字与秦守义2020年9月15日的签字笔画一样"
