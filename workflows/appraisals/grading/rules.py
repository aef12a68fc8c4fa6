"""年度考核每一步的条件（《办法》第四条、第六条至第十条）。"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal

from ..models import Grade
from ..scheme_models import CRITERIA

SHORTEST = 4  # characters of a reason that says something


@dataclass(frozen=True)
class OpeningFacts:
    """What the rules ask before the appraisal of one person's year begins."""

    name: str
    year: int
    on: date
    scheme_issued: bool
    in_post: bool
    begun_already: bool


opening = GuardsOn(OpeningFacts)


@opening(title="考核方案", basis="《办法》第七条", says=lambda f: f"{f.year}年度考核方案已印发。")
def scheme_is_issued(facts: OpeningFacts) -> Refusal | None:
    """具体考核方案由各乡镇制定。"""
    if not facts.scheme_issued:
        return Refusal("no_scheme", f"请先由乡镇印发{facts.year}年度考核方案，再开始考核。", "《办法》第七条", "year")
    return None


@opening(title="考核对象", basis="《办法》第六条", says=lambda f: f"{f.name}这一年在岗。")
def was_in_post_that_year(facts: OpeningFacts) -> Refusal | None:
    """对扶贫专岗人员实行年度考核。"""
    if not facts.in_post:
        return Refusal("not_in_post", f"不用考核：{facts.name}在{facts.year}年没有在岗的日子。", "《办法》第六条")
    if facts.year > facts.on.year:
        return Refusal("year_to_come", f"请等到{facts.year}年再开始考核。", "《办法》第六条", "year")
    return None


@opening(title="一年考核一次", basis="《办法》第六条", says=lambda f: "还没有开始这一年的考核。")
def appraised_once_a_year(facts: OpeningFacts) -> Refusal | None:
    if facts.begun_already:
        return Refusal("begun_already", f"{facts.name}的{facts.year}年度考核已经开始，没有重复新建。", "《办法》第六条")
    return None


OPENING: tuple[Guard[OpeningFacts], ...] = (scheme_is_issued, was_in_post_that_year, appraised_once_a_year)


@dataclass(frozen=True)
class AppraisalFacts:
    """What the rules ask of one appraisal, for the person who acts."""

    name: str
    cadres: int
    villagers: int
    missing: tuple[str, ...]
    unknown_months: tuple[int, ...]
    total: Decimal
    pass_mark: int
    grade: str
    reason: str
    differs_because: str
    heard_summary: str
    actor_gathered: bool = False
    actor_signed_for_village: bool = False
    voices: tuple[str, ...] = field(default=())

    @property
    def computed(self) -> str:
        return Grade.PASS if self.total >= self.pass_mark else Grade.FAIL


guard = GuardsOn(AppraisalFacts)
AppraisalGuard = Guard[AppraisalFacts]


@guard(
    title="日常考核",
    basis="《办法》第四条第1项、第四条第4项、第八条",
    says=lambda f: "学习、任务完成、人岗相符都有记录。",
)
def has_daily_records(facts: AppraisalFacts) -> Refusal | None:
    """考核结果要参考日常考核情况；方案里有分值的，都要有记录。"""
    missing = [code for code in facts.missing if code not in ("attendance", "opinions")]
    if missing:
        named = "、".join(CRITERIA[code][0] for code in missing)
        return Refusal(
            "no_records",
            f"请先补记{named}的日常记录：考核方案里有分值，一次记录也没有就算不出得分。",
            "《办法》第四条第1项、第四条第4项、第八条",
        )
    return None


@guard(
    title="全年出勤",
    basis="《办法》第八条",
    says=lambda f: (
        f"{'、'.join(f'{month}月' for month in f.unknown_months)}没有审核过的考勤表，不计入。"
        if f.unknown_months
        else "在岗的月份都有审核过的考勤表。"
    ),
    notable=lambda f: bool(f.unknown_months),
)
def has_attendance(facts: AppraisalFacts) -> Refusal | None:
    """出勤从审核过的考勤表自动汇总。"""
    if "attendance" in facts.missing:
        return Refusal(
            "no_attendance",
            "请先把这一年的考勤表报乡镇审核：考核方案里出勤有分值，一个月审核过的考勤也没有。",
            "《办法》第八条",
        )
    return None


@guard(title="村组干部意见", basis="《办法》第八条", says=lambda f: f"已听取{f.cadres}名村组干部。")
def cadres_were_heard(facts: AppraisalFacts) -> Refusal | None:
    """充分听取辖区村组干部的意见。"""
    if facts.cadres < 1:
        return Refusal("no_cadre", "请至少听取一名村组干部的意见，再拟定结果。", "《办法》第八条", "voice_name")
    return None


