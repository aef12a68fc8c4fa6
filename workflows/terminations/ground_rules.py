"""每一种离岗原因各自的前提：没有它，就不能按这一条办理。"""

from __future__ import annotations

from datetime import date, timedelta

from workflows.core.guards import chinese
from workflows.core.refusals import Refusal
from workflows.employment.models import EndReason

from .grounds import Ground
from .rules import EVERY, ExitFacts, ExitGuard, exit_not_own_proposal, guard


def _is(facts: ExitFacts, reason: EndReason) -> bool:
    return facts.ground.reason == reason


def _too_early(facts: ExitFacts, day: date | None) -> bool:
    """A day that the rules of this exit need lies after today."""
    return day is not None and day > facts.on


def _ends_by_itself(facts: ExitFacts, reason: EndReason) -> Refusal | None:
    """The ground must be the limit that comes first, and the last day that limit's day."""
    if not _is(facts, reason):
        return None
    if facts.limit_reason != reason:
        return Refusal(
            "another_limit",
            f"请按“{EndReason(facts.limit_reason).label}”办理：最先到的期限是{chinese(facts.limit_on)}的这一项。",
            "《办法》第十条",
        )
    lead = max(facts.policy.reminder_days)
    if facts.on < facts.limit_on - timedelta(days=lead):
        return Refusal(
            "too_early",
            f"请等到{chinese(facts.limit_on - timedelta(days=lead))}再提出：到期（{chinese(facts.limit_on)}）以前"
            f"{lead}天内办理。",
            "《办法》第十条",
        )
    if facts.last_on is not None and facts.last_on != facts.limit_on:
        return Refusal(
            "not_the_limit_day",
            f"请把最后在岗日写成{chinese(facts.limit_on)}：协议到这一天自行终止。",
            "《办法》第十条",
            "last_on",
        )
    return None


@guard(title="协议期满", basis="《办法》第十条", says=lambda f: f"协议{chinese(f.limit_on)}期满。")
def agreement_runs_out(facts: ExitFacts) -> Refusal | None:
    """协议期满，用工协议自行终止。"""
    return _ends_by_itself(facts, EndReason.EXPIRY)


@guard(title="年龄上限", basis="《办法》第十条", says=lambda f: f"{chinese(f.limit_on)}达到年龄上限。")
def age_limit_is_reached(facts: ExitFacts) -> Refusal | None:
    """超过65周岁，用工协议自行终止。"""
    return _ends_by_itself(facts, EndReason.AGE)


@guard(title="累计满三年", basis="《办法》第十条", says=lambda f: f"{chinese(f.limit_on)}累计满三年。")
def three_years_are_full(facts: ExitFacts) -> Refusal | None:
    """工作时间最长不超3年。"""
    return _ends_by_itself(facts, EndReason.FULL_TERM)


@guard(title="年度考核不合格", basis="《办法》第九条", says=lambda f: f.proof)
def appraisal_was_failed(facts: ExitFacts) -> Refusal | None:
    """年终考核不合格人员终止其用工协议：结果已经备案。"""
    if not _is(facts, EndReason.FAILED_APPRAISAL):
        return None
    if not facts.failed_appraisal:
        return Refusal("no_failed_result", "请先把不合格的考核结果报县就业服务中心备案。", "《办法》第九条、第七条")
    return _dated_proof(facts, "《办法》第九条")


def _dated_proof(facts: ExitFacts, basis: str) -> Refusal | None:
    """What the ground's own labels ask for: a day not after today, and a few words."""
    ground = facts.ground
    if ground.happened and facts.happened_on is None:
        return Refusal("no_day", f"请填写{ground.happened}。", basis, "happened_on")
    if _too_early(facts, facts.happened_on):
        return Refusal("day_in_future", f"请核对{ground.happened}：还没有到这一天。", basis, "happened_on")
    if ground.proof and len(facts.proof.strip()) < 2:
        return Refusal("no_proof", f"请写明{ground.proof}。", basis, "proof")
    return None


def _verified(facts: ExitFacts, basis: str) -> Refusal | None:
    if len(facts.verified_by.strip()) < 2 or facts.verified_on is None:
        return Refusal("not_verified", "请先核实，写明谁在哪一天核实的。", basis, "verified_by")
    if _too_early(facts, facts.verified_on):
        return Refusal("verified_in_future", "请核对核实日期：还没有到这一天。", basis, "verified_on")
    return None


@guard(title="经核实不符合上岗条件", basis="《办法》第十一条第1项", says=lambda f: f"{f.verified_by}核实：{f.proof}")
def ineligibility_is_proven(facts: ExitFacts) -> Refusal | None:
    """被证明不符合上岗条件的。"""
    if not _is(facts, EndReason.NOT_ELIGIBLE):
        return None
    basis = "《办法》第十一条第1项"
    return _dated_proof(facts, basis) or _verified(facts, basis)


