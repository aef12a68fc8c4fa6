"""Lists taken in as one act: wholly or not at all, with every wrong row told, and one event that proves the list."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import Event
from audit.trail import field_matches
from registry.models import Appointment, Household, User, Worker
from registry.roles import Role
from tests.cast import SINCE, Cast, applicant_id, nothing_happens
from workflows.core.actors import Actor
from workflows.core.refusals import NotFound, NotYours, Refused

pytestmark = pytest.mark.django_db
PASSWORD = "first-Passw0rd"


def person(number: int, **changes: str) -> dict[str, str]:
    """One row of a township's list: a head of household of their own."""
    row = {
        "village": "104001",
        "head_name": "孟照林",
        "head_id_number": applicant_id(number),
        "category": "in_poverty",
        "name": "孟照林",
        "id_number": applicant_id(number),
        "phone": "13800000001",
        "address": "青禾村一组",
        "health": "良好",
        "work_ability": "有",
        "skills": "",
    }
    return row | changes


def take_in(cast: Cast, rows: list[dict[str, str]], actor: Actor | None = None, township: str = "104") -> Event:
    data = {"township": cast.places[township], "listed_on": SINCE, "rows": rows}
    return cast.do("registry.import_households", cast.county, actor or cast.township_clerk, data).event


def told(refused: Any) -> list[str]:
    return [refusal.message for refusal in refused.value.refusals]


def test_a_township_takes_in_its_list_with_one_act_and_one_event(cast: Cast) -> None:
    wife = person(2, head_name="孟照林", head_id_number=applicant_id(1), name="周桂兰")
    rows = [person(1), wife, person(3, village="104002", category="edge", phone="")]
    event = take_in(cast, rows)
    assert Household.objects.count() == 2
    wife_row = Worker.objects.get(name="周桂兰")
    assert wife_row.household.head_name == "孟照林"
    assert (wife_row.id_number, wife_row.phone, wife_row.birth_on) == (applicant_id(2), "13800000001", date(1980, 1, 1))
    assert wife_row.person_key.decrypt(wife_row.person_key.encrypt(b"paper")) == b"paper"
    assert Household.objects.get(category="edge").listed_on == SINCE
    assert event.details == {"households": 2, "people": 3}
    assert event.content["organisations"] == ["104", "104001", "104002"]
    assert field_matches(event, "list", rows)
    assert not field_matches(event, "list", rows[:2])
    assert applicant_id(1) not in bytes(event.canonical).decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"village": "101001"}, "泥井镇没有代码为“101001”的村"),
        ({"village": "999999"}, "泥井镇没有代码为“999999”的村"),
        ({"category": "rich"}, "不认识的人员类别“rich”"),
        ({"id_number": "130399198001011000"}, "校验不对"),
        ({"head_id_number": ""}, "户主请填18位身份证号"),
        ({"name": ""}, "请填写姓名"),
        ({"name": "孟" * 51}, "姓名太长"),
        ({"phone": "123"}, "联系电话"),
        ({"id_number": applicant_id(1)}, "已有这个身份证号"),
        ({"head_id_number": applicant_id(1), "category": "edge"}, "与同一户主的前面一行"),
    ],
)
def test_a_row_that_cannot_be_right_refuses_the_whole_list(changes: dict[str, str], sentence: str, cast: Cast) -> None:
    with nothing_happens(), pytest.raises(Refused) as refused:
        take_in(cast, [person(1), person(2, **changes)])
    assert any(message.startswith("第2行：") and sentence in message for message in told(refused)), told(refused)


def test_who_is_in_the_register_already_is_not_taken_in_twice(cast: Cast) -> None:
    take_in(cast, [person(1)])
    with nothing_happens(), pytest.raises(Refused) as refused:
        take_in(cast, [person(2), person(1), person(3, id_number=applicant_id(1))])
    assert [message[:4] for message in told(refused)] == ["第2行：", "第3行："]


def test_twenty_wrong_rows_are_told_and_the_rest_counted(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        take_in(cast, [person(number, category="") for number in range(1, 24)])
    assert len(told(refused)) == 21
    assert told(refused)[-1] == "另有3行也要改，改好以上各行后再看。"


def test_an_empty_list_is_refused(cast: Cast) -> None:
    with nothing_happens(), pytest.raises(Refused, match="名单里没有一行内容"):
        take_in(cast, [])


def test_a_township_takes_in_no_other_townships_list(cast: Cast) -> None:
    with nothing_happens(), pytest.raises(NotYours):
        take_in(cast, [person(1, village="101001")], township="101")
    with nothing_happens(), pytest.raises(NotFound):
        take_in(cast, [person(1)], actor=cast.clerk)


# --- people in office ----------------------------------------------------------------------------------------------


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
        ({"role": Role.TOWNSHIP_CLERK}, "“乡镇经办人”不能任职于榆荫村"),
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