@guard(title="普通群众意见", basis="《办法》第八条", says=lambda f: f"已听取{f.villagers}名普通群众。")
def villagers_were_heard(facts: AppraisalFacts) -> Refusal | None:
    """充分听取普通群众的意见。"""
    if facts.villagers < 1:
        return Refusal("no_villager", "请至少听取一名普通群众的意见，再拟定结果。", "《办法》第八条", "voice_name")
    return None


@guard(title="综合意见", basis="《办法》第八条", says=lambda f: "已写明。")
def opinions_are_summed_up(facts: AppraisalFacts) -> Refusal | None:
    if len(facts.heard_summary.strip()) < SHORTEST:
        return Refusal("no_summary", "请写明干部群众的综合意见。", "《办法》第八条", "heard_summary")
    return None


@guard(
    title="拟定结果",
    basis="《办法》第六条",
    says=lambda f: f"{Grade(f.grade).label}，得{f.total}分，合格线{f.pass_mark}分。",
)
def grade_has_its_reason(facts: AppraisalFacts) -> Refusal | None:
    """坚持以事实为依据：结果要有理由；和得分不一致的，另外写明为什么。"""
    if facts.grade not in Grade.values:
        return Refusal("no_grade", "请选择考核结果。", "《办法》第六条", "grade")
    if len(facts.reason.strip()) < SHORTEST:
        return Refusal("no_reason", "请写明拟定这个结果的理由，以事实为依据。", "《办法》第六条", "reason")
    if facts.grade != facts.computed and len(facts.differs_because.strip()) < SHORTEST:
        computed = Grade(facts.computed).label
        return Refusal(
            "grade_differs",
            f"得{facts.total}分，合格线{facts.pass_mark}分，按得分是{computed}。请改选{computed}，"
            "或者写明结果和得分不一致的理由。",
            "《办法》第六条",
            "differs_because",
        )
    return None


leader_did_not_gather = guard.done_by_another(
    "leader_did_not_gather",
    title="汇总人和签字人不是同一人",
    mine=lambda f: f.actor_gathered,
    asks="请由别人签字：这份考核是您汇总的，您不能自己签署。",
)


@guard(title="村、乡镇不是同一人", basis="《办法》第十四条", says=lambda f: "不是同一人。")
def township_did_not_sign_for_village(facts: AppraisalFacts) -> Refusal | None:
    if facts.actor_signed_for_village or facts.actor_gathered:
        return Refusal("signed_below", "请由别人审核：这份考核在村里是您经办或签字的。", "《办法》第十四条")
    return None


SUBMISSION: tuple[AppraisalGuard, ...] = (
    has_attendance,
    has_daily_records,
    cadres_were_heard,
    villagers_were_heard,
    opinions_are_summed_up,
    grade_has_its_reason,
)
VILLAGE: tuple[AppraisalGuard, ...] = (cadres_were_heard, villagers_were_heard, leader_did_not_gather)
TOWNSHIP: tuple[AppraisalGuard, ...] = (
    cadres_were_heard,
    villagers_were_heard,
    township_did_not_sign_for_village,
)


@dataclass(frozen=True)
class WitnessFacts:
    """What the rules ask of a refusal to sign: two people saw it, and they are two others."""

    name: str
    actor_name: str
    first: str
    second: str
    told: str


witnessed = GuardsOn(WitnessFacts)


@witnessed(title="两名见证人", basis="《办法》第八条", says=lambda f: f"{f.first}、{f.second}。")
def two_witnesses_saw_it(facts: WitnessFacts) -> Refusal | None:
    """考核结果需考核对象签字确认；拒绝签字的，要有两名见证人签字证明。"""
    if not facts.first or not facts.second:
        return Refusal("no_witness", "请写明两名见证人的姓名。", "《办法》第八条", "first_witness_name")
    if facts.first == facts.second:
        return Refusal(
            "same_witness", "请另找一名见证人：两名见证人不能是同一个人。", "《办法》第八条", "second_witness_name"
        )
    for anchor, witness in (("first_witness_name", facts.first), ("second_witness_name", facts.second)):
        if witness == facts.name:
            return Refusal("witness_is_worker", "请另找见证人：考核对象不能给自己见证。", "《办法》第八条", anchor)
        if witness == facts.actor_name:
            return Refusal("witness_is_clerk", "请另找见证人：经办人不能给自己见证。", "《办法》第八条", anchor)
    return None


@witnessed(title="拒签情况", basis="《办法》第八条", says=lambda f: "已写明。")
def refusal_is_told(facts: WitnessFacts) -> Refusal | None:
    if len(facts.told.strip()) < SHORTEST:
        return Refusal("not_told", "请写明什么时候、在哪里宣读了结果，本人怎么说。", "《办法》第八条", "refusal_said")
    return None


REFUSING: tuple[Guard[WitnessFacts], ...] = (two_witnesses_saw_it, refusal_is_told)


