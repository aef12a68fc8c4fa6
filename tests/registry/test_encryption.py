"""What stands encrypted in the database, how it is found again, and how keys change."""

from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from audit.append_only import AppendOnlyModel
from registry import checks
from registry.encryption import (
    DecryptionError,
    EncryptedTextField,
    blind_index,
    decrypt_bytes,
    decrypt_text,
    encrypt_bytes,
    encrypt_text,
    new_wrapped_key,
    rotated,
)
from registry.models import Household, Worker
from tests.processes import Running
from tests.registry.people import (
    ID_OLD_MAN,
    ID_OLD_WOMAN,
    Place,
    build_household,
    build_worker,
    unsaved_worker,
)


def stored(column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM registry_worker")
        return str(cursor.fetchone()[0])


# --- columns ---


def test_the_database_never_sees_the_number_and_the_programme_does(worker: Worker) -> None:
    for column, clear in (("id_number", ID_OLD_MAN), ("phone", "13800000000")):
        assert clear not in stored(column)
        assert stored(column).startswith("gAAAA")
    read = Worker.objects.get()
    assert (read.id_number, read.phone) == (ID_OLD_MAN, "13800000000")


def test_nothing_stays_nothing_and_can_be_asked(worker: Worker) -> None:
    assert stored("account") == ""
    assert Worker.objects.filter(account="").exists()
    assert not Worker.objects.exclude(account="").exists()
    assert not Worker.objects.filter(phone="").exists()
    assert not Worker.objects.filter(phone__isnull=True).exists()


@pytest.mark.parametrize(
    "lookup", ["id_number", "id_number__contains", "id_number__in", "id_number__startswith", "id_number__gt"]
)
def test_no_query_can_compare_the_content(db: None, lookup: str) -> None:
    with pytest.raises(FieldError, match="blind_index"):
        Worker.objects.filter(**{lookup: [ID_OLD_MAN] if lookup.endswith("in") else ID_OLD_MAN}).exists()


def test_an_update_by_query_encrypts_too(worker: Worker) -> None:
    Worker.objects.update(health="良好")
    assert "良好" not in stored("health")
    assert Worker.objects.get().health == "良好"


def test_a_changed_token_is_noticed(worker: Worker) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_worker SET phone = substr(phone, 1, 40) || 'A' || substr(phone, 42)")
    with pytest.raises(DecryptionError, match="FIELD_KEYS"):
        Worker.objects.get()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(text: str) -> None:
    assert decrypt_text(encrypt_text(text)) == text


@given(st.text(max_size=30))
def test_a_token_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DecryptionError):
        decrypt_text(text)


def test_the_same_text_never_looks_the_same() -> None:
    assert encrypt_text("13800000000") != encrypt_text("13800000000")


@pytest.mark.parametrize("keys", [[], ["too short"], ["dGVzdA=="]])
def test_keys_that_are_none_are_refused_by_name(settings: Settings, keys: list[str]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        encrypt_text("x")


# --- indexes ---


def test_a_person_is_found_by_the_index(worker: Worker) -> None:
    assert Worker.objects.filter(id_index=blind_index(ID_OLD_MAN)).get() == worker
    assert Worker.objects.filter(phone_index=blind_index("13800000000", "phone")).get() == worker


def test_one_number_is_one_worker_in_a_county(place: Place, worker: Worker, household: Household) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        build_worker(place, household)
    with pytest.raises(ValidationError, match="本县已有这个身份证号的劳动者"):
        unsaved_worker(place, household).full_clean()


def test_one_head_is_one_household_in_a_county(place: Place, household: Household) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        build_household(place, ID_OLD_WOMAN)


def test_the_index_follows_the_field_even_when_only_the_field_is_saved(worker: Worker) -> None:
    worker.phone = "13900001234"
    worker.save(update_fields=["phone"])
    worker.refresh_from_db()
    assert worker.phone_index == blind_index("13900001234", "phone")
    worker.phone = ""
    worker.save()
    assert Worker.objects.get().phone_index == ""


def test_the_index_is_made_in_bulk_too(place: Place, household: Household) -> None:
    Worker.objects.bulk_create([unsaved_worker(place, household)])
    assert Worker.objects.get().id_index == blind_index(ID_OLD_MAN)


def test_full_width_and_small_letters_have_the_same_index() -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in "13039919540620002x")
    assert blind_index(wide) == blind_index(ID_OLD_WOMAN) == blind_index(f" {ID_OLD_WOMAN} ")


