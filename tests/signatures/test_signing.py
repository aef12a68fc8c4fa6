"""A signature binds a hand, an office, a content and a moment; afterwards nothing of it can be moved."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from audit.append_only import AppendOnlyError, ensure_triggers, missing_triggers
from registry.encryption import encrypt_text
from registry.roles import Role
from signatures import scans
from signatures.demo_strokes import demo_signature
from signatures.models import Signature, SignatureRevocation
from signatures.signing import SigningRefused, revoke_signature, verify_signature
from signatures.strokes import parse, png
from tests.signatures.cast import AT, Office
from tests.signatures.conftest import Appoint
from tests.signatures.test_scans import photo, saved


def forged(signature: Signature, **columns: Any) -> Signature:
    """The row as somebody with the database in his hands would leave it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse_update_signatures_signature")
        for column, value in columns.items():
            cursor.execute(f"UPDATE signatures_signature SET {column} = %s WHERE id = %s", [value, signature.pk])
    ensure_triggers(connection)
    return Signature.objects.get(pk=signature.pk)


def test_the_reviewer_signs_and_the_ink_is_kept_with_its_timing(office: Office) -> None:
    signature = Signature.objects.get(pk=office.sign().pk)
    assert signature.signer_name == "林书平"
    assert signature.acted_as == Role.TOWNSHIP_REVIEWER
    assert signature.organisation == office.place.township
    assert signature.method == "drawn"
    strokes = parse(signature.strokes)
    assert strokes == parse(demo_signature("林书平"))
    assert signature.strokes_digest == strokes.digest
    assert signature.picture == png(strokes, 46, 15)
    assert verify_signature(signature)


def test_a_scan_is_fitted_into_its_place(office: Office) -> None:
    signature = office.sign(drawn=None, scan=scans.clean(saved(photo())), place_mm=(30, 10))
    signature = Signature.objects.get(pk=signature.pk)
    assert signature.method == "scan"
    assert signature.strokes == signature.strokes_digest == ""
    assert Image.open(io.BytesIO(signature.picture)).size == (354, 118)
    assert verify_signature(signature)


def test_handwriting_stands_encrypted_in_the_database(office: Office) -> None:
    signature = office.sign()
    with connection.cursor() as cursor:
        cursor.execute("SELECT strokes, picture_base64 FROM signatures_signature WHERE id = %s", [signature.pk])
        strokes, picture = cursor.fetchone()
    assert "strokes" not in strokes
    assert not picture.startswith("iVBOR")


def test_a_worker_without_an_account_signs_with_the_name(office: Office) -> None:
    signature = office.sign(signer=None, appointment=None, signer_name=" 周桂兰 ", place="worker_signature")
    assert signature.signer_name == "周桂兰"
    assert signature.acted_as == ""
    assert signature.organisation is None
    assert verify_signature(signature)


def test_a_signature_names_its_signer(office: Office) -> None:
    for nobody in ({"signer": None, "appointment": None}, {"signer": None}, {"appointment": None}):
        with pytest.raises(SigningRefused, match="签字要写明签字人"):
            office.sign(**nobody)


def test_either_a_hand_or_a_scan_and_never_both_or_none(office: Office) -> None:
    with pytest.raises(SigningRefused, match="二者选一"):
        office.sign(drawn=None)
    with pytest.raises(SigningRefused, match="二者选一"):
        office.sign(scan=scans.clean(saved(photo())))


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_a_content_not_yet_decided_is_not_signed(office: Office, digest: str) -> None:
    for field in ("content_digest", "form_digest"):
        with pytest.raises(SigningRefused, match="还没有填定"):
            office.sign(**{field: digest})


def test_nobody_signs_with_the_office_of_somebody_else(office: Office) -> None:
    with pytest.raises(SigningRefused, match="请用本人的任职办理"):
        office.sign(appointment=office.keeper)


