"""A small invented county: one township with a village, one more township, one department."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.id_numbers import IdNumber, check_digit
from registry.models import County, Household, Organisation, PersonKey, User, Worker

OPENED = date(2000, 1, 1)
ID_OLD_MAN = "130399196002290019"
ID_OLD_WOMAN = "13039919540620002X"


def id_number(birth_on: date, sequence: int = 1, area: str = "130399") -> str:
    """An invented ID number with a right check digit; an odd sequence is a man."""
    first = f"{area}{birth_on:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


@dataclass
class Place:
    county: County
    township: Organisation
    village: Organisation
    other_township: Organisation
    bureau: Organisation


def build_place(code: str = "130322") -> Place:
    county = County.objects.create(code=code, name="昌黎县", demo=True)

    def organisation(kind: str, code: str, name: str, **more: Any) -> Organisation:
        return Organisation.objects.create(
            county=county, kind=kind, code=code, name=name,
            full_name=f"昌黎县{name}", seal_name=f"昌黎县{name}",
            opened_on=OPENED, **more,
        )  # fmt: skip

    township = organisation("township", f"{code}104000", "泥井镇")
    return Place(
        county=county,
        township=township,
        village=organisation("village", f"{code}104203", "青禾村", parent=township),
        other_township=organisation("township", f"{code}105000", "大蒲河镇"),
        bureau=organisation("county_department", "bureau", "县人力资源和社会保障局"),
    )


def build_user(username: str = "林书平") -> User:
    return User.objects.create_user(username, username, "Test-Password-1")


def build_household(place: Place, head_id: str = ID_OLD_WOMAN) -> Household:
    return Household.objects.create(
        county=place.county, village=place.village, head_name="周桂兰", head_id_number=head_id,
        category="edge", listed_on=date(2019, 6, 20),
    )  # fmt: skip


def unsaved_worker(place: Place, household: Household, number: str = ID_OLD_MAN, **more: Any) -> Worker:
    parsed = IdNumber.parse(number)
    values: dict[str, Any] = {
        "county": place.county, "household": household, "village": place.village, "name": "孟照林",
        "sex": parsed.sex, "birth_on": parsed.birth_on, "id_number": parsed.value, "phone": "13800000000",
        "address": "昌黎县泥井镇青禾村二组", "person_key": PersonKey.create(place.county),
    }  # fmt: skip
    return Worker(**values | more)


def build_worker(place: Place, household: Household, number: str = ID_OLD_MAN, **more: Any) -> Worker:
    worker = unsaved_worker(place, household, number, **more)
    worker.save()
    return worker
