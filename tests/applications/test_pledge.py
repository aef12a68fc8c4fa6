"""No application without the applicant's own hand; who cannot write gives a thumb print before a witness."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from signatures.demo_strokes import demo_signature
from signatures.models import Signature
from signatures.signing import digest_of, verify_signature
from tests.cast import Cast, application_of, events_of, nothing_happens, papers_of, pledges_of, task_of
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.core.refusals import Refused

pytestmark = pytest.mark.django_db


def submit(cast: Cast, case: Case, files: Any = None, **data: Any) -> Any:
    answers = {**application_of(case).answers, **data}
    return cast.do("applications.submit", task_of(case), cast.clerk, answers, files=files)


def refused(cast: Cast, case: Case, files: Any = None, **data: Any) -> list[tuple[str, str]]:
    with nothing_happens(), pytest.raises(Refused) as said:
        submit(cast, case, files, **data)
    return [(refusal.code, refusal.anchor) for refusal in said.value.refusals]


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("手印.png", PHOTO, content_type="image/png")


def test_the_pledge_is_the_first_paper_with_the_workers_ink(cast: Cast) -> None:
    case = cast.apply(name="周桂兰")
    (pledge,) = pledges_of(case)
    assert pledge.values["name"] == "周桂兰"
    assert pledge.pk < papers_of(case)[0].pk
    signature = Signature.objects.get(place="worker_signature")
    assert (signature.signer, signature.signer_name, signature.method) == (None, "周桂兰", "drawn")
    assert signature.content_digest == pledge.content_digest
    assert verify_signature(signature)
    assert [event for event in events_of(case) if signature.digest in event.content["signatures"]]


def test_nobody_applies_without_a_signature(cast: Cast) -> None:
    assert refused(cast, cast.draft()) == [("pledge_unsigned", "worker_strokes")]


def test_a_thumb_print_needs_its_picture_a_named_witness_and_the_witness_signature(cast: Cast) -> None:
    case = cast.draft()
    missing = refused(cast, case, witness_name="郑守山")
    assert missing == [("shape", "worker_thumb"), ("shape", "witness_strokes")]
    assert refused(cast, case, {"worker_thumb": photo()}) == [("shape", "witness_name"), ("shape", "witness_strokes")]
    submit(cast, case, {"worker_thumb": photo()}, witness_name="郑守山", witness_strokes=demo_signature("郑守山"))
    thumb = Signature.objects.get(place="worker_signature")
    assert (thumb.method, thumb.witness_name) == ("thumb", "郑守山")
    assert Signature.objects.get(place="witness_signature").signer_name == "郑守山"
    assert pledges_of(case)[0].values["witness_name"] == "郑守山"
    thumb.witness_name = "别人"
    assert digest_of(thumb) != thumb.digest  # who stood by is bound, too


def test_the_signature_stands_after_a_return_that_leaves_the_pledge_as_it_was(cast: Cast) -> None:
    case = cast.walk_to(State.RETURNED)
    before = Signature.objects.get(place="worker_signature")
    submit(cast, case, market_verification="9月16日再次入户核实：情况属实。")
    assert Signature.objects.get(place="worker_signature", revocation__isnull=True) == before
    assert len(pledges_of(case)) == 1


def test_changed_words_are_signed_again(cast: Cast) -> None:
    case = cast.walk_to(State.RETURNED)
    assert refused(cast, case, phone="13800009999") == [("pledge_changed", "worker_strokes")]
    submit(cast, case, phone="13800009999", worker_strokes=demo_signature("周桂兰"))
    old, new = Signature.objects.filter(place="worker_signature").order_by("pk")
    assert old.revocation.why == "重新签字"
    assert new.content_digest == pledges_of(case)[-1].content_digest
    assert [pledge.number for pledge in pledges_of(case)] == [1, 2]


def _photo() -> bytes:
    paper = Image.new("RGB", (900, 900), (250, 248, 244))
    draw = ImageDraw.Draw(paper)
    for ring in range(40, 220, 24):
        draw.ellipse(
            (450 - ring, 450 - int(ring * 1.3), 450 + ring, 450 + int(ring * 1.3)), outline=(160, 20, 30), width=10
        )
    saved = io.BytesIO()
    paper.save(saved, "PNG")
    return saved.getvalue()


PHOTO = _photo()
