"""办到哪一步 as a whole picture, the page of a flow from the code, and publishing a version on it."""

from collections.abc import Callable

from django.test import Client

from tests.cast import Cast, events_of, task_of
from workflows.applications.models import State
from workflows.core.models import Case, PublishedFlow
from workflows.core.procedure import open_tasks

Log = Callable[[str], Client]


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_a_case_shows_the_whole_way_its_returns_and_since_when_it_lies_where(cast: Cast, browser: Log) -> None:
    case = cast.walk_to(State.RETURNED)
    html = page(browser("clerk"), f"/cases/{case.pk}/flow/")
    assert "9月15日 秦守义 签署村委会意见：同意" in html
    assert "9月15日 林书平 退回补正" in html
    assert "现在：村经办人填写并提交，9月15日起" in html
    assert 'class="back"' in html
    assert "填写申请表正在办" in html
    assert f"/cases/{case.pk}/flow/" in page(browser("clerk"), f"/cases/{case.pk}/")


def test_an_office_that_is_asked_is_on_the_picture(cast: Cast, browser: Log) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    cast.do("desk.take", task_of(case), cast.reviewer, {})
    cast.do(
        "applications.ask", task_of(case), cast.reviewer, {"office": "employment_service", "reason": "请核实就业情况。"}
    )
    html = page(browser("reviewer"), f"/cases/{case.pk}/flow/")
    assert "林书平 征求意见（加签）" in html
    assert "现在：就业服务中心经办人答复征求的意见" in html
    assert len(open_tasks(case)) == 2


def test_an_exception_stands_on_the_picture_with_its_reason(cast: Cast, browser: Log) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    data = {"reason": "乡镇审核人调离，退回村里重新安排。", "to": State.RETURNED}
    cast.do("desk.move_by_exception", case, cast.supervisor, data)
    html = page(browser("clerk"), f"/cases/{case.pk}/flow/")
    assert "例外处理" in html
    assert "乡镇审核人调离" in html


def test_the_supervisor_alone_is_offered_the_exception(cast: Cast, browser: Log) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    assert "例外处理" in page(browser("supervisor"), f"/cases/{case.pk}/")
    assert "例外处理" not in page(browser("reviewer"), f"/cases/{case.pk}/")
    client = browser("supervisor")
    typed = {
        "action": "desk.move_by_exception",
        "to": State.RETURNED,
        "reason_desk.move_by_exception": "",
        "seen": Case.objects.get(pk=case.pk).revision,
    }
    assert client.post(f"/cases/{case.pk}/act/", typed).status_code == 422
    typed["reason_desk.move_by_exception"] = "村里无人能签，退回村里重新安排。"
    assert client.post(f"/cases/{case.pk}/act/", typed).status_code == 303
    assert task_of(case).flow_task.name == "fill_in"


def test_the_flow_has_its_page_from_the_code(cast: Cast, browser: Log) -> None:
    html = page(browser("reviewer"), "/flows/applications/")
    for words in ("流程图", "乡镇意见", "待乡镇审", "退回补正", "边缘户名额", "《方案》三（二）4", "第2版"):
        assert words in html, words
    assert "村评议" in page(browser("reviewer"), "/flows/applications/?version=2")
    assert "发布第2版" not in page(browser("reviewer"), "/flows/applications/?version=2")
    assert browser("reviewer").get("/flows/nothing/").status_code == 404


def test_the_bureau_publishes_a_version_and_moves_a_case_on_its_page(cast: Cast, browser: Log) -> None:
    draft, case = cast.draft(), cast.apply()
    client = browser("supervisor")
    html = page(client, "/flows/applications/?version=2")
    assert "发布第2版" in html
    assert "以后的环节不变。" in html
    assert f"/cases/{draft.pk}/" not in html
    assert browser("administrator").post("/flows/applications/", {"version": "2"}).status_code == 404
    assert client.post("/flows/applications/", {"version": "2"}).status_code == 303
    assert PublishedFlow.objects.get().version == 2
    assert client.post("/flows/applications/", {"version": "2"}).status_code == 422
    assert client.post("/flows/applications/", {"version": "2", "case": case.pk}).status_code == 303
    assert events_of(case)[-1].action == "flows.move_case"
    assert client.post("/flows/applications/", {"version": "2", "case": draft.pk}).status_code == 404


def test_all_that_can_move_are_moved_by_an_act_each(cast: Cast, browser: Log) -> None:
    draft, cases = cast.draft(), [cast.apply(), cast.walk_to(State.AWAITING_TOWNSHIP_SEAL)]
    client = browser("supervisor")
    client.post("/flows/applications/", {"version": "2"})
    assert "可以移的2件都改用第2版" in page(client, "/flows/applications/?version=2")
    assert client.post("/flows/applications/", {"version": "2", "all": "1"}).status_code == 303
    for case in cases:
        assert [event.action for event in events_of(case)].count("flows.move_case") == 1
        assert Case.objects.get(pk=case.pk).flow_class.version == 2
    assert Case.objects.get(pk=draft.pk).flow_class.version == 1
