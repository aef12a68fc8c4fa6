"""Lists taken in as one act: wholly or not at all, with every wrong row told, and one event that proves the list."""

from datetime import date
from typing import Any

import pytest

from audit.models import Event
from audit.trail import field_matches
from registry.models import Household, Worker
from tests.cast import SINCE, Cast, applicant_id, nothing_happens
from workflows.core.actors import Actor
from workflows.core.refusals import NotFound, NotYours, Refused

pytestmark = pytest.mark.django_db


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
