"""什么样的申请可以提交、同意、盖章：每条规则一个小函数，写明依据的条款。

A guard is pure: (facts) -> Refusal | None. The facts are filled in one place (`facts.py`), the day comes in
as an argument, limits come from the dated policy set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.id_numbers import age_on, birthday_in, last_day_within
from registry.policies import Category, Policy
from workflows.core.guards import Guard, GuardsOn, chinese
from workflows.core.refusals import Refusal
from workflows.employment.service import Span


@dataclass(frozen=True)
class ApplicantFacts:
    """Everything the rules may ask about one application on one day."""

    on: date
    policy: Policy
    name: str
    birth_on: date | None
    category: str
    listed_category: str  # the household's category on the county's current list, "" when not listed
    work_ability: str
    is_willing: bool
    market_verification: str
    has_job: bool
    job_override_reason: str
    service: Span
    other_running: bool
    post_type: str
    post_is_described: bool
    post_places_left: int
    township_name: str = ""
    edge_households_placed: int = 0  # other households of the township that hold a place
    quota_reason: str = ""
    # Who acts, and who acted before: 谁提交谁不审批
    actor_submitted: bool = False
    actor_gave_village_opinion: bool = False
    actor_is_kin: bool = False
    # What the register says of this person, told to their own village only.
    registered_as: str = ""


guard = GuardsOn(ApplicantFacts)
ApplicantGuard = Guard[ApplicantFacts]


def category_of(facts: ApplicantFacts, code: str) -> Category | None:
    """The policy set's category of this code; None for a blank or unknown one."""
    return next((category for category in facts.policy.categories if category.code == code), None)


def category_name(facts: ApplicantFacts, code: str) -> str:
    category = category_of(facts, code)
    return category.name if category else code


def is_edge(facts: ApplicantFacts) -> bool:
    category = category_of(facts, facts.category)
    return category is not None and category.group == "edge"


def _age_says(facts: ApplicantFacts) -> str:
    if facts.birth_on is None:
        return "填好身份证号后自动核对。"
    last = last_day_within(facts.birth_on, facts.policy.max_age, facts.policy.age_boundary)
    text = f"{age_on(facts.birth_on, facts.on)}周岁，{chinese(facts.birth_on)}出生"
    return f"{text}，最晚可上岗到{chinese(last)}。"


@guard(title="年龄", basis="《办法》第二条、第十条", says=_age_says)
def within_age_limit(facts: ApplicantFacts) -> Refusal | None:
    """16 counts from the 16th birthday; the last day is the one the policy's age boundary names."""
    policy = facts.policy
    if facts.birth_on is None:
        return Refusal("id_number_missing", "请先填写18位身份证号，年龄和性别由它得出。", "《办法》第二条", "id_number")
    youngest = birthday_in(facts.birth_on, facts.birth_on.year + policy.min_age)
    if facts.on < youngest:
        return Refusal(
            "too_young",
            f"请等到{chinese(youngest)}满{policy.min_age}周岁以后再申请：{facts.name or '申请人'}"
            f"{chinese(facts.birth_on)}出生，今天还不满{policy.min_age}周岁。",
            "《办法》第二条",
            "id_number",
        )
    last = last_day_within(facts.birth_on, policy.max_age, policy.age_boundary)
    if facts.on > last:
        return Refusal(
            "too_old",
            f"不能再安置，请不要提交：{facts.name or '申请人'}{chinese(facts.birth_on)}出生，"
            f"可以上岗的最后一天是{chinese(last)}，今天已超过{policy.max_age}周岁。",
            "《办法》第二条、第十条",
            "id_number",
        )
    return None


def _category_says(facts: ApplicantFacts) -> str:
    name = category_name(facts, facts.category)
    if not facts.listed_category:
        return f"申请为{name}；不在现有名单里，请核实后再签。"
    if facts.listed_category != facts.category:
        return f"名单类别与申请不一致：名单为{category_name(facts, facts.listed_category)}，申请为{name}。"
    return f"{name}，与名单一致。"


@guard(
    title="人员类别",
    basis="《办法》第二条",
    says=_category_says,
    notable=lambda f: f.listed_category != f.category,
)
def in_category(facts: ApplicantFacts) -> Refusal | None:
    """建档立卡（已脱贫、未脱贫）or 边缘户."""
    if category_of(facts, facts.category) is None:
        names = "、".join(category.name for category in facts.policy.categories)
        return Refusal(
            "no_category",
            f"请选择人员类别（{names}）；不属于这几类的不能安置。",
            "《办法》第二条",
            "category",
        )
    return None


