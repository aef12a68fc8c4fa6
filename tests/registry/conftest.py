import pytest

from registry.models import Household, User, Worker
from tests.registry.people import Place, build_household, build_place, build_user, build_worker


@pytest.fixture
def place(db: None) -> Place:
    return build_place()


@pytest.fixture
def user(db: None) -> User:
    return build_user()


@pytest.fixture
def household(place: Place) -> Household:
    return build_household(place)


@pytest.fixture
def worker(place: Place, household: Household) -> Worker:
    return build_worker(place, household)
