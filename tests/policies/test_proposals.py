"""A policy set is proposed by one person, approved by another, and counts from its day on: no earlier."""

import html
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.append_only import AppendOnlyError
from audit.models import Event
from registry.models import PolicySet
from registry.policies import policy_on
from registry.policy_parameters import parse_policy
from registry.policy_words import PARAMETERS, differences
from registry.roles import Role
from tests.cast import SINCE, Cast, application_of, nothing_happens, papers_of, user_of
from workflows.applications.models import State
from workflows.core.actors import Actor
from workflows.core.refusals import Overtaken, Refused
from workflows.policies.models import PolicyProposal, ProposalState

Browser = Callable[[str], Client]
TODAY = date(2020, 9, 15)
TOMORROW = TODAY + timedelta(days=1)


def changed(**changes: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = deepcopy(PolicySet.objects.earliest("effective_on").parameters)
    return parameters | changes


def proposal(**changes: Any) -> dict[str, Any]:
    return {
        "effective_on": TOMORROW,
        "document_number": "昌政办字2020年第9号",
        "title": "昌黎县2020年调整的政策参数",
        "note": "",
        "parameters": changed(edge_household_quota=8),
    } | changes


def propose(cast: Cast, **changes: Any) -> PolicyProposal:
    made: PolicyProposal = cast.do("policies.propose", cast.county, cast.supervisor, proposal(**changes)).result
    return made


def leader(cast: Cast) -> Actor:
    """A member of the leading group, who may approve."""
    if "leader" not in cast.people:
        data = {"name": "安宏图", "username": "安宏图", "password": None}
        user = cast.do("registry.register_user", cast.county, cast.system, data).result
        office = {"user": user, "organisation": cast.places["bureau"], "role": Role.LEADING_GROUP_MEMBER}
        cast.do("registry.appoint", cast.county, cast.system, office | {"from_on": SINCE, "to_on": None})
        cast.people["leader"] = Actor.of(user, TODAY)
    return cast.people["leader"]


def approve(cast: Cast, made: PolicyProposal) -> PolicySet:
    result = cast.do("policies.approve", made, leader(cast)).result
    assert result.policy_set is not None
    row: PolicySet = result.policy_set
    return row


def codes(cast: Cast, action: str, subject: Any, actor: Actor, data: Any = None) -> list[str]:
    with nothing_happens(), pytest.raises(Refused) as refused:
        cast.do(action, subject, actor, data)
    return [refusal.code for refusal in refused.value.refusals]


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.article("《办法》第十六条、第十八条")
def test_a_set_that_begins_tomorrow_changes_nothing_today_and_everything_tomorrow(cast: Cast) -> None:
    row = approve(cast, propose(cast))
    assert policy_on(cast.county, TODAY).edge_household_quota == 5
    assert policy_on(cast.county, TOMORROW).edge_household_quota == 8
    assert row.approved_by == "程远提出，安宏图2020年9月15日批准"
    event = Event.objects.latest("pk")
    assert (event.action, event.policy) == ("policies.approve", "2020-09-16 昌政办字2020年第9号")
    assert event.details["changed"] == ["每乡镇边缘户名额：5户→8户"]


def test_a_proposal_alone_changes_nothing(cast: Cast) -> None:
    propose(cast)
    assert policy_on(cast.county, TOMORROW).edge_household_quota == 5
    assert PolicySet.objects.count() == 1


def test_the_sixth_edge_household_waits_today_and_not_tomorrow(cast: Cast) -> None:
    cast.fill_quota()
    approve(cast, propose(cast))
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge")
    assert codes(cast, "applications.agree_by_township", _task(case), cast.reviewer, _signed(cast)) == ["quota_full"]
    cast.tick(days=1)
    cast.act(case, "applications.agree_by_township", Actor.of(user_of(cast.reviewer), TOMORROW))
    assert application_of(case).state == State.AWAITING_TOWNSHIP_SEAL


def _task(case: Any) -> Any:
    from tests.cast import task_of

    return task_of(case)


def _signed(cast: Cast) -> Any:
    from tests.cast import signed

    return signed(cast.reviewer.name)


def test_an_old_paper_keeps_the_old_words(cast: Cast) -> None:
    categories = changed()["categories"]
    categories[0]["name"] = "脱贫人口"
    old = cast.walk_to(State.AWAITING_TOWNSHIP_SEAL, category="poverty_relieved")
    approve(cast, propose(cast, parameters=changed(categories=categories)))
    cast.tick(days=1)
    tomorrow = Actor.of(user_of(cast.township_keeper), TOMORROW)
    cast.act(old, "applications.seal_by_township", tomorrow)
    assert application_of(old).policy_set == PolicySet.objects.earliest("effective_on")
    new = cast.walk_to(State.AWAITING_VILLAGE_REVIEW, category="poverty_relieved")
    assert application_of(new).policy_set == PolicySet.objects.latest("effective_on")
    assert "已脱贫" in str(papers_of(old)[-1].values["category"])
    assert "脱贫人口" in str(papers_of(new)[-1].values["category"])
    assert "已脱贫" not in str(papers_of(new)[-1].values["category"])


@pytest.mark.article("《办法》第十四条")
def test_who_proposed_does_not_approve(cast: Cast) -> None:
    made = propose(cast)
    assert codes(cast, "policies.approve", made, cast.supervisor) == ["own_proposal"]
    assert codes(cast, "policies.reject", made, cast.supervisor, {"reason": "不用。"}) == ["own_proposal"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_on": TODAY - timedelta(days=1)}, "in_the_past"),
        ({"parameters": {}}, "nonsense"),
    ],
)
@pytest.mark.article("《办法》第十六条、第十八条")
def test_what_cannot_be_is_refused(cast: Cast, changes: Any, code: str) -> None:
    assert code in codes(cast, "policies.propose", cast.county, cast.supervisor, proposal(**changes))


