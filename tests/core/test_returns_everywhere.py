"""退回 in every flow: to any earlier step, in both modes, with what was changed shown to who decides."""

from typing import Any

import pytest
from django.db import transaction
from time_machine import travel

from signatures.demo_strokes import demo_signature
from tests.cast import Cast, browser_of, nothing_happens, prepared_cast, task_of
from tests.core.papers_on_the_way import PAPERS
from tests.letters.test_letters import WRITTEN
from tests.terminations import papers_of_exits, steps
from workflows.core.actions import ACTIONS, TaskAction
from workflows.core.consistency import faulty_cases
from workflows.core.models import Case, CaseReturn
from workflows.core.opinions import valid_opinions
from workflows.core.procedure import Desk, Procedure, all_flows, open_tasks
from workflows.core.refusals import Refused
from workflows.core.returning import SendBack, earlier_desks
from workflows.core.rounds import Vote

pytestmark = pytest.mark.django_db
WHY = "数字和原件对不上，请核实以后再报。"


def returning(flow: type[Procedure], desk: Desk) -> list[TaskAction]:
    found = ACTIONS.at_desk(flow.paperwork.flow_label, desk.name)
    return [action for action in found if action.returns and not isinstance(action, Vote)]


def leads(flow: type[Procedure], name: str) -> dict[str, set[str]]:
    """Source and targets of a transition of the flow's entity."""
    found: dict[str, set[str]] = {}
    for each in flow.entity_model._meta.get_field("state").get_all_transitions(flow.entity_model):
        if each.name == name:
            found.setdefault(str(each.source), set()).update(str(state) for state in each.target.allowed_states)
    return found


def test_each_returning_step_offers_every_earlier_step_and_the_straight_way_back() -> None:
    flows = 0
    for flow in all_flows():
        desks = flow.desks()
        for place, desk in enumerate(desks):
            actions = returning(flow, desk)
            flows += bool(actions)
            for action in actions:
                assert isinstance(action, SendBack), f"{action.code} is a return of its own kind"
            if not actions:
                continue
            to, back = leads(flow, "send_back_to"), leads(flow, "hand_back")
            for earlier in desks[:place]:
                assert earlier.returned_state, f"nothing is returned to {earlier.name} of {flow.__name__}"
                for state in desk.while_in:
                    assert earlier.returned_state in to[state], f"{desk.name} cannot return to {earlier.name}"
                    assert state in back[earlier.returned_state], f"{earlier.name} cannot hand back to {desk.name}"
            # Whoever would be skipped was shown something, so that it can be said whether it reads the same.
            for between in desks[1:place]:
                assert between.shown, f"{between.name} of {flow.__name__} would always be walked again"
    assert flows > 25


@pytest.mark.parametrize("label", [label for label in PAPERS if label not in ("recoveries", "findings")])
def test_the_paper_goes_back_to_each_step_it_came_through(label: str) -> None:
    cast, case = at_the_seal() if label == "terminations" else PAPERS[label]()
    case = Case.objects.get(pk=case.pk)
    task = task_of(case)
    (action,) = returning(case.flow_class, task.flow_task)
    actor = holder(cast, task)
    offered = earlier_desks(case, task.flow_task.name)
    assert offered
    for desk in offered:
        for mode in ("walk_again", "straight_back"):
            with transaction.atomic():
                cast.do(action.code, task, actor, {"reason": WHY, "to": desk.name, "mode": mode, "faults": []})
                back = Case.objects.get(pk=case.pk)
                assert back.entity.state == desk.returned_state
                assert {each.flow_task.name for each in open_tasks(back)} == {desk.name}
                sent = CaseReturn.objects.get(case=back)
                assert (sent.to_step, sent.mode, sent.reason) == (desk.name, mode, WHY)
                assert sent.version is not None, "what it read then is not kept: no difference can be shown"
                assert list(faulty_cases()) == []
                transaction.set_rollback(True)
    with nothing_happens(), pytest.raises(Refused):
        cast.do(
            action.code, task, actor, {"reason": WHY, "to": task.flow_task.name, "mode": "walk_again", "faults": []}
        )


def at_the_seal() -> tuple[Cast, Case]:
    """A notice that is sealed is given to the person: it is sent back before that."""
    cast = prepared_cast()
    return cast, papers_of_exits.subject_of("terminations.seal", cast).process


def holder(cast: Cast, task: Any) -> Any:
    return next(
        actor for actor in cast.people.values() if actor.appointment_for(task.office_id, task.office_role) is not None
    )


