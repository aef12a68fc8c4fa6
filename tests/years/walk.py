"""Everybody does anything of the years' flows in any order, and the months go by: the county stays in order.

One walk is one example of hypothesis: a county with people at every turn (one in the first year, one who nears three
years, one who nears 65, one who was paid already), some papers on their way, then acts by whoever may, acts by anybody
at all, and nights of the clock. What the door refuses has changed nothing; what it lets through leaves everything that
invariants.py asks.
"""

from __future__ import annotations

import sys
from collections import Counter
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from time_machine import travel

from audit.models import Event
from signatures.demo_strokes import demo_signature
from tests.appraisals import years
from tests.attendance.months import at, employ, member_of, month_of
from tests.attendance.test_pay import open_roster, pay, to_finance
from tests.cast import Cast, build_cast, everything, prepared_cast, signed, user_of
from tests.registry.people import id_number
from tests.years.invariants import every_page_opens, hold
from tests.years.on_the_way import STAGES
from tests.years.standing import BEHIND, MONTHLY
from workflows.attendance.models import AttendanceSheet
from workflows.attendance.sheets.facts import lines_for
from workflows.core.actions import ACTIONS
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.door import perform
from workflows.core.models import OPEN_STATUSES, Case, DeskTask
from workflows.core.refusals import DoorError
from workflows.employment.models import EndReason, Tenure
from workflows.inspections.models import About, Finding, FindingState, Weight

STANDING: list[Cast] = []
"""The county that lies in this database already, when there is one."""
DONE: Counter[str] = Counter()
"""What the door let through, by action: a walk that gets nowhere proves nothing."""
FLOWS = tuple(flow for flow in BEHIND if flow not in MONTHLY)
PARTS = (
    "clerk", "head", "member", "township_clerk", "reviewer", "colleague", "township_keeper", "officer", "supervisor",
    "auditor", "finance", "other_clerk", "other_reviewer", "administrator", "outsider",
)  # fmt: skip
OPENINGS = (
    "appraisals.open", "appraisals.record", "schemes.open", "summaries.open", "agreements.renew", "terminations.open",
    "terminations.open_for_finding", "exit_reviews.object", "exit_reviews.correct", "findings.open", "recoveries.open",
    "inspections.open", "pay.open", "attendance.correct", "ledgers.supplement",
)  # fmt: skip
ANYTHING = sorted(code for code in ACTIONS._actions if code.partition(".")[0] in (*FLOWS, *MONTHLY))
ON_CASE = tuple(
    code for code in ANYTHING
    if code.endswith((".void", ".correct", ".object", "take_effect", ".take_anew", ".supplement", ".redraw"))
)  # fmt: skip
GROUNDS = (*EndReason.values, EndReason.FAILED_APPRAISAL, EndReason.DISOBEDIENCE, EndReason.DEATH)
NUMBER = st.integers(0, 11)


def build_county() -> Cast:
    """Four at work since September 2020, September and October signed and paid; it is 20 December."""
    cast = build_cast()
    cast.people["member"] = member_of(cast)
    for number, (born, served) in enumerate(((date(1980, 1, 1), None), (date(1956, 2, 28), None),
                                             (date(1979, 5, 5), date(2018, 1, 10)))):  # fmt: skip
        person = id_number(born, 700 + number)
        if served is not None:
            listed = {**cast.listed(1), "head_id_number": person}
            listed["workers"] = [{**listed["workers"][0], "id_number": person}]
            cast.do("registry.enter_household", cast.county, cast.system, listed)
            cast.record_service(cast.county.worker_set.order_by("-pk")[0], served, date(2020, 9, 10))
        # Born on 28 February 1956: 65 on 28 February 2021. Served 32 months and a day: till 12 January.
        ends = {0: date(2021, 9, 14), 1: date(2021, 2, 28), 2: date(2021, 1, 12)}[number]
        employ(cast, date(2020, 9, 15), ends, id_number=person)
    run_daily(cast.now)
    for month in (date(2020, 9, 1), date(2020, 10, 1)):
        month_of(cast, month).lock()
        roster = open_roster(cast, f"{month:%Y-%m}")
        to_finance(cast, roster)
        pay(cast, roster)
    cast.now = at(2020, 12, 20)
    run_daily(cast.now)
    years.issue(cast)
    return cast


def stand() -> Cast:
    return deepcopy(STANDING[0]) if STANDING else prepared_cast("years walk", build_county)


