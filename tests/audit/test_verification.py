"""Proving the trail: every kind of damage is found, and its sentence names the event."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.canonical import event_hash
from audit.models import ChainHead, Event
from audit.verification import verify_chain, verify_event
from tests.audit.stories import COUNTY, write


@pytest.fixture
def chain(db: None) -> list[Event]:
    return [write(fields={"name": "周桂兰"}) for _ in range(5)]


def damage(*statements: str) -> None:
    """What somebody with the database's password could do: take the triggers away, then write."""
    with connection.cursor() as cursor:
        for table in ("audit_event", "audit_eventorganisation"):
            for act in ("update", "delete", "replace"):
                cursor.execute(f"DROP TRIGGER IF EXISTS refuse_{act}_{table}")
        for statement in statements:
            cursor.execute(statement)


def test_an_untouched_chain_is_whole(chain: list[Event]) -> None:
    assert verify_chain(COUNTY) == []


def test_a_county_without_events_is_whole(db: None) -> None:
    assert verify_chain("130324") == []


@pytest.mark.parametrize(
    ("assignment", "column"),
    [
        ("reason = '不同意'", "理由"),
        ("actor_name = '别人'", "办理人"),
        ("actor_user_id = 8", "办理人编号"),
        ("action = 'application.reject'", "动作"),
        ("at = '2020-09-16 08:05:00'", "时间"),
        ("details = '{}'", "细节"),
        ("case_key = 'applications.application:18'", "事项"),
        ("to_state = 'approved'", "新状态"),
        ("policy = ''", "政策参数"),
    ],
)
def test_a_changed_column_is_found(chain: list[Event], assignment: str, column: str) -> None:
    damage(f"UPDATE audit_event SET {assignment} WHERE sequence = 3")
    problems = verify_chain(COUNTY)
    assert len(problems) == 1
    assert problems[0].startswith(f"{COUNTY}第3条记录")
    assert f"“{column}”一栏与正本不一致" in problems[0]


def test_changed_canonical_bytes_are_found(chain: list[Event]) -> None:
    forged = bytes(chain[2].canonical).replace("同意安置".encode(), "不予安置".encode())
    damage(
        f"UPDATE audit_event SET canonical = x'{forged.hex()}' WHERE sequence = 3",
        "UPDATE audit_event SET reason = '情况属实，不予安置。' WHERE sequence = 3",
    )
    problems = verify_chain(COUNTY)
    assert any("第3条记录" in problem and "正本与哈希不一致" in problem for problem in problems)
    assert any("第4条记录" in problem and "接不上" in problem for problem in problems)


def test_a_forged_event_with_a_fresh_hash_breaks_the_chain_at_the_next_one(chain: list[Event]) -> None:
    forged = bytes(chain[2].canonical).replace("同意安置".encode(), "不予安置".encode())
    damage(
        f"UPDATE audit_event SET canonical = x'{forged.hex()}', hash = '{event_hash(forged)}', "
        "reason = '情况属实，不予安置。' WHERE sequence = 3"
    )
    problems = verify_chain(COUNTY)
    assert len(problems) == 1
    assert "第4条记录" in problems[0]
    assert "接不上" in problems[0]


def test_a_forged_last_event_disagrees_with_the_head(chain: list[Event]) -> None:
    forged = bytes(chain[4].canonical).replace("同意安置".encode(), "不予安置".encode())
    damage(
        f"UPDATE audit_event SET canonical = x'{forged.hex()}', hash = '{event_hash(forged)}', "
        "reason = '情况属实，不予安置。' WHERE sequence = 5"
    )
    assert verify_chain(COUNTY) == [f"{COUNTY}第5条记录与末端登记的哈希不一致。"]


def test_canonical_bytes_that_are_no_record_are_found(chain: list[Event]) -> None:
    damage("UPDATE audit_event SET canonical = x'7b7d' WHERE sequence = 5")
    assert any("第5条记录" in problem and "读不出来" in problem for problem in verify_chain(COUNTY))


def test_another_spelling_of_the_same_content_is_found(chain: list[Event]) -> None:
    loose = bytes(chain[4].canonical).replace(b'":', b'": ')
    fresh = event_hash(loose)
    damage(f"UPDATE audit_event SET canonical = x'{loose.hex()}', hash = '{fresh}' WHERE sequence = 5")
    assert any("不是trail/1的写法" in problem for problem in verify_chain(COUNTY))


