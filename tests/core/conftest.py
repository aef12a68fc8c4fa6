from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from time_machine import travel

from tests.cast import AFTERNOON, Cast, browser_of, prepared_cast


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Everybody in their places; after the story the desks and the trail are proven."""
    cast = prepared_cast()
    yield cast
    cast.prove()


@pytest.fixture
def browser(cast: Cast) -> Iterator[Callable[[str], Client]]:
    """browser("clerk") is that person logged in, in the afternoon of the story's day."""

    def log_in(part: str) -> Client:
        return browser_of(cast.people[part])

    with travel(AFTERNOON, tick=False):
        yield log_in
