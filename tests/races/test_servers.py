"""The product as an office runs it: two servers on one database, clicks at the same moment, and the power cut."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Barrier

import pytest

from signatures.demo_strokes import demo_signature
from tests.processes import Server
from tests.races.browser import Browser, Page
from tests.races.director import Theatre
from tests.races.scenes import AT_QINGHE, OTHER_REVIEWER, PASSWORD, Person, draft, submit, way_to_township

Serve = Callable[..., Server]
NOTHING, EVERYTHING = ["applications.open"], ["applications.open", "applications.submit"]
PAPERS = ["申请人签字", "提交申请"]


def serve(live_server_process: Serve, theatre: Theatre) -> Server:
    return live_server_process(theatre.database_url, WEB_WORKERS="1", WEB_THREADS="4")


def at_once(*clicks: Callable[[], Page]) -> list[Page]:
    """All clicks leave a barrier together; answers in the order of the clicks."""
    start = Barrier(len(clicks))

    def click(press: Callable[[], Page]) -> Page:
        start.wait()
        return press()

    with ThreadPoolExecutor(len(clicks)) as people:
        return list(people.map(click, clicks))


def open_task(browser: Browser, theatre: Theatre, case: int) -> tuple[str, dict[str, str]]:
    """The page of the case's open task as this person sees it: its address and hidden fields."""
    path = f"/tasks/{theatre.sight(case)['task']}/"
    page = browser.get(path)
    assert page.status == 200, page
    return path, page.hidden()


def submit_button(browser: Browser, theatre: Theatre, case: int, person: Person) -> Callable[[], Page]:
    path, hidden = open_task(browser, theatre, case)
    data = {**hidden, **person.answers, "post": theatre.sight(case)["post"], "action": "applications.submit"}
    return lambda: browser.post(path, data)


def agree_button(browser: Browser, theatre: Theatre, case: int, who: str) -> Callable[[], Page]:
    path, hidden = open_task(browser, theatre, case)
    data = {**hidden, "opinion": "情况属实，同意。", "strokes": demo_signature(who)}
    return lambda: browser.post(path, {**data, "action": "applications.agree_by_township"})


def new_application_button(browser: Browser, blank: dict[str, str]) -> Callable[[], Page]:
    """The blank form with this content, sent in this person's own session."""
    token = browser.get("/applications/new/").hidden()["csrfmiddlewaretoken"]
    return lambda: browser.post("/applications/new/", {**blank, "csrfmiddlewaretoken": token})


def one_took_effect(answers: list[Page]) -> Page:
    """303 for one, 409 for the other; gives what the other is shown."""
    assert sorted(answer.status for answer in answers) == [303, 409], [answer.text for answer in answers]
    return next(answer for answer in answers if answer.status == 409)


def cut_the_power_while_they_submit(theatre: Theatre, server: Server, papers: dict[int, Person]) -> dict[int, int]:
    """Six clerks' clicks are under way; when the first is answered the server is killed. Status by case, 0: none."""
    clerk = Browser.logged_in(server.url, AT_QINGHE.clerk, PASSWORD)
    buttons = {case: submit_button(clerk, theatre, case, person) for case, person in papers.items()}
    with ThreadPoolExecutor(len(buttons)) as people:
        clicks = {people.submit(button): case for case, button in buttons.items()}
        wait(clicks, return_when=FIRST_COMPLETED)
        server.kill()
        return {case: click.result().status for click, case in clicks.items()}


def everything_or_nothing(theatre: Theatre, answered: dict[int, int]) -> None:
    for case, status in answered.items():
        seen = theatre.sight(case)
        done = [event[0] for event in seen["events"]]
        assert done in ([EVERYTHING] if status else [NOTHING, EVERYTHING]), f"answered {status}: {done}"
        assert seen["papers"] == (PAPERS if done == EVERYTHING else [])
    assert theatre.faults() == []


def power_cut(theatre: Theatre, server: Server, first: int) -> None:
    """Whoever was told it is done finds it done; the rest can be done now, and no number is missing."""
    papers = {}
    for sequence in range(first, first + 6):
        papers[theatre.do(draft(AT_QINGHE, Person(sequence)))] = Person(sequence)
    answered = cut_the_power_while_they_submit(theatre, server, papers)
    assert 303 in answered.values()
    assert set(answered.values()) <= {0, 303}
    everything_or_nothing(theatre, answered)
    # Nothing is in the way of the rest. (PostgreSQL may end a dead server's last commit only now.)
    unanswered = [case for case, status in answered.items() if not status]
    theatre.at_once(*[submit(AT_QINGHE, papers[case], case) for case in unanswered])
    assert {theatre.sight(case)["state"] for case in papers} == {"awaiting_village_review"}
    assert theatre.faults() == []


def the_same_submit_twice(theatre: Theatre, clerks: list[Browser]) -> None:
    person = Person(1)
    case = theatre.do(draft(AT_QINGHE, person))
    late = one_took_effect(at_once(*[submit_button(clerk, theatre, case, person) for clerk in clerks]))
    assert "何素琴在" in late.text
    assert "已办理这一件（提交申请），您刚才的操作没有提交。" in late.text
    seen = theatre.sight(case)
    assert [event[0] for event in seen["events"]] == EVERYTHING
    assert seen["papers"] == PAPERS


def a_double_click_on_a_blank_form(theatre: Theatre, clerks: list[Browser]) -> None:
    """Both clicks carry the opening key of one page."""
    before = theatre.total()["Case"]
    hidden = clerks[0].get("/applications/new/").hidden()
    post = theatre.sight(theatre.do(draft(AT_QINGHE, Person(2))))["post"]
    blank = {**hidden, **Person(3).answers, "post": post, "action": "applications.submit"}
    late = one_took_effect(at_once(*[new_application_button(clerk, blank) for clerk in clerks]))
    assert "这份申请刚才已经保存，没有重复新建。" in late.text
    assert theatre.total()["Case"] == before + 2


def two_reviewers_agree(theatre: Theatre, servers: list[Server]) -> None:
    case = theatre.do(*way_to_township(AT_QINGHE, Person(4)))
    signing = [
        agree_button(Browser.logged_in(server.url, who, PASSWORD), theatre, case, who)
        for server, who in zip(servers, (AT_QINGHE.reviewer, OTHER_REVIEWER), strict=True)
    ]
    late = one_took_effect(at_once(*signing))
    assert f"{theatre.sight(case)['events'][-1][1]}在" in late.text


def test_two_servers_on_one_database_until_one_loses_power(served_theatre: Theatre, live_server_process: Serve) -> None:
    theatre = served_theatre
    servers = [serve(live_server_process, theatre) for _ in range(2)]
    clerks = [Browser.logged_in(server.url, AT_QINGHE.clerk, PASSWORD) for server in servers]
    the_same_submit_twice(theatre, clerks)
    a_double_click_on_a_blank_form(theatre, clerks)
    two_reviewers_agree(theatre, servers)
    assert theatre.faults() == []
    power_cut(theatre, servers[0], 11)
    assert clerks[1].get("/").status == 200


@pytest.mark.slow
def test_a_server_killed_again_and_again_leaves_everything_or_nothing(
    served_theatre: Theatre, live_server_process: Serve
) -> None:
    for first in range(21, 71, 10):
        power_cut(served_theatre, serve(live_server_process, served_theatre), first)
