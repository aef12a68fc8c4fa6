from collections.abc import Callable
from datetime import date

import pytest

from registry.models import Appointment, Organisation, User
from registry.roles import Role
from signatures.models import Seal
from signatures.seal_drawing import draw_seal
from tests.registry.people import Place, build_place, build_user
from tests.signatures.cast import OPENED, Office

Appoint = Callable[..., Appointment]


@pytest.fixture
def place(db: None) -> Place:
    return build_place()


@pytest.fixture
def appoint() -> Appoint:
    """appoint("林书平", role, organisation, from_on, to_on) makes the user when it is new."""

    def make(
        name: str, role: Role, organisation: Organisation, from_on: date = OPENED, to_on: date | None = None
    ) -> Appointment:
        user = User.objects.filter(username=name).first() or build_user(name)
        return Appointment.objects.create(
            user=user, organisation=organisation, role=role, from_on=from_on, to_on=to_on, made_by="测试"
        )

    return make


@pytest.fixture(scope="session")
def seal_picture() -> bytes:
    return draw_seal("昌黎县泥井镇人民政府")


@pytest.fixture
def office(place: Place, appoint: Appoint, seal_picture: bytes) -> Office:
    """The township with its reviewer, its seal and the keeper of it."""
    return Office(
        place=place,
        reviewer=appoint("林书平", Role.TOWNSHIP_REVIEWER, place.township),
        keeper=appoint("沈静", Role.TOWNSHIP_SEAL_KEEPER, place.township),
        seal=Seal.objects.create(
            organisation=place.township,
            name="昌黎县泥井镇人民政府公章（演示）",
            picture=seal_picture,
            demo=True,
            valid_from=date(2019, 6, 20),
        ),
    )
