"""批量: what would happen to each is told first; one decision; every paper has its own opinion, paper and event."""

from datetime import datetime

import pytest
from django_tasks_db.models import DBTaskResult
from time_machine import travel

from audit.models import Event
from signatures.demo_strokes import demo_signature
from tests.cast import AFTERNOON, CHINA, Cast, beyond_quota, browser_of, state_of, task_of, user_of
from workflows.applications.models import State
from workflows.core.models import Case, Opinion, Sitting, SittingItem
from workflows.core.refusals import NotFound, Refused
from workflows.core.sitting_models import ItemState
from workflows.core.sittings import dry_run, tasks_of, work_off

pytestmark = pytest.mark.django_db
AGREE = "applications.agree_by_township"


def waiting(cast: Cast, number: int) -> list[Case]:
    """So many applications before the township's reviewer, on a post with room for all."""
    post = cast.posts["104001"][0]
    type(post).objects.filter(pk=post.pk).update(places=50)
    return [cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW) for _ in range(number)]


def picks(cast: Cast, cases: list[Case]) -> list[str]:
    from workflows.core.actions import ACTIONS

    tasks = tasks_of(cast.reviewer, [task_of(case).pk for case in cases])
    return [verdict.pick for verdict in dry_run(tasks, ACTIONS[AGREE], cast.reviewer, at=cast.tick())]  # type: ignore[arg-type]


def decide(cast: Cast, cases: list[Case], **changes: object) -> Sitting:
    data = {
        "decision": AGREE,
        "picks": picks(cast, cases),
        "opinion": "情况属实，符合条件，同意安置。",
        "strokes": demo_signature(cast.reviewer.name),
    } | changes
    sitting: Sitting = cast.do("desk.open_sitting", cast.county, cast.reviewer, data).result
    return sitting


def work(cast: Cast, sitting: Sitting) -> None:
    with travel(cast.tick(), tick=False):
        work_off(sitting)


def test_one_decision_decides_every_paper_on_its_own(cast: Cast) -> None:
    cases = waiting(cast, 3)
    sitting = decide(cast, cases)
    assert [state_of(case) for case in cases] == [State.AWAITING_TOWNSHIP_REVIEW] * 3, "opening it decides nothing yet"
    before = Event.objects.count()
    work(cast, sitting)
    assert [state_of(case) for case in cases] == [State.AWAITING_TOWNSHIP_SEAL] * 3
    assert Event.objects.count() - before == 3
    for case in cases:
        opinion = Opinion.objects.get(case=case, step="township_opinion", voided_at=None)
        assert opinion.text == "情况属实，符合条件，同意安置。"
        assert opinion.signature is not None
        event = Event.objects.filter(case_key=case.key).latest("sequence")
        assert event.details["list"] == sitting.list_digest
        assert event.details["sitting"] == sitting.pk
    assert sitting.signature is not None
    assert sitting.signature.content_digest == sitting.list_digest


def test_who_decides_at_once_waits_for_no_pdf_of_earlier_papers(cast: Cast) -> None:
    sitting = decide(cast, waiting(cast, 1))
    queue = [job.task_path.rpartition(".")[2] for job in DBTaskResult.objects.all()]
    assert queue[0] == "work_off_sitting"
    assert len(queue) > 1
    assert DBTaskResult.objects.get(task_path__endswith="work_off_sitting").args_kwargs["args"] == [sitting.pk]


def test_worked_off_twice_it_decides_nothing_twice(cast: Cast) -> None:
    cases = waiting(cast, 2)
    sitting = decide(cast, cases)
    work(cast, sitting)
    before = Event.objects.count()
    work(cast, sitting)
    assert Event.objects.count() == before


def test_a_paper_that_changed_since_the_list_was_shown_is_told_and_not_decided(cast: Cast) -> None:
    cases = waiting(cast, 3)
    sitting = decide(cast, cases)
    cast.act(cases[1], AGREE, cast.colleague)
    cast.do("desk.take", task_of(cases[2]), cast.colleague)
    work(cast, sitting)
    items = list(SittingItem.objects.filter(sitting=sitting).order_by("position"))
    assert [item.state for item in items] == [ItemState.DONE, ItemState.OVERTAKEN, ItemState.OVERTAKEN]
    assert "苏文静" in items[1].message
    assert state_of(cases[2]) == State.AWAITING_TOWNSHIP_REVIEW


def test_the_dry_run_says_what_the_rules_would_say_and_changes_nothing(cast: Cast) -> None:
    from workflows.core.actions import ACTIONS

    cast.fill_quota()
    plain = waiting(cast, 1)[0]
    edge = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge")
    tasks = tasks_of(cast.reviewer, [task_of(plain).pk, task_of(edge).pk])
    events = Event.objects.count()
    verdicts = dry_run(tasks, ACTIONS[AGREE], cast.reviewer, at=cast.tick())  # type: ignore[arg-type]
    assert [bool(verdict.refusals) for verdict in verdicts] == [False, True]
    assert "超名额" in verdicts[1].refusals[0]
    assert Event.objects.count() == events
    assert beyond_quota(cast.reviewer)


