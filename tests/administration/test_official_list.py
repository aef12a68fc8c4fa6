"""The people of many offices are taken in with one act, or not at all with every wrong row told."""

from datetime import timedelta
from typing import Any

import pytest

from registry.models import Appointment, User
from registry.roles import Role
from tests.cast import SINCE, Cast, nothing_happens
from workflows.core.actors import Actor
from workflows.core.refusals import NotFound, Refused

pytestmark = pytest.mark.django_db
PASSWORD = "first-Passw0rd"


def told(refused: Any) -> list[str]:
    return [refusal.message for refusal in refused.value.refusals]


def official(number: int, **changes: str) -> dict[str, str]:
    row = {"username": f"104002-{number}", "name": "甄有为", "organisation": "104002", "role": Role.VILLAGE_HEAD}
    return row | changes


def appoint(cast: Cast, rows: list[dict[str, str]], actor: Actor | None = None) -> Any:
    data = {"rows": rows, "from_on": SINCE, "password": PASSWORD}
    return cast.do("registry.import_officials", cast.county, actor or cast.administrator, data)


def test_the_administrator_enters_the_people_of_many_offices_at_once(cast: Cast) -> None:
    both = [official(1), official(1, organisation="104001", role=Role.VILLAGE_CLERK)]
    outcome = appoint(cast, [*both, official(2, organisation="104", role=Role.TOWNSHIP_CLERK)])
    assert [user.username for user in outcome.result] == ["104002-1", "104002-2"]
    user = User.objects.get(username="104002-1")
    assert user.must_change_password
    assert user.check_password(PASSWORD)
    actor = Actor.of(user, SINCE)
    assert actor.appointment_for(cast.places["104001"].pk, Role.VILLAGE_CLERK) is not None
    assert actor.appointment_for(cast.places["104002"].pk, Role.VILLAGE_HEAD) is not None
    assert not Actor.of(user, SINCE - timedelta(days=1)).appointments
    assert outcome.event.details == {"people": 2, "appointments": 3, "from_on": SINCE.isoformat()}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": "何素琴"}, "已有用户名“何素琴”"),
        ({"username": " "}, "请填写用户名"),
        ({"name": ""}, "请填写姓名"),
        ({"username": "104002-1"}, "给了两个人"),
        ({"organisation": "999"}, "本县没有代码为“999”的单位"),
        ({"role": "king"}, "不认识的身份“king”"),
        ({"role": Role.TOWNSHIP_CLERK}, "“乡镇经办人”只能任职于乡镇"),
        ({"username": "104002-1", "name": "甄有为", "role": Role.VILLAGE_SEAL_KEEPER}, "不能掌管印章"),
        ({"username": "104002-1", "name": "甄有为"}, "与前面一行重复"),
    ],
)
def test_a_row_that_cannot_be_right_appoints_nobody(changes: dict[str, str], sentence: str, cast: Cast) -> None:
    with nothing_happens(), pytest.raises(Refused) as refused:
        appoint(cast, [official(1), official(2, **{"name": "别人", **changes})])
    assert any(message.startswith("第2行：") and sentence in message for message in told(refused)), told(refused)


def test_only_the_administrator_enters_people(cast: Cast) -> None:
    with nothing_happens(), pytest.raises(NotFound):
        appoint(cast, [official(1)], actor=cast.township_clerk)
    assert not Appointment.objects.filter(user__username__startswith="104002-").exists()


def test_a_weak_first_password_is_refused_once(cast: Cast) -> None:
    data = {"rows": [official(1), official(2)], "from_on": SINCE, "password": "123"}
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do("registry.import_officials", cast.county, cast.administrator, data)
    assert {refusal.anchor for refusal in refused.value.refusals} == {"password"}
