"""Whatever is sent, by whomever: an answer in words, never a traceback, and nothing half done."""

from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document as Word

from forms_templates.papers import read_paper
from signatures.demo_strokes import demo_signature
from signatures.strokes import parse, png
from tests.cast import Cast, nothing_happens, papers_of, signed, state_of, task_of
from workflows.applications.models import State
from workflows.core.actions import ACTIONS
from workflows.core.models import Case

Browser = Callable[[str], Client]
BEYOND = 2**63
HUGE = "9" * 5000
ANSWERS = {200, 302, 303, 400, 403, 404, 405, 409, 413, 422}
NONSENSE = (
    "", " ", "²", "٣", "-1", "0", "1.5", "NaN", "None", "null", "[]", "{}", "\x00", "a\x00b", "\u202e", "'\"><b>",
    "../../etc/passwd", "%s%n", "${7*7}", "{{ 7 }}", "DROP TABLE", HUGE, str(BEYOND), "𠮷" * 300, "\ud7ff\ue000",
)  # fmt: skip
MOMENTS = ("0001-01-01T00:00:00+08:00_1", "9999-12-31T23:59:59-08:00_1", f"2020-09-15T09:00:00+08:00_{HUGE}")
QUERIES = {
    "/inbox/": ("tab", "q", "flow", "step", "after"),
    "/applications/": ("q", "state", "after"),
    "/applications/new/": ("village",),
    "/trail/": ("before", "action", "number", "township"),
    "/seals/": ("before",),
    "/login/": ("as", "next"),
}
SUBMIT = {"action": "applications.submit", "phone": "1"}
# What is not acted on through a desk or a case: their keys are a county's, a village's, a paper's.
# Moving a case to a newer flow is an act on a case: there the answer is whose it is (403).
ELSEWHERE = sorted(
    action.code
    for action in ACTIONS.all()
    if not action.code.startswith(("desk.", "applications.")) or "paper" in action.code or action.code.endswith(".open")
)


