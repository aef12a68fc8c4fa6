"""A county's month, whole: 446 villages' sheets filled in and signed by three, audited and sealed by sixteen townships
each in one sitting, sixteen rosters paid by finance, sixteen ledgers received. Everything goes through the door, one
act after the other, with every paper, signature, seal and event; PDFs are only queued, as in the office.

The offices and people come from the demo's map. Their agreements are laid down as rows: how they were concluded is
not what is measured here.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MONTH = date(2021, 2, 1)
BEGINS, ENDS = date(2020, 7, 1), date(2021, 6, 30)  # the demo county begins in the summer of 2020
LEDGERS_AT = datetime.fromisoformat("2021-02-23T09:00:00+08:00")  # after the day on which the clock opens them
SHEETS_AT = datetime.fromisoformat("2021-03-02T09:00:00+08:00")
PEOPLE_OF_A_VILLAGE = 3


def figures() -> Iterator[tuple[str, float]]:
    from django.core.management import call_command
    from time_machine import travel

    call_command("collectstatic", interactive=False, verbosity=0)
    with travel(LEDGERS_AT, tick=True):
        office = Office(county_at_work())
        office.ledgers()
    with travel(SHEETS_AT, tick=True):
        office.villages()
        office.audit()
        office.pay()
    for part, (seconds, work) in office.taken.items():
        yield f"seconds_{part}", seconds
        yield f"processor_seconds_{part}", work
    yield "seconds_county", sum(seconds for seconds, _ in office.taken.values())
    yield "processor_seconds_county", sum(work for _, work in office.taken.values())
    yield "acts_county", office.acts
    yield (
        "processor_seconds_per_village",
        sum(office.taken[part][1] for part in ("villages", "audit")) / len(office.places),
    )
    yield "longest_seconds_of_a_progress_page", max(office.looks)


def county_at_work() -> Any:
    """Every village with its people under an agreement, and everybody in office who signs."""
    from django.db import transaction
    from django.utils import timezone

    from project.demo.county import DemoCounty
    from project.demo.crowd import Crowd
    from project.demo.places import FULL_SIZE
    from project.demo.plan import AT_WORK, Plan, Resident
    from registry.models import Worker
    from workflows.core.models import Case
    from workflows.employment.agreements.flow_v1 import AgreementFlow
    from workflows.employment.models import Agreement, AgreementState, Post, Tenure

    county = DemoCounty(timezone.now(), workers=FULL_SIZE, tell=lambda done, of, what: None)
    crowd, villages, county.stories = Crowd(1, BEGINS), county.plan.villages, []
    people = [
        Resident(crowd.person(), village, AT_WORK, start_on=BEGINS)
        for village in villages
        for _ in range(PEOPLE_OF_A_VILLAGE)
    ]
    county.plan = Plan(villages, people, {village.code: [(0, PEOPLE_OF_A_VILLAGE)] for village in villages})
    county.load()
    dice = random.Random("accounts")
    with transaction.atomic():
        for worker in Worker.objects.all():
            worker.account = f"62284800{dice.randrange(10**11):011d}"
            worker.save()
        posts = {post.village_id: post for post in Post.objects.all()}
        tenures = list(Tenure.objects.select_related("worker__household"))
        for tenure in tenures:
            tenure.post = posts[tenure.village_id]
        Tenure.objects.bulk_update(tenures, ["post"])
        for tenure in tenures:
            place = {"county": county.county, "township_id": tenure.township_id, "village_id": tenure.village_id}
            case = Case.objects.create(
                flow_class=AgreementFlow, opening_key=f"agreement-{tenure.pk}", created=timezone.now(), **place
            )
            agreement = Agreement(
                case=case,
                source=case,
                tenure=tenure,
                worker=tenure.worker,
                post=tenure.post,
                category=tenure.worker.household.category,
                party_a_id=tenure.township_id,
                start_on=BEGINS,
                end_on=ENDS,
                yuan_per_month=400,
                **place,
            )
            Agreement._meta.get_field("state").set_state(agreement, AgreementState.CONCLUDED)
            agreement.save()
    return county


@dataclass
class Office:
    """Everybody in the county at their desk, one after the other; how long each part took, in seconds and in those of
    the processor, and how long the county's own page of the month took to draw while it went on."""

    county: Any
    taken: dict[str, tuple[float, float]] = field(default_factory=dict)
    looks: list[float] = field(default_factory=list)
    acts: int = 0

    def __post_init__(self) -> None:
        from project.demo.places import TOWNSHIPS

        self.places = self.county.plan.villages
        self.townships = [code for code, _, _ in TOWNSHIPS]
        self.dice = random.Random("offices")
        self.begun = time.perf_counter()

    def do(
        self, action: str, subject: Any, actor: Any, data: dict[str, Any] | None = None, *, sign: bool = False
    ) -> Any:
        from signatures.demo_strokes import demo_signature
        from workflows.core.clock import now
        from workflows.core.door import perform

        self.acts += 1
        ink = {"strokes": demo_signature(actor.name, self.acts)} if sign else {}
        return perform(action, subject, actor, {**(data or {}), **ink}, at=now()).result

    def holder(self, role: Any, place: str) -> Any:
        return self.county.holder(role, place, self.dice)

    @contextmanager
    def measured(self, part: str) -> Iterator[None]:
        begun, worked = time.perf_counter(), time.process_time()
        yield
        self.taken[part] = time.perf_counter() - begun, time.process_time() - worked

    # --- the month -----------------------------------------------------------------------------------------

    def villages(self) -> None:
        """Opened by the clock, filled in, signed by the people and two of the village, reported."""
        from registry.roles import Role
        from signatures.demo_strokes import demo_signature
        from workflows.attendance.models import AttendanceRow, AttendanceSheet
        from workflows.core.clock import now
        from workflows.core.daily import run_daily

        with self.measured("opening"):
            run_daily(now())
        with self.measured("villages"):
            for number, village in enumerate(self.places, 1):
                sheet = AttendanceSheet.objects.get(village__code=village.code, month=MONTH)
                rows = list(AttendanceRow.objects.filter(sheet=sheet).select_related("worker"))
                clerk = self.holder(Role.VILLAGE_CLERK, village.code)
                self.do(
                    "attendance.submit", _task(sheet.case), clerk, {f"fill_{row.worker_id}": "work" for row in rows}
                )
                ink = {f"ink_{row.worker_id}": demo_signature(row.worker.name, row.pk) for row in rows}
                self.do("attendance.sign_for_workers", _task(sheet.case, "workers"), clerk, ink)
                for seat, role in (("head", Role.VILLAGE_HEAD), ("member", Role.VILLAGE_COMMITTEE_MEMBER)):
                    self.do("attendance.sign", _task(sheet.case, seat), self.holder(role, village.code), sign=True)
                self.do("attendance.report", _task(sheet.case), clerk)
                if number % 50 == 0:
                    self.look()
            self.look()

    def audit(self) -> None:
        """Each township in two sittings: its reviewer's signature under the list, its seal on every sheet."""
        from registry.roles import Role

        with self.measured("audit"):
            for township in self.townships:
                self.sitting("attendance.audit", self.holder(Role.TOWNSHIP_REVIEWER, township))
                self.sitting("attendance.seal", self.holder(Role.TOWNSHIP_SEAL_KEEPER, township))
                self.look()

    def sitting(self, decision: str, actor: Any) -> None:
        from signatures.demo_strokes import demo_signature
        from workflows.core.actions import ACTIONS, TaskAction
        from workflows.core.clock import now
        from workflows.core.inbox import mine_of
        from workflows.core.sittings import actions_for, dry_run, tasks_of, work_off

        action = ACTIONS[decision]
        assert isinstance(action, TaskAction)
        tasks = [
            task for task in tasks_of(actor, mine_of(actor).values_list("pk", flat=True)) if action in actions_for(task)
        ]
        verdicts = dry_run(tasks, action, actor, at=now())
        data = {
            "decision": decision,
            "picks": [verdict.pick for verdict in verdicts],
            "strokes": demo_signature(actor.name, len(tasks)),
        }
        sitting = self.do("desk.open_sitting", self.county.county, actor, data)
        work_off(sitting)
        self.acts += len(tasks)
        done = sitting.items.filter(state="done").count()
        if done != len(tasks):
            raise SystemExit(f"{decision}: only {done} of {len(tasks)} were decided")

    def pay(self) -> None:
        """A roster of each township, drawn up, reviewed, sealed, paid."""
        from registry.roles import Role
        from workflows.attendance.models import PayLine, PayRoster

        with self.measured("pay"):
            for number, township in enumerate(self.townships, 1):
                clerk = self.holder(Role.TOWNSHIP_CLERK, township)
                place = self.county.organisation(township)
                data = {"month": f"{MONTH:%Y-%m}", "opening_key": f"pay-{township}"}
                case = self.do("pay.open", place, clerk, data)
                self.do("pay.submit", _task(case), clerk, sign=True)
                self.do("pay.review", _task(case), self.holder(Role.TOWNSHIP_REVIEWER, township), sign=True)
                self.do("pay.seal", _task(case), self.holder(Role.TOWNSHIP_SEAL_KEEPER, township))
                voucher = {"voucher": f"2021-03-{number:04d}", "paid_on": f"{SHEETS_AT:%Y-%m-%d}"}
                self.do("pay.confirm", _task(case), self.holder(Role.FINANCE_OFFICER, "finance"), voucher, sign=True)
                self.look()
        paid = PayLine.objects.filter(counts=True, roster__state="paid").count()
        people = len(self.places) * PEOPLE_OF_A_VILLAGE
        if paid != people or PayRoster.objects.filter(state="paid").count() != len(self.townships):
            raise SystemExit(f"only {paid} of {people} people were paid")

    def ledgers(self) -> None:
        """Opened by the clock, checked, reviewed, sealed and sent, received."""
        from registry.roles import Role
        from workflows.core.clock import now
        from workflows.core.daily import run_daily
        from workflows.reporting.models import Ledger

        with self.measured("ledgers"):
            run_daily(now())
            for township in self.townships:
                ledger = Ledger.objects.get(township__code=township, month=MONTH)
                self.do("ledgers.check", _task(ledger.case), self.holder(Role.TOWNSHIP_CLERK, township), sign=True)
                self.do("ledgers.review", _task(ledger.case), self.holder(Role.TOWNSHIP_REVIEWER, township), sign=True)
                self.do("ledgers.file", _task(ledger.case), self.holder(Role.TOWNSHIP_SEAL_KEEPER, township))
                officer = self.holder(Role.EMPLOYMENT_SERVICE_OFFICER, "employment_service")
                self.do("ledgers.receive", _task(ledger.case), officer)
            self.look()

    def look(self) -> None:
        """The county's page of the month as it stands, and a line of it here."""
        from django.test import Client

        from registry.roles import Role
        from workflows.core.clock import today
        from workflows.reporting.progress import county_month
        from workflows.reporting.progress_view import _total

        client = Client(SERVER_NAME="localhost")
        officer = self.holder(Role.EMPLOYMENT_SERVICE_OFFICER, "employment_service")
        client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
        begun = time.perf_counter()
        page = client.get(f"/county-month/?month={MONTH:%Y-%m}")
        self.looks.append(time.perf_counter() - begun)
        if page.status_code != 200:
            raise SystemExit(f"the county's page of the month answers {page.status_code}")
        total = _total(county_month(self.county.county, MONTH, today()))
        stages = "，".join(f"{name}{number}" for name, number in total["named"])
        print(
            f"{time.perf_counter() - self.begun:5.0f}秒  考勤表{total['opened']}张：{stages}；"
            f"花名册{total['rosters']}册，已发放{total['paid']}册；台账已报{total['ledgers_filed']}",
            file=sys.stderr,
            flush=True,
        )


def _task(case: Any, seat: str = "") -> Any:
    from workflows.core.models import Case
    from workflows.core.procedure import open_tasks

    return next(task for task in open_tasks(Case.objects.get(pk=case.pk)) if task.seat == seat)
