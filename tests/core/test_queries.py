"""Pages ask the database a fixed number of times, by indexes, however much lies in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from registry.models import Worker
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.cast import AFTERNOON, SINCE, Cast, applicant_id, browser_of, task_of, user_of
from tests.core.access_pages import PAGES, PARTS
from tests.core.access_subjects import url_of
from tests.core.test_access_matrix import waiting as waiting  # noqa: PLC0414 - a fixture
from workflows.applications.models import State
from workflows.core.models import Case
from workflows.core.procedure import open_tasks

pytestmark = pytest.mark.django_db
MOST = 10  # the session's once-a-minute refresh (three statements) stands apart
# Taking a paper out is an act: it writes on the trail what was taken, under the door's locks.
ACTS = {"paper_word", "paper_print", "scan", "seal_book_word"}
# The same pages as they are asked for with a tab, a search or a filter.
NARROWED = (
    ("reviewer", "/inbox/?tab=office"),
    ("reviewer", "/inbox/?tab=done"),
    ("clerk", "/inbox/?tab=sent"),
    ("reviewer", "/inbox/?q=周"),
    ("reviewer", "/inbox/?flow=applications&step=township_opinion"),
    ("supervisor", "/applications/?q=周"),
    ("supervisor", "/applications/?state=awaiting_township_review"),
    ("reviewer", "/applications/?state=approved"),
    ("administrator", "/officials/?q=何"),
)
# Tables that grow with the county's workers and what happens to them: nothing reads one of them from end to end.
GROWING = re.compile(
    r"core_(case|desktask|opinion|comment|attachment|notice)|applications_application|employment_(post|tenure)"
    r"|registry_(worker|household|personkey|kinshipdeclaration|user|appointment)|audit_(event|eventsalt|eventorganisation)"
    r"|forms_templates_(document|storedfile)|signatures_(signature|sealuse|sealuserevocation|signaturerevocation)"
    r"|django_tasks_db_dbtaskresult|briefings_briefing"
)
# Whole on purpose: said here with the reason, or the test fails.
READ_WHOLE = {
    "organisations of administrator": "the tree of offices says of each whether anybody is in office",
}


def pages(cast: Cast, case: Case) -> Iterator[tuple[str, str, str]]:
    """Every page that opens, for the first two it opens to: its name, who looks, its address."""
    for name, answers in PAGES.items():
        if name in ACTS:
            continue
        looking = [part for part, status in zip(PARTS, answers, strict=True) if status == 200]
        for part in looking[:1] + looking[-1:]:
            yield f"{name} of {part}", part, url_of(name, cast, case)
    for part, url in NARROWED:
        yield f"{url} of {part}", part, url


def statements(client: Client, url: str) -> list[str]:
    """What a page asks once the session is fresh."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200, url
    return [str(query["sql"]) for query in asked]


def asked_by_all(cast: Cast, case: Case) -> dict[str, list[str]]:
    found = {}
    clients: dict[str, Client] = {}
    with travel(AFTERNOON, tick=False):
        for name, part, url in pages(cast, case):
            if part not in clients:
                clients[part] = Client()
                backend = "registry.backends.OfficialBackend"
                clients[part].force_login(user_of(cast.people[part]), backend=backend)
            found[name] = statements(clients[part], url)
    return found


def grow(cast: Cast) -> None:
    """More of everything that a county has more of when it has more people."""
    for number in range(300, 312):
        cast.do("registry.enter_household", cast.county, cast.system, cast.listed(number))
    for worker in Worker.objects.filter(name="孟照林", tenures=None):
        cast.record_service(worker, SINCE, None)
    office = {"name": "何多人", "organisation": "104001", "role": Role.VILLAGE_COMMITTEE_MEMBER}
    rows = [{"username": f"many-{number}", **office} for number in range(12)]
    data = {"rows": rows, "from_on": SINCE, "password": "first-Passw0rd"}
    cast.do("registry.import_officials", cast.county, cast.administrator, data)
    for state in (State.AWAITING_TOWNSHIP_REVIEW, State.AWAITING_TOWNSHIP_REVIEW, State.APPROVED, State.DRAFT):
        cast.walk_to(state)
    for number in range(3):
        case = cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
        cast.do("desk.comment", case, cast.clerk, {"text": f"第{number}次留言。"})


def scans(statement: str) -> list[str]:
    """Growing tables that this statement reads from end to end, as SQLite plans it."""
    if not statement.lstrip("( ").startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}".replace("%", "%%"), ())
        steps = [row[3] for row in cursor.fetchall()]
    return [step for step in steps if step.startswith("SCAN") and GROWING.search(table_of(step, statement))]


def table_of(step: str, statement: str) -> str:
    """The table behind the alias that a step of a plan names."""
    alias = step.split()[1]
    found = re.search(rf'"(\w+)" {re.escape(alias)}\b', statement)
    return found.group(1) if found else alias


