"""《关于传达扶贫专岗管理规定的通知》 with its receipt, on paper and on the screen."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from registry.models import Organisation, PolicySet
from registry.policy_words import differences, label_of
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import UNDECIDED_DATE, OpinionCell, opinion_cell, picture, written
from workflows.core.filing import OpinionPlaces, digest_of, file_version, pictures_of
from workflows.core.guards import chinese, verdicts
from workflows.core.models import Case, Opinion
from workflows.core.opinions import sign_opinion, valid_opinions
from workflows.core.paperwork import Page, Paperwork

from . import rules
from .models import Briefing, State

FORM = ("rules_notice", 1)
STEP = "sign_receipt"
SENDER = "township_signature"
RECEIPT = OpinionCell(
    places=OpinionPlaces("passed_on", "received_on", "village_signature", ""),
    label="传达情况",
    signer="签收人签字",
    waits="由村支部书记（村委会主任）写明怎样传达，签写回执。",
    phrases=("已在村两委会议上逐条传达，并在村务公开栏张贴。", "已向村两委成员和专岗人员当面传达。"),
)


def words_of(policy_set: PolicySet) -> dict[str, str]:
    """What the notice says of a set: whom it is for, how much, how long, and what is new."""
    policy = policy_set.policy()
    names = "、".join(category.name for category in policy.categories)
    edge = next((category.name for category in policy.categories if category.group == "edge"), "边缘户")
    soft = "原则上" if policy.edge_household_quota_soft else ""
    rates = {category.name: policy.stipend(category.code, _rate_day(policy_set)) for category in policy.categories}
    if len(set(rates.values())) == 1:
        stipend = f"每人每月{next(iter(rates.values()))}元"
    else:
        stipend = "每人每月" + "、".join(f"{name}{yuan}元" for name, yuan in rates.items())
    return {
        "people": f"{policy.min_age}周岁至{policy.max_age}周岁的{names}",
        "quota": f"{edge}每乡镇{soft}不超过{policy.edge_household_quota}户",
        "stipend": stipend,
        "term": f"累计在岗不超过{policy.max_tenure_months}个月，每份协议不超过{policy.agreement_max_months}个月",
        "changes": changes_text(policy_set),
    }


def _rate_day(policy_set: PolicySet) -> Any:
    """A set's rates may begin later than the set: the notice says the first that counts for everybody."""
    policy = policy_set.policy()
    firsts = [min(row.from_on for row in policy.stipends if row.category == each.code) for each in policy.categories]
    return max(policy_set.effective_on, *firsts)


def changes_text(policy_set: PolicySet) -> str:
    """What is new against the set before, by name; as much as a page holds."""
    before = (
        PolicySet.objects.filter(county=policy_set.county_id, effective_on__lt=policy_set.effective_on)
        .order_by("-effective_on")
        .first()
    )
    if before is None:
        return "本次为首次传达，没有变动。"
    changed = differences(before.parameters, policy_set.parameters)
    told = "；".join(f"{each.label}由{each.before}改为{each.after}" for each in changed)
    if len(told) > 240:
        told = f"{'、'.join(label_of(each.name) for each in changed)}有变动，详见所附文件"
    return f"与以前相比：{told}。"[:400]


def values_of(briefing: Briefing, case: Case, receipt: Opinion | None) -> dict[str, object]:
    """Every tag of the sheet; what is not written yet is an explicit blank."""
    township: Organisation = briefing.township
    values: dict[str, object] = dict(words_of(briefing.policy_set))
    return values | {
        "county": briefing.county.name,
        "township": township.name,
        "number": case.number,
        "village": briefing.village.name,
        "document_number": briefing.policy_set.document_number,
        "effective_on": chinese(briefing.policy_set.effective_on),
        "township_full": township.seal_name,
        "sent_on": chinese(briefing.sent_on),
        "passed_on": receipt.text if receipt is not None else "",
        "received_on": chinese(timezone.localtime(receipt.at).date()) if receipt is not None else UNDECIDED_DATE,
    }


def file_notice(move: Move, label: str, *, receipt: Opinion | None = None) -> None:
    """File the next version; the receipt that is given in this move is signed first."""
    briefing: Briefing = move.entity
    sheet = case_form(FORM, move.case)
    values = values_of(briefing, move.case, receipt)
    places = {STEP: RECEIPT.places}
    if receipt is not None:
        digest = digest_of(sheet, values)
        place = RECEIPT.places.signature
        sign_opinion(move, receipt, place=place, content_digest=digest, form_digest=sheet.digest)
    pictures = pictures_of({STEP: receipt} if receipt is not None else {}, places)
    if briefing.signature is not None:
        pictures[SENDER] = bytes(briefing.signature.picture)
    file_version(move, form=sheet, values=values, pictures=pictures, label=label)


class BriefingPaperwork(Paperwork):
    """规定传达 as the desk shows it."""

    flow_label = "briefings"
    title = "规定传达"
    form = FORM

    def describe(self, case: Case, entity: Briefing) -> None:
        case.title = f"{entity.village.name}规定传达"[:60]
        case.headline = entity.policy_set.document_number[:120]

    def shown(self, case: Case, entity: Briefing) -> dict[str, Any]:
        return {"state": entity.state, "policy_set": entity.policy_set_id}

    def state_tag(self, entity: Briefing) -> dict[str, str]:
        kind = "done" if entity.state == State.RECEIVED else ""
        return {"kind": kind, "label": State(entity.state).label}

    def heading(self, page: Page) -> str:
        return f"传达给{page.entity.village.name}的规定"

    def sheet(self, page: Page) -> SafeString:
        briefing: Briefing = page.entity
        receipt = valid_opinions(page.on_case).get(STEP)
        values = values_of(briefing, page.on_case, receipt)
        slots: dict[str, Any] = written(values)
        pictures: dict[str, Any] = {}
        if briefing.signature is not None:
            ink = bytes(briefing.signature.picture)
            pictures[SENDER] = picture("signature", ink, f"{briefing.signature.signer_name}手写签字")
        opinion_cell(page, RECEIPT, receipt, slots, pictures, open_here=page.step == STEP, seal_here=False)
        return sheet_html(case_form(FORM, page.on_case), slots, pictures)

    def checks(self, page: Page) -> list[dict[str, Any]]:
        if page.task is None:
            return []
        return list(verdicts(rules.RECEIVING, receipt_facts(page.entity, page.on, page.actor)))

    def consequence(self, page: Page) -> tuple[str, str]:
        return "写明怎样传达，再签字", "签收后回执交乡镇；乡镇和县人社局能看到哪些村还没有回执。"

    def help(self, page: Page) -> tuple[str, ...]:
        return (
            "乡镇按《办法》第十七条把规定传达到每个村，村里签写回执。",
            "先向村两委成员、专岗人员和村民传达，再写明什么时候、怎样传达的。",
            "在签收人签字处手写姓名，点“签收”。签收后这一件办结，回执留存。",
        )

    def unmasked(self, entity: Briefing) -> dict[str, str]:
        return {}


def receipt_facts(briefing: Briefing, on: Any, actor: Any) -> rules.BriefingFacts:
    """What the rules ask of a receipt."""
    return rules.BriefingFacts(
        on=on,
        village=briefing.village.name,
        document_number=briefing.policy_set.document_number,
        sent_on=briefing.sent_on,
        replaced_on=None,
        actor_sent=actor.user is not None and briefing.sent_by_id == actor.user.pk,
    )