def test_the_last_day_in_office_still_counts_and_the_day_after_does_not(office: Office, appoint: Appoint) -> None:
    leaving = appoint("程远", Role.TOWNSHIP_REVIEWER, office.place.township, date(2020, 1, 1), AT.date())
    late_evening = AT.replace(hour=23, minute=59)
    assert office.sign(signer=leaving.user, appointment=leaving, at=late_evening)
    with pytest.raises(SigningRefused, match="您当天不在任"):
        office.sign(signer=leaving.user, appointment=leaving, at=late_evening + timedelta(minutes=1))
    with pytest.raises(SigningRefused, match="您当天不在任"):
        office.sign(signer=leaving.user, appointment=leaving, at=AT.replace(year=2019))


@pytest.mark.parametrize(
    "change",
    [
        {"content_digest": "c" * 64},
        {"form_digest": "c" * 64},
        {"place": "village_signature"},
        {"subject_key": "18"},
        {"subject_kind": "employment.agreement"},
        {"at": AT + timedelta(microseconds=1)},
        {"drawn": parse(demo_signature("程远"))},
        {"place_mm": (40.0, 15.0)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_content_form_place_paper_moment_or_hand_is_another_signature(
    office: Office, change: dict[str, Any]
) -> None:
    assert office.sign().digest != office.sign(**change).digest


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content_digest", "c" * 64),
        ("form_digest", "c" * 64),
        ("signer_name", "程远"),
        ("acted_as", "township_clerk"),
        ("place", "village_signature"),
        ("subject_key", "18"),
        ("strokes_digest", "c" * 64),
        ("picture_digest", "c" * 64),
        ("at", "2020-09-16 08:05:00"),
        ("digest", "c" * 64),
    ],
)
def test_a_changed_row_no_longer_verifies(office: Office, column: str, value: str) -> None:
    assert not verify_signature(forged(office.sign(), **{column: value}))


def test_exchanged_handwriting_no_longer_verifies(office: Office) -> None:
    other = office.sign(subject_key="18", drawn=parse(demo_signature("程远")))
    assert not verify_signature(forged(office.sign(), strokes=encrypt_text(other.strokes)))
    assert not verify_signature(
        forged(office.sign(subject_key="19"), picture_base64=encrypt_text(other.picture_base64))
    )
    assert not verify_signature(forged(office.sign(subject_key="20"), strokes=encrypt_text("nonsense")))


def test_a_signature_is_never_changed_or_deleted(office: Office) -> None:
    signature = office.sign()
    assert missing_triggers(connection) == []
    for act in (signature.save, signature.delete, lambda: Signature.objects.update(place="x")):
        with pytest.raises(AppendOnlyError):
            act()
    for statement in ("UPDATE signatures_signature SET place = 'x'", "DELETE FROM signatures_signature"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_new_keys_may_rewrite_the_handwriting_and_it_still_verifies(office: Office) -> None:
    signature = office.sign()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE signatures_signature SET strokes = %s, picture_base64 = %s WHERE id = %s",
            [encrypt_text(signature.strokes), encrypt_text(signature.picture_base64), signature.pk],
        )
    assert verify_signature(Signature.objects.get(pk=signature.pk))


def test_a_revoked_signature_stays_with_its_reason_and_is_revoked_once(office: Office) -> None:
    signature = office.sign()
    first = revoke_signature(signature, at=AT, why="退回补正：电话有误", by=office.reviewer.user)
    again = revoke_signature(signature, at=AT + timedelta(days=1), why="再退", by=None)
    assert again == first
    assert SignatureRevocation.objects.get().why == "退回补正：电话有误"
    assert Signature.objects.get().revocation == first
    assert verify_signature(Signature.objects.get())


def test_the_same_strokes_on_two_papers_can_be_found(office: Office) -> None:
    first, copy = office.sign(), office.sign(subject_key="18")
    assert first.digest != copy.digest
    assert Signature.objects.filter(strokes_digest=first.strokes_digest).count() == 2
