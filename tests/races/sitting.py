"""A big sitting in processes of their own: `python -m tests.races.sitting` does what SITTING says.

`gather <n>` makes so many papers before the township's reviewer, `prepare <n>` opens the sitting over them besides;
`work` works it off, printing a line for each paper; `tell` prints what stands in the county afterwards.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from unittest.mock import patch

import django

django.setup()

from django_tasks_db.models import DBTaskResult  # noqa: E402

from audit.models import Event  # noqa: E402
from signatures.demo_strokes import demo_signature  # noqa: E402
from signatures.models import Signature  # noqa: E402
from tests.cast import Cast, build_cast, post_of, task_of, user_of  # noqa: E402
from tests.races import ledger  # noqa: E402
from tests.races.scenes import PASSWORD  # noqa: E402
from workflows.applications.models import Application, State  # noqa: E402
from workflows.core import sittings  # noqa: E402
from workflows.core.actions import ACTIONS, TaskAction  # noqa: E402
from workflows.core.models import Case, DeskTask, Opinion, Sitting, SittingItem  # noqa: E402

AGREE = "applications.agree_by_township"


def gather(number: int) -> tuple[Cast, list[Case]]:
    """So many papers before the township's reviewer, who can log in. A line for every ten tells that it goes on."""
    cast = build_cast()
    reviewer = user_of(cast.reviewer)
    reviewer.set_password(PASSWORD)
    reviewer.save()
    roomy = post_of(cast.village, "绿化", 1000)
    post = str(cast.do("employment.establish_post", cast.county, cast.system, roomy).result.pk)
    cases = []
    for each in range(number):
        cases.append(cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW, post=post))
        if each % 10 == 0:
            print("GATHERED", flush=True)
    # What they left for the background was done long before somebody sits down to decide them.
    DBTaskResult.objects.all().delete()
    return cast, cases


def prepare(number: int) -> None:
    cast, cases = gather(number)
    decision = ACTIONS[AGREE]
    assert isinstance(decision, TaskAction)
    tasks = sittings.tasks_of(cast.reviewer, [task_of(case).pk for case in cases])
    verdicts = sittings.dry_run(tasks, decision, cast.reviewer, at=cast.tick())
    data = {
        "decision": AGREE,
        "picks": [verdict.pick for verdict in verdicts],
        "opinion": "情况属实，符合条件，同意安置。",
        "strokes": demo_signature(cast.reviewer.name),
    }
    cast.do("desk.open_sitting", cast.county, cast.reviewer, data)
    print("OPENED", flush=True)


def work() -> None:
    """The clock of the county goes on from when the sitting was opened: its offices are held in that year."""
    sitting = Sitting.objects.select_related("user").get()
    decide = sittings._decide

    def told(*args: object) -> None:
        decide(*args)  # type: ignore[arg-type]
        print("DECIDED", flush=True)

    with patch.object(sittings, "now", lambda: sitting.opened_at + timedelta(minutes=5)), \
            patch.object(sittings, "_decide", told):  # fmt: skip
        sittings.work_off(sitting)


def tell() -> None:
    sitting = Sitting.objects.get()
    states = list(SittingItem.objects.order_by("position").values_list("state", flat=True))
    agreed = Event.objects.filter(action=AGREE)
    opinions = Opinion.objects.filter(step="township_opinion", voided_at__isnull=True, signature__isnull=False)
    figures = {
        "states": {state: states.count(state) for state in set(states)},
        "events": agreed.count(),
        "cases": agreed.values("case_key").distinct().count(),
        "of_this_sitting": sum(1 for event in agreed if event.details.get("list") == sitting.list_digest),
        "opinions": opinions.count(),
        "signatures": Signature.objects.filter(pk__in=opinions.values("signature")).count(),
        "decided": Application.objects.filter(state=State.AWAITING_TOWNSHIP_SEAL).count(),
        "desks": DeskTask.objects.filter(finished__isnull=True, office_role="township_seal_keeper").count(),
        "faults": ledger.in_one_snapshot(ledger.faults),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    what, *rest = os.environ["SITTING"].split()
    if rest:
        {"gather": gather, "prepare": prepare}[what](int(rest[0]))
    else:
        {"work": work, "tell": tell}[what]()