@guard(title="不能坚持正常工作", basis="《办法》第十一条第2项", says=lambda f: f.proof)
def cannot_go_on(facts: ExitFacts) -> Refusal | None:
    """超过我县规定年龄上限，或不能坚持正常工作的。"""
    return _dated_proof(facts, "《办法》第十一条第2项") if _is(facts, EndReason.UNABLE) else None


@guard(title="造成损失或者不良影响", basis="《办法》第十一条第3项", says=lambda f: f.proof)
def harm_is_shown(facts: ExitFacts) -> Refusal | None:
    """因工作失职、违规违纪，危及他人人身财产安全，造成经济损失或严重不良影响的。"""
    if not _is(facts, EndReason.MISCONDUCT):
        return None
    basis = "《办法》第十一条第3项"
    if facts.happened_on is not None and facts.happened_on < facts.start_on:
        return Refusal("before_the_tenure", "请核对事情发生日期：那时还没有上岗。", basis, "happened_on")
    return _dated_proof(facts, basis)


@guard(
    title="指出过问题",
    basis="《办法》第十一条第4项",
    says=lambda f: f"{chinese(f.finding.delivered_on)}已送达本人。" if f.finding and f.finding.delivered_on else "",
)
def was_pointed_out(facts: ExitFacts) -> Refusal | None:
    """经指出：先有送达本人的指出问题（整改）通知书。"""
    if not _is(facts, EndReason.DISOBEDIENCE):
        return None
    basis = "《办法》第十一条第4项"
    if facts.finding is None or not facts.finding.concerns_worker:
        return Refusal(
            "not_pointed_out",
            "请先向本人指出问题：没有送达过指出问题（整改）通知书的，不能按这一项解除。",
            basis,
            "finding",
        )
    if facts.finding.delivered_on is None:
        return Refusal(
            "notice_undelivered", "请先把指出问题（整改）通知书送达本人：只发出、没有送达的不算指出。", basis, "finding"
        )
    return None


@guard(
    title="指出后仍不改正",
    basis="《办法》第十一条第4项",
    says=lambda f: f"{chinese(f.happened_on)}再次发生。" if f.happened_on else "",
)
def happened_again(facts: ExitFacts) -> Refusal | None:
    """仍不改正：送达以后再次发生。"""
    if not _is(facts, EndReason.DISOBEDIENCE):
        return None
    basis = "《办法》第十一条第4项"
    delivered = facts.finding.delivered_on if facts.finding is not None else None
    if delivered is not None and facts.happened_on is not None and facts.happened_on <= delivered:
        return Refusal(
            "no_relapse",
            f"请写明送达以后再次发生的日期：通知书{chinese(delivered)}送达，这一天以后再次发生的才算仍不改正。",
            basis,
            "happened_on",
        )
    return _dated_proof(facts, basis)


@guard(
    title="乡镇确认",
    basis="《办法》第十一条第5项",
    says=lambda f: "乡镇已经确认。" if f.confirmed else "提出后先经乡镇确认，再听取本人陈述。",
)
def confirmed_by_township(facts: ExitFacts) -> Refusal | None:
    """其他不适宜继续工作情形的：是不是，由乡镇确认。"""
    if not _is(facts, EndReason.UNSUITABLE):
        return None
    if facts.decides and not facts.confirmed:
        return Refusal("not_confirmed", "请先由乡镇确认属于其他不适宜继续工作的情形。", "《办法》第十一条第5项")
    return _dated_proof(facts, "《办法》第十一条第5项")


@guard(
    title="警告过，情节严重",
    basis="《办法》第十三条",
    says=lambda f: f"{chinese(f.finding.warned_on)}警告送达。" if f.finding and f.finding.warned_on else "",
)
def warned_and_grave(facts: ExitFacts) -> Refusal | None:
    """给予警告，记录在案；情节严重的予以解聘。"""
    if not _is(facts, EndReason.DISMISSAL):
        return None
    if facts.finding is None or not facts.finding.concerns_worker or facts.finding.warned_on is None:
        return Refusal(
            "not_warned", "请先给予警告并送达本人：没有警告记录的，不能解聘。", "《办法》第十三条", "finding"
        )
    if not facts.finding.is_serious:
        return Refusal(
            "not_grave",
            "请先复查并认定情节严重：警告后已经纠正，或者还没有复查的，不能解聘。",
            "《办法》第十三条",
            "finding",
        )
    return None


@guard(
    title="骗取属实，已移送",
    basis="《办法》第十四条",
    says=lambda f: f"{chinese(f.finding.handed_over_on)}已移送。" if f.finding and f.finding.handed_over_on else "",
)
def fraud_is_established(facts: ExitFacts) -> Refusal | None:
    """虚报冒领、空岗、挂岗、弄虚作假、冒名顶替等骗取岗位补贴的：认定属实，移送在案。"""
    if not _is(facts, EndReason.FRAUD):
        return None
    basis = "《办法》第十四条"
    if facts.finding is None or not facts.finding.concerns_worker or not facts.finding.is_fraud:
        return Refusal(
            "fraud_not_established", "请先认定骗取属实：没有属实的认定，不能按这一条解除。", basis, "finding"
        )
    if facts.finding.handed_over_on is None:
        return Refusal("not_handed_over", "请先登记移送：移送哪个机关、哪一天。", basis, "finding")
    return None


@guard(title="本人提出退出", basis="《办法》第五条", says=lambda f: "由本人在听取陈述时签字。")
def resigns_of_own_will(facts: ExitFacts) -> Refusal | None:
    """自愿退出不是第十一条：本人提出，本人签字。"""
    return _dated_proof(facts, "《办法》第五条") if _is(facts, EndReason.RESIGNATION) else None


@guard(title="死亡证明", basis="《办法》第五条", says=lambda f: f.proof)
def death_is_certified(facts: ExitFacts) -> Refusal | None:
    """死亡：写明死亡证明的编号和出具单位，最后在岗日就是死亡日期。"""
    if not _is(facts, EndReason.DEATH):
        return None
    found = _dated_proof(facts, "《办法》第五条")
    if found is None and facts.has_started and facts.happened_on is not None:
        day = min(facts.happened_on, facts.limit_on)
        if facts.last_on != day:
            return Refusal("not_the_day_of_death", f"请把最后在岗日写成{chinese(day)}。", "《办法》第五条", "last_on")
    return found


@guard(title="已就业", basis="《办法》第五条", says=lambda f: f"{f.verified_by}核实：{f.proof}")
def employment_is_verified(facts: ExitFacts) -> Refusal | None:
    """已在别处就业：写明单位和日期，经核实；最后在岗日不晚于就业日期。"""
    if not _is(facts, EndReason.EMPLOYED):
        return None
    basis = "《办法》第五条"
    found = _dated_proof(facts, basis) or _verified(facts, basis)
    if found is None and facts.last_on and facts.happened_on and facts.last_on > facts.happened_on:
        return Refusal(
            "works_elsewhere",
            f"请把最后在岗日改到{chinese(facts.happened_on)}或以前：从这一天起已在别处就业。",
            basis,
            "last_on",
        )
    return found


@guard(title="身份变化", basis="《办法》第二条", says=lambda f: f"{f.verified_by}核实：{f.proof}")
def change_is_verified(facts: ExitFacts) -> Refusal | None:
    """身份变化，不再是安置对象：依据的文件，经核实。"""
    if not _is(facts, EndReason.STATUS_CHANGED):
        return None
    return _dated_proof(facts, "《办法》第二条") or _verified(facts, "《办法》第二条")


@guard(title="没有上岗", basis="《办法》第五条", says=lambda f: f.proof)
def never_started(facts: ExitFacts) -> Refusal | None:
    return _dated_proof(facts, "《办法》第五条") if _is(facts, EndReason.NOT_STARTED) else None


OF_THE_GROUND: dict[EndReason, tuple[ExitGuard, ...]] = {
    EndReason.EXPIRY: (agreement_runs_out,),
    EndReason.AGE: (age_limit_is_reached,),
    EndReason.FULL_TERM: (three_years_are_full,),
    EndReason.FAILED_APPRAISAL: (appraisal_was_failed,),
    EndReason.NOT_ELIGIBLE: (ineligibility_is_proven,),
    EndReason.UNABLE: (cannot_go_on,),
    EndReason.MISCONDUCT: (harm_is_shown,),
    EndReason.DISOBEDIENCE: (was_pointed_out, happened_again),
    EndReason.UNSUITABLE: (confirmed_by_township,),
    EndReason.DISMISSAL: (warned_and_grave,),
    EndReason.FRAUD: (fraud_is_established,),
    EndReason.RESIGNATION: (resigns_of_own_will,),
    EndReason.DEATH: (death_is_certified,),
    EndReason.EMPLOYED: (employment_is_verified,),
    EndReason.STATUS_CHANGED: (change_is_verified,),
    EndReason.NOT_STARTED: (never_started,),
}


def content_guards(ground: Ground) -> tuple[ExitGuard, ...]:
    """What an exit on this ground must satisfy, at the proposal and again at the decision."""
    return (*EVERY, *OF_THE_GROUND[ground.reason])


def decision_guards(ground: Ground) -> tuple[ExitGuard, ...]:
    return (*content_guards(ground), exit_not_own_proposal)
