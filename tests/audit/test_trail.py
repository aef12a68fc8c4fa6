"""Writing an event: what it keeps, what it refuses, and what it never learns."""

import hashlib
import json
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import canonical_bytes, plain
from audit.models import ChainHead, Event, EventSalt
from audit.personal_numbers import mask_numbers, personal_number_in
from audit.trail import PersonalNumberError, SaltDeletedError, SubjectStamp, field_matches
from audit.verification import verify_chain
from tests.audit.stories import APPLICATION, AT, COUNTY, REVIEWER, write

pytestmark = pytest.mark.django_db

GOLDEN = (
    '{"action":"application.agree_township","actor":{"name":"林书平","organisation_code":"130322104000",'
    '"organisation_name":"泥井镇","role":"township_reviewer","user_id":7},"at":"2020-09-17T16:05:00.000000+08:00",'
    '"case_key":"applications.application:17","county":"130322","details":{"edge_households":4,"post":"保洁"},'
    '"fields":{},"format":"trail/1","from_state":"awaiting_township_opinion",'
    '"organisations":["130322104000","130322104203"],"papers":[{"content_digest":"' + "b" * 64 + '",'
    '"file_digest":"' + "a" * 64 + '","form":"post_application","version":1}],"policy":'
    '"2019-06-20 昌黎县2019年度就业扶贫工作实施方案","previous_hash":"' + "0" * 64 + '",'
    '"reason":"情况属实，同意安置。","sequence":1,"signatures":["' + "c" * 64 + '"],'
    '"subject":{"key":"17","kind":"applications.application","number":"2020-104-0031"},'
    '"to_state":"awaiting_township_seal"}'
)


def test_the_format_trail_1_is_these_bytes_and_this_hash_for_ever() -> None:
    event = write()
    assert bytes(event.canonical).decode() == GOLDEN
    assert event.hash == hashlib.sha256(b"trail/1\n" + GOLDEN.encode()).hexdigest()


def test_the_columns_say_what_the_canonical_bytes_say() -> None:
    event = Event.objects.get(pk=write().pk)
    assert (event.actor_user_id, event.actor_name, event.actor_role) == (7, "林书平", "township_reviewer")
    assert (event.actor_organisation_code, event.actor_organisation_name) == ("130322104000", "泥井镇")
    assert (event.subject_kind, event.subject_key, event.subject_number) == (
        "applications.application",
        "17",
        "2020-104-0031",
    )
    assert event.at == AT
    assert event.details == {"post": "保洁", "edge_households": 4}
    assert (event.from_state, event.to_state) == ("awaiting_township_opinion", "awaiting_township_seal")


def test_each_county_counts_its_own_events_without_gaps_and_chains_them() -> None:
    first, second = write(), write()
    elsewhere = write(county="130324")
    third = write()
    assert [event.sequence for event in (first, second, third)] == [1, 2, 3]
    assert elsewhere.sequence == 1
    assert [second.previous_hash, third.previous_hash] == [first.hash, second.hash]
    assert elsewhere.previous_hash == "0" * 64
    head = ChainHead.objects.get(county=COUNTY)
    assert (head.sequence, head.hash) == (3, third.hash)


def test_an_event_costs_five_statements(django_assert_num_queries: Any) -> None:
    write()
    with django_assert_num_queries(5):
        write(fields={"name": "周桂兰"})


def test_the_system_itself_may_act_without_a_user() -> None:
    event = write(actor=type(REVIEWER)(None, "系统", "system", "", ""))
    event.refresh_from_db()
    assert event.actor_user_id is None


def test_a_time_is_written_as_the_clock_in_china_shows_it() -> None:
    event = write(at=datetime(2020, 9, 17, 8, 5, 0, 7, tzinfo=UTC))
    assert event.content["at"] == "2020-09-17T16:05:00.000007+08:00"


def test_the_summer_time_of_1988_is_not_ours() -> None:
    assert write(at=datetime(1988, 7, 1, tzinfo=UTC)).content["at"] == "1988-07-01T08:00:00.000000+08:00"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        write(at=datetime(2020, 9, 17))  # noqa: DTZ001  the point of the test


# --- fields ---


def test_fields_are_kept_as_digests_only_and_can_be_proved() -> None:
    event = write(fields={"name": "周桂兰", "birth_on": date(1968, 3, 12), "amount": Decimal("400.00"), "edge": True})
    assert "周桂兰" not in bytes(event.canonical).decode()
    assert all(len(digest) == 64 for digest in event.content["fields"].values())
    assert field_matches(event, "name", "周桂兰")
    assert field_matches(event, "birth_on", date(1968, 3, 12))
    assert field_matches(event, "amount", Decimal("400.00"))
    assert not field_matches(event, "name", "周桂蘭")
    assert not field_matches(event, "birth_on", date(1968, 3, 13))
    assert not field_matches(event, "edge", 1)
    assert not field_matches(event, "unknown", "周桂兰")


