"""Proposing, approving, refusing and withdrawing a policy set: each through the door, each on the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audit.personal_numbers import mask_numbers
from audit.trail import SubjectStamp
from registry.models import County, PolicySet
from registry.policy_words import Difference, differences
from registry.roles import Role
from workflows.core.actions import Action, Move, register
from workflows.core.actors import Actor
from workflows.core.guards import chinese, refusals
from workflows.core.refusals import NotFound, Overtaken, Refusal

from . import rules
from .models import PolicyProposal, ProposalState

PROPOSERS = (Role.BUREAU_SUPERVISOR,)
APPROVERS = (Role.BUREAU_SUPERVISOR, Role.LEADING_GROUP_MEMBER)


def followed_set(county: County, effective_on: Any) -> PolicySet | None:
    """The set that a new one from this day would follow."""
    sets = PolicySet.objects.filter(county=county, effective_on__lt=effective_on)
    found: PolicySet | None = sets.order_by("-effective_on").first()
    return found


def changes_of(county: County, proposal: PolicyProposal) -> tuple[Difference, ...]:
    """What the proposal would change."""
    before = followed_set(county, proposal.effective_on)
    return tuple(differences(before.parameters if before is not None else {}, proposal.parameters))


def facts_of(move: Move, proposal: PolicyProposal) -> rules.ProposalFacts:
    that_day = {"county": move.county, "effective_on": proposal.effective_on}
    others = PolicyProposal.objects.filter(**that_day, state=ProposalState.PROPOSED).exclude(pk=proposal.pk)
    return rules.ProposalFacts(
        on=move.on,
        effective_on=proposal.effective_on,
        document_number=proposal.document_number,
        title=proposal.title,
        parameters=proposal.parameters,
        changed=changes_of(move.county, proposal),
        set_that_day=PolicySet.objects.filter(**that_day).exists(),
        proposed_that_day=others.exists(),
        actor_proposed=move.actor.user is not None and proposal.proposed_by_id == move.actor.user.pk,
    )


class PolicyAction(Action):
    """Shared by all four: which county, by which office, and what the trail calls it."""

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        if move.appointment is not None:
            move.organisations = [move.appointment.organisation]
        return move.appointment is not None

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="policies.policyproposal", key=str(move.result.pk))

    def tell(self, move: Move, proposal: PolicyProposal, changed: Iterable[Difference]) -> None:
        move.details |= {
            "policy_title": mask_numbers(proposal.title),
            "document_number": mask_numbers(proposal.document_number),
            "effective_on": proposal.effective_on.isoformat(),
            "changed": [mask_numbers(f"{each.label}：{each.before}→{each.after}") for each in changed],
        }


@register
class Propose(PolicyAction):
    """An edited copy of the set in force, from a day on, under a document."""

    code = "policies.propose"
    label = "提出政策参数"
    told = "提出新的政策参数"
    roles = PROPOSERS
    acts_on = (County,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or actor.holds(self.roles, county.pk) is None:
            raise NotFound("没有找到这个县。")
        return county, county

    def refusals(self, move: Move) -> Iterable[Refusal]:
        data = move.data
        proposal = PolicyProposal(county=move.county, proposed_by=move.user, proposed_at=move.at, **data)
        move.data["proposal"] = proposal
        facts = facts_of(move, proposal)
        move.data["changed"] = facts.changed
        return refusals(rules.PROPOSING, facts)

    def apply(self, move: Move) -> None:
        proposal: PolicyProposal = move.data["proposal"]
        proposal.save()
        move.result = proposal
        self.tell(move, proposal, move.data["changed"])


class ProposalAction(PolicyAction):
    acts_on = (PolicyProposal,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        rows = PolicyProposal.objects.select_for_update(of=("self",)).select_related("county", "proposed_by")
        proposal = rows.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if proposal is None or actor.holds({*PROPOSERS, *APPROVERS}, proposal.county_id) is None:
            raise NotFound("没有找到这份提案。")
        return proposal.county, proposal

    def refusals(self, move: Move) -> Iterable[Refusal]:
        proposal: PolicyProposal = move.subject
        if proposal.state != ProposalState.PROPOSED:
            who = proposal.decided_by.name if proposal.decided_by is not None else "提出人"
            word = proposal.get_state_display()
            raise Overtaken(
                f"{who}已经办理这份提案（{word}），您刚才的操作没有提交。", url=f"/policies/proposals/{proposal.pk}/"
            )
        return self.rules(move)

    def rules(self, move: Move) -> Iterable[Refusal]:
        return ()

    def apply(self, move: Move) -> None:
        proposal: PolicyProposal = move.subject
        self.decide(move, proposal)
        proposal.decided_by, proposal.decided_at = move.user, move.at
        proposal.save()
        move.result = proposal
        self.tell(move, proposal, move.data.get("changed", ()))

    def decide(self, move: Move, proposal: PolicyProposal) -> None:
        raise NotImplementedError


@register
class Approve(ProposalAction):
    """The second person: from its day on, the proposed set is the county's."""

    code = "policies.approve"
    label = "批准"
    told = "批准新的政策参数"
    roles = APPROVERS

    def rules(self, move: Move) -> Iterable[Refusal]:
        # One approval after the other: two sets must not both find the day free.
        County.objects.select_for_update(no_key=True).get(pk=move.county.pk)
        facts = facts_of(move, move.subject)
        move.data["changed"] = facts.changed
        return refusals(rules.APPROVING, facts)

    def decide(self, move: Move, proposal: PolicyProposal) -> None:
        made = PolicySet.objects.create(
            county=move.county,
            effective_on=proposal.effective_on,
            document_number=proposal.document_number,
            title=proposal.title,
            parameters=proposal.parameters,
            approved_by=f"{proposal.proposed_by.name}提出，{move.actor.name}{chinese(move.on)}批准",
            note=proposal.note,
        )
        proposal.policy_set = made
        proposal.approve()
        move.policy = made.policy().reference


@register
class Reject(ProposalAction):
    code = "policies.reject"
    label = "不批准"
    told = "不批准新的政策参数"
    roles = APPROVERS

    def rules(self, move: Move) -> Iterable[Refusal]:
        if not str(move.data.get("reason", "")).strip():
            return [Refusal("no_reason", "请写明为什么不批准。", anchor="reason")]
        if facts_of(move, move.subject).actor_proposed:
            return [Refusal("own_proposal", "这一份是您提出的，不用的请撤回。")]
        return ()

    def decide(self, move: Move, proposal: PolicyProposal) -> None:
        move.reason = proposal.reason = str(move.data["reason"]).strip()[:500]
        proposal.reject()


@register
class Withdraw(ProposalAction):
    code = "policies.withdraw"
    label = "撤回提案"
    told = "撤回政策参数提案"
    roles = PROPOSERS

    def rules(self, move: Move) -> Iterable[Refusal]:
        if not facts_of(move, move.subject).actor_proposed:
            return [Refusal("not_own", "只有提出人自己可以撤回；不同意的，请点“不批准”。")]
        return ()

    def decide(self, move: Move, proposal: PolicyProposal) -> None:
        proposal.withdraw()
