"""Logins without powers of their own, passwords, and the keys of persons."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registry.models import KeyDestroyed, PersonKey, User, Worker
from registry.passwords import CharacterClassesValidator
from tests.registry.people import Place, build_household, build_user, build_worker, unsaved_worker

AT = datetime(2020, 9, 17, 8, 5, tzinfo=UTC)


def test_a_login_has_no_powers_and_cannot_be_given_any(user: User) -> None:
    assert not user.has_perm("registry.view_worker")
    assert not user.has_perms(["registry.view_worker"])
    assert not user.has_module_perms("registry")
    assert not user.is_staff
    assert not user.is_superuser
    assert not {"is_staff", "is_superuser"} & {field.name for field in User._meta.get_fields()}


def test_a_name_in_chinese_is_a_username_and_full_width_is_the_same(user: User) -> None:
    assert User.objects.get_by_natural_key("林书平") == user
    assert build_user("".join(chr(ord(letter) + 0xFEE0) for letter in "lin")).username == "lin"
    with pytest.raises(IntegrityError), transaction.atomic():
        build_user("lin")


def test_a_user_without_a_password_cannot_log_in(db: None) -> None:
    user = User.objects.create_user("沈静", "沈静")
    assert not user.has_usable_password()
    assert str(user) == user.get_full_name() == user.get_short_name() == "沈静"


@pytest.mark.parametrize("password", ["abcdefghij", "abcdefgh12", "ABCDEFGH12", "1234567890!", ""])
def test_a_password_of_two_classes_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="至少用3类"):
        CharacterClassesValidator().validate(password)


@pytest.mark.parametrize("password", ["Abcdefgh12", "abcdefgh1!", "Abcdefghi!", "密码Ab123456"])
def test_a_password_of_three_classes_is_accepted(password: str) -> None:
    CharacterClassesValidator().validate(password)


def test_a_person_key_encrypts_until_it_is_destroyed(place: Place) -> None:
    key = PersonKey.create(place.county)
    token = key.encrypt(b"paper")
    assert b"paper" not in token
    assert PersonKey.objects.get(pk=key.pk).decrypt(token) == b"paper"
    key.destroy(AT)
    again = PersonKey.objects.get(pk=key.pk)
    assert bytes(again.wrapped_key) == b""
    with pytest.raises(KeyDestroyed, match="依法删除"):
        again.decrypt(token)
    with pytest.raises(KeyDestroyed):
        again.encrypt(b"more")


def test_destroying_twice_keeps_the_first_time(place: Place) -> None:
    key = PersonKey.create(place.county)
    key.destroy(AT)
    key.destroy(datetime(2021, 1, 1, tzinfo=UTC))
    assert PersonKey.objects.get(pk=key.pk).destroyed_at == AT


def test_a_worker_belongs_to_a_village_of_the_county(place: Place, worker: Worker) -> None:
    worker.full_clean()
    worker.village = place.township
    with pytest.raises(ValidationError, match="一个行政村"):
        worker.full_clean()


def test_a_worker_belongs_to_a_household_of_the_county(place: Place, worker: Worker) -> None:
    from tests.registry.people import build_place

    elsewhere = build_place("130324")
    household = build_household(elsewhere)
    with pytest.raises(ValidationError, match="同一个县"):
        unsaved_worker(place, household, "130399195406200011").full_clean()
    # the same person may be known in two counties: each keeps its own row
    build_worker(elsewhere, household)
    assert Worker.objects.filter(id_index=worker.id_index).count() == 2
