"""Sessions that end when nobody works, headers that let nothing in, logs without people."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from project.logs import MaskingFormatter

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def somebody(db: None, client: Client) -> Client:
    user = get_user_model().objects.create_user(username="session-test", name="测试人员", password="irrelevant")
    with time_machine.travel(START, tick=False):
        client.force_login(user)
    return client


def is_logged_in(client: Client) -> bool:
    # Any address will do, and one that does not exist asks no other room.
    return bool(client.get("/no-such-page/").wsgi_request.user.is_authenticated)


def test_half_an_hour_without_a_click_ends_the_session(somebody: Client) -> None:
    with time_machine.travel(START + timedelta(minutes=30, seconds=1), tick=False):
        assert not is_logged_in(somebody)


def test_each_click_gives_another_half_hour(somebody: Client) -> None:
    for minutes in (29, 58, 87):
        with time_machine.travel(START + timedelta(minutes=minutes), tick=False):
            assert is_logged_in(somebody)


def test_a_busy_user_does_not_write_the_session_at_every_click(somebody: Client) -> None:
    with time_machine.travel(START + timedelta(minutes=5), tick=False):
        assert is_logged_in(somebody)
    first = Session.objects.get().expire_date
    with time_machine.travel(START + timedelta(minutes=5, seconds=59), tick=False):
        assert is_logged_in(somebody)
    assert Session.objects.get().expire_date == first
    with time_machine.travel(START + timedelta(minutes=6), tick=False):
        assert is_logged_in(somebody)
    assert Session.objects.get().expire_date == first + timedelta(minutes=1)


def test_the_session_cookie_ends_with_the_browser_and_scripts_cannot_read_it(somebody: Client) -> None:
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        cookie = somebody.get("/no-such-page/").cookies[settings.SESSION_COOKIE_NAME]
    assert not cookie["expires"]
    assert not cookie["max-age"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_pages_allow_nothing_from_outside_and_stand_in_no_frame(db: None, client: Client) -> None:
    headers = client.get("/no-such-page/").headers
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_log_masks_numbers_of_people_even_in_a_traceback() -> None:
    error = ValueError("身份证号 13039919800101001X，电话13900000000")
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "failed for %s", ("13900000000",), (ValueError, error, None)
    )
    written = MaskingFormatter("%(message)s").format(record)
    assert "19800101" not in written
    assert "13900000000" not in written
    assert "ValueError" in written
