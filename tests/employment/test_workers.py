"""A person's page: months used of thirty-six, the limits, and nothing of anybody who is not one's own."""

import re
from datetime import date

import pytest
from time_machine import travel

from audit.models import Event
from registry.models import Worker
from registry.policies import POLICY_2019
from tests.cast import AFTERNOON, Cast, applicant_id, browser_of
from workflows.applications.models import Application, State
from workflows.employment.models import Tenure
from workflows.employment.people import views
from workflows.employment.people.limits import limits_of
from workflows.employment.service import Span

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(cast: Cast) -> Worker:
    """Somebody of 青禾村 at work since 10 July 2019."""
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(300))
    found: Worker = cast.county.worker_set.order_by("-pk")[0]
    cast.record_service(found, date(2019, 7, 10), None)
    return found


def test_months_used_and_left_are_reckoned_over_all_stretches() -> None:
    tenures = [
        Tenure(start_on=date(2019, 7, 10), end_on=date(2020, 7, 9)),
        Tenure(start_on=date(2020, 8, 1), end_on=None),
    ]
    limits = limits_of(date(1960, 2, 29), tenures, [], POLICY_2019, date(2020, 9, 15))
    assert limits.used == Span(13, 15)
    assert limits.left == 22
    assert [month.kind for month in limits.months].count("used") == 13
    assert limits.months[13].kind == "part"
    assert limits.age_limit_on == date(2025, 2, 28)
    assert limits.service_limit_on == date(2022, 7, 31)


def test_exactly_three_years_leave_nothing() -> None:
    whole = [Tenure(start_on=date(2019, 7, 1), end_on=date(2022, 6, 30))]
    limits = limits_of(date(1980, 1, 1), whole, [], POLICY_2019, date(2022, 7, 1))
    assert (limits.used, limits.left) == (Span(36, 0), 0)
    assert limits.service_limit_on is None


def test_the_page_shows_limits_agreements_and_papers_with_masked_numbers(cast: Cast, worker: Worker) -> None:
    with travel(AFTERNOON, tick=False):
        page = browser_of(cast.reviewer).get(f"/workers/{worker.pk}/").content.decode()
    assert "已用14个月零6天" in page
    assert worker.id_number not in page
    assert "130399********" in page
    assert "最先到的期限" in page


def test_a_full_number_wants_a_reason_and_leaves_a_trace(cast: Cast, worker: Worker) -> None:
    client = browser_of(cast.reviewer)
    with travel(AFTERNOON, tick=False):
        refused = client.post(f"/workers/{worker.pk}/", {"field": "id_number"})
        assert refused.status_code == 422
        shown = client.post(f"/workers/{worker.pk}/", {"field": "id_number", "reason_id_number": "核对纸质证件"})
    assert worker.id_number in shown.content.decode()
    event = Event.objects.latest("sequence")
    assert (event.action, event.reason) == ("employment.unmask_worker", "核对纸质证件")
    assert worker.id_number not in str(event.canonical)


def test_people_of_another_township_do_not_exist(cast: Cast, worker: Worker) -> None:
    with travel(AFTERNOON, tick=False):
        for part in ("other_clerk", "other_reviewer", "administrator"):
            assert browser_of(cast.people[part]).get(f"/workers/{worker.pk}/").status_code == 404
        listed = browser_of(cast.other_reviewer).post("/workers/", {"q": worker.name}).content.decode()
        assert f"/workers/{worker.pk}/" not in listed


def test_somebody_is_found_by_name_or_whole_id_number_and_neither_stands_in_an_address(
    cast: Cast, worker: Worker
) -> None:
    client = browser_of(cast.clerk)
    with travel(AFTERNOON, tick=False):
        for q in (worker.name[:2], applicant_id(300)):
            assert f"/workers/{worker.pk}/" in client.post("/workers/", {"q": q}).content.decode()
        assert f"/workers/{worker.pk}/" not in client.post("/workers/", {"q": applicant_id(301)}).content.decode()


def test_the_cases_of_the_person_are_listed_with_their_papers(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    with travel(AFTERNOON, tick=False):
        page = (
            browser_of(cast.reviewer).get(f"/workers/{Application.objects.get(case=case).worker_id}/").content.decode()
        )
    assert "贫困人口扶贫专岗申请审批表" in page


@pytest.mark.parametrize("people", [1, 12])
def test_the_pages_ask_few_questions_however_many_there_are(
    cast: Cast, people: int, django_assert_max_num_queries: object
) -> None:
    for number in range(people):
        cast.do("registry.enter_household", cast.county, cast.system, cast.listed(310 + number))
    client = browser_of(cast.reviewer)
    worker = cast.county.worker_set.order_by("-pk")[0]
    with travel(AFTERNOON, tick=False):
        client.get("/workers/")
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            client.get("/workers/")
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            client.get(f"/workers/{worker.pk}/")


def test_whoever_is_on_a_post_comes_first_page_by_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody listed later but at work stands before whoever never worked; nobody is left out or named twice."""
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(5):
        cast.do("registry.enter_household", cast.county, cast.system, cast.listed(330 + number))
    listed = list(cast.county.worker_set.order_by("pk"))
    for found in (listed[-1], listed[-3]):
        cast.record_service(found, date(2019, 7, 10), None)
    client, seen, address = browser_of(cast.reviewer), [], "/workers/"
    with travel(AFTERNOON, tick=False):
        while address:
            page = client.get(address).content.decode()
            seen += [int(pk) for pk in re.findall(r'href="/workers/(\d+)/"', page)]
            following = re.search(r'href="(/workers/\?after=[^"]+)"', page)
            address = following[1] if following else ""
    assert seen[:2] == [listed[-3].pk, listed[-1].pk]
    assert sorted(seen) == [each.pk for each in listed]


@pytest.mark.parametrize("after", ["7", "1-2", "x-1-1", "-1-1-1", "1-1-99999999999999999999"])
def test_an_address_nobody_made_begins_at_the_beginning(cast: Cast, worker: Worker, after: str) -> None:
    with travel(AFTERNOON, tick=False):
        page = browser_of(cast.reviewer).get("/workers/", {"after": after}).content.decode()
    assert f"/workers/{worker.pk}/" in page
