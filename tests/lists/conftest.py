import pytest

from registry.policies import policy_on
from tests.cast import MORNING, Cast
from tests.core.conftest import cast
from workflows.lists.kinds import Reading

__all__ = ["cast"]


@pytest.fixture
def reading(cast: Cast) -> Reading:
    return Reading(cast.county, cast.township, policy_on(cast.county, MORNING.date()))