def test_a_set_may_begin_today(cast: Cast) -> None:
    approve(cast, propose(cast, effective_on=TODAY))
    assert policy_on(cast.county, TODAY).edge_household_quota == 8
    assert policy_on(cast.county, TODAY - timedelta(days=1)).edge_household_quota == 5


def test_a_copy_without_a_change_is_refused(cast: Cast) -> None:
    same = proposal(parameters=changed())
    assert codes(cast, "policies.propose", cast.county, cast.supervisor, same) == ["unchanged"]


def test_a_day_has_one_set_and_one_open_proposal(cast: Cast) -> None:
    made = propose(cast)
    assert codes(cast, "policies.propose", cast.county, cast.supervisor, proposal()) == ["day_proposed"]
    approve(cast, made)
    assert codes(cast, "policies.propose", cast.county, cast.supervisor, proposal()) == ["day_taken"]


def test_a_proposal_whose_day_has_passed_is_not_approved(cast: Cast) -> None:
    made = propose(cast)
    cast.tick(days=3)
    assert codes(cast, "policies.approve", made, leader(cast)) == ["in_the_past"]


def test_a_refusal_needs_a_reason_and_ends_the_proposal(cast: Cast) -> None:
    made = propose(cast)
    assert codes(cast, "policies.reject", made, leader(cast), {"reason": " "}) == ["no_reason"]
    cast.do("policies.reject", made, leader(cast), {"reason": "没有上级文件。"})
    made.refresh_from_db()
    assert (made.state, made.reason) == (ProposalState.REJECTED, "没有上级文件。")
    with nothing_happens(), pytest.raises(Overtaken, match="安宏图已经办理"):
        cast.do("policies.approve", made, leader(cast))
    propose(cast)


def test_only_the_proposer_withdraws(cast: Cast) -> None:
    made = propose(cast)
    second = cast.also("officer", Role.BUREAU_SUPERVISOR, "bureau")
    assert codes(cast, "policies.withdraw", made, second) == ["not_own"]
    cast.do("policies.withdraw", made, cast.supervisor)
    made.refresh_from_db()
    assert made.state == ProposalState.WITHDRAWN