def send_back(cast: Cast, case: Case, code: str, part: str, mode: str = "straight_back", to: str = "") -> None:
    cast.do(code, task_of(case), cast.people[part], {"reason": WHY, "mode": mode, "to": to})


def here(case: Case) -> str:
    return str(task_of(Case.objects.get(pk=case.pk)).flow_task.name)


def test_a_letter_straight_back_to_the_keeper_keeps_its_approval_while_it_reads_the_same() -> None:
    cast, case = PAPERS["letters"]()
    send_back(cast, case, "letters.send_back", "township_keeper")
    cast.do("letters.submit", task_of(case), cast.township_clerk, WRITTEN)
    assert here(case) == "seal_letter"
    assert "approve_letter" in valid_opinions(Case.objects.get(pk=case.pk))
    cast.act(case, "letters.seal", cast.township_keeper)
    cast.prove()


def test_a_letter_that_was_changed_walks_again_its_approval_is_void_and_the_approver_sees_the_difference() -> None:
    cast, case = PAPERS["letters"]()
    send_back(cast, case, "letters.send_back", "township_keeper")
    cast.do("letters.submit", task_of(case), cast.township_clerk, WRITTEN | {"copies": "3"})
    assert here(case) == "approve_letter"
    assert valid_opinions(Case.objects.get(pk=case.pk)) == {}
    assert CaseReturn.objects.get().changed_for_skipped == ["copies"]
    client = browser_of(cast.reviewer)
    with travel(cast.now, tick=False):
        html = client.get(f"/tasks/{task_of(case).pk}/").content.decode()
    assert "份数" in html
    assert "“份数”有变动，没有直送退回人" in html
    cast.prove()


def test_a_ledger_returned_by_the_county_comes_straight_back_with_its_signatures_and_its_seal() -> None:
    cast, case = PAPERS["ledgers"]()
    send_back(cast, case, "ledgers.send_back", "officer")
    cast.do("ledgers.check", task_of(case), cast.township_clerk, {"strokes": demo_signature("罗晓敏")})
    assert here(case) == "receive_ledger"
    review = valid_opinions(Case.objects.get(pk=case.pk))["review_ledger"]
    assert review.seal_use is not None
    cast.prove()


def test_a_ledger_whose_review_is_signed_anew_is_sealed_anew() -> None:
    cast, case = PAPERS["ledgers"]()
    send_back(cast, case, "ledgers.send_back", "officer", to="review_ledger")
    cast.act(case, "ledgers.review", cast.colleague)
    assert here(case) == "seal_ledger"
    cast.do("ledgers.file", task_of(case), cast.township_keeper)
    assert here(case) == "receive_ledger"
    cast.prove()


def test_an_exit_that_reads_the_same_is_not_heard_twice_and_one_that_changed_is() -> None:
    cast = prepared_cast()
    case = papers_of_exits.subject_of("terminations.decide", cast).process
    entity = Case.objects.get(pk=case.pk).entity
    same = {name: getattr(entity, name) for name in ("facts", "proof", "verified_by", "finding", "evidence")}
    same |= {name: day.isoformat() for name in ("happened_on", "verified_on") if (day := getattr(entity, name))}
    for changes, then in (({}, "decide_exit"), ({"facts": f"{entity.facts}另附病历。"}, "hear_worker")):
        with transaction.atomic():
            send_back(cast, case, "terminations.send_back", "reviewer")
            data = steps.sheet(entity.last_on) | {name: value for name, value in same.items() if value} | changes
            cast.do("terminations.propose", task_of(case), cast.clerk, data)
            assert here(case) == then
            heard = Case.objects.get(pk=case.pk).entity.heard_on
            assert (heard is not None) == (then == "decide_exit")
            transaction.set_rollback(True)


def test_an_agreement_sent_back_by_the_keeper_comes_straight_back_once_the_worker_has_signed_it_again() -> None:
    cast, case = PAPERS["agreements"]()
    agreement = Case.objects.get(pk=case.pk).entity
    send_back(cast, case, "agreements.send_back", "township_keeper")
    data = {name: getattr(agreement, name).isoformat() for name in ("start_on", "end_on")}
    data |= {"workplace": agreement.workplace, "worker_strokes": demo_signature("周桂兰")}
    cast.do("agreements.submit", task_of(case), cast.clerk, data)
    assert here(case) == "township_seals"
    cast.do("agreements.seal_by_township", task_of(case), cast.township_keeper)
    cast.prove()
