"""From an empty installation to the first attendance sheet: the lists of a county, each by whoever keeps it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from time_machine import travel

from audit.models import Event
from audit.verification import verify_chain
from registry.models import County, Organisation, User
from registry.roles import Role
from tests.cast import AFTERNOON, Cast, applicant_id, browser_of, nothing_happens
from tests.lists.books import book
from workflows.employment.models import Agreement, Tenure
from workflows.employment.tenures import tenures_in

pytestmark = pytest.mark.django_db
ORGANISATIONS: list[list[str]] = [
    ["代码", "名称", "类别", "所属乡镇代码"],
    ["104", "泥井镇", "乡镇", ""],
    ["104001", "青禾村", "行政村", "104"],
]
HOUSEHOLDS = ["行政村", "户主姓名", "户主身份证号", "人员类别", "姓名", "身份证号", "家庭住址"]
SERVICE = ["姓名", "身份证号", "岗位", "上岗日期", "离岗日期", "现行协议开始日期", "现行协议终止日期"]
POSTS = ["行政村", "岗位", "职责范围", "工作标准", "工作时间", "人数", "就近安置"]
OWN = "Own-Passw0rd-77"


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[None]:
    with travel(AFTERNOON, tick=False):
        yield


def send(client: Client, slug: str, rows: Sequence[Any], **typed: Any) -> Any:
    file = SimpleUploadedFile("名单.xlsx", book(rows))
    return client.post(f"/lists/{slug}/", {"file": file, **typed})


def shown(answer: Any) -> str:
    """What the page carries from being shown to being taken in."""
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r'name="shown" value="([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def take_in(client: Client, slug: str, rows: Sequence[Any], **typed: Any) -> str:
    """What the page says after it."""
    answer = client.post(f"/lists/{slug}/", {"shown": shown(send(client, slug, rows, **typed))}, follow=True)
    assert answer.redirect_chain == [("/lists/", 303)], answer.content.decode()
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def login(username: str) -> Client:
    client = Client()
    user = User.objects.get(username=username)
    user.must_change_password = False
    user.save()
    client.force_login(user, backend="registry.backends.OfficialBackend")
    return client


def begin(**changes: str) -> str:
    out = StringIO()
    given = {"code": "130399", "name": "测试县", "administrator": "柳思源"} | changes
    call_command("begin_county", stdout=out, **given)
    return out.getvalue()


def test_a_county_begins_with_a_command_and_goes_on_with_lists_until_people_stand_on_a_sheet() -> None:
    password = re.search(r"密码    (\S+)（", begin())
    assert password
    first = Client()
    answer = first.post("/login/", {"username": "柳思源", "password": password[1]}, follow=True)
    assert "修改密码" in answer.content.decode()
    own = {"old_password": password[1], "new_password1": OWN, "new_password2": OWN}
    assert first.post("/password/", own).headers["Location"] == "/", "what they came for"

    administrator = login("柳思源")
    assert "2个单位" in take_in(administrator, "organisations", ORGANISATIONS, opened_on="2019-01-01")
    village = Organisation.objects.get(code="104001")
    assert (village.full_name, village.seal_name) == ("测试县泥井镇青禾村", "测试县泥井镇青禾村村民委员会")
    officials = [
        ["用户名", "姓名", "单位代码", "岗位身份"],
        ["何素琴", "何素琴", "104001", "村经办人"],
        ["罗晓敏", "罗晓敏", "104", "乡镇经办人"],
        ["林书平", "林书平", "104", "乡镇审核人"],
    ]
    typed = {"from_on": "2020-09-01", "password": "First-Passw0rd"}
    assert "3名用户，3个任职" in take_in(administrator, "officials", officials, **typed)
    assert User.objects.get(username="何素琴").check_password("First-Passw0rd")

    reviewer = login("林书平")
    posts = [POSTS, ["青禾村", "保洁", "清扫主街", "路面无垃圾", "每天7时至10时", 2, ""]]
    assert "1个岗位，2个名额" in take_in(reviewer, "posts", posts)
    people = [
        HOUSEHOLDS,
        ["青禾村", "田有福", applicant_id(90), "已脱贫", "田红霞", applicant_id(1), "2组"],
        ["104001", "田有福", applicant_id(90), "已脱贫", "田红军", applicant_id(2), "2组"],
    ]
    assert "1户，2人" in take_in(login("罗晓敏"), "households", people, listed_on="2020-01-01")
    service = [SERVICE, ["田红霞", applicant_id(1), "保洁", "2019年7月1日", "", "2020/7/1", date(2021, 6, 30)]]
    told = take_in(reviewer, "service", service, kept_from="2020-09-01")
    assert "1段经历，1人还在岗，1份现行协议" in told
    (stint,) = tenures_in(village, date(2020, 9, 1), date(2020, 9, 30))
    assert (stint.tenure.worker.name, stint.first, stint.last) == ("田红霞", date(2020, 9, 1), date(2020, 9, 30))
    assert tenures_in(village, date(2020, 8, 1), date(2020, 8, 31)) == [], "August was kept on paper"
    assert verify_chain("130399") == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "13039"}, "县代码是6位数字"),
        ({"code": "130322"}, "已经建立"),
        ({"administrator": "何素琴"}, "请换一个用户名"),
    ],
)
def test_a_county_that_cannot_begin_leaves_nothing(changes: dict[str, str], sentence: str, cast: Cast) -> None:
    before = County.objects.count(), Organisation.objects.count(), Event.objects.count()
    with pytest.raises(CommandError, match=sentence):
        begin(**changes)
    assert (County.objects.count(), Organisation.objects.count(), Event.objects.count()) == before


def test_wrong_rows_are_told_by_their_line_and_nothing_happens(cast: Cast) -> None:
    rows = [
        ["泥井镇在岗名单"],
        SERVICE,
        ["无此人", applicant_id(77), "", "2019-07-01", "2020-06-30"],
        [],
        ["孟照林", applicant_id(1), "", "2019年7月", ""],
    ]
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(1))
    client = browser_of(cast.reviewer)
    with nothing_happens():
        answer = send(client, "service", rows, kept_from="2020-09-01")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有导入，请先改好2处" in page
    assert "第3行：名单里没有这个身份证号的劳动者" in page
    assert "第5行：请把日期写成2019-07-01的样子" in page
    assert 'value="2020-09-01"' in page, "what was typed is kept"


def test_looking_at_a_list_takes_nothing_in_and_masks_numbers(cast: Cast) -> None:
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(1))
    rows = [SERVICE, ["孟照林", applicant_id(1), "", "2019-07-01", "2020-06-30"]]
    client = browser_of(cast.reviewer)
    with nothing_happens():
        page = send(client, "service", rows, kept_from="2020-09-01").content.decode()
    assert "没有发现问题" in page
    assert "1段经历，0人还在岗" in page
    assert applicant_id(1) not in page
    assert f"{applicant_id(1)[:3]}****{applicant_id(1)[-3:]}" in page


def test_what_was_shown_to_one_is_not_taken_in_by_another_nor_twice_nor_changed(cast: Cast) -> None:
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(1))
    rows = [SERVICE, ["孟照林", applicant_id(1), "", "2019-07-01", "2020-06-30"]]
    reviewer = browser_of(cast.reviewer)
    token, other = shown(send(reviewer, "service", rows, kept_from="2020-09-01")), browser_of(cast.other_reviewer)
    with nothing_happens():
        for client, slug, sent in (
            (other, "service", token),
            (reviewer, "posts", token),
            (reviewer, "service", token[:-3] + "AAA"),
            (reviewer, "service", "no token"),
        ):
            answer = client.post(f"/lists/{slug}/", {"shown": sent})
            assert answer.status_code == 422
            assert "没有导入" in answer.content.decode()
    assert reviewer.post("/lists/service/", {"shown": token}).status_code == 303
    with nothing_happens():
        again = reviewer.post("/lists/service/", {"shown": token})
        assert "已有同一时间的在岗经历" in again.content.decode()
    assert Tenure.objects.count() == 1


@pytest.mark.parametrize(
    ("slug", "rows", "sentence"),
    [
        ("posts", [POSTS, ["无名村", "保洁", "清扫", "干净", "每天", "2"]], "泥井镇没有“无名村”这个村"),
        ("posts", [POSTS, ["青禾村", "保洁", "", "干净", "每天", "2"]], "请填写职责范围"),
        ("posts", [POSTS, ["青禾村", "保洁", "清扫", "干净", "每天", "两个"]], "人数请写1到200的整数"),
        ("posts", [POSTS, ["青禾村", "保" * 21, "清扫", "干净", "每天", "2"]], "岗位太长"),
        ("posts", [POSTS, *[["青禾村", "水管员", "巡查", "通水", "每天", "2"]] * 2], "请合成一行"),
    ],
)
def test_a_list_of_posts_that_cannot_be_right_is_refused(
    slug: str, rows: list[list[Any]], sentence: str, cast: Cast
) -> None:
    client = browser_of(cast.reviewer)
    with nothing_happens():
        answer = send(client, slug, rows)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["", "无名镇", "乡镇", ""], "请填写代码"),
        (["104", "无名镇", "乡镇", ""], "代码“104”已经用了"),
        (["109", "无名镇", "市", ""], "不认识的类别“市”"),
        (["109001", "无名村", "行政村", "999"], "请写上所属乡镇的代码"),
        (["109", "无名镇", "乡镇", "104"], "只有行政村写所属乡镇"),
        (["104009", "无名村", "行政村", "104", "可以"], "只对行政村写“是”"),
        (["109", "无名镇", "乡镇", "", "是"], "只对行政村写“是”"),
    ],
)
def test_a_list_of_organisations_that_cannot_be_right_is_refused(row: list[str], sentence: str, cast: Cast) -> None:
    client = browser_of(cast.administrator)
    with nothing_happens():
        answer = send(client, "organisations", [[*ORGANISATIONS[0], "村经办人代管印章"], row], opened_on="2019-01-01")
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_somebody_of_the_county_chooses_the_township(cast: Cast) -> None:
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(1))
    officer = browser_of(cast.also("supervisor", Role.EMPLOYMENT_SERVICE_OFFICER, "employment_service"))
    rows = [SERVICE, ["孟照林", applicant_id(1), "保洁", "2019-07-01", ""]]
    asked = send(officer, "service", rows, kept_from="2020-09-01")
    assert "请选择乡镇" in asked.content.decode()
    # In another township's villages there is no such post of theirs.
    answer = send(officer, "service", rows, kept_from="2020-09-01", township=Organisation.objects.get(code="101").pk)
    assert answer.status_code == 422
    assert send(officer, "service", rows, kept_from="2020-09-01", township=cast.village.pk).status_code == 422
    take_in(officer, "service", rows, kept_from="2020-09-01", township=cast.township.pk)
    tenure = Tenure.objects.get()
    assert (tenure.township, tenure.village) == (cast.township, cast.village)
    assert not Agreement.objects.exists()