def test_a_set_is_never_changed_round_the_door(cast: Cast) -> None:
    row = PolicySet.objects.get()
    row.title = "别的标题"
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        PolicySet.objects.update(title="别的标题")
    with pytest.raises(AppendOnlyError):
        row.delete()
    for statement in ("UPDATE registry_policyset SET title = 'x'", "DELETE FROM registry_policyset"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- words --------------------------------------------------------------------------------------------


def test_every_parameter_has_its_words(cast: Cast) -> None:
    parameters = changed()
    assert {each.name for each in PARAMETERS} == set(parameters)
    parse_policy(parameters, effective_on=TODAY, document_number="文号", title="标题")
    for each in PARAMETERS:
        assert each.basis
        assert all(text.startswith(("《办法》", "《方案》")) for text in each.basis)


def test_differences_are_said_parameter_by_parameter(cast: Cast) -> None:
    stipends = [*changed()["stipends"], {"category": "edge", "from_on": "2021-01-01", "yuan_per_month": 500}]
    found = differences(changed(), changed(max_age=60, stipends=stipends, brought_later=3))
    assert [(each.label, each.before, each.after) for each in found[:1]] == [("最高年龄", "65周岁", "60周岁")]
    assert "边缘户自2021年1月1日起每月500元" in found[1].after
    assert (found[2].label, found[2].before, found[2].after) == ("brought_later", "没有", "3")


# --- pages --------------------------------------------------------------------------------------------


def filled(page: str) -> dict[str, str]:
    """What the form of the page would send as it stands."""
    import re

    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or ("checkbox" in tag and "checked" not in tag):
            continue
        sent[name.group(1)] = value.group(1) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen.group(1) if chosen else ""
    return sent


def test_the_form_is_a_copy_that_loses_nothing(cast: Cast, browser: Browser) -> None:
    client = browser("supervisor")
    sent = filled(text_of(client.get("/policies/new/")))
    sent |= {"title": "新的一套", "document_number": "昌政办字2020年第9号", "effective_on": "2020-09-16", "note": ""}
    refused = client.post("/policies/new/", sent)
    assert refused.status_code == 422
    assert "完全一样" in text_of(refused)
    response = client.post("/policies/new/", sent | {"p-edge_household_quota": "8"})
    assert response.status_code == 303
    made = PolicyProposal.objects.get()
    assert made.parameters == changed(edge_household_quota=8)
    page = text_of(client.get(response["Location"]))
    assert "每乡镇边缘户名额" in page
    assert "等另一位有权的人批准" in page
    assert 'value="policies.approve"' not in page


def test_a_row_is_added_and_another_left_out(cast: Cast, browser: Browser) -> None:
    client = browser("supervisor")
    sent = filled(text_of(client.get("/policies/new/")))
    sent |= {"title": "新的一套", "document_number": "文号", "effective_on": "2020-09-16"}
    sent |= {"p-stipends-3-category": "edge", "p-stipends-3-from_on": "2021-01-01"}
    sent |= {"p-stipends-3-yuan_per_month": "500", "p-post_types": "保洁、护林员", "p-reminder_days": "60，30"}
    assert client.post("/policies/new/", sent).status_code == 303
    parameters = PolicyProposal.objects.get().parameters
    assert parameters["stipends"][-1] == {"category": "edge", "from_on": "2021-01-01", "yuan_per_month": 500}
    assert parameters["post_types"] == ["保洁", "护林员"]
    assert parameters["reminder_days"] == [60, 30]


def test_nonsense_is_refused_in_words_and_kept(cast: Cast, browser: Browser) -> None:
    client = browser("supervisor")
    sent = filled(text_of(client.get("/policies/new/")))
    sent |= {"title": "新的一套", "document_number": "文号", "effective_on": "2020-09-16", "p-max_age": "15"}
    page = text_of(client.post("/policies/new/", sent))
    assert "请改好这一项" in page
    assert "“最低年龄”不能大于“最高年龄”" in page
    assert 'value="15"' in page
    page = text_of(client.post("/policies/new/", sent | {"p-max_age": "老"}))
    assert "请填写整数的最高年龄" in page


def test_another_person_approves_on_the_page(cast: Cast, browser: Browser) -> None:
    made = propose(cast)
    leader(cast)
    client, url = browser("leader"), f"/policies/proposals/{made.pk}/"
    assert '政策<span class="count">1' in text_of(client.get("/policies/"))
    refused = client.post(url, {"action": "policies.reject", "reason_policies.reject": ""})
    assert refused.status_code == 422
    assert "请写明为什么不批准" in text_of(refused)
    assert client.post(url, {"action": "policies.approve"}).status_code == 303
    page = text_of(client.get("/policies/"))
    assert "2020年9月16日起生效" in page
    assert "现行" in page


def test_whoever_decides_is_told_that_a_later_set_takes_the_change_back(cast: Cast, browser: Browser) -> None:
    later = changed(training_allowance_cap=120)
    approve(cast, propose(cast, effective_on=date(2021, 4, 1), title="明年的上限", parameters=later))
    made = propose(cast)
    page = text_of(browser("leader").get(f"/policies/proposals/{made.pk}/"))
    assert "已经批准的《明年的上限》从2021年4月1日起使用，它里面的每乡镇边缘户名额还是原来的：到那天又改回去。" in page
    both = propose(cast, effective_on=date(2021, 5, 1), parameters=later | {"edge_household_quota": 8})
    assert "又改回去" not in text_of(browser("leader").get(f"/policies/proposals/{both.pk}/"))


@pytest.mark.parametrize("url", ["/policies/", "/policies/new/", "proposal", "set"])
def test_a_page_takes_ten_queries_at_most(cast: Cast, browser: Browser, url: str) -> None:
    made = propose(cast)
    url = {"proposal": f"/policies/proposals/{made.pk}/", "set": f"/policies/{PolicySet.objects.get().pk}/"}.get(
        url, url
    )
    client = browser("supervisor")
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert len(asked) <= 10