class Years(RuleBasedStateMachine):
    """One county for some months; rolled back at the end."""

    @initialize(begun=st.lists(st.tuples(st.sampled_from(STAGES), NUMBER), min_size=3, max_size=3))
    def prepare(self, begun: list[tuple[Any, int]]) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.cast = stand()
        self.lines = 0
        self.looked_at = Event.objects.latest("sequence").sequence
        lasting = Tenure.objects.filter(end_on__isnull=True).select_related("worker").order_by("pk")
        for tenure, (stage, how) in zip(list(lasting), begun, strict=True):
            stage(self.cast, tenure, how)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            # A process of its own has no collected static files to make a page of.
            if sys.exc_info()[0] is None and hasattr(self, "cast") and not STANDING:
                with travel(self.cast.tick(minutes=1), tick=False):
                    every_page_opens(self.cast.reviewer, self.cast.clerk)
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- acts -------------------------------------------------------------------------------------------

    def attempt(self, code: str, subject: Any, actor: Actor, data: dict[str, Any]) -> bool:
        """Done wholly or not at all; a refusal leaves every row as it was."""
        before = everything() if self.lines % 3 == 0 else None
        self.lines += 1
        try:
            perform(code, subject, actor, data, at=self.cast.tick(minutes=1))
        except DoorError:
            assert before is None or everything() == before, f"{code} was refused and changed something"
            return False
        DONE[code] += 1
        return True

    @rule(code=st.sampled_from(OPENINGS), which=NUMBER, choice=NUMBER)
    def somebody_begins_something(self, code: str, which: int, choice: int) -> None:
        self.open(code, which, choice, "")

    @rule(code=st.sampled_from(OPENINGS), which=NUMBER, choice=NUMBER, part=st.sampled_from(PARTS))
    def anybody_begins_something(self, code: str, which: int, choice: int, part: str) -> None:
        self.open(code, which, choice, part)

    def open(self, code: str, which: int, choice: int, part: str) -> None:
        """By `part`, or by who may as a rule."""
        subject = self.subject_for(code, which)
        if subject is None:
            return
        townships = ("schemes", "summaries", "recoveries", "pay", "ledgers")
        by = "township_clerk" if code.partition(".")[0] in townships else "clerk"
        by = "reviewer" if code == "inspections.open" else by
        by = "reviewer" if code == "exit_reviews.correct" else by
        if code == "findings.open":
            by = ("auditor", "reviewer", "clerk", "supervisor")[choice % 4]
        actor = self.cast.people[part or by]
        self.attempt(code, subject, actor, self.words(actor, which, choice) | self.opening_words(code, which, choice))

    def subject_for(self, code: str, which: int) -> Any:
        flow, _, act = code.partition(".")
        if code in ("schemes.open", "summaries.open", "inspections.open", "pay.open"):
            return self.cast.township
        if code == "findings.open":
            return self.cast.village
        if code in ("attendance.correct", "ledgers.supplement"):
            kind = "ledger" if flow == "ledgers" else "attendance_sheet"
            return self.some(Case.objects.filter(**{f"{kind}__isnull": False}), which)
        if flow in ("exit_reviews", "recoveries") or act == "open_for_finding":
            kind = {"exit_reviews": "termination"}.get(flow, "finding")
            return self.some(Case.objects.filter(**{f"{kind}__isnull": False}), which)
        return self.some(Tenure.objects.filter(village=self.cast.village), which)

    def opening_words(self, code: str, which: int, choice: int) -> dict[str, Any]:
        tenure = self.some(Tenure.objects.filter(village=self.cast.village), which)
        year = {"year": str(self.cast.now.year - choice % 2), "month": f"{self.cast.now.year}-{choice % 12 + 1:02d}"}
        if code == "findings.open":
            about = About.values[choice % 3] if which % 2 else About.WORKER
            return {
                "about": about,
                "worker": str(tenure.worker_id if tenure is not None and about == About.WORKER else ""),
                "official": str(user_of(self.cast.head).pk) if about == About.OFFICIAL else "",
                "weight": Weight.values[which % 3],
            }
        if code == "recoveries.open":
            return {"worker": str(tenure.worker_id if tenure is not None and choice % 2 else ""), "facts": ""}
        if code.startswith("terminations."):
            return {"reason": GROUNDS[choice * 5 % len(GROUNDS)], "facts": "", "proof": "", "happened_on": ""}
        return year

    def some(self, rows: Any, which: int) -> Any:
        """One of them, the newest first."""
        found = list(rows.order_by("-pk")[:12])
        return found[which % len(found)] if found else None

    @rule(which=NUMBER, person=NUMBER)
    def a_paper_goes_on(self, which: int, person: int) -> None:
        self.go_on(which, -1, person)

    @rule(which=NUMBER, person=NUMBER)
    def another_paper_goes_on(self, which: int, person: int) -> None:
        self.go_on(which, -1, person)

    @rule(which=NUMBER, person=NUMBER)
    def one_paper_goes_a_long_way(self, which: int, person: int) -> None:
        for _ in range(5):
            self.go_on(which, -1, person)

    @rule(which=NUMBER, choice=NUMBER, person=NUMBER)
    def who_has_it_does_something_with_it(self, which: int, choice: int, person: int) -> None:
        self.go_on(which, choice, person)

    def go_on(self, which: int, choice: int, person: int) -> None:
        """Somebody of the office acts; `choice` below zero is the way the procedure wishes."""
        lying = DeskTask.objects.filter(status__in=OPEN_STATUSES, office__isnull=False).select_related("process")
        flows = MONTHLY if which > 9 else FLOWS
        found = [task for task in lying.order_by("-process_id", "pk") if self.flow_of(task.process) in flows][:12]
        if not found:
            return
        task = found[which % len(found)]
        here = ACTIONS.at_desk(self.flow_of(task.process), task.flow_task.name)
        forward = [action for action in here if action.weight in ("primary", "seal")]
        pool = forward if choice < 0 and forward else here
        if task.seat:  # one of the three signatures of a month
            pool = [each for each in here if each.code.endswith("for_workers") == (task.seat == "workers")]
        action = pool[(choice if choice >= 0 else person) % len(pool)] if pool else None
        actors = [self.cast.people[part] for part in (*PARTS, "second_head")]
        holders = [actor for actor in actors if actor.appointment_for(task.office_id or 0, task.office_role)]
        if action is not None and holders:
            actor = holders[person % len(holders)]
            self.attempt(action.code, task, actor, self.words(actor, which, person) | self.words_at(task))

    @staticmethod
    def flow_of(case: Case) -> str:
        return str(case.flow_class.paperwork.flow_label)

    def words_at(self, task: DeskTask) -> dict[str, Any]:
        """What only this paper asks for: its months' days, its agreement's dates, the exit's own last day."""
        case, flow = task.process, self.flow_of(task.process)
        if flow == "attendance":
            sheet = AttendanceSheet.objects.get(case=case)
            ink = {f"ink_{row.worker_id}": self.ink(row.worker.name) for row in sheet.rows.select_related("worker")}
            return {f"fill_{line.key}": "work" for line in lines_for(sheet)} | ink
        if flow == "agreements":
            entity = case.entity
            days = {name: getattr(entity, name) for name in ("start_on", "end_on")}
            return {name: day.isoformat() for name, day in days.items() if day} | {"workplace": "主街"}
        if flow == "terminations" and task.flow_task.name == "draw_up_exit" and self.lines % 4:
            kept = case.entity
            days = {name: getattr(kept, name) for name in ("last_on", "happened_on")}
            finding = Finding.objects.filter(worker=kept.tenure.worker_id).exclude(state=FindingState.VOIDED).last()
            own = {"finding": str(finding.pk)} if finding is not None else {}
            return {name: day.isoformat() for name, day in days.items() if day} | own
        if flow == "schemes":
            return years.SCHEME
        return {}

    @rule(which=NUMBER)
    def who_acted_last_takes_it_back(self, which: int) -> None:
        case = self.some(Case.objects.all(), which)
        moved = Event.objects.filter(case_key=case.key).exclude(from_state=F("to_state"))
        last = moved.order_by("sequence").last()
        actor = next((each for each in self.cast.people.values() if last and each.name == last.actor_name), None)
        if actor is not None:
            self.attempt("desk.take_back", case, actor, {})

    @rule(code=st.sampled_from(ANYTHING), which=NUMBER, choice=NUMBER, part=st.sampled_from(PARTS))
    def anybody_tries_anything(self, code: str, which: int, choice: int, part: str) -> None:
        actor = self.cast.people[part]
        if code in OPENINGS:
            self.open(code, which, choice, part)
            return
        rows: Any = Case.objects.all() if code in ON_CASE else DeskTask.objects.filter(office__isnull=False)
        self.attempt(code, self.some(rows, which), actor, self.words(actor, which, choice))

    @rule(days=st.sampled_from([1, 3, 12, 31, 70]))
    def days_go_by(self, days: int) -> None:
        """The clock's round on each of the last days: what is due happens, and nothing else."""
        self.cast.tick(days=days)
        run_daily(self.cast.now)

    # --- what anybody may have typed --------------------------------------------------------------------

    def ink(self, name: str) -> str:
        """No hand writes the same twice."""
        self.lines += 1
        return demo_signature(f"{name}{self.lines}")

    def words(self, actor: Actor, which: int, choice: int) -> dict[str, Any]:
        """Every field of every form, rightly filled in as a rule; sometimes a day too early or a hand too few."""
        today = self.cast.now.date()
        shift = {7: -1, 9: 1}.get(choice, 0)
        day, later = (today + timedelta(days=shift)).isoformat(), (today + timedelta(days=7)).isoformat()
        way = {3: "refused", 5: "posted", 8: "absent"}.get(choice, "signed")
        refusal = years.REFUSAL if way == "refused" else {}
        refusal = {name: self.ink(value) if "strokes" in name else value for name, value in refusal.items()}
        grade = "fail" if choice % 3 == 0 else "pass"
        items = {f"{cell}_{number}": said for number in range(1, 7)
                 for cell, said in (("found", "本人在岗。"), ("verdict", "正常" if choice % 2 else "问题"),
                                    ("corrected", "当场改正"))}  # fmt: skip
        return {
            **signed(actor.name, "经核实，情况属实，材料齐全，同意。"),
            "strokes": self.ink(actor.name),
            **({} if way in ("refused", "posted", "absent") else {"worker_strokes": self.ink("周桂兰")}),
            **refusal, **items, **years.voice("cadre" if choice % 2 else "villager", "戴永年"),
            "way": way, "note": "挂号信XA12345678901，已妥投。", "place": "青禾村村委会", "recipient": "家属周大山",
            "delivered_on": day, "heard_on": day, "inspected_on": day, "paid_on": day, "handed_over_on": day,
            "found_on": day, "happened_on": day, "verified_on": day, "last_on": later if choice % 4 == 3 else day,
            "deadline_on": later, "recheck_on": later, "due_on": later,
            "first_sought_on": day, "second_sought_on": (today - timedelta(days=3)).isoformat(),
            "statement": "没有意见。", "facts": "经村委会和乡镇核实，情况属实，有材料为证。",
            "proof": "有书面材料为证。",
            "verified_by": "戴永年、单秀云", "evidence_1_name": "核实记录", "evidence_1_made_on": day,
            "evidence_1_pages": "1", "claim": "事实有出入，有证明。", "objection": "当天请了假，不是旷工。",
            "review_grade": grade, "heard_at": "村委会", "heard_summary": "大家说按时到岗。", "grade": grade,
            "differs_because": "弄虚作假，方案规定直接评为不合格。" if choice % 5 else "",
            "problem": "连续三日未清扫街道，没有请假，违反管理规定。", "demand": "当日补扫，以后按时。",
            "handed_over_to": "县纪委监委", "account": "县财政局非税收入专户", "first_month": "", "last_month": "",
            "amount": ("150", "250", "400", "800")[choice % 4], "voucher": f"凭{self.lines}",
            "conclusion": "总体规范。",
            "kind": ("random", "planned", "look_back", "learning", "task", "fit")[which % 6],
            "title": "不定期督查", "seed": "双色球0912251830", "number": str(1 + choice % 2), "good": "yes", "on": day,
            "text": "入户查看。", "reason": "请核实以后再办。", "to": "",
            "mode": ("walk_again", "straight_back")[which % 2],
        }  # fmt: skip

    # --- what always holds ------------------------------------------------------------------------------

    @invariant()
    def the_county_is_in_order(self) -> None:
        if hasattr(self, "cast"):
            last = Event.objects.latest("sequence").sequence
            if last > self.looked_at:
                hold(self.cast.county, self.cast.now, since=self.looked_at)
                self.looked_at = last


def walk(examples: int, steps: int, seed: int, *, shrinks: bool = False) -> None:
    run_state_machine_as_test(
        seeded(seed)(Years),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, *([Phase.shrink] if shrinks else [])],
            database=None,
            print_blob=False,
        ),
    )
