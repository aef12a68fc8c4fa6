"""`python -m tests.races.at_slips`: races at one slip (tests/slips), each player in a process of its own.

A line in says which race: the slip is made ready, the players look at their pages, leave the gate together and press
their buttons; the line out tells what each was answered and how the slip lies then.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.db import connection  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from audit.models import Event  # noqa: E402
from audit.verification import verify_chain  # noqa: E402
from registry.models import Appointment, County, Delegation, Organisation, User  # noqa: E402
from tests.cast import PEOPLE, Cast, build_cast  # noqa: E402
from tests.core.desk_walk import PART_AT  # noqa: E402
from tests.races.players import click  # noqa: E402
from tests.races.scenes import AT  # noqa: E402
from tests.races.theatre import together  # noqa: E402
from tests.slips.flow import in_use  # noqa: E402
from tests.slips.models import Slip  # noqa: E402
from workflows.core.actors import Actor  # noqa: E402
from workflows.core.consistency import faulty_cases  # noqa: E402
from workflows.core.door import perform  # noqa: E402
from workflows.core.models import Case, DeskTask, Opinion  # noqa: E402
from workflows.core.procedure import open_tasks  # noqa: E402
from workflows.core.seen import seen_of  # noqa: E402

Gate = Callable[[], None]
WAY = ["fill_in", "check", "sign_all.keeper", "sign_all.clerk", "sign_all.reviewer", "vote.officer", "vote.supervisor"]
VERB_AT = {"fill_in": "submit", "check": "check", "sign_all": "sign", "vote": "sign", "decide": "decide"}
BACK = {"to": "fill_in", "mode": "walk_again"}
TYPED = {"amount": "3", "note": "a", "remark": "x", "opinion": "同意。", "reason": "请核实以后再办。"}
KEEPER, CLERK = ("keeper", "sign", "sign_all.keeper"), ("township_clerk", "sign", "sign_all.clerk")
REVIEWER = ("reviewer", "sign", "sign_all.reviewer")
# How far the slip has come, and what is then done at once: by whom, what, at which place.
RACES: dict[str, tuple[list[str], list[tuple[str, str, str]]]] = {
    "two of three sign": (WAY[:2], [KEEPER, CLERK]),
    "the last two sign": (WAY[:3], [CLERK, REVIEWER]),
    "one refuses": (WAY[:3], [("township_clerk", "refuse", "sign_all.clerk"), REVIEWER]),
    "one sends back": (WAY[:3], [("township_clerk", "send_back", "sign_all.clerk"), REVIEWER]),
    "two make the majority": (WAY[:6], [(part, "sign", f"vote.{part}") for part in ("supervisor", "auditor")]),
    "decide or send back": (WAY, [("reviewer", "decide", "decide"), ("colleague", "send_back", "decide")]),
    "fetch back or go on": (WAY[:2], [("head", "take_back", ""), KEEPER]),
    "fetch back one of the round": (WAY[:3], [("keeper", "take_back", ""), CLERK]),
    "the delegation ends": (WAY, [("colleague", "end_delegation", ""), ("township_clerk", "decide", "decide")]),
}


def county() -> Cast:
    """As it lies in this database."""
    cast = Cast(County.objects.get(), now=AT)
    cast.places = {place.code: place for place in Organisation.objects.all()}
    for part, name, *_ in PEOPLE:
        cast.people[part] = Actor.of(User.objects.get(name=name), AT.date())
    return cast


def stage(gate: Gate) -> object:
    with connection.schema_editor() as editor:
        editor.create_model(Slip)
    build_cast()
    gate()
    return {}


def make_ready(race: str) -> Callable[[Gate], object]:
    def work(gate: Gate) -> object:
        cast = county()
        case = cast.do("slips.open", cast.village, cast.clerk, {"key": get_random_string(16)}).result
        for place in RACES[race][0]:
            cast.do(
                f"slips.{VERB_AT[place.partition('.')[0]]}", task_at(case, place), cast.people[PART_AT[place]], TYPED
            )
        if race == "the delegation ends":
            delegate_from_colleague(cast)
        gate()
        return case.pk

    return work


def delegate_from_colleague(cast: Cast) -> None:
    """苏文静, a reviewer, is away; 罗晓敏 stands in. 林书平, the other reviewer, has nothing to do with it."""
    held = Appointment.objects.get(user__name="苏文静")
    day = AT.date().isoformat()
    data = {"deputy": "罗晓敏", "from_on": day, "to_on": day, "reason": "参加培训"}
    cast.do("desk.delegate", held, cast.colleague, data)


def task_at(case: Case, place: str) -> DeskTask:
    step, _, seat = place.partition(".")
    return next(task for task in open_tasks(case) if (task.flow_task.name, task.seat) == (step, seat))


def player(case_pk: int, part: str, verb: str, place: str) -> Callable[[Gate], object]:
    """The page is read before the gate, the button pressed behind it."""

    def work(gate: Gate) -> object:
        actor, case = county().people[part], Case.objects.get(pk=case_pk)
        at = AT + timedelta(hours=8)
        subject: Any = case
        code, seen = f"slips.{verb}", str(case.revision)
        if place:
            subject = task_at(case, place)
            seen = seen_of(subject, case)
        elif verb == "end_delegation":
            code, subject, seen = "desk.end_delegation", Delegation.objects.get(ended_at=None), ""
        else:
            code = f"desk.{verb}"
        gate()
        return click(lambda: perform(code, subject, actor, TYPED | BACK, seen, at=at))

    return work


def sight(case_pk: int) -> Callable[[Gate], object]:
    def work(gate: Gate) -> object:
        gate()
        case = Case.objects.get(pk=case_pk)
        events = list(Event.objects.filter(case_key=case.key).order_by("sequence"))
        breaks = [two.sequence for one, two in pairwise(events) if one.to_state != two.from_state]
        opinions = Opinion.objects.filter(case=case)
        return {
            "state": case.entity.state,
            "desks": sorted(f"{task.flow_task.name}.{task.seat}".rstrip(".") for task in open_tasks(case)),
            "standing": sorted(opinions.filter(voided_at__isnull=True).values_list("step", flat=True)),
            "acts": [event.action for event in events],
            "last": list(Event.objects.order_by("-sequence").values_list("action", flat=True)[:2])[::-1],
            "faults": [*faulty_cases(), *verify_chain(case.county.code), *breaks],
        }

    return work


def main() -> None:
    with in_use():
        together([stage])
        print("READY", flush=True)
        for line in sys.stdin:
            race = line.strip()
            if not race:
                continue
            case = together([make_ready(race)])[0]
            if not isinstance(case, int):
                raise SystemExit(str(case))
            answers = together([player(case, *who) for who in RACES[race][1]])
            told = {"answers": answers, **together([sight(case)])[0]}
            print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
