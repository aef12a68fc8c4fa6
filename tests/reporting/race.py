"""`python -m tests.reporting.race`: what two people do at the same moment to one ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import django

django.setup()

from registry.models import County, Organisation, User  # noqa: E402
from registry.roles import Role  # noqa: E402
from signatures.demo_strokes import demo_signature  # noqa: E402
from tests.attendance.months import employ  # noqa: E402
from tests.cast import CHINA, build_cast  # noqa: E402
from tests.races.forked import Click, alone, at_once, clock, press, tell  # noqa: E402
from workflows.core.actors import Actor  # noqa: E402
from workflows.core.consistency import faulty_cases  # noqa: E402
from workflows.core.procedure import open_tasks  # noqa: E402
from workflows.core.seen import seen_of  # noqa: E402
from workflows.reporting.models import Ledger  # noqa: E402

OPENING = datetime(2020, 9, 18, 9, tzinfo=CHINA)
DESK = OPENING.replace(hour=10)
SECOND_CLERK, CLOCK = "路过明", "建立实名台账"


def stage() -> None:
    """Two at work in the township, which has two clerks; the ledgers open today."""
    cast = build_cast()
    for _ in range(2):
        employ(cast, date(2020, 9, 16), date(2021, 9, 15))
    cast.also("outsider", Role.TOWNSHIP_CLERK, "104")


def ledger() -> Ledger:
    return Ledger.objects.filter(township__code="104").latest("version")


def look(action: str, who: str, **data: Any) -> Callable[[], Click]:
    def looked() -> Click:
        case = ledger().case
        actor = Actor.of(User.objects.get(name=who), DESK.date())
        if action in ("ledgers.supplement", "ledgers.take_anew"):
            return press(action, case, actor, data, str(case.revision), DESK)
        task = open_tasks(case)[0]
        strokes = (
            {"strokes": demo_signature(f"{who}{case.revision}")}
            if action in ("ledgers.check", "ledgers.review")
            else {}
        )
        return press(action, task, actor, {**data, **strokes}, seen_of(task, case), DESK)

    return looked


def sight() -> dict[str, Any]:
    found = Ledger.objects.filter(township__code="104").order_by("version")
    return {
        "ledgers": Ledger.objects.count(),
        "townships": Organisation.objects.filter(kind="township").count(),
        "versions": [[each.version, each.state] for each in found],
        "people": [each.rows.count() for each in found],
        "signatures": found[0].case.opinions.count(),
        "faults": list(faulty_cases()),
        "county": County.objects.count(),
    }


def main() -> None:
    why = {"reason": "核对后发现数据要补。"}
    alone(stage)
    told: dict[str, Any] = {"open": at_once(clock(OPENING, CLOCK), clock(OPENING, CLOCK)), "opened": alone(sight)}
    told["check"] = at_once(look("ledgers.check", "罗晓敏"), look("ledgers.check", SECOND_CLERK))
    told["review"] = at_once(look("ledgers.review", "林书平"), look("ledgers.review", "苏文静"))
    told["file"] = at_once(look("ledgers.file", "沈静"), look("ledgers.file", "沈静"))
    told["receive"] = at_once(look("ledgers.receive", "江月明"), look("ledgers.send_back", "江月明", **why))
    told["decided"] = alone(sight)
    if told["decided"]["versions"][0][1] == "returned":
        for action, who in (("check", "罗晓敏"), ("review", "林书平"), ("file", "沈静"), ("receive", "江月明")):
            told[f"again {action}"] = at_once(look(f"ledgers.{action}", who))
    twice = look("ledgers.supplement", "罗晓敏", **why), look("ledgers.supplement", SECOND_CLERK, **why)
    told["supplement"] = at_once(*twice)
    told["anew"] = at_once(look("ledgers.take_anew", "罗晓敏", **why), look("ledgers.check", SECOND_CLERK))
    told["end"] = alone(sight)
    tell(told)


if __name__ == "__main__":
    main()
