"""《终止（解除）用工协议复核决定书》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date, marks
from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.actors import Actor
from workflows.core.case_forms import case_form
from workflows.core.cells import OpinionCell, opinion_cell, pad, picture, text_area_cell, written
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version
from workflows.core.guards import verdicts
from workflows.core.models import Case, DeskTask, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.worker_ink import WORKER, Ink, ink_panel, sign_by_worker, standing_ink

from ..models import BEFORE_RULED, NOTICE_GIVEN, Review, ReviewCause, ReviewState, TerminationState
from ..papers import objection_days
from . import rules

FORM = ("exit_review", 1)
KIND = "terminations.review"
CLAIM, RULE, SEAL = "state_claim", "rule_on_it", "seal_ruling"
DECIDED, CLAIMED = "terminations.decide", "exit_reviews.propose_correction"
OUTCOMES = ("维持原通知", "撤销原通知")
PLACES = {
    CLAIM: OpinionPlaces("", "", "claimant_signature", ""),
    RULE: OpinionPlaces("findings", "decided_on", "reviewer_signature", "township_seal"),
}
RULING = OpinionCell(
    PLACES[RULE],
    "复核情况",
    "复核人签字",
    "由原审定人以外的乡镇审核人填写。",
    ("经查，异议成立，原通知认定的事实不成立。", "经查，原通知事实清楚、依据充分。"),
)


def facts_of(review: Review, claim: str, on: Any, actor: Actor | None) -> rules.ReviewFacts:
    """What the rules ask; `review` may be one that is only about to be opened."""
    exit_ = review.termination
    decided = claimed = False
    if actor is not None and actor.user is not None:
        asked = (exit_.case_id, DECIDED), (review.case_id, CLAIMED)
        done = DeskTask.objects.filter(owner=actor.user, status="DONE", outcome__in=(DECIDED, CLAIMED))
        acts = set(done.filter(process__in=[case for case, _ in asked if case]).values_list("process", "outcome"))
        decided, claimed = (each in acts for each in asked)
    return rules.ReviewFacts(
        on=on,
        cause=review.cause,
        claim=claim,
        notice_stands=exit_.state in NOTICE_GIVEN,
        in_effect=exit_.state == TerminationState.EFFECTIVE,
        delivered_on=exit_.delivered_on,
        days=objection_days(policy_on(review.county, on)),
        actor_decided=decided,
        actor_claimed=claimed,
    )


def values_of(review: Review, case: Case, claim: str, opinion: Opinion | None) -> dict[str, object]:
    """Every tag of the sheet; what is not decided yet is an explicit blank."""
    objects = review.cause == ReviewCause.OBJECTION
    chosen = "" if review.revokes is None else OUTCOMES[review.revokes]
    then = {
        None: "",
        True: "用工协议继续履行；已经停发的岗位补贴，按审核过的考勤补发。",
        False: "原通知继续有效。",
    }[review.revokes]
    return {
        "county": review.county.name,
        "number": case.number,
        "name": review.termination.tenure.worker.name,
        "cause": "您提出异议" if objects else "乡镇发现通知有误",
        "notice_number": review.termination.case.number,
        "claim": claim,
        "findings": opinion.text if opinion is not None else "",
        "outcome": marks(OUTCOMES, chosen),
        "consequence": then,
        "claimed_on": chinese_date(review.claimed_on),
        "decided_on": chinese_date(timezone.localtime(opinion.at).date() if opinion is not None else None),
    }


def standing(review: Review, case: Case) -> dict[str, Opinion]:
    """What was written and signed here, unless the paper is back where the reasons are written."""
    if review.is_live or review.state == ReviewState.VOIDED:
        return {}
    return {step: opinion for step, opinion in valid_opinions(case).items() if step in PLACES}


def claimant_ink(review: Review) -> dict[str, bytes]:
    """The worker's hand under an objection."""
    if review.is_live or review.cause != ReviewCause.OBJECTION:
        return {}
    ink = standing_ink(KIND, review.pk)
    return {PLACES[CLAIM].signature: bytes(ink[WORKER].picture)} if WORKER in ink else {}


def file_objection(move: Move, ink: Ink) -> None:
    """The objection in the worker's own hand."""
    review: Review = move.entity
    sheet, values = case_form(FORM, move.case), values_of(review, move.case, review.claim, None)
    name = review.termination.tenure.worker.name
    signed = sign_by_worker(
        move, ink, name=name, content_digest=digest_of(sheet, values), form_digest=sheet.digest, witness_place=False
    )
    pictures = {PLACES[CLAIM].signature: bytes(signed[WORKER].picture)}
    file_version(move, form=sheet, values=values, pictures=pictures, label="本人提出异议")