@guard(title="劳动能力", basis="《办法》第二条", says=lambda f: f"劳动能力：{f.work_ability}。")
def able_to_work(facts: ApplicantFacts) -> Refusal | None:
    """有劳动能力."""
    if not facts.work_ability:
        return Refusal("ability_unknown", "请选择劳动能力。", "《办法》第二条", "work_ability")
    if facts.work_ability == "无":
        return Refusal(
            "not_able",
            "请核对劳动能力：没有劳动能力的不能安置扶贫专岗，可以联系民政办理救助。",
            "《办法》第二条",
            "work_ability",
        )
    return None


@guard(title="就业意愿", basis="《办法》第二条", says=lambda f: "本人愿意上岗。")
def willing_to_work(facts: ApplicantFacts) -> Refusal | None:
    """有就业意愿."""
    if not facts.is_willing:
        return Refusal(
            "not_willing",
            "请先问清本人意愿，本人愿意上岗的，勾选“本人愿意上岗”。",
            "《办法》第二条",
            "is_willing",
        )
    return None


@guard(
    title="市场就业核实",
    basis="《方案》三（二）4",
    says=lambda f: "已有工作，村里写明了仍须安置的理由。" if f.has_job else "村里已入户核实，确难通过市场就业。",
)
def cannot_find_market_work(facts: ApplicantFacts) -> Refusal | None:
    """The village's written verification is compulsory; a job at present blocks unless the reason is written."""
    if len(facts.market_verification.strip()) < 5:
        return Refusal(
            "market_not_verified",
            "请填写入户核实情况：谁、什么时候入户，为什么通过市场难以就业。",
            "《方案》三（二）4、《办法》第二条",
            "market_verification",
        )
    if facts.has_job and len(facts.job_override_reason.strip()) < 5:
        return Refusal(
            "has_job",
            "申请人目前有工作，一般不能安置；确须安置的，请写明理由。",
            "《方案》三（二）4、《办法》第二条",
            "job_override_reason",
            lifted_by="job_override_reason",
        )
    return None


def _service_says(facts: ApplicantFacts) -> str:
    if facts.service == Span(0, 0):
        return "以前没有上过扶贫专岗。"
    return f"已累计上岗{facts.service}，不满{facts.policy.max_tenure_months}个月。"


@guard(title="累计不超过3年", basis="《办法》第十条", says=_service_says)
def within_three_years(facts: ApplicantFacts) -> Refusal | None:
    """All stretches under the ID number together; with the whole term used nothing is left to apply for."""
    if facts.service >= Span(facts.policy.max_tenure_months, 0):
        years = facts.policy.max_tenure_months // 12
        return Refusal(
            "three_years_used",
            f"不能再安置，请不要提交：{facts.name or '申请人'}累计上岗已满{years}年（{facts.service}）。",
            "《办法》第十条",
            "id_number",
        )
    return None


@guard(title="一人一岗", basis="政策参数", says=lambda f: "全县没有其他在办申请和在岗记录。")
def holds_no_other_post(facts: ApplicantFacts) -> Refusal | None:
    """No second running application or post under the same ID number anywhere in the county."""
    if facts.other_running:
        return Refusal(
            "second_application",
            "请先核实：这个身份证号在本县已有在办的申请或在岗记录，一个人只能有一个岗位。"
            "确有错误的，请与县就业服务中心联系。",
            "《方案》三（二）4（一人一岗）",
            "id_number",
        )
    return None


@guard(
    title="职责、标准、时间",
    basis="《办法》第四条第3项",
    says=lambda f: f"{f.post_type}岗位三项都已写明。",
)
def post_is_described(facts: ApplicantFacts) -> Refusal | None:
    """《办法》第四条第3项：岗位的职责范围、工作标准、工作时间。"""
    if not facts.post_type:
        return Refusal("no_post", "请选择申请岗位。", "《方案》三（二）4", "post")
    if not facts.post_is_described:
        return Refusal(
            "post_not_described",
            f"请先由村里写明{facts.post_type}岗位的职责范围、工作标准和工作时间。",
            "《办法》第四条",
            "post",
        )
    return None


@guard(
    title="岗位空缺",
    basis="《方案》三（二）4",
    says=lambda f: f"还有{f.post_places_left}个名额。" if f.post_type else "选好岗位后核对。",
)
def post_has_a_place(facts: ApplicantFacts) -> Refusal | None:
    """Nobody is promised a post that others already fill."""
    if facts.post_type and facts.post_places_left < 1:
        return Refusal(
            "post_full", f"请改选别的岗位：{facts.post_type}岗位的名额已经用完。", "《方案》三（二）4", "post"
        )
    return None


