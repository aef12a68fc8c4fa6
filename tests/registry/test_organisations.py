"""The tree of three levels, and who holds which role where and when."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registry.models import Appointment, County, KinshipDeclaration, Organisation, User
from registry.roles import LEVEL, SEES, OrganisationKind, Role, Sight
from tests.registry.people import OPENED, Place, build_place

FROM = date(2020, 1, 1)
TO = date(2020, 12, 31)
DAY = timedelta(days=1)


def organisation(place: Place, **changes: Any) -> Organisation:
    values: dict[str, Any] = {
        "county": place.county, "kind": "village", "code": "130322104999", "name": "云杉村",
        "full_name": "昌黎县泥井镇云杉村", "seal_name": "昌黎县泥井镇云杉村村民委员会",
        "parent": place.township, "opened_on": OPENED,
    }  # fmt: skip
    return Organisation(**values | changes)


def appoint(user: User, organisation: Organisation, role: str, **changes: Any) -> Appointment:
    values: dict[str, Any] = {"from_on": FROM, "to_on": TO, "made_by": "罗晓敏"}
    return Appointment.objects.create(user=user, organisation=organisation, role=role, **values | changes)


# --- the tree ---


def test_a_village_knows_its_township_and_a_department_has_none(place: Place) -> None:
    assert place.village.township == place.township
    assert place.township.township == place.township
    assert place.bureau.township is None


def test_a_township_holds_itself_and_its_villages(place: Place) -> None:
    assert set(Organisation.objects.within(place.township)) == {place.township, place.village}
    assert set(Organisation.objects.within(place.village)) == {place.village}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"parent": None}, "行政村必须属于一个乡镇"),
        ({"kind": "township"}, "乡镇和县直部门没有上级单位"),
        ({"kind": "county_department"}, "乡镇和县直部门没有上级单位"),
    ],
)
def test_levels_are_kept_in_python_and_in_the_database(place: Place, changes: dict[str, Any], sentence: str) -> None:
    wrong = organisation(place, **changes)
    with pytest.raises(ValidationError, match=sentence):
        wrong.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.bulk_create([wrong])


def test_a_village_cannot_stand_under_a_village_or_in_another_county(place: Place) -> None:
    with pytest.raises(ValidationError, match="必须是乡镇"):
        organisation(place, parent=place.village).save()
    neighbour = County.objects.create(code="130324", name="卢龙县")
    with pytest.raises(ValidationError, match="同一个县"):
        organisation(place, county=neighbour).save()


def test_only_in_a_village_the_clerk_may_hold_the_seal(place: Place) -> None:
    organisation(place, clerk_may_hold_seal=True).save()
    place.township.clerk_may_hold_seal = True
    with pytest.raises(IntegrityError), transaction.atomic():
        place.township.save()


def test_a_code_is_unique_in_its_county_only(place: Place) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        organisation(place, code=place.village.code).save()
    assert build_place("130324").bureau.code == place.bureau.code


def test_an_organisation_exists_from_its_first_to_its_last_day(place: Place) -> None:
    last = date(2020, 6, 30)
    village = organisation(place, closed_on=last)
    village.save()
    for on, exists in ((OPENED - DAY, False), (OPENED, True), (last, True), (last + DAY, False)):
        assert (village in Organisation.objects.existing(on)) is exists


# --- roles ---


def test_there_are_sixteen_roles_each_with_its_level_and_its_sight() -> None:
    assert len(Role) == 16
    assert set(LEVEL) == set(SEES) == set(Role)
    assert all(role.label and role.label.isascii() is False for role in Role)


def test_nobody_below_the_county_sees_the_county() -> None:
    for role, level in LEVEL.items():
        if level != OrganisationKind.COUNTY_DEPARTMENT:
            assert SEES[role] == Sight.OWN
    assert SEES[Role.SYSTEM_ADMINISTRATOR] == Sight.NOTHING
    assert SEES[Role.AUDITOR] == SEES[Role.FINANCE_OFFICER] == Sight.COUNTY


# --- appointments ---


@pytest.mark.parametrize(("on", "holds"), [(FROM - DAY, False), (FROM, True), (TO, True), (TO + DAY, False)])
def test_a_role_is_held_from_the_first_to_the_last_day(place: Place, user: User, on: date, *, holds: bool) -> None:
    appointment = appoint(user, place.township, Role.TOWNSHIP_REVIEWER)
    assert Appointment.objects.in_force(on).filter(user=user).exists() is holds
    assert appointment.is_in_force(on) is holds


def test_a_role_without_an_end_goes_on(place: Place, user: User) -> None:
    appoint(user, place.township, Role.TOWNSHIP_REVIEWER, to_on=None)
    assert Appointment.objects.in_force(date(2100, 1, 1)).filter(user=user).exists()


def test_a_role_at_a_closed_organisation_is_over(place: Place, user: User) -> None:
    appointment = appoint(user, place.village, Role.VILLAGE_CLERK, to_on=None)
    place.village.closed_on = TO
    place.village.save()
    appointment = Appointment.objects.select_related("organisation").get(pk=appointment.pk)
    for on, holds in ((TO, True), (TO + DAY, False)):
        assert Appointment.objects.in_force(on).exists() is holds
        assert appointment.is_in_force(on) is holds


@pytest.mark.parametrize("role", [role for role in Role if LEVEL[role] != OrganisationKind.TOWNSHIP])
def test_a_role_of_another_level_is_refused(place: Place, user: User, role: Role) -> None:
    with pytest.raises(ValidationError, match="只能任职于"):
        appoint(user, place.township, role)


def test_a_role_nobody_knows_is_refused(place: Place, user: User) -> None:
    with pytest.raises(ValidationError, match="不认识的身份"):
        appoint(user, place.township, "mayor")


def test_the_last_day_is_not_before_the_first(place: Place, user: User) -> None:
    appoint(user, place.township, Role.TOWNSHIP_CLERK, to_on=FROM)
    with pytest.raises(ValidationError, match="不能早于"):
        appoint(user, place.township, Role.TOWNSHIP_REVIEWER, to_on=FROM - DAY)


@pytest.mark.parametrize(
    ("from_on", "to_on", "overlaps"),
    [
        (TO, None, True),
        (TO + DAY, None, False),
        (FROM - DAY, FROM, True),
        (FROM - DAY, FROM - DAY, False),
        (FROM + DAY, TO - DAY, True),
        (FROM - DAY, None, True),
    ],
)
def test_the_same_role_is_not_held_twice_at_once(
    place: Place, user: User, from_on: date, to_on: date | None, *, overlaps: bool
) -> None:
    first = appoint(user, place.township, Role.TOWNSHIP_CLERK)
    first.save()
    if overlaps:
        with pytest.raises(ValidationError, match="重叠"):
            appoint(user, place.township, Role.TOWNSHIP_CLERK, from_on=from_on, to_on=to_on)
    else:
        appoint(user, place.township, Role.TOWNSHIP_CLERK, from_on=from_on, to_on=to_on)
    appoint(user, place.other_township, Role.TOWNSHIP_CLERK, from_on=from_on, to_on=to_on)


def test_kinship_is_declared_once_per_person(place: Place, user: User) -> None:
    values: dict[str, Any] = {
        "county": place.county, "user": user, "id_index": "a" * 64, "relation": "表兄弟",
        "declared_at": "2020-09-01T08:00+08:00",
    }  # fmt: skip
    KinshipDeclaration.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        KinshipDeclaration.objects.create(**values)