def file_ruling(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """The next version, with what is signed or sealed in this move."""
    review: Review = move.entity
    opinions = standing(review, move.case)
    for given in filter(None, (sign, seal)):
        opinions[given.step] = given
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(review, move.case, review.claim, opinions.get(RULE)),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        seal=seal,
        pictures=claimant_ink(review),
    )


class ReviewPaperwork(Paperwork):
    """离岗复核 as the desk shows it."""

    flow_label = "exit_reviews"
    title = "离岗复核"
    form = FORM
    refile = staticmethod(file_ruling)

    def describe(self, case: Case, entity: Review) -> None:
        case.title = entity.termination.tenure.worker.name[:60]
        case.headline = f"{entity.village.name}，{ReviewCause(entity.cause).label}"

    def shown(self, case: Case, entity: Review) -> dict[str, Any]:
        return {"state": entity.state, "claim": entity.claim, "revokes": entity.revokes}

    fact_labels: Mapping[str, str] = MappingProxyType({"claim": "提出的理由", RULE: "复核意见"})

    def facts(self, case: Case, entity: Review) -> dict[str, Any]:
        return {"claim": entity.claim, **opinion_facts(case, RULE)}

    def state_tag(self, entity: Review) -> dict[str, str]:
        state = ReviewState(entity.state)
        kinds = {
            ReviewState.UPHELD: "ended",
            ReviewState.REVOKED: "done",
            ReviewState.RETURNED: "back",
            ReviewState.VOIDED: "ended",
        }
        return {"kind": kinds.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}离岗通知的复核"

    def sheet(self, page: Page) -> SafeString:
        review: Review = page.entity
        typed: Mapping[str, Any] = page.typed or {}
        opinions = standing(review, page.on_case)
        values = values_of(review, page.on_case, review.claim, opinions.get(RULE))
        slots: dict[str, Any] = written(values)
        slots["number"] = page.on_case.number or "提出后自动编号"
        pictures: dict[str, Any] = {
            place: picture("signature", png, "本人签字或手印") for place, png in claimant_ink(review).items()
        }
        claimed = opinions.get(CLAIM)
        if claimed is not None and claimed.signature is not None:
            ink = bytes(claimed.signature.picture)
            pictures[PLACES[CLAIM].signature] = picture("signature", ink, f"{claimed.written_by.name}手写签字")
        opinion_cell(
            page,
            RULING,
            opinions.get(RULE),
            slots,
            pictures,
            open_here=page.step == RULE,
            seal_here=page.step == SEAL,
        )
        if page.step == CLAIM:
            slots["claim"] = text_area_cell(
                page, "claim", "理由", typed.get("claim", review.claim), maximum=600, required=True
            )
            slots["claimed_on"] = chinese_date(page.on)
            if review.cause == ReviewCause.CORRECTION:
                pictures[PLACES[CLAIM].signature] = pad(page, "提出人签字")
        return sheet_html(case_form(FORM, page.on_case), slots, pictures)

    def side_panels(self, page: Page) -> list[Any]:
        if page.step != CLAIM or page.entity.cause != ReviewCause.OBJECTION:
            return []
        hint = "劳动者没有账户：把理由写下来，请本人看清、签字。"
        return [ink_panel(page, title="本人签字", hint=hint, read=[], signed="")]

    def checks(self, page: Page) -> list[dict[str, Any]]:
        if page.task is None or page.step == SEAL:
            return []
        review: Review = page.entity
        claim = str((page.typed or {}).get("claim", review.claim)) if page.step == CLAIM else review.claim
        guards = rules.CLAIM if page.step == CLAIM else rules.RULING
        unfinished = frozenset({"no_claim"})
        return list(verdicts(guards, facts_of(review, claim, page.on, page.actor), unfinished=unfinished))

    def consequence(self, page: Page) -> tuple[str, str]:
        said = {
            CLAIM: ("写明哪里不对、有什么证据", "提出后由原审定人以外的乡镇审核人复核。"),
            RULE: ("写明复核情况，签字，再选维持或者撤销", "交乡镇印章管理员盖章；盖章以前您可以撤回。"),
            SEAL: ("请核对复核决定书", "盖章以后决定生效：撤销的，用工协议继续履行。"),
        }
        return said.get(page.step, ("", ""))

    def unmasked(self, entity: Review) -> dict[str, str]:
        return {}

    def case_buttons(self, page: Page) -> list[Button]:
        review: Review = page.entity
        own = page.actor.appointment_for(review.village_id, Role.VILLAGE_CLERK)
        if review.cause == ReviewCause.CORRECTION:
            own = page.actor.appointment_for(review.township_id, Role.TOWNSHIP_REVIEWER)
        if own and review.state in BEFORE_RULED:
            return [Button("exit_reviews.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []
