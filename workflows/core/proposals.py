"""What one person of the county proposes and another one decides: policy sets, changed forms.

A proposal has `county`, `state` (proposed, then approved, rejected or withdrawn by transitions of these names),
`proposed_by`, `decided_by`, `decided_at` and `reason`. What was proposed is never edited: another one is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from audit.trail import SubjectStamp
from registry.models import County

from .actions import Action, Move
from .actors import Actor
from .refusals import NotFound, Overtaken, Refusal

PROPOSED = "proposed"


class ProposingAction(Action):
    """Shared by all four: which county, by which office, and what the trail calls it."""

    model: ClassVar[Any]
    proposers: ClassVar[tuple[str, ...]]
    approvers: ClassVar[tuple[str, ...]]

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        if move.appointment is not None:
            move.organisations = [move.appointment.organisation]
        return move.appointment is not None

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind=self.model._meta.label_lower, key=str(move.result.pk))


class ProposeToCounty(ProposingAction):
    """Begin a proposal of the county."""

    acts_on = (County,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or actor.holds(self.roles, county.pk) is None:
            raise NotFound("没有找到这个县。")
        return county, county


class ProposalAction(ProposingAction):
    """Decide a proposal that waits: whoever comes second is told who was faster."""

    thing: ClassVar[str]  # "这份提案"
    proposer: ClassVar[str]  # "提出人"
    did: ClassVar[str]  # what the proposer did: "提出"
    page: ClassVar[str]  # the address, with {pk}

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        rows = self.model.objects.select_for_update(of=("self",)).select_related("county", "proposed_by")
        proposal = rows.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if proposal is None or actor.holds({*self.proposers, *self.approvers}, proposal.county_id) is None:
            raise NotFound(f"没有找到{self.thing}。")
        return proposal.county, proposal

    def refusals(self, move: Move) -> Iterable[Refusal]:
        proposal = move.subject
        if proposal.state != PROPOSED:
            who = proposal.decided_by.name if proposal.decided_by is not None else self.proposer
            word = proposal.get_state_display()
            raise Overtaken(
                f"{who}已经办理{self.thing}（{word}），您刚才的操作没有提交。", url=self.page.format(pk=proposal.pk)
            )
        return self.rules(move)

    def rules(self, move: Move) -> Iterable[Refusal]:
        return ()

    def apply(self, move: Move) -> None:
        proposal = move.subject
        self.decide(move, proposal)
        proposal.decided_by, proposal.decided_at = move.user, move.at
        proposal.save()
        move.result = proposal

    def decide(self, move: Move, proposal: Any) -> None:
        raise NotImplementedError

    def is_own(self, move: Move) -> bool:
        return move.actor.user is not None and move.subject.proposed_by_id == move.actor.user.pk


class RejectProposal(ProposalAction):
    """The second person says no, and why."""

    label = "不批准"

    def rules(self, move: Move) -> Iterable[Refusal]:
        if not str(move.data.get("reason", "")).strip():
            return [Refusal("no_reason", "请写明为什么不批准。", anchor="reason")]
        if self.is_own(move):
            return [Refusal("own_proposal", f"这一份是您{self.did}的，不用的请撤回。")]
        return ()

    def decide(self, move: Move, proposal: Any) -> None:
        move.reason = proposal.reason = str(move.data["reason"]).strip()[:500]
        proposal.reject()


class WithdrawProposal(ProposalAction):
    """Whoever proposed it takes it back."""

    def rules(self, move: Move) -> Iterable[Refusal]:
        if not self.is_own(move):
            return [Refusal("not_own", f"只有{self.proposer}自己可以撤回；不同意的，请点“不批准”。")]
        return ()

    def decide(self, move: Move, proposal: Any) -> None:
        proposal.withdraw()
