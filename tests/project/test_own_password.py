"""One's own password."""

import pytest
from django.test import Client

from registry.models import User

OLD, NEW = "Long-enough-1", "Longer-still-2"


@pytest.fixture
def clerk(db: None, client: Client) -> User:
    clerk = User.objects.create_user("何素琴", "何素琴", OLD)
    client.force_login(clerk)
    return clerk


def change(client: Client, old: str = OLD, new: str = NEW, again: str | None = None) -> str:
    answer = client.post(
        "/password/",
        {"old_password": old, "new_password1": new, "new_password2": new if again is None else again},
        follow=True,
    )
    return answer.content.decode()


def test_a_good_new_password_replaces_the_old_one(clerk: User, client: Client) -> None:
    assert "密码已修改" in change(client)
    clerk.refresh_from_db()
    assert clerk.check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"old": "wrong"}, "现在的密码不对"),
        ({"again": "Other-one-3"}, "两次填写的新密码不一样"),
        ({"new": "Short-1"}, "至少"),
        ({"new": "onlysmallletters"}, "至少用3类"),
        ({"new": "何素琴何素琴Ab1"}, "相似"),
        ({"new": OLD}, "新密码和现在的一样"),
        ({"new": ""}, "请填写新密码"),
    ],
)
def test_what_is_wrong_is_said_in_chinese_and_nothing_changes(
    clerk: User, client: Client, typed: dict[str, str], told: str
) -> None:
    assert told in change(client, **typed)
    clerk.refresh_from_db()
    assert clerk.check_password(OLD)


def test_the_rules_are_told_before_one_types(clerk: User, client: Client) -> None:
    shown = client.get("/password/").content.decode()
    assert "密码必须包含至少10个字符" in shown
    assert "你的" not in shown


def test_an_initial_password_opens_only_the_page_that_replaces_it(clerk: User, client: Client) -> None:
    clerk.must_change_password = True
    clerk.save()
    assert client.get("/inbox/")["Location"] == "/password/"
    assert "初始密码" in client.get("/password/").content.decode()
    assert client.post("/logout/").status_code == 302
    client.force_login(clerk)
    change(client)
    assert client.get("/password/").status_code == 200
    clerk.refresh_from_db()
    assert not clerk.must_change_password


def test_strangers_are_sent_to_the_login(db: None, client: Client) -> None:
    assert client.get("/password/")["Location"] == "/login/?next=/password/"