@dataclass(frozen=True)
class OutcomeFacts:
    """What follows a filed result: what the rules ask before renewal, before the end, before letting it run out."""

    name: str
    on: date
    grade: str
    is_filed: bool
    has_left: bool
    left_on: date | None
    begins: date | None
    ends: date | None  # the last day of the longest renewal; before `begins` when none is left
    age_limit_on: date | None
    max_age: int
    max_months: int
    renewal_open: bool

    @property
    def can_be_renewed(self) -> bool:
        return self.begins is not None and self.ends is not None and self.begins <= self.ends


outcome = GuardsOn(OutcomeFacts)
OutcomeGuard = Guard[OutcomeFacts]


@outcome(title="考核合格", basis="《办法》第九条", says=lambda f: "年终考核合格。")
def passed_the_appraisal(facts: OutcomeFacts) -> Refusal | None:
    """年终考核合格人员续签用工协议。"""
    if facts.grade != Grade.PASS:
        return Refusal("failed", f"不能续签：{facts.name}年终考核不合格，应终止用工协议。", "《办法》第九条")
    return None


@outcome(title="考核不合格", basis="《办法》第九条", says=lambda f: "年终考核不合格。")
def failed_the_appraisal(facts: OutcomeFacts) -> Refusal | None:
    """不合格人员终止其用工协议。"""
    if facts.grade != Grade.FAIL:
        return Refusal("passed", f"不能因考核终止协议：{facts.name}年终考核合格。", "《办法》第九条")
    return None


@outcome(title="结果已备案", basis="《办法》第七条", says=lambda f: "县就业服务中心已备案。")
def result_is_filed(facts: OutcomeFacts) -> Refusal | None:
    """考核结果报县就业服务中心备案。"""
    if not facts.is_filed:
        return Refusal("not_filed", "请等县就业服务中心备案以后再办理。", "《办法》第七条")
    return None


@outcome(title="仍在岗", basis="《办法》第九条", says=lambda f: "还没有离岗。")
def is_still_there(facts: OutcomeFacts) -> Refusal | None:
    if facts.has_left:
        left = f"{chinese(facts.left_on)}" if facts.left_on else "已经"
        return Refusal("has_left", f"不用办理：{facts.name}{left}离岗，请点“不再续签”办结。", "《办法》第九条")
    return None


@outcome(
    title="年限和年龄",
    basis="《办法》第十条",
    says=lambda f: f"可以续签到{chinese(f.ends)}。" if f.ends else "没有离岗。",
)
def has_time_left(facts: OutcomeFacts) -> Refusal | None:
    """最长不超3年，不超过65周岁；到哪一天为止要说清楚。"""
    if facts.has_left or facts.can_be_renewed or facts.begins is None:
        return None
    if facts.age_limit_on is not None and facts.age_limit_on < facts.begins:
        return Refusal(
            "beyond_age",
            f"不能续签：{facts.name}到{chinese(facts.age_limit_on)}满{facts.max_age}周岁，"
            f"新协议要从{chinese(facts.begins)}开始。请点“不再续签”，到期终止。",
            "《办法》第十条",
        )
    last = f"，最后一天是{chinese(facts.ends)}" if facts.ends else ""
    return Refusal(
        "three_years_used",
        f"不能续签：{facts.name}累计上岗满{facts.max_months}个月{last}。请点“不再续签”，到期终止。",
        "《办法》第十条",
    )


@outcome(title="没有在办的续签", basis="《办法》第九条", says=lambda f: "没有。")
def no_renewal_is_open(facts: OutcomeFacts) -> Refusal | None:
    if facts.renewal_open:
        return Refusal("renewal_open", f"{facts.name}的续签协议已经在办，没有重复新建。", "《办法》第九条")
    return None


@outcome(title="不再续签的原因", basis="《办法》第十条", says=lambda f: "累计已满、年龄已到，或者已经离岗。")
def cannot_be_renewed(facts: OutcomeFacts) -> Refusal | None:
    if facts.has_left:
        return None
    if facts.grade == Grade.FAIL:
        return Refusal("failed", f"请办理终止：{facts.name}考核不合格，还没有离岗。", "《办法》第九条")
    if facts.can_be_renewed:
        return Refusal(
            "can_be_renewed",
            f"请办理续签：{facts.name}考核合格，还可以续签到{chinese(facts.ends or facts.on)}。",
            "《办法》第九条、第十条",
        )
    return None


RENEWAL: tuple[OutcomeGuard, ...] = (
    result_is_filed,
    passed_the_appraisal,
    is_still_there,
    has_time_left,
    no_renewal_is_open,
)
TERMINATION: tuple[OutcomeGuard, ...] = (result_is_filed, failed_the_appraisal, is_still_there)
LETTING_END: tuple[OutcomeGuard, ...] = (result_is_filed, cannot_be_renewed)