class Faults:
    """Collects what came back as a traceback, so that one run tells all of them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def send(self, what: str, request: Callable[..., Any], *args: Any, **more: Any) -> Any:
        try:
            response = request(*args, **more)
        except Exception as error:  # noqa: BLE001 - the test client hands on what a server would answer with 500
            self.found.append(f"{what}: {error!r}"[:300])
            return None
        if response.status_code not in ANSWERS:
            self.found.append(f"{what}: {response.status_code}")
        return response


@pytest.fixture
def faults() -> Iterator[Faults]:
    faults = Faults()
    yield faults
    assert not faults.found, "\n".join(faults.found)


def addresses(case: Case) -> dict[str, str]:
    return {
        "task": f"/tasks/{task_of(case).pk}/",
        "act": f"/cases/{case.pk}/act/",
        "comment": f"/cases/{case.pk}/comment/",
        "unmask": f"/cases/{case.pk}/unmask/",
        "apply": "/applications/new/",
        "check": "/applications/check/",
    }


@pytest.mark.parametrize("url", QUERIES)
def test_nonsense_in_an_address_is_answered(url: str, cast: Cast, browser: Browser, faults: Faults) -> None:
    cast.walk_to(State.APPROVED)
    client = browser({"/applications/new/": "clerk", "/inbox/": "reviewer"}.get(url, "supervisor"))
    for value in (*NONSENSE, *MOMENTS):
        for name in QUERIES[url]:
            faults.send(f"{url} {name}={value[:30]!r}", client.get, url, {name: value})


@pytest.mark.parametrize("number", [0, BEYOND - 1, BEYOND, int("9" * 40)])
def test_a_number_that_cannot_be_a_row_is_simply_not_found(
    number: int, cast: Cast, browser: Browser, faults: Faults
) -> None:
    client = browser("supervisor")
    for url in (
        "tasks/{}/", "cases/{}/", "cases/{}/act/", "cases/{}/comment/", "cases/{}/unmask/", "papers/{}/",
        "papers/{}/word/", "papers/{}/print/", "attachments/{}/", "trail/{}/", "sheets/post_application/{}/a.css",
    ):  # fmt: skip
        for ask in (client.get, client.post):
            response = faults.send(f"{ask.__name__} {url} {number}", ask, "/" + url.format(number))
            assert response is None or response.status_code == 404, url


@pytest.mark.parametrize(
    ("state", "part"),
    [(State.DRAFT, "clerk"), (State.AWAITING_VILLAGE_REVIEW, "head"), (State.AWAITING_TOWNSHIP_REVIEW, "reviewer")],
)
def test_missing_fields_are_asked_for(state: State, part: str, cast: Cast, browser: Browser, faults: Faults) -> None:
    client = browser(part)
    case = cast.walk_to(state)
    for where, url in addresses(case).items():
        faults.send(f"{where} nothing", client.post, url)
        faults.send(f"{where} no such action", client.post, url, {"action": "desk.fly"})
    for action in ACTIONS.all():
        for where in ("task", "act"):
            faults.send(f"{where} {action.code}", client.post, addresses(case)[where], {"action": action.code})
            if state_of(case) != state:
                case = cast.walk_to(state)


def test_a_new_application_is_saved_or_submitted_and_nothing_else(cast: Cast, browser: Browser) -> None:
    clerk = browser("clerk")
    with nothing_happens():
        for action in ("", "desk.fly", "applications.void"):
            response = clerk.post("/applications/new/", {**cast.answers(), "seen": "k", "action": action})
            assert response.status_code == 404, action


@pytest.mark.parametrize("code", [code for code in ELSEWHERE if code != "flows.move_case"])
def test_a_key_is_never_taken_for_that_of_another_kind_of_thing(
    code: str, cast: Cast, browser: Browser, faults: Faults
) -> None:
    """The door trusts a primary key only: a case's key is no county's, no village's and no paper's."""
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    data = {
        **cast.answers(), **signed("林书平"), "action": code, "code": "130399", "name": "别县", "demo": "on",
        "username": "x", "password": "y", "type_name": "保安", "places": "1", "role": "auditor",
    }  # fmt: skip
    clients = {part: browser(part) for part in ("clerk", "township_clerk", "reviewer", "officer", "administrator")}
    with nothing_happens():
        for part, client in clients.items():
            for where in ("task", "act"):
                response = faults.send(f"{part} {where}", client.post, addresses(case)[where], data)
                # A form that wants more is asked for it (422) before anybody looks what the key is of.
                assert response is None or response.status_code in (404, 422), f"{part} {where}: {response.status_code}"


def test_nonsense_in_every_field_of_the_sheet_is_told_in_words(cast: Cast, browser: Browser, faults: Faults) -> None:
    clerk = browser("clerk")
    case = cast.draft()
    good = {**cast.answers(), "village": str(cast.village.pk), "case": str(case.pk)}
    picked = ("post", "category", "id_number", "head_id_number", "village", "case")
    for value in NONSENSE:
        whole = dict.fromkeys(good, value) | {"head_is_self": "no"}
        sheets = {"everywhere": whole} | {f"in {name}": {**good, name: value} for name in picked}
        for where, fields in sheets.items():
            faults.send(f"check {value[:20]!r} {where}", clerk.post, "/applications/check/", fields)
            data = {**fields, "action": "applications.save_draft" if where == "in post" else "applications.submit"}
            faults.send(f"task {value[:20]!r} {where}", clerk.post, addresses(case)["task"], data)
            if state_of(case) != State.DRAFT:
                case = cast.draft()
        faults.send(f"seen {value[:20]!r}", clerk.post, addresses(case)["task"], {**good, **SUBMIT, "seen": value})
        faults.send(f"key {value[:20]!r}", clerk.post, "/applications/new/", {**good, **SUBMIT, "seen": value})


def test_nonsense_in_an_opinion_is_told_in_words(cast: Cast, browser: Browser, faults: Faults) -> None:
    head = browser("head")
    case = cast.apply()
    values = (*NONSENSE, '{"w":360,"h":110,"strokes":[[[NaN,1,0],[9,9,9]]]}', "[" * 100_000, '{"w":1e999}')
    for field, action in (
        ("opinion", "agree_by_village"),
        ("strokes", "agree_by_village"),
        ("reason_applications.send_back", "send_back"),
        ("reason_applications.reject_by_village", "reject_by_village"),
    ):
        for value in values:
            data = {**signed("秦守义"), field: value, "action": f"applications.{action}"}
            faults.send(f"{action} {field}={value[:20]!r}", head.post, addresses(case)["task"], data)
            if state_of(case) != State.AWAITING_VILLAGE_REVIEW:
                case = cast.apply()


def test_files_where_text_is_expected_and_text_where_a_file_is(cast: Cast, browser: Browser, faults: Faults) -> None:
    case = cast.apply()
    head = browser("head")

    def file(content: bytes = b"MZ") -> SimpleUploadedFile:
        return SimpleUploadedFile("a.png", content)

    url = addresses(case)["task"]
    agree = {"action": "applications.agree_by_village"}
    faults.send("opinion as a file", head.post, url, {**agree, "opinion": file(), "strokes": file()})
    faults.send("action as a file", head.post, url, {"action": file()})
    faults.send("scan as text", head.post, url, {**agree, "opinion": "同意。", "scan": "x"})
    faults.send("scan of nothing", head.post, url, {**agree, "opinion": "同意。", "scan": file(b"")})
    faults.send("scan of no picture", head.post, url, {**agree, "opinion": "同意。", "scan": file()})
    faults.send("scan too large", head.post, url, {**agree, "opinion": "同意。", "scan": file(b"x" * (5 * 2**20 + 1))})
    faults.send("remark as a file", head.post, addresses(case)["comment"], {"text": file()})
    faults.send("file as text", head.post, addresses(case)["comment"], {"file": "x"})
    faults.send("sheet as files", browser("clerk").post, "/applications/new/", {"name": file(), "phone": file()})
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"action=applications.submit&name=\xff\xfe\xb5\xc4", "application/x-www-form-urlencoded"),
        ("action=desk.take&name=周".encode("gb18030"), "application/x-www-form-urlencoded; charset=gb18030"),
        (b"action=desk.fly", "application/x-www-form-urlencoded; charset=no-such"),
        (b'{"action": "desk.take"}', "application/json"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data; boundary="),
        (b"a=1&" * 2000, "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * (7 * 2**20), "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_that_are_no_form(body: bytes, kind: str, cast: Cast, browser: Browser, faults: Faults) -> None:
    case = cast.apply()
    clients = {part: browser(part) for part in ("clerk", "head")}
    with nothing_happens():
        for where, url in addresses(case).items():
            for part, client in clients.items():
                faults.send(f"{part} {where}", client.generic, "POST", url, body, content_type=kind)


def test_a_scan_of_a_signature_may_be_sent_instead_of_strokes(cast: Cast, browser: Browser, faults: Faults) -> None:
    case = cast.apply()
    ink = SimpleUploadedFile("签字.png", png(parse(demo_signature("秦守义")), 46, 15))
    data = {"action": "applications.agree_by_village", "opinion": "同意。", "scan": ink}
    response = faults.send("scan", browser("head").post, addresses(case)["task"], data)
    assert response.status_code == 303
    assert state_of(case) == State.AWAITING_VILLAGE_SEAL
    assert papers_of(case)[-1].label == "签署村委会意见：同意"


def test_a_get_changes_nothing_where_a_post_is_needed(cast: Cast, browser: Browser, faults: Faults) -> None:
    case = cast.apply()
    clients = {part: browser(part) for part in ("clerk", "head", "supervisor")}
    with nothing_happens():
        for part, client in clients.items():
            for where, url in addresses(case).items():
                faults.send(f"{part} {where}", client.get, url, {"action": "applications.void", "reason": "不要了"})


def test_a_form_from_elsewhere_is_not_taken(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert cast.clerk.user is not None
    client.force_login(cast.clerk.user, backend="django.contrib.auth.backends.ModelBackend")
    case = cast.apply()
    with nothing_happens():
        for url in addresses(case).values():
            assert client.post(url, {"action": "desk.take_back", "reason": "x", "text": "x"}).status_code == 403, url


@pytest.mark.parametrize(
    "typed",
    [
        "一组<b>&amp;]]>二号",
        "{{ name }}{% for a in b %}",
        "甲\u3000𠮷村👨\u200d👩\u200d👧组",
        "右\u200f到左\u200e号",
        "'; DROP TABLE--\"",
        "=1+1",
    ],
)
def test_what_somebody_types_stands_on_every_sheet_as_it_was_typed(typed: str, cast: Cast, browser: Browser) -> None:
    clerk = browser("clerk")
    case = cast.draft()
    fields = {**cast.answers(), "address": typed, "worker_strokes": demo_signature("周桂兰")}
    answer = clerk.post(addresses(case)["task"], {**fields, "action": "applications.submit"})
    assert answer.status_code == 303, answer.content.decode()
    paper = papers_of(case)[-1]
    assert paper.values["address"] == typed
    words = [cell.text for row in Word(BytesIO(read_paper(paper))).tables[0].rows for cell in row.cells]
    assert typed in words
    for url in (f"/papers/{paper.pk}/print/", f"/papers/{paper.pk}/"):
        assert typed in unescape(clerk.get(url).content.decode())


@pytest.mark.parametrize("typed", ["甲\x00乙", "甲\x07乙", "甲\u202e乙", "甲\uffff乙"])
def test_what_no_paper_can_carry_is_refused_in_words(typed: str, cast: Cast, browser: Browser) -> None:
    clerk = browser("clerk")
    case = cast.draft()
    fields = {**cast.answers(), "address": typed, "worker_strokes": demo_signature("周桂兰")}
    answer = clerk.post(addresses(case)["task"], {**fields, "action": "applications.submit"})
    assert answer.status_code in (400, 422)
    assert state_of(case) == State.DRAFT