def test_equal_values_have_different_digests_in_two_fields_and_in_two_events() -> None:
    fields = {"name": "周桂兰", "signer": "周桂兰"}
    first, second = write(fields=fields), write(fields=fields)
    digests = [*first.content["fields"].values(), *second.content["fields"].values()]
    assert len(set(digests)) == 4


def test_after_the_salt_is_deleted_nothing_can_be_proved_and_the_chain_stays_whole() -> None:
    event = write(fields={"name": "周桂兰"})
    write()
    EventSalt.objects.filter(event=event).delete()
    with pytest.raises(SaltDeletedError, match="依法删除"):
        field_matches(Event.objects.get(pk=event.pk), "name", "周桂兰")
    assert verify_chain(COUNTY) == []


# --- personal numbers ---


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("身份证130399196002290019不符", "身份证130399********0019不符"),
        ("13039919540620002x，请核对", "130399********002x，请核对"),
        ("130399 19600229 0019", "130399********0019"),
        ("".join(chr(ord(digit) + 0xFEE0) for digit in "130399196002290019"), "130399********0019"),
        ("电话13800000000打不通", "电话138****0000打不通"),
        ("电话+86 138-0000-0000打不通", "电话138****0000打不通"),
        ("卡号6222020200112233445有误", "卡号****3445有误"),
        ("卡号6222 0202 0011 2233 445有误", "卡号****3445有误"),
        ("两个：13800000000、13900001234", "两个：138****0000、139****1234"),
    ],
)
def test_a_number_typed_into_a_reason_is_masked(typed: str, kept: str) -> None:
    event = write(reason=typed)
    assert event.reason == kept
    assert event.content["reason"] == kept


@pytest.mark.parametrize(
    "innocent",
    ["第2020-104-0031号", "2020年9月17日16:05", "400元", "1380000000", "138000000001", "乡镇130322104000"],
)
def test_other_numbers_in_a_reason_stay(innocent: str) -> None:
    assert write(reason=innocent).reason == innocent


@pytest.mark.parametrize(
    ("details", "kind"),
    [
        ({"id": "130399196002290019"}, "身份证号"),
        ({"deep": [{"phone": "联系 13800000000"}]}, "手机号"),
        ({"phone": 13800000000}, "手机号"),
        ({"13800000000": True}, "手机号"),
        ({"account": "6222020200112233445"}, "银行账号"),
    ],
)
def test_details_with_a_personal_number_are_refused_and_nothing_is_written(
    details: dict[str, object], kind: str
) -> None:
    with pytest.raises(PersonalNumberError, match=kind):
        write(details=details)
    assert not Event.objects.exists()


@given(st.binary(max_size=40))
def test_a_digest_is_never_taken_for_a_telephone_number(data: bytes) -> None:
    assert personal_number_in(hashlib.sha256(data).hexdigest()) == ""


@given(st.from_regex(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z"))
def test_nor_is_a_uuid(text: str) -> None:
    assert mask_numbers(text) == text


# --- values without a canonical spelling ---


@pytest.mark.parametrize(
    "bad", [1.5, b"x", {1: "x"}, object(), "\ud800", "a\x00b", {"Å": 1, "A\u030a": 2}, date(2020, 1, 1)]
)
def test_a_value_without_one_spelling_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="记录"):
        write(details={"value": bad})


def test_texts_are_kept_in_nfc_in_the_bytes_and_in_the_columns() -> None:
    event = write(reason="Zoe\u0308", details={"e\u0301": "e\u0301"})
    assert event.reason == "Zoë"
    assert event.details == {"é": "é"}


def test_a_choice_of_django_counts_as_its_value() -> None:
    class Colour(models.TextChoices):
        RED = "red", "红"

    event = write(details={"colour": Colour.RED})
    assert event.content["details"] == {"colour": "red"}
    assert type(event.details["colour"]) is str


def test_what_does_not_fit_a_column_is_refused_on_sqlite_too() -> None:
    with pytest.raises(ValueError, match="最多50个字"):
        write(subject=SubjectStamp("applications.application", "17", "长" * 51))
    assert write(subject=APPLICATION).sequence == 1


def test_an_event_needs_a_county_and_an_action() -> None:
    with pytest.raises(ValueError, match="县代码和动作"):
        write(county="")
    with pytest.raises(ValueError, match="县代码和动作"):
        write(action="")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
).filter(lambda value: "\\u0000" not in json.dumps(value))


@given(_json)
def test_canonical_bytes_read_back_give_the_same_bytes(value: object) -> None:
    try:
        data = canonical_bytes(value)
    except ValueError as error:
        assert "出现了两次" in str(error)  # noqa: PT017  two keys that NFC makes one: the only refusal left
        return
    assert canonical_bytes(json.loads(data)) == data
    assert unicodedata.is_normalized("NFC", data.decode())
    assert json.loads(data) == plain(value)
