"""The bar on every page: who is logged in as what, and only the ways that are open to them."""

from datetime import date

import pytest
from django.test import Client

from project.context import title_of
from registry.models import Appointment, County, Organisation, User
from registry.roles import OrganisationKind, Role

SINCE = date(2019, 6, 20)


@pytest.mark.parametrize(
    ("place", "role", "title"),
    [
        ("泥井镇", Role.TOWNSHIP_REVIEWER, "泥井镇乡镇审核人"),
        ("青禾村", Role.VILLAGE_CLERK, "青禾村经办人"),
        ("青禾村", Role.VILLAGE_HEAD, "青禾村支部书记"),
        ("人力资源和社会保障局", Role.BUREAU_SUPERVISOR, "人社局监督员"),
        ("就业服务中心", Role.EMPLOYMENT_SERVICE_OFFICER, "就业服务中心经办人"),
        ("扶贫专项督导组", Role.SUPERVISION_MEMBER, "扶贫专项督导组成员"),
    ],
)
def test_organisation_and_role_say_nothing_twice(place: str, role: Role, title: str) -> None:
    assert title_of(Appointment(organisation=Organisation(name=place), role=role)) == title


@pytest.fixture
def county(db: None) -> County:
    return County.objects.create(code="130322", name="昌黎县", demo=True)


def officer(client: Client, county: County, name: str, role: Role) -> str:
    """Logs in somebody of that role and gives the bar they see."""
    place = Organisation.objects.create(
        county=county,
        kind=OrganisationKind.COUNTY_DEPARTMENT,
        code=role.value,
        name=name,
        full_name=name,
        seal_name=name,
        opened_on=SINCE,
    )
    user = User.objects.create_user(role.value, "程远")
    Appointment.objects.create(user=user, organisation=place, role=role, from_on=SINCE, made_by="县人社局")
    client.force_login(user)
    shown = client.get("/password/").content.decode()
    return shown[shown.index("<header") : shown.index("</header>")]


def test_the_bureau_sees_the_trail_and_the_register(client: Client, county: County) -> None:
    bar = officer(client, county, "人力资源和社会保障局", Role.BUREAU_SUPERVISOR)
    for word in ("昌黎县扶贫专岗", "程远", "人社局监督员", "待办", "申请", "用印登记", "办理记录", "退出"):
        assert word in bar


def test_the_administrator_is_led_to_no_business_data(client: Client, county: County) -> None:
    bar = officer(client, county, "人力资源和社会保障局", Role.SYSTEM_ADMINISTRATOR)
    for word in ("待办", "申请", "用印登记", "办理记录"):
        assert word not in bar


def test_a_person_without_office_is_led_nowhere(client: Client, county: County) -> None:
    client.force_login(User.objects.create_user("新人", "新人"))
    shown = client.get("/password/").content.decode()
    assert "昌黎县扶贫专岗" in shown
    assert "用印登记" not in shown


def test_pages_of_one_kind_stand_behind_one_word_and_a_single_one_in_the_bar_itself(
    client: Client, county: County
) -> None:
    bar = officer(client, county, "人力资源和社会保障局", Role.BUREAU_SUPERVISOR)
    assert "<summary>考核督查</summary>" in bar
    assert bar.count('<details class="ways') < bar.count("<a href=") / 2
    bar = officer(client, county, "妇联", Role.REPORTER)
    assert ">条款对照</a>" in bar
    assert "制度记录" not in bar


def test_the_word_says_that_the_page_is_behind_it(client: Client, county: County) -> None:
    officer(client, county, "人力资源和社会保障局", Role.BUREAU_SUPERVISOR)
    page = client.get("/articles/").content.decode()
    assert '<details class="ways ways--here"><summary>制度记录<span class="sr">' in page
    assert '<a href="/articles/" aria-current="page">条款对照</a>' in page