def test_every_page_asks_as_often_with_many_people_as_with_few_and_reads_no_table_whole(
    cast: Cast, waiting: Case
) -> None:
    # One who is at work already: a list that has nobody on it does not ask what is known of those on it.
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(299))
    cast.record_service(Worker.objects.get(name="孟照林"), SINCE, None)
    few = asked_by_all(cast, waiting)
    grow(cast)
    waiting.refresh_from_db()
    many = asked_by_all(cast, waiting)
    assert {name: len(asked) for name, asked in many.items()} == {name: len(asked) for name, asked in few.items()}
    assert {name: len(asked) for name, asked in many.items() if len(asked) > MOST} == {}
    whole = {name: found for name, asked in many.items() if (found := [step for sql in asked for step in scans(sql)])}
    assert {name: found for name, found in whole.items() if name not in READ_WHOLE} == {}


def test_a_draft_asks_no_more(cast: Cast) -> None:
    case = cast.draft(id_number=applicant_id(1))
    with travel(AFTERNOON, tick=False):
        client = browser_of(cast.clerk)
        assert len(statements(client, f"/tasks/{task_of(case).pk}/")) <= MOST


def asked_by(cast: Cast, part: str, url: str) -> list[str]:
    with travel(AFTERNOON, tick=False):
        client = browser_of(cast.people[part])
        return statements(client, url)


def remark(cast: Cast, case: Case, part: str) -> None:
    file = SimpleUploadedFile("材料.pdf", b"%PDF-1.4 test", content_type="application/pdf")
    cast.do("desk.comment", case, cast.people[part], {"text": "补充材料。"}, files={"file": file})


def too_many(asked: dict[str, list[str]]) -> dict[str, list[str]]:
    """The tables asked, in their order, of each page that asks too often."""
    return {
        name: [re.findall(r'(?:FROM|UPDATE|INTO) "(\w+)"', sql)[-1] for sql in found]
        for name, found in asked.items()
        if len(found) > MOST + (name in ONE_MORE)
    }


# Where the returned sheet is filled in, the posts to choose from and the ink of the pledge are asked besides; to the
# bureau its bar tells how many proposals wait, and the case who was asked.
ONE_MORE = ("the clerk's own desk", "the bureau", "the bureau, answered")
RETURNS = {"reason": "联系电话打不通，请核对。", "to": "fill_in", "mode": "straight_back"}


def test_a_paper_sent_back_with_a_remark_and_a_file_asks_no_more(cast: Cast, waiting: Case) -> None:
    """`waiting` has one file; the reviewer puts another to it and sends it back."""
    remark(cast, waiting, "reviewer")
    cast.act(waiting, "applications.send_back", cast.reviewer, RETURNS)
    cast.do("desk.follow", waiting, cast.reviewer, {})
    looks = [(part, f"/cases/{waiting.pk}/") for part in ("clerk", "reviewer", "supervisor")]
    asked = {f"{url} of {part}": asked_by(cast, part, url) for part, url in looks}
    asked[ONE_MORE[0]] = asked_by(cast, "clerk", f"/tasks/{task_of(waiting).pk}/")
    assert too_many(asked) == {}


def test_an_answered_return_asks_no_more_of_who_decides(cast: Cast, waiting: Case) -> None:
    remark(cast, waiting, "reviewer")
    cast.act(waiting, "applications.send_back", cast.reviewer, RETURNS)
    answers = Case.objects.get(pk=waiting.pk).entity.answers | {"phone": "13911112222"}
    cast.act(waiting, "applications.submit", cast.clerk, answers)
    looks = [
        ("head", f"/tasks/{task_of(waiting).pk}/"),
        *((part, f"/cases/{waiting.pk}/") for part in ("clerk", "head", "reviewer", "supervisor")),
    ]
    asked = {f"{url} of {part}": asked_by(cast, part, url) for part, url in looks}
    assert too_many(asked) == {}


def test_an_office_that_was_asked_and_has_answered_costs_no_more(cast: Cast, waiting: Case) -> None:
    remark(cast, waiting, "reviewer")
    office = {"office": "employment_service", "reason": "请核实就业情况。"}
    cast.do("applications.ask", task_of(waiting), cast.reviewer, office)
    open_ones = {task.flow_task.name: task for task in open_tasks(waiting)}
    looks = [
        ("reviewer", f"/tasks/{open_ones['township_opinion'].pk}/"),
        ("officer", f"/tasks/{open_ones['consult'].pk}/"),
        *((part, f"/cases/{waiting.pk}/") for part in ("clerk", "reviewer", "officer")),
    ]
    asked = {f"{url} of {part}": asked_by(cast, part, url) for part, url in looks}
    asked["the bureau"] = asked_by(cast, "supervisor", f"/cases/{waiting.pk}/")
    answer = {"opinion": "已核实。", "strokes": demo_signature("江月明")}
    cast.do("applications.answer", open_ones["consult"], cast.officer, answer)
    looks = [looks[0], *looks[2:]]
    asked |= {f"{url} of {part}, answered": asked_by(cast, part, url) for part, url in looks}
    asked["the bureau, answered"] = asked_by(cast, "supervisor", f"/cases/{waiting.pk}/")
    assert too_many(asked) == {}
