"""The administrator's pages: what is typed is kept, what is refused is said, and no business data is shown."""

import html
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.models import Appointment, Organisation, User
from registry.roles import Role
from tests.cast import Cast, user_of
from workflows.administration.rights_view import (
    acts_when_asked,
    anybodys_acts,
    desk_acts,
    everybodys_acts,
    is_for_the_system_only,
    rights_of,
)
from workflows.core.actions import ACTIONS

Browser = Callable[[str], Client]
TODAY = date(2020, 9, 15)


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_a_user_is_registered_and_appointed_through_the_pages(cast: Cast, browser: Browser) -> None:
    client = browser("administrator")
    form = {"name": "冯立新", "username": "冯立新", "password": "Chushi-2020"}
    response = client.post("/officials/new/", form)
    user = User.objects.get(username="冯立新")
    assert (response.status_code, response["Location"]) == (303, f"/officials/{user.pk}/appoint/")
    appointing = {"organisation": "昌黎县泥井镇青禾村", "role": "village_clerk", "from_on": "2020-09-16", "to_on": ""}
    response = client.post(response["Location"], appointing)
    assert response.status_code == 303
    appointment = Appointment.objects.get(user=user)
    assert (appointment.organisation, appointment.from_on) == (cast.village, TODAY + timedelta(days=1))
    page = text_of(client.get(response["Location"]))
    assert "2020年9月16日开始" in page
    assert "撤销任职" in page


def test_a_refused_form_keeps_what_was_typed_and_leads_to_every_field(cast: Cast, browser: Browser) -> None:
    url = f"/organisations/{cast.village.pk}/appoint/"
    response = browser("administrator").post(
        url, {"user": "没有此人", "role": "village_clerk", "from_on": "2020-13-45", "to_on": ""}
    )
    page = text_of(response)
    assert response.status_code == 422
    assert "没有找到用户名“没有此人”" in page
    assert "请按年-月-日填写日期" in page
    for kept in ('value="没有此人"', 'value="2020-13-45"', 'href="#f-user"', 'href="#f-from_on"'):
        assert kept in page


def test_an_office_is_handed_over_on_one_page(cast: Cast, browser: Browser) -> None:
    leaver, office = user_of(cast.reviewer), cast.reviewer.appointments[0]
    url = f"/officials/{leaver.pk}/hand-over/"
    form = {"successor": "苏文静", "from_on": "2020-09-16", "reason": "退休。", "appointments": [office.pk]}
    refused = browser("administrator").post(url, form | {"appointments": []})
    assert refused.status_code == 422
    assert "请勾选要移交的任职" in text_of(refused)
    assert browser("administrator").post(url, form).status_code == 303
    assert Appointment.objects.get(pk=office.pk).to_on == TODAY


def test_a_village_is_founded_under_its_township(cast: Cast, browser: Browser) -> None:
    url = f"/organisations/new/?parent={cast.township.pk}"
    form = {"name": "柳溪村", "code": "104003", "full_name": "", "seal_name": "", "opened_on": "2020-09-15"}
    assert browser("administrator").post(url, form).status_code == 303
    made = Organisation.objects.get(code="104003")
    assert (made.parent, made.full_name) == (cast.township, "昌黎县泥井镇柳溪村")
    again = browser("administrator").post(url, form)
    assert again.status_code == 422
    assert "请换一个代码：昌黎县泥井镇柳溪村已用了“104003”" in text_of(again)


def test_a_demo_seal_is_drawn_and_shown(cast: Cast, browser: Browser) -> None:
    bureau = cast.places["bureau"]
    form = {"name": "人社局公章（演示）", "valid_from": "2020-09-15", "valid_to": ""}
    url = f"/organisations/{bureau.pk}/seal/"
    assert browser("administrator").post(url, form).status_code == 303
    assert "人社局公章（演示）的印模" in text_of(browser("administrator").get(f"/organisations/{bureau.pk}/"))


def test_a_stale_page_is_told_so(cast: Cast, browser: Browser) -> None:
    url = f"/organisations/{cast.village.pk}/close/"
    form = {"closed_on": "2020-12-31", "reason": "并村。", "seen": "0" * 24}
    response = browser("administrator").post(url, form)
    assert response.status_code == 409
    assert "已由别人改过" in text_of(response)
    assert Organisation.objects.get(pk=cast.village.pk).closed_on is None


@pytest.mark.parametrize("slug", ["nonsense", "delete"])
def test_an_unknown_act_does_not_exist(cast: Cast, browser: Browser, slug: str) -> None:
    assert browser("administrator").get(f"/officials/{user_of(cast.clerk).pk}/{slug}/").status_code == 404


def test_the_administrator_sees_no_business(cast: Cast, browser: Browser) -> None:
    case = cast.apply()
    client = browser("administrator")
    urls = ["/", "/inbox/", "/organisations/", f"/organisations/{cast.village.pk}/", "/officials/"]
    for url in urls:
        assert case.title not in text_of(client.get(url)), url
    assert client.get(f"/cases/{case.pk}/").status_code == 404


PAGES: dict[str, Callable[[Cast], str]] = {
    "organisations": lambda cast: "/organisations/",
    "organisation": lambda cast: f"/organisations/{cast.township.pk}/",
    "officials": lambda cast: "/officials/?q=林",
    "official": lambda cast: f"/officials/{user_of(cast.reviewer).pk}/",
    "hand-over": lambda cast: f"/officials/{user_of(cast.reviewer).pk}/hand-over/",
    "seals": lambda cast: "/kept-seals/",
    "rights": lambda cast: "/organisations/rights/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_ten_queries_at_most(name: str, cast: Cast, browser: Browser) -> None:
    client, url = browser("administrator"), PAGES[name](cast)
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert len(asked) <= 10


# --- who may do what ----------------------------------------------------------------------------------


def test_every_action_is_somebodys(db: None) -> None:
    told = {*anybodys_acts(), *everybodys_acts(), *desk_acts(), *acts_when_asked()}
    for role in Role:
        rights = rights_of(role)
        told |= {*rights.acts, *(label for step in rights.steps for label in step["acts"].split("、"))}
    untold = [a.code for a in ACTIONS.all() if a.label not in told and not is_for_the_system_only(a)]
    assert untold == []


def test_the_words_follow_the_code() -> None:
    reviewer = rights_of(Role.TOWNSHIP_REVIEWER)
    (opinion,) = (step for step in reviewer.steps if (step["flow"], step["step"]) == ("扶贫专岗申请", "乡镇意见"))
    assert "同意并签字" in opinion["acts"]
    assert "移交岗位" in rights_of(Role.SYSTEM_ADMINISTRATOR).acts
    assert rights_of(Role.SYSTEM_ADMINISTRATOR).reads == ["不看业务数据"]
    assert "全县办理记录" in rights_of(Role.AUDITOR).reads
