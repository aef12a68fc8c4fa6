"""Coming in and going out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from project.demo import demo_logins
from registry.models import User

PASSWORD = "Long-enough-1"
WRONG = "账号或密码不对，请核对后再试。"
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user("何素琴", "何素琴", PASSWORD)


def page(client: Client, address: str = "/login/") -> str:
    return client.get(address).content.decode()


def test_the_right_password_leads_home(clerk: User, client: Client) -> None:
    response = client.post("/login/", {"username": "何素琴", "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_it_leads_on_to_where_one_was_going_but_never_to_another_site(clerk: User, client: Client) -> None:
    asked = {"username": "何素琴", "password": PASSWORD}
    assert client.post("/login/", asked | {"next": "/inbox/"})["Location"] == "/inbox/"
    client.logout()
    assert client.post("/login/", asked | {"next": "https://example.com/"})["Location"] == "/"
    client.logout()
    assert client.post("/login/", asked | {"next": "//example.com/"})["Location"] == "/"


def test_no_answer_tells_whether_an_account_exists(clerk: User, client: Client) -> None:
    User.objects.create_user("离任者", "离任者", PASSWORD, is_active=False)
    answers = {
        client.post("/login/", {"username": name, "password": password}).content.decode().count(WRONG)
        for name, password in (("何素琴", "wrong"), ("没有这个人", "wrong"), ("离任者", PASSWORD))
    }
    assert answers == {1}


def test_the_typed_account_is_kept_and_the_password_is_not(clerk: User, client: Client) -> None:
    shown = client.post("/login/", {"username": "何素琴", "password": "Wrong-one-2"}).content.decode()
    assert 'value="何素琴"' in shown
    assert "Wrong-one-2" not in shown


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(clerk: User, client: Client) -> None:
    right = {"username": "何素琴", "password": PASSWORD}
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(4):
            assert client.post("/login/", right | {"password": "wrong"}).status_code == 200
        assert client.post("/login/", right | {"password": "wrong"}).status_code == 429
        locked = client.post("/login/", right)
        assert locked.status_code == 429
        assert "15分钟以后再试" in locked.content.decode()
        clock.move_to(START + timedelta(minutes=15, seconds=1))
        assert client.post("/login/", right).status_code == 302


def test_a_link_logs_nobody_out(clerk: User, client: Client) -> None:
    client.force_login(clerk)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"


def test_password_managers_know_the_fields(db: None, client: Client) -> None:
    shown = page(client)
    assert 'autocomplete="username"' in shown
    assert 'autocomplete="current-password"' in shown


def test_the_empty_official_form_stands_beside_the_fields(db: None, client: Client) -> None:
    assert "贫困人口扶贫专岗申请审批表" in page(client)


def test_a_demo_account_fills_both_fields_without_script(db: None, client: Client, settings: Settings) -> None:
    settings.DEMO = True
    username, password, title = demo_logins()[0]
    shown = page(client, f"/login/?as={username}")
    assert f'value="{username}"' in shown
    assert f'value="{password}"' in shown
    assert title in shown


def test_outside_the_demo_nothing_is_listed_or_filled_in(db: None, client: Client, settings: Settings) -> None:
    settings.DEMO = False
    username, password, _ = demo_logins()[0]
    shown = page(client, f"/login/?as={username}")
    assert username not in shown
    assert password not in shown
    assert "演示" not in shown


def test_an_unknown_name_in_the_address_fills_in_nothing(db: None, client: Client, settings: Settings) -> None:
    settings.DEMO = True
    assert 'value="<script>"' not in page(client, "/login/?as=<script>")
