"""离岗复核，第一版流程。

一、劳动者不同意离岗通知的，在期限以内提出异议：由村经办人记下理由，本人签字。
二、乡镇发现发出的通知有误的，生效以前由审核人写明理由，提出撤销。
三、由原审定人以外的审核人复核（《办法》第六条：公平、公正、公开）：维持，或者撤销原通知。
四、乡镇印章管理员在《复核决定书》上盖章。撤销的，离岗不生效；已经生效的，恢复在岗，用工协议继续履行。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.models import Case
from workflows.core.places import Lying
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village

from ..models import Review, ReviewCause, ReviewState
from .documents import ReviewPaperwork


class ClaimDesk(Desk):
    """Where the reasons are written: an objection at the village, a correction at the township."""

    def lying(self, case: Case) -> list[Lying]:
        review: Review = case.entity
        if review.cause == ReviewCause.CORRECTION:
            return [Lying(review.township_id, str(Role.TOWNSHIP_REVIEWER))]
        return [Lying(review.village_id, str(Role.VILLAGE_CLERK))]


class ReviewFlow(Procedure):
    """离岗复核"""

    entity_model = Review
    entity_name = "exit_review"
    entity_with = ("termination__case", "termination__tenure__worker")
    paperwork = ReviewPaperwork()

    begin_review = Begin().LeadsTo(this.state_claim)

    state_claim = ClaimDesk(
        "提出复核",
        name_lines="写明\n理由",
        todo="写明理由，签字提出",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[ReviewState.DRAFT, ReviewState.RETURNED],
        returned_state=ReviewState.RETURNED,
    ).LeadsTo(this.rule_on_it, this.closed)

    rule_on_it = Desk(
        "复核",
        name_lines="乡镇\n复核",
        todo="复核离岗通知",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[ReviewState.AWAITING_RULING],
        shown=("claim",),
    ).LeadsTo(this.seal_ruling, this.state_claim, this.closed)

    seal_ruling = Desk(
        "复核决定书盖章",
        name_lines="乡镇\n盖章",
        todo="在复核决定书上盖章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[ReviewState.AWAITING_SEAL],
        shown=("claim", "rule_on_it"),
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[ReviewState.UPHELD, ReviewState.REVOKED, ReviewState.VOIDED])
