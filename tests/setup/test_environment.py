"""The settings come from the environment and refuse nonsense in a sentence that names the variable."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.environment import Environment
from project.first_run import ensure_secrets, fresh_key
from tests.processes import start_manage


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "\uff18\uff10"),
        ("DEBUG", "maybe"),
        ("HTTPS", "2"),
        ("DATABASE_URL", "oracle://u:p@h/d"),
        ("DATABASE_URL", "nonsense"),
        ("FIELD_KEYS", "x" * 44),
        ("SECRET_KEY", "short"),
    ],
)
def test_a_value_without_sense_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    variables = {"database_url": "sqlite:///:memory:", name: value}
    database_url = variables.pop("DATABASE_URL", variables.pop("database_url"))
    printed = start_manage(database_url, tmp_path, "check", **variables).output(expect=1)
    assert printed.startswith(f"环境变量 {name} ")
    assert "Traceback" not in printed


def test_a_database_password_is_never_repeated_in_a_refusal(tmp_path: Path) -> None:
    printed = start_manage("oracle://someone:hush-hush@db/x", tmp_path, "check").output(expect=1)
    assert "只支持 sqlite 和 postgres" in printed
    assert "hush-hush" not in printed


def test_debug_pages_are_refused_to_other_machines(tmp_path: Path) -> None:
    printed = start_manage("sqlite:///:memory:", tmp_path, "check", DEBUG="1", HOST="10.0.0.1").output(expect=1)
    assert "环境变量 DEBUG 不能与 HOST=10.0.0.1 同时使用" in printed


def test_a_server_for_other_machines_must_say_under_which_name(tmp_path: Path) -> None:
    refused = start_manage("sqlite:///:memory:", tmp_path, "check", HOST="0.0.0.0").output(expect=1)
    assert "环境变量 ALLOWED_HOSTS 没有设置" in refused
    named = {"HOST": "0.0.0.0", "ALLOWED_HOSTS": "desk.example"}
    start_manage("sqlite:///:memory:", tmp_path, "check", **named).finish()


def test_without_secrets_the_sentence_says_where_they_come_from() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"从备份恢复 var/secrets\.env"):
        Environment({}).secret("SECRET_KEY")


def test_the_first_run_writes_secrets_only_the_owner_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"):
        monkeypatch.delenv(name)
    folder = tmp_path / "var"

    assert ensure_secrets(folder, database_exists=False)
    path = folder / "secrets.env"
    first = path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    env = Environment({})
    env.add_secrets(folder)
    assert len(env.keys("FIELD_KEYS")) == len(env.keys("INDEX_KEY")) == 1
    assert len(env.secret("SECRET_KEY")) > 50

    assert not ensure_secrets(folder, database_exists=True)
    assert path.read_text(encoding="utf-8") == first, "a second run keeps the keys"


def test_a_database_that_lost_its_secrets_gets_no_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIELD_KEYS")
    with pytest.raises(SystemExit, match="请先从备份恢复该文件"):
        ensure_secrets(tmp_path, database_exists=True)
    assert not (tmp_path / "secrets.env").exists()


def test_what_the_environment_says_wins_over_the_secrets_file(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("# 密钥\nSECRET_KEY=from-the-file\nINDEX_KEY=from-the-file\n")
    env = Environment({"SECRET_KEY": "from-the-environment"})
    env.add_secrets(tmp_path)
    assert env.text("SECRET_KEY", "") == "from-the-environment"
    assert env.text("INDEX_KEY", "") == "from-the-file"


def test_a_strange_line_in_the_secrets_file_is_refused_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("# 密钥\nSECRET_KEYS=typing-error\n")
    with pytest.raises(ImproperlyConfigured, match="第 2 行看不懂"):
        Environment({}).add_secrets(tmp_path)


def test_several_field_keys_are_kept_in_their_order() -> None:
    new, old = fresh_key(), fresh_key()
    assert Environment({"FIELD_KEYS": f"{new}, {old}"}).keys("FIELD_KEYS") == [new, old]


def test_a_wrong_field_key_is_named_by_its_position_and_never_shown() -> None:
    wrong = "not-a-key-but-a-secret-somebody-mistyped"
    with pytest.raises(ImproperlyConfigured, match="第 2 个密钥不对") as refusal:
        Environment({"FIELD_KEYS": f"{fresh_key()},{wrong}"}).keys("FIELD_KEYS")
    assert wrong not in str(refusal.value)