def test_another_purpose_or_another_key_has_another_index(settings: Settings) -> None:
    first = blind_index("6222020200112233445", "account")
    assert first != blind_index("6222020200112233445", "phone")
    settings.INDEX_KEY = "another" * 8
    assert first != blind_index("6222020200112233445", "account")


def test_nothing_has_no_index() -> None:
    assert blind_index("  ") == ""


def test_an_empty_index_key_is_refused_by_name(settings: Settings) -> None:
    settings.INDEX_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="INDEX_KEY"):
        blind_index("x")


# --- a person's key ---


@given(st.binary(max_size=200))
def test_bytes_come_back_with_their_own_key_only(data: bytes) -> None:
    key, other = new_wrapped_key(), new_wrapped_key()
    token = encrypt_bytes(key, data)
    assert decrypt_bytes(key, token) == data
    with pytest.raises(DecryptionError):
        decrypt_bytes(other, token)


# --- changing keys ---


def test_after_rotation_the_old_key_is_not_needed(worker: Worker, settings: Settings) -> None:
    token = worker.person_key.encrypt("文书".encode())
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_field_keys", "--batch", "1", verbosity=0)
    settings.FIELD_KEYS = [new]
    read = Worker.objects.select_related("person_key", "household").get()
    assert (read.id_number, read.phone, read.account) == (ID_OLD_MAN, "13800000000", "")
    assert read.household.head_id_number == ID_OLD_WOMAN
    assert read.person_key.decrypt(token).decode() == "文书"
    assert read.id_index == blind_index(ID_OLD_MAN)


def test_without_rotation_the_old_key_is_needed(worker: Worker, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(DecryptionError):
        Worker.objects.get()


def test_a_second_rotation_writes_nothing(
    worker: Worker, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_field_keys")
    assert "registry.Worker.id_number：已看1行，改了1行" in capsys.readouterr().out
    before = stored("id_number")
    call_command("rotate_field_keys")
    assert "registry.Worker.id_number：已看1行，改了0行" in capsys.readouterr().out
    assert stored("id_number") == before


def test_an_interrupted_rotation_goes_on_where_it_stopped(
    place: Place, household: Household, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = build_worker(place, household)
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    target, calls = "registry.management.commands.rotate_field_keys.rotated", iter([True, True])

    def pulled_plug(token: bytes) -> bytes:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return rotated(token)

    monkeypatch.setattr(target, pulled_plug)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_field_keys")
    worker.refresh_from_db()
    assert worker.phone == "13800000000"
    monkeypatch.setattr(target, rotated)
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]
    worker.refresh_from_db()
    assert worker.phone == "13800000000"


def test_a_token_under_a_lost_key_is_named_and_left_alone(
    worker: Worker, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="补进 FIELD_KEYS"):
        call_command("rotate_field_keys")
    assert f"registry.Worker.phone 第{worker.pk}行解不开" in capsys.readouterr().err
    settings.FIELD_KEYS = lost
    assert Worker.objects.get().phone == "13800000000"


def test_a_destroyed_key_stays_destroyed(worker: Worker, settings: Settings) -> None:
    from django.utils import timezone

    worker.person_key.destroy(timezone.now())
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_field_keys", verbosity=0)
    worker.person_key.refresh_from_db()
    assert bytes(worker.person_key.wrapped_key) == b""


def test_rotation_on_both_databases_reaches_rows_that_are_written_once(
    run_python: Callable[..., Running], any_database_url: str
) -> None:
    keys = ",".join(Fernet.generate_key().decode() for _ in range(2))
    running = run_python("tests.registry.contract_rotation", any_database_url, FIELD_KEYS=keys)
    assert running.finish().endswith("kept\n")


@isolate_apps("registry")
def test_an_encrypted_column_that_could_not_rotate_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(AppendOnlyModel):
        note = EncryptedTextField()

        class Meta:
            app_label = "registry"

        def __str__(self) -> str:
            return ""

    monkeypatch.setattr(checks, "append_only_models", lambda: [Stuck])
    assert [error.id for error in checks.encrypted_columns_can_rotate(None)] == ["registry.E001"]
    Stuck.reencrypted_fields = ("note",)
    assert checks.encrypted_columns_can_rotate(None) == []
    assert isinstance(Stuck._meta.get_field("note"), models.TextField)