def test_a_removed_event_is_found(chain: list[Event]) -> None:
    damage(
        "DELETE FROM audit_eventsalt",
        f"DELETE FROM audit_eventorganisation WHERE event_id = {chain[2].pk}",
        "DELETE FROM audit_event WHERE sequence = 3",
    )
    assert verify_chain(COUNTY) == [f"{COUNTY}第3条记录不见了：序号从2跳到4。"]


def test_a_removed_end_is_found(chain: list[Event]) -> None:
    damage(
        "DELETE FROM audit_eventsalt",
        "DELETE FROM audit_eventorganisation WHERE sequence > 3",
        "DELETE FROM audit_event WHERE sequence > 3",
    )
    assert verify_chain(COUNTY) == [f"{COUNTY}第4条到第5条记录不见了：末端登记是第5条。"]


def test_an_event_beyond_the_head_is_found(chain: list[Event]) -> None:
    ChainHead.objects.update(sequence=4, hash=chain[3].hash)
    assert verify_chain(COUNTY) == [f"{COUNTY}第5条到第5条记录不在末端登记之内，不是由程序写入的。"]


def test_a_head_with_another_hash_is_found(chain: list[Event]) -> None:
    ChainHead.objects.update(hash="f" * 64)
    assert verify_chain(COUNTY) == [f"{COUNTY}第5条记录与末端登记的哈希不一致。"]


def test_a_missing_head_is_found(chain: list[Event]) -> None:
    ChainHead.objects.all().delete()
    assert verify_chain(COUNTY) == [f"{COUNTY}的记录链没有末端登记，最后一条是第5条。"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_eventorganisation",
        "UPDATE audit_eventorganisation SET organisation_code = '130322105000'",
        "UPDATE audit_eventorganisation SET sequence = 9",
    ],
)
def test_an_event_hidden_from_its_township_is_found(chain: list[Event], statement: str) -> None:
    damage(f"{statement} WHERE sequence = 2 AND organisation_code = '130322104000'")
    problems = verify_chain(COUNTY)
    assert len(problems) == 1
    assert "第2条记录" in problems[0]
    assert "“涉及的单位”一栏" in problems[0]


def test_events_appended_during_the_reading_are_no_problem(chain: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    stale = ChainHead.objects.get(county=COUNTY)
    write()
    heads = iter([stale])
    first = ChainHead.objects.none().__class__.first
    monkeypatch.setattr(
        ChainHead.objects.none().__class__,
        "first",
        lambda self: next(heads) if self.model is ChainHead else first(self),
    )
    assert verify_chain(COUNTY) == []


def test_the_command_says_where_every_chain_ends(chain: list[Event], capsys: pytest.CaptureFixture[str]) -> None:
    write(county="130324")
    call_command("verify_trail")
    out = capsys.readouterr().out
    assert f"130322：5条记录完整，末端哈希 {chain[-1].hash}" in out
    assert "130324：1条记录完整" in out


def test_the_command_fails_and_names_the_event(chain: list[Event], capsys: pytest.CaptureFixture[str]) -> None:
    damage("UPDATE audit_event SET reason = '' WHERE sequence = 3")
    with pytest.raises(CommandError) as failure:
        call_command("verify_trail")
    assert failure.value.returncode == 1
    errors = capsys.readouterr().err
    assert "130322第3条记录" in errors
    assert "缺少触发器 refuse_update_audit_event" in errors


def test_one_event_can_be_verified_with_its_link(chain: list[Event]) -> None:
    assert [verify_event(event) for event in Event.objects.all()] == [[]] * 5
    damage("UPDATE audit_event SET reason = '不同意' WHERE sequence = 3")
    assert "“理由”一栏" in verify_event(Event.objects.get(sequence=3))[0]
    assert verify_event(Event.objects.get(sequence=4)) == []


def test_one_event_is_not_whole_when_the_one_before_is_another(chain: list[Event]) -> None:
    forged = bytes(chain[2].canonical).replace("同意安置".encode(), "不予安置".encode())
    damage(f"UPDATE audit_event SET canonical = x'{forged.hex()}' WHERE sequence = 3")
    assert "接不上" in verify_event(Event.objects.get(sequence=4))[0]
    damage(
        "DELETE FROM audit_eventsalt",
        "DELETE FROM audit_eventorganisation WHERE sequence = 3",
        "DELETE FROM audit_event WHERE sequence = 3",
    )
    assert verify_event(Event.objects.get(sequence=4)) == ["130322第3条记录不见了。"]


def test_verification_reads_in_batches(
    chain: list[Event], django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        verify_chain(COUNTY)