def _quota_says(facts: ApplicantFacts) -> str:
    if not is_edge(facts):
        return "不是边缘户，不占名额。"
    quota, placed = facts.policy.edge_household_quota, facts.edge_households_placed
    text = f"{facts.township_name}已安置{placed}户，本件批准后是第{placed + 1}户"
    if placed + 1 == quota:
        return f"{text}，正好满额。再报须写明理由，并由县就业服务中心确认。"
    if placed + 1 > quota:
        return f"{text}，已超{quota}户，写明的理由由县就业服务中心确认。"
    return f"{text}，不超过{quota}户。"


@guard(
    title="边缘户名额",
    basis="《方案》三（二）4",
    says=_quota_says,
    notable=lambda f: is_edge(f) and f.edge_households_placed + 1 >= f.policy.edge_household_quota,
)
def within_edge_quota(facts: ApplicantFacts) -> Refusal | None:
    """边缘户每乡镇原则上不超过5户: a soft stop, lifted by a written reason that another office confirms."""
    policy = facts.policy
    if not policy.counts_as_edge(facts.category):
        return None
    if facts.edge_households_placed < policy.edge_household_quota:
        return None
    if not policy.edge_household_quota_soft:
        return Refusal(
            "quota_closed",
            f"不能同意：{facts.township_name}已安置边缘户{facts.edge_households_placed}户，名额已用完。",
            "《方案》三（二）4",
        )
    if len(facts.quota_reason.strip()) >= 5:
        return None
    return Refusal(
        "quota_full",
        f"请写明超名额安置的理由，再点同意：{facts.township_name}已安置边缘户{facts.edge_households_placed}户，"
        f"原则上不超过{policy.edge_household_quota}户。写明后转县就业服务中心确认。",
        "《方案》三（二）4",
        "quota_reason",
        lifted_by="quota_reason",
    )


not_own_submission = guard.done_by_another(
    "not_own_submission",
    title="谁提交谁不审批",
    says="提交人和审核人不是同一人。",
    mine=lambda f: f.actor_submitted,
    asks="请由别人审核：这一件是您提交的，您不能自己审核。",
)


@guard(title="两级审核人", basis="《办法》第十四条", says=lambda f: "村、乡镇两级审核人不是同一人。")
def village_signer_is_another(facts: ApplicantFacts) -> Refusal | None:
    """The village's signer does not review for the township."""
    if facts.actor_gave_village_opinion:
        return Refusal("same_signer", "请由乡镇的其他审核人办理：村委会意见是您签署的。", "《办法》第十四条")
    return None


@guard(title="亲属回避", basis="《办法》第十四条", says=lambda f: "没有申报亲属关系。")
def not_kin(facts: ApplicantFacts) -> Refusal | None:
    """Who has declared kinship with the applicant may not act."""
    if facts.actor_is_kin:
        return Refusal("kin", "请由别人办理：您已申报与申请人是亲属，应当回避。", "《办法》第十四条")
    return None


# What the applicant must meet, looked at again at every decision (on the day of that decision).
ELIGIBILITY: tuple[ApplicantGuard, ...] = (
    within_age_limit,
    in_category,
    able_to_work,
    willing_to_work,
    cannot_find_market_work,
    within_three_years,
    holds_no_other_post,
    post_is_described,
    post_has_a_place,
)
# What can be told from the ID number alone, before the rest is typed.
KNOWN_FROM_ID_NUMBER: tuple[ApplicantGuard, ...] = (within_age_limit, within_three_years, holds_no_other_post)
VILLAGE_OPINION: tuple[ApplicantGuard, ...] = (*ELIGIBILITY, not_own_submission, not_kin)
TOWNSHIP_OPINION: tuple[ApplicantGuard, ...] = (
    *ELIGIBILITY,
    within_edge_quota,
    not_own_submission,
    village_signer_is_another,
    not_kin,
)
# Refusing or sending back needs no eligible applicant, only a reviewer who may act.
REVIEWER: tuple[ApplicantGuard, ...] = (not_own_submission, not_kin)
SECOND_REVIEWER: tuple[ApplicantGuard, ...] = (*REVIEWER, village_signer_is_another)
QUOTA_CONFIRMATION: tuple[ApplicantGuard, ...] = (*ELIGIBILITY, *SECOND_REVIEWER)
