"""What the years bring in the demo: who leaves, what an inspection found, who is appraised, and money that comes back.

A few cases only, each left in another state. They are told of people who were at work before the county began with the
system, what waits for a township in 靖安镇: 泥井镇's reviewer has another pile (plan.py). The money is that of the last
month that was paid.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from project.demo.crowd import EDGE
from project.demo.office_hours import OfficeHours
from project.demo.plan import AT_WORK, Resident
from project.demo.stories import County, Story
from project.demo.walks_of_years import year_of
from registry.models import Organisation, Worker
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.attendance.models import PayLine, RosterState
from workflows.core.actors import Actor
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks
from workflows.employment.models import EndReason, Tenure
from workflows.inspections.recoveries.amounts import paid_lines, total_of

TOWNSHIP, PAID_TOWNSHIP = "101", "104"
_EXIT = ("open", "propose", "hear", "decide", "seal", "deliver")
# What is told, of which of the township's people, how far it goes, and how many working days ago it last moved.
LEAVES: tuple[str, tuple[str, ...], int] = ("resigns", _EXIT, 15)
SHOWN: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("unable", _EXIT[:3], 2),
    ("pointed_out", ("open", "tell"), 3),
    ("warned", ("open", "warn", "tell_warning"), 2),
    ("appraised", ("record", "open", "hear", "submit", "propose"), 1),
)
_ROLES: Mapping[str, Role] = {
    "decide": Role.TOWNSHIP_REVIEWER,
    "warn": Role.TOWNSHIP_REVIEWER,
    "seal": Role.TOWNSHIP_SEAL_KEEPER,
    "propose_grade": Role.VILLAGE_HEAD,
}


class _Acts:
    """Somebody in office, and their hand."""

    county: County
    dice: random.Random

    def holder(self, role: Role, place: str) -> Actor:
        return self.county.holder(role, place, self.dice)

    def at_desk(self, action: str, case: Case, actor: Actor, data: Mapping[str, Any], at: datetime) -> None:
        signed = {"strokes": demo_signature(actor.name, int(at.timestamp()))}
        perform(action, open_tasks(Case.objects.get(pk=case.pk))[0], actor, {**signed, **data}, at=at)


def told(at: datetime, worker: str) -> dict[str, str]:
    """Handed over in person, signed for."""
    ink = demo_signature(worker, int(at.timestamp()) + 7)
    return {"way": "signed", "delivered_on": f"{at:%Y-%m-%d}", "heard_on": f"{at:%Y-%m-%d}", "place": "村委会",
            "worker_strokes": ink}  # fmt: skip


class PersonStory(_Acts):
    """One person's exit, finding or appraisal."""

    def __init__(
        self,
        county: County,
        resident: Resident,
        what: str,
        acts: Sequence[str],
        ago: int,
        hours: OfficeHours,
        seed: int,
    ) -> None:
        self.county, self.resident, self.what, self.acts, self.hours = county, resident, what, acts, hours
        self.dice = random.Random(f"years {seed} {what}")  # noqa: S311 - invented lives
        self.moments = hours.moments(len(acts), ago, self.dice)
        self.case: Case | None = None

    def tell(self) -> Story:
        for act, moment in zip(self.acts, self.moments, strict=True):
            at = yield moment
            getattr(self, f"_{self.what}")(act, at)

    @property
    def tenure(self) -> Tenure:
        found = Tenure.objects.filter(village__code=self.resident.village.code, end_on=None).select_related("worker")
        return next(each for each in found if each.worker.id_number == self.resident.person.id_number)

    def _by(self, act: str) -> Actor:
        role = _ROLES.get(act, Role.VILLAGE_CLERK)
        village = self.resident.village
        return self.holder(role, village.township if str(role).startswith("township") else village.code)

    def _act(self, flow: str, act: str, at: datetime, **data: Any) -> None:
        assert self.case is not None
        self.at_desk(f"{flow}.{act}", self.case, self._by(act), data, at)

    # --- an exit --------------------------------------------------------------------------------------

    def _resigns(self, act: str, at: datetime) -> None:
        self._exit(act, at, EndReason.RESIGNATION, "本人提出要去照看孙子，不再上岗，经村里核实。", "本人自愿退出。")

    def _unable(self, act: str, at: datetime) -> None:
        self._exit(act, at, EndReason.UNABLE, "腿部手术以后不能久站，三次入户都不在岗。", "手术以后站不住。")

    def _exit(self, act: str, at: datetime, reason: EndReason, facts: str, said: str) -> None:
        name, today = self.resident.person.name, f"{at:%Y-%m-%d}"
        if act == "open":
            self.case = perform("terminations.open", self.tenure, self._by(act), {"reason": reason}, at=at).case
        elif act == "propose":
            self._act("terminations", act, at, facts=facts, last_on=today, happened_on=today, proof="医院诊断证明",
                      evidence_1_name="村委会核实记录", evidence_1_made_on=today, evidence_1_pages="1",
                      opinion="情况属实，提请乡镇审定。")  # fmt: skip
        elif act in ("hear", "deliver"):
            self._act("terminations", act, at, statement=said, opinion="已告知。", **told(at, name))
        elif act == "decide":
            self._act("terminations", act, at, opinion="事实清楚，同意。")
        else:
            self._act("terminations", act, at)

    # --- a finding ------------------------------------------------------------------------------------

    def _pointed_out(self, act: str, at: datetime) -> None:
        self._finding(act, at, "ordinary", "连续三日未清扫二组街道，没有请假，违反《办法》第四条第3项。")

    def _warned(self, act: str, at: datetime) -> None:
        self._finding(act, at, "serious", "当班时饮酒，与群众争吵，造成不良影响。")

    def _finding(self, act: str, at: datetime, weight: str, problem: str) -> None:
        name = self.resident.person.name
        if act == "open":
            clerk = self._by(act)
            data = {
                "about": "worker", "worker": str(self.tenure.worker_id), "weight": weight, "problem": problem,
                "found_on": f"{at:%Y-%m-%d}", "demand": "当日改正，以后按要求做。",
                "deadline_on": f"{at + timedelta(days=10):%Y-%m-%d}",
                "strokes": demo_signature(clerk.name, int(at.timestamp())),
            }  # fmt: skip
            village = self.county.organisation(self.resident.village.code)
            self.case = perform("findings.open", village, clerk, data, at=at).case
        elif act == "tell":
            self._act("findings", "deliver", at, **told(at, name))
        elif act == "tell_warning":
            self._act("findings", "deliver_warning", at, **told(at, name))
        else:
            self._act("findings", act, at, statement="以后改正。", recheck_on=f"{at + timedelta(days=14):%Y-%m-%d}")

    # --- an appraisal ---------------------------------------------------------------------------------

    def _appraised(self, act: str, at: datetime) -> None:
        year, clerk = year_of(self.hours), self._by(act)
        if act == "record":
            day = min(at.date(), date(year, 12, 31))
            for kind, text in (
                ("learning", "参加防火知识学习。"),
                ("task", "主街清扫完成。"),
                ("fit", "入户查看，本人在岗。"),
            ):
                look = {"kind": kind, "good": "yes", "on": day.isoformat(), "text": text}
                perform("appraisals.record", self.tenure, clerk, look, at=at)
            return
        if act == "open":
            self.case = perform("appraisals.open", self.tenure, clerk, {"year": str(year)}, at=at).result
            return
        words = {"heard_on": f"{at:%Y-%m-%d}", "heard_at": "村委会", "heard_summary": "都说按时到岗。", "grade": "pass",
                 "reason": "全年任务都完成，学习都参加。"}  # fmt: skip
        if act == "hear":
            for kind, who in (("cadre", "戴永年"), ("villager", "单秀云")):
                voice = {
                    "voice_kind": kind,
                    "voice_name": who,
                    "voice_view": "satisfied",
                    "voice_text": "每天按时到岗。",
                }
                self._act("appraisals", act, at, **words, **voice)
        elif act == "submit":
            self._act("appraisals", act, at, **words)
        else:
            assert self.case is not None
            self.at_desk("appraisals.propose", self.case, self._by("propose_grade"), {"opinion": "情况属实。"}, at)


class MoneyStory(_Acts):
    """The auditor finds that an official signed for somebody who was not there: handed over, and part of it repaid."""

    ACTS = ("find", "establish", "hand_over", "ask", "review", "seal", "deliver", "repay")

    def __init__(self, county: County, village: str, hours: OfficeHours, seed: int) -> None:
        self.county, self.village = county, village
        self.dice = random.Random(f"money {seed}")  # noqa: S311 - nothing secret
        # The last month was paid three working days ago at the latest (months.py).
        self.moments = [hours.moment(1 + (number < 3), 30 + 35 * number) for number in range(len(self.ACTS))]
        self.case: Case | None = None
        self.notice: Case | None = None

    def tell(self) -> Story:
        for act, moment in zip(self.ACTS, self.moments, strict=True):
            at = yield moment
            if act == "find" or self.notice is not None:
                getattr(self, f"_{act}")(at)

    def _payee(self) -> Worker | None:
        paid = PayLine.objects.filter(village__code=self.village, counts=True, roster__state=RosterState.PAID)
        line = paid.select_related("worker").order_by("position").last()
        return line.worker if line is not None else None

    def _find(self, at: datetime) -> None:
        if self._payee() is None:
            return  # in a small county nobody was paid
        village: Organisation = self.county.organisation(self.village)
        auditor = self.holder(Role.AUDITOR, "audit")
        member = self.holder(Role.VILLAGE_COMMITTEE_MEMBER, self.village)
        data = {
            "about": "official", "official": str(member.user.pk if member.user else ""), "weight": "fraud",
            "problem": "考勤表上一人的签字由本人代签，其人在外地务工，属于弄虚作假。",
            "demand": "退回这个人的全部补贴。",
            "found_on": f"{at:%Y-%m-%d}", "deadline_on": f"{at + timedelta(days=30):%Y-%m-%d}",
            "strokes": demo_signature(auditor.name, int(at.timestamp())),
        }  # fmt: skip
        self.notice = perform("findings.open", village, auditor, data, at=at).case

    def _establish(self, at: datetime) -> None:
        said = {"opinion": "比对笔迹，走访五户，情况属实。"}
        self._settle("findings.establish", said, at)

    def _hand_over(self, at: datetime) -> None:
        said = {"opinion": "材料一并移送。", "handed_over_to": "县纪委监委", "handed_over_on": f"{at:%Y-%m-%d}"}
        self._settle("findings.hand_over", said, at)

    def _settle(self, action: str, said: dict[str, str], at: datetime) -> None:
        assert self.notice is not None
        self.at_desk(action, self.notice, self.holder(Role.BUREAU_SUPERVISOR, "bureau"), said, at)

    def _ask(self, at: datetime) -> None:
        payee = self._payee()
        assert payee is not None
        if not total_of(paid_lines(payee)):  # in a small county there may be no money left to ask for
            self.notice = None
            return
        asked = {"worker": str(payee.pk), "due_on": f"{at + timedelta(days=30):%Y-%m-%d}",
                 "account": "县财政局非税收入专户", "opening_key": "demo-recovery"}  # fmt: skip
        clerk = self.holder(Role.TOWNSHIP_CLERK, PAID_TOWNSHIP)
        self.case = perform("recoveries.open", self.notice, clerk, asked, at=at).result

    def _review(self, at: datetime) -> None:
        self._township("recoveries.review", Role.TOWNSHIP_REVIEWER, {}, at)

    def _seal(self, at: datetime) -> None:
        self._township("recoveries.seal", Role.TOWNSHIP_SEAL_KEEPER, {}, at)

    def _deliver(self, at: datetime) -> None:
        self._township("recoveries.deliver", Role.TOWNSHIP_CLERK, told(at, "本人"), at)

    def _repay(self, at: datetime) -> None:
        part: dict[str, Any] = {"amount": "150.00", "paid_on": f"{at:%Y-%m-%d}", "voucher": f"退{at:%Y}-0012"}
        self._township("recoveries.repay", Role.TOWNSHIP_CLERK, part, at)

    def _township(self, action: str, role: Role, data: Mapping[str, Any], at: datetime) -> None:
        assert self.case is not None
        self.at_desk(action, self.case, self.holder(role, PAID_TOWNSHIP), data, at)


def years_stories(
    county: County, residents: Sequence[Resident], hours: OfficeHours, seed: int
) -> Iterator[PersonStory | MoneyStory]:
    """All of them, for a county in which these live."""
    at_work = [each for each in residents if each.goal == AT_WORK]
    # Whose place counts for no quota: 靖安镇's five edge households stay, or a sixth would not wait for the county.
    leaving = [each for each in at_work if each.village.township == PAID_TOWNSHIP and each.person.category != EDGE]
    if leaving:
        yield PersonStory(county, leaving[min(5, len(leaving) - 1)], *LEAVES, hours, seed)
    at_work = [each for each in at_work if each.village.township == TOWNSHIP]
    for resident, (what, acts, ago) in zip(at_work, SHOWN, strict=False):
        story = PersonStory(county, resident, what, acts, ago, hours, seed)
        yield story
    if residents:
        yield MoneyStory(county, residents[0].village.code, hours, seed)
