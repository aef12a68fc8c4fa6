"""Three years of a township, through the door with all papers: who is hired, works, is appraised and leaves, and how.

Eight people begin together on 1 October 2020. Four work their thirty-six months; the others leave earlier, each by
another article. The months in `months` have their attendance and their pay, those in `ledgers` their 实名台账.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Event
from registry.models import Worker
from signatures.demo_strokes import demo_signature
from tests.appraisals import years
from tests.attendance.months import at, employ, member_of
from tests.cast import signed, task_of, user_of
from tests.inspections import steps as findings
from tests.terminations import steps as exits
from tests.years.invariants import hold
from tests.years.monthly import Months, counts
from tests.years.on_paper import told_on_paper
from workflows.appraisals.models import Grade, SchemeReceipt, State
from workflows.core.models import Case
from workflows.core.refusals import Refused
from workflows.employment.models import Agreement, AgreementState, EndReason, Post, Tenure
from workflows.inspections.models import FindingState, Recovery, RecoveryState
from workflows.reporting.models import Ledger, RowKind
from workflows.terminations.models import Termination, TerminationState

BEGINS, ENDS = date(2020, 10, 1), date(2023, 9, 30)
PEOPLE = {
    "whole": "冯桂兰",
    "failing": "贾树林",
    "objecting": "柳春梅",
    "refusing": "武占山",
    "dismissed": "邸长青",
    "dying": "甄秀英",
    "forged": "晏小宝",
    "forged_too": "蔺素云",
}
WEIGHTS = {"attendance_points": "20", "tasks_points": "20", "opinions_points": "30"}


@dataclass
class Story(Months):
    """What the acts below have come to."""

    workers: dict[str, Worker] = field(default_factory=dict)
    looked_at: int = 0  # the last event whose paper and hand were looked at

    def tell(self) -> None:
        """The three years; after each chapter everything is in order."""
        for chapter in (
            self.hire,
            self.first_year,
            self.first_appraisal,
            self.death_and_forgery,
            self.warned_and_dismissed,
            self.second_year,
            self.thirty_six_months,
        ):
            chapter()
            hold(self.cast.county, self.cast.now, since=self.looked_at)
            self.looked_at = Event.objects.latest("sequence").sequence
        assert self.to_come == []
        told_on_paper(self.workers)

    # --- the years' plain course ------------------------------------------------------------------------

    def tenure(self, who: str) -> Tenure:
        return Tenure.objects.select_related("worker", "post").get(worker=self.workers[who])

    def agreements(self, who: str) -> list[Agreement]:
        found = Agreement.objects.filter(worker=self.workers[who], state=AgreementState.CONCLUDED)
        return list(found.order_by("start_on"))

    def hire(self) -> None:
        cast = self.cast
        cast.now = at(2020, 9, 26)
        cast.people["member"] = member_of(cast)
        declared = cast.declare_post(places="8")
        cast.act(declared, "posts.approve", cast.reviewer, signed("林书平", "岗位设置合理，同意设置。"))
        post = str(Post.objects.get(case=declared).pk)
        for who, name in PEOPLE.items():
            self.workers[who] = employ(cast, BEGINS, date(2021, 9, 30), post=post, name=name)
        self.day(2020, 10, 1)

    def first_year(self) -> None:
        self.day(2021, 1, 15)
        self.publish(2021)

    def publish(self, year: int) -> None:
        """The year's scheme, for which both villages sign."""
        cast = self.cast
        years.issue(cast, year, **WEIGHTS)
        heads = {"104001": cast.head, "104002": cast.second_head}
        for receipt in SchemeReceipt.objects.filter(scheme__year=year).select_related("case", "village"):
            who = heads[receipt.village.code]
            cast.do("scheme_receipts.receive", task_of(receipt.case), who, signed(who.name, "已收到。"))

    def appraise(self, who: str, year: int, grade: str = "pass") -> Case:
        """Looked at during the year, heard, proposed: it lies before the worker."""
        cast, worker = self.cast, self.workers[who]
        for day, (kind, good) in enumerate(years.GOOD if grade == "pass" else years.BAD, 1):
            years.look(cast, worker, kind, good, on=f"{year}-06-{day:02d}")
        case: Case = cast.do("appraisals.open", years.tenure_of(worker), cast.clerk, {"year": str(year)}).result
        words = years.WORDS | {"heard_on": cast.now.date().isoformat()}
        view = "satisfied" if grade == "pass" else "dissatisfied"
        for kind, name in years.PEOPLE:
            cast.do("appraisals.hear", task_of(case), cast.clerk, words | years.voice(kind, name, view))
        hand = {"grade": grade, "strokes": demo_signature("何素琴")}
        cast.do("appraisals.submit", task_of(case), cast.clerk, words | hand)
        cast.do("appraisals.propose", task_of(case), cast.head, signed("秦守义", "情况属实。"))
        return case

    def confirmed(self, case: Case, who: str) -> Case:
        """In the worker's own hand, then to the township and its seal."""
        ink = {"worker_strokes": demo_signature(PEOPLE[who])}
        self.cast.do("appraisals.worker_signs", task_of(case), self.cast.clerk, ink)
        return self.sealed(case)

    def sealed(self, case: Case) -> Case:
        self.cast.do("appraisals.agree_by_township", task_of(case), self.cast.reviewer, signed("林书平"))
        self.cast.do("appraisals.seal", task_of(case), self.cast.township_keeper)
        return case

    def renewed(self, case: Case, who: str) -> None:
        """The next agreement is prefilled for a year; the worker, the township and its seal conclude it."""
        cast = self.cast
        cast.do("appraisals.renew", task_of(case), cast.township_clerk)
        agreement = Agreement.objects.get(worker=self.workers[who], state=AgreementState.DRAFT)
        data = {"start_on": agreement.start_on.isoformat(), "end_on": agreement.end_on.isoformat()}
        data |= {"workplace": "主街", "worker_strokes": demo_signature(PEOPLE[who])}
        cast.do("agreements.submit", task_of(agreement.case), cast.clerk, data)
        cast.do("agreements.sign_for_township", task_of(agreement.case), cast.reviewer, signed("林书平"))
        cast.do("agreements.seal_by_township", task_of(agreement.case), cast.township_keeper)

    # --- the first appraisal: one fails, one objects and is right, one refuses to sign -------------------

    def first_appraisal(self) -> None:
        cast = self.cast
        self.day(2021, 8, 20)
        cases = {who: self.appraise(who, 2021, "fail" if who in ("failing", "objecting") else "pass") for who in PEOPLE}
        self.objects_and_is_right(cases["objecting"])
        self.refuses_before_two_witnesses(cases["refusing"])
        for who, case in cases.items():
            if who != "refusing":
                self.confirmed(case, who)
            else:
                self.sealed(case)
        years.file_batch(cast, 2021)
        self.day(2021, 9, 1)
        for who, case in cases.items():
            if who != "failing":
                self.renewed(case, who)
        self.failed(cases["failing"])
        self.day(2021, 10, 1)
        assert self.tenure("failing").end_on == date(2021, 9, 30)
        assert self.tenure("failing").end_reason == EndReason.FAILED_APPRAISAL
        assert [each.end_on for each in self.agreements("objecting")] == [date(2021, 9, 30), date(2022, 9, 30)]

    def objects_and_is_right(self, case: Case) -> None:
        cast = self.cast
        objection = {"worker_strokes": demo_signature("柳春梅"), "objection": "6月请假有假条，不是旷工。"}
        cast.do("appraisals.worker_objects", task_of(case), cast.clerk, objection)
        review = signed("林书平", "核对假条，本人所说属实。") | {"review_grade": "pass"}
        cast.do("appraisals.decide_objection", task_of(case), cast.reviewer, review)
        found = years.appraisal_of(case)
        assert (found.state, found.proposed, found.grade) == (State.AWAITING_WORKER_AGAIN, Grade.FAIL, Grade.PASS)

    def refuses_before_two_witnesses(self, case: Case) -> None:
        cast = self.cast
        alone = years.REFUSAL | {"second_witness_name": "戴永年"}
        self.refused("same_witness", "appraisals.worker_refuses", task_of(case), alone)
        cast.do("appraisals.worker_refuses", task_of(case), cast.clerk, years.REFUSAL)
        found = years.appraisal_of(case)
        assert (found.first_witness, found.second_witness) == ("戴永年", "单秀云")

    def failed(self, case: Case) -> None:
        """《办法》第九条: who failed is not renewed; the agreement is ended, after the person was heard."""
        cast = self.cast
        self.refused("failed", "appraisals.renew", task_of(case), {}, by="township_clerk")
        cast.do("appraisals.terminate", task_of(case), cast.township_clerk)
        exit_case = Termination.objects.get(tenure=self.tenure("failing")).case
        assert exits.exit_of(exit_case).reason == EndReason.FAILED_APPRAISAL
        kept = exits.exit_of(exit_case)
        assert kept.happened_on is not None
        last = date(2021, 9, 30)
        data = {"happened_on": kept.happened_on.isoformat(), "proof": kept.proof}
        exits.propose(cast, exit_case, last, **data)
        self.leave(exit_case, "failing")

    def leave(self, case: Case, who: str, **receipt: Any) -> None:
        """Heard where it must be, decided, sealed and delivered; it takes effect the day after the last day."""
        cast, ink = self.cast, {"worker_strokes": demo_signature(PEOPLE[who])}
        if exits.state_of(case) == TerminationState.AWAITING_HEARING:
            exits.hear(cast, case, **ink)
        exits.decide(cast, case)
        exits.seal(cast, case)
        exits.deliver(cast, case, **ink | receipt)

    # --- the second year: one dies, an official forges a sheet, one is dismissed -------------------------

    def death_and_forgery(self) -> None:
        """Dead since 30 November 2021 and paid for December; found by the auditor, asked back, repaid."""
        cast = self.cast
        self.day(2022, 1, 20)
        notice = findings.found(
            cast,
            self.tenure("dying"),
            by=cast.auditor,
            problem="本人2021年11月30日已去世，12月仍报考勤、仍发放补贴，多发一个月。",
            demand="退回多发的一个月补贴，办理离岗。",
        )
        family = {"recipient": "甄小军（长子）", "worker_strokes": demo_signature("甄小军")}
        findings.tell(cast, notice, by=cast.auditor, **family)
        self.asked_back(notice, "dying", Decimal(400), **family, first_month="2021-12", last_month="2021-12")
        findings.recheck(cast, notice, "findings.correct", by=cast.auditor)
        self.dead()
        self.forged()

    def asked_back(self, notice: Case, who: str, total: Decimal, **words: Any) -> None:
        """What was really paid comes back in two parts, each with its voucher."""
        cast = self.cast
        asked = {"worker": str(self.workers[who].pk), "first_month": "", "last_month": ""}
        asked |= {"due_on": (cast.now.date() + timedelta(days=30)).isoformat(), "account": "县财政局非税收入专户"}
        case: Case = cast.do("recoveries.open", notice, cast.township_clerk, asked | words).result
        assert Recovery.objects.get(case=case).total == total
        cast.do("recoveries.review", task_of(case), cast.reviewer, {"strokes": demo_signature("林书平")})
        cast.do("recoveries.seal", task_of(case), cast.township_keeper, {})
        day = cast.now.date().isoformat()
        receipt = {"way": "signed", "delivered_on": day, "place": "青禾村", **findings.INK}
        receipt |= {"strokes": demo_signature("罗晓敏")} | words
        cast.do("recoveries.deliver", task_of(case), cast.township_clerk, receipt)
        for number, amount in enumerate(("150", str(total - 150)), 1):
            data = {"amount": amount, "paid_on": day, "voucher": f"退{case.number[-4:]}-{number}"}
            cast.do("recoveries.repay", task_of(case), cast.township_clerk, data)
        recovery = Recovery.objects.get(case=case)
        assert (recovery.state, recovery.paid_back) == (RecoveryState.REPAID, total)

    def dead(self) -> None:
        case = exits.opened(self.cast, self.tenure("dying"), EndReason.DEATH)
        proof = {"happened_on": "2021-11-30", "proof": "死亡医学证明第20211130号，县医院出具"}
        self.refused("not_the_day_of_death", "terminations.propose", task_of(case),
                     exits.sheet(date(2021, 12, 31), **proof))  # fmt: skip
        exits.propose(self.cast, case, date(2021, 11, 30), **proof)
        self.leave(case, "dying", recipient="甄小军（长子）", worker_strokes=demo_signature("甄小军"))
        assert exits.state_of(case) == TerminationState.EFFECTIVE
        assert self.tenure("dying").end_on == date(2021, 11, 30)
        # January's ledger was handed in with the dead: a supplement tells how it was, and the first stays as it is.
        wrong = Ledger.objects.get(township=self.cast.township, month=date(2022, 1, 1))
        said = {"reason": "甄秀英2021年11月30日去世，1月台账仍列为在岗。"}
        self.cast.do("ledgers.supplement", wrong.case, self.cast.township_clerk, said)
        right = Ledger.objects.get(supplements=wrong)
        self.hand_in(right)
        assert (counts(wrong), counts(right)) == ((7, 0, 0, 7), (7, 0, 1, 6))
        (gone,) = right.rows.filter(kind=RowKind.DEPARTED)
        assert (gone.name, gone.left_on) == ("甄秀英", date(2021, 11, 30))
        assert gone.changes[0]["case"] == case.pk  # the paper that stands behind the change

    def forged(self) -> None:
        """An official signed for two who were not there: established by the bureau, handed over, all of it back."""
        cast = self.cast
        about = {"about": "official", "official": str(user_of(cast.people["member"]).pk), "weight": "fraud"}
        notice = findings.found(
            cast, self.tenure("forged"), by=cast.auditor, **about,
            problem="10月至12月考勤表上两人的签字由本人代签，两人在外地务工，属于弄虚作假。",
        )  # fmt: skip
        verdict = signed("程远", "比对笔迹、走访五户，考勤由宋敏代签，情况属实。")
        asked = {"worker": str(self.workers["forged"].pk), "due_on": "2022-06-30", "account": "县财政局专户"}
        self.refused("not_established", "recoveries.open", notice, asked, by="township_clerk")
        cast.act(notice, "findings.establish", cast.supervisor, verdict)
        day = cast.now.date().isoformat()
        hand_over = {"handed_over_to": "县纪委监委", "handed_over_on": day, **signed("程远", "材料一并移送。")}
        cast.do("findings.hand_over", task_of(notice), cast.supervisor, hand_over)
        assert findings.state_of(notice) == FindingState.HANDED_OVER
        paid = Decimal(400) * sum(month < cast.now.date().replace(day=1) for month in self.months)
        for who in ("forged", "forged_too"):
            self.asked_back(notice, who, paid)
        assert Recovery.objects.filter(finding__case=notice, state=RecoveryState.REPAID).count() == 2

    def warned_and_dismissed(self) -> None:
        """《办法》第十一条第4项 is refused while nothing was pointed out; 第十三条 goes its way to the dismissal."""
        cast, tenure = self.cast, self.tenure("dismissed")
        self.day(2022, 3, 1)
        case = exits.opened(cast, tenure, EndReason.DISOBEDIENCE)
        relapse = exits.sheet(cast.now.date(), happened_on="2022-02-28")
        self.refused("not_pointed_out", "terminations.propose", task_of(case), relapse)
        cast.do("terminations.void", case, cast.clerk, {"reason": "没有指出过问题，先指出。"})
        ink: dict[str, Any] = {"worker_strokes": demo_signature(PEOPLE["dismissed"])}
        notice = findings.found(cast, tenure)
        findings.tell(cast, notice, **ink)
        self.refused("deadline_runs", "findings.refuse", task_of(notice), signed("何素琴", "到现场看过，仍未清扫。"))
        self.day(2022, 3, 8)
        findings.recheck(cast, notice, "findings.refuse")
        findings.warn(cast, notice)
        findings.tell(cast, notice, action="findings.deliver_warning", **ink)
        self.day(2022, 3, 18)
        findings.recheck(cast, notice, "findings.find_serious")
        dismissal = cast.do("terminations.open_for_finding", notice, cast.clerk, {}).case
        assert dismissal is not None
        assert exits.exit_of(dismissal).reason == EndReason.DISMISSAL
        mine = {"finding": str(findings.finding_of(notice).pk)}
        exits.propose(cast, dismissal, cast.now.date(), **mine)
        self.leave(dismissal, "dismissed")
        self.day(2022, 3, 19)
        gone = self.tenure("dismissed")
        assert (gone.end_on, gone.end_reason) == (date(2022, 3, 18), EndReason.DISMISSAL)

    # --- to the thirty-sixth month -----------------------------------------------------------------------

    def second_year(self) -> None:
        self.day(2022, 4, 1)
        self.publish(2022)
        self.day(2022, 8, 22)
        cases = {who: self.confirmed(self.appraise(who, 2022), who) for who in self.still_there()}
        years.file_batch(self.cast, 2022)
        for who, case in cases.items():
            self.renewed(case, who)
        self.day(2022, 10, 1)

    def still_there(self) -> list[str]:
        return [who for who in PEOPLE if self.tenure(who).end_on is None]

    def thirty_six_months(self) -> None:
        """Nobody is renewed past three years: the reason and the day are told, and the agreement ends of itself."""
        cast = self.cast
        assert self.still_there() == ["whole", "objecting", "refusing", "forged", "forged_too"]
        self.day(2023, 1, 16)
        self.publish(2023)
        self.day(2023, 8, 21)
        cases = {who: self.confirmed(self.appraise(who, 2023), who) for who in self.still_there()}
        years.file_batch(cast, 2023)
        for who, case in cases.items():
            said = self.refused("three_years_used", "appraisals.renew", task_of(case), {}, by="township_clerk")
            assert "满36个月" in said
            cast.do("appraisals.let_end", task_of(case), cast.township_clerk)
            exit_case = exits.opened(cast, self.tenure(who), EndReason.FULL_TERM)
            self.refused("not_the_limit_day", "terminations.propose", task_of(exit_case),
                         exits.sheet(ENDS - timedelta(days=1)))  # fmt: skip
            exits.propose(cast, exit_case, ENDS)
            self.leave(exit_case, who)
        self.day(2023, 9, 30)
        assert len(self.still_there()) == 5  # the last day is worked
        self.day(2023, 10, 1)
        assert self.still_there() == []
        for who in cases:
            assert (self.tenure(who).end_on, self.tenure(who).end_reason) == (ENDS, EndReason.FULL_TERM)
            assert [each.end_on.year for each in self.agreements(who)] == [2021, 2022, 2023]
        self.day(2023, 10, 25)

    def refused(self, code: str, action: str, subject: Any, data: Any, *, by: str = "clerk") -> str:
        """The door says no, for this reason; gives the sentence."""
        with pytest.raises(Refused) as caught:
            self.cast.do(action, subject, self.cast.people[by], data)
        found = {refusal.code: refusal.message for refusal in caught.value.refusals}
        assert code in found, found
        return found[code]