def test_what_the_rules_refuse_is_told_at_its_row_and_the_others_go_on(cast: Cast) -> None:
    cast.fill_quota()
    plain = waiting(cast, 1)[0]
    edge = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, category="edge")
    sitting = decide(cast, [edge, plain])
    work(cast, sitting)
    states = dict(SittingItem.objects.filter(sitting=sitting).values_list("case", "state"))
    assert states == {edge.pk: ItemState.REFUSED, plain.pk: ItemState.DONE}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"opinion": ""}, "请写明意见"),
        ({"strokes": ""}, "签字"),
        ({"picks": []}, "请至少选一件"),
        ({"picks": ["x:y"]}, "请至少选一件"),
    ],
)
def test_a_decision_that_is_not_whole_is_refused(cast: Cast, changes: dict[str, object], words: str) -> None:
    cases = waiting(cast, 1)
    with pytest.raises(Refused, match=words):
        decide(cast, cases, **changes)


def test_nobody_decides_what_is_not_theirs(cast: Cast) -> None:
    cases = waiting(cast, 1)
    data = {
        "decision": AGREE,
        "picks": picks(cast, cases),
        "opinion": "同意安置。",
        "strokes": demo_signature(cast.other_reviewer.name),
    }
    with pytest.raises(Refused, match="已有人办理"):
        cast.do("desk.open_sitting", cast.county, cast.other_reviewer, data)
    with pytest.raises(NotFound):
        cast.do("desk.open_sitting", cast.county, cast.reviewer, data | {"decision": "applications.void"})


def test_an_office_that_ended_meanwhile_decides_nothing(cast: Cast) -> None:
    from registry.models import Appointment

    cases = waiting(cast, 1)
    sitting = decide(cast, cases)
    Appointment.objects.filter(user=user_of(cast.reviewer)).update(to_on=cast.now.date())
    with travel(datetime(2020, 9, 16, 9, 0, tzinfo=CHINA), tick=False):
        work_off(sitting)
    assert state_of(cases[0]) == State.AWAITING_TOWNSHIP_REVIEW
    assert SittingItem.objects.get().state == ItemState.REFUSED


def test_the_keepers_pile_is_sealed_in_one_sitting_and_each_use_registered(cast: Cast) -> None:
    from signatures.models import SealUse

    cases = waiting(cast, 2)
    for case in cases:
        cast.walk(case, State.AWAITING_TOWNSHIP_SEAL)
    before = SealUse.objects.count()
    from workflows.core.actions import ACTIONS

    seal = ACTIONS["applications.seal_by_township"]
    tasks = tasks_of(cast.township_keeper, [task_of(case).pk for case in cases])
    chosen = [verdict.pick for verdict in dry_run(tasks, seal, cast.township_keeper, at=cast.tick())]  # type: ignore[arg-type]
    data = {"decision": seal.code, "picks": chosen}
    sitting = cast.do("desk.open_sitting", cast.county, cast.township_keeper, data).result
    work(cast, sitting)
    assert SealUse.objects.count() - before == 2
    assert [state_of(case) for case in cases] == [State.APPROVED] * 2


def test_from_the_inbox_to_the_print_in_the_browser(cast: Cast) -> None:
    cases = waiting(cast, 2)
    client = browser_of(cast.reviewer)
    with travel(AFTERNOON, tick=False):
        assert "批量办理所选" in client.get("/inbox/").content.decode()
        page = client.post("/sittings/new/", {"all": "1"})
        assert page.status_code == 200
        chosen = [row["pick"] for row in page.context["rows"]]
        assert len(chosen) == 2
        refused = client.post("/sittings/open/", {"decision": AGREE, "picks": chosen, "opinion": "同意安置。"})
        assert refused.status_code == 422
        assert "同意安置。" in refused.content.decode()
        data = {
            "decision": AGREE,
            "picks": chosen,
            "opinion": "同意安置。",
            "strokes": demo_signature(cast.reviewer.name),
        }
        opened = client.post("/sittings/open/", data)
        assert opened.status_code == 303
        url = opened["Location"]
        assert "件已有结果" in client.get(url).content.decode()
        # One request works for a while only: on a slow machine it takes several.
        asked = {"Accept": "application/json"}
        assert any(client.post(f"{url}go/", headers=asked).json()["waiting"] == 0 for _ in cases)
        assert client.post(f"{url}print/").content.decode().count('class="printed"') == 2
        stranger = browser_of(cast.colleague)
        assert stranger.get(url).status_code == 404
    assert [state_of(case) for case in cases] == [State.AWAITING_TOWNSHIP_SEAL] * 2
