"""Proposing, approving, refusing and withdrawing a policy set: each through the door, each on the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from audit.personal_numbers import mask_numbers
from registry.models import County, PolicySet
from registry.policy_words import Difference, differences, said
from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.guards import chinese, refusals
from workflows.core.proposals import ProposalAction, ProposeToCounty, RejectProposal, WithdrawProposal
from workflows.core.refusals import Refusal

from . import rules
from .models import PolicyProposal, ProposalState

PROPOSERS = (Role.BUREAU_SUPERVISOR,)
APPROVERS = (Role.BUREAU_SUPERVISOR, Role.LEADING_GROUP_MEMBER)


def followed_set(county: County, effective_on: Any) -> PolicySet | None:
    """The set that a new one from this day would follow."""
    sets = PolicySet.objects.filter(county=county, effective_on__lt=effective_on)
    found: PolicySet | None = sets.order_by("-effective_on").first()
    return found


def following_set(county: County, effective_on: Any) -> PolicySet | None:
    """The set that stands after one from this day."""
    sets = PolicySet.objects.filter(county=county, effective_on__gt=effective_on)
    found: PolicySet | None = sets.order_by("effective_on").first()
    return found


def changes_of(before: PolicySet | None, proposal: PolicyProposal) -> tuple[Difference, ...]:
    """What the proposal would change in the set it follows."""
    return tuple(differences(before.parameters if before is not None else {}, proposal.parameters))


def undone_by(after: PolicySet | None, changes: Iterable[Difference]) -> list[str]:
    """The parameters of these changes that a later set takes back: it was drawn up as a whole before there were any."""
    return [each.label for each in changes if after is not None and said(each.name, after.parameters) == each.before]


def facts_of(move: Move, proposal: PolicyProposal) -> rules.ProposalFacts:
    that_day = {"county": move.county, "effective_on": proposal.effective_on}
    others = PolicyProposal.objects.filter(**that_day, state=ProposalState.PROPOSED).exclude(pk=proposal.pk)
    return rules.ProposalFacts(
        on=move.on,
        effective_on=proposal.effective_on,
        document_number=proposal.document_number,
        title=proposal.title,
        parameters=proposal.parameters,
        changed=changes_of(followed_set(move.county, proposal.effective_on), proposal),
        set_that_day=PolicySet.objects.filter(**that_day).exists(),
        proposed_that_day=others.exists(),
        actor_proposed=move.actor.user is not None and proposal.proposed_by_id == move.actor.user.pk,
    )


class _Policy:
    """Which proposals these are, who may act on them, and what the trail says of one."""

    model = PolicyProposal
    proposers: ClassVar[tuple[str, ...]] = PROPOSERS
    approvers: ClassVar[tuple[str, ...]] = APPROVERS
    thing = "这份提案"
    proposer = "提出人"
    did = "提出"
    page = "/policies/proposals/{pk}/"

    def tell(self, move: Move, proposal: PolicyProposal, changed: Iterable[Difference]) -> None:
        move.details |= {
            "policy_title": mask_numbers(proposal.title),
            "document_number": mask_numbers(proposal.document_number),
            "effective_on": proposal.effective_on.isoformat(),
            "changed": [mask_numbers(f"{each.label}：{each.before}→{each.after}") for each in changed],
        }


@register
class Propose(_Policy, ProposeToCounty):
    """An edited copy of the set in force, from a day on, under a document."""

    code = "policies.propose"
    label = "提出政策参数"
    told = "提出新的政策参数"
    roles = PROPOSERS

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


class _OfOne(_Policy, ProposalAction):
    acts_on = (PolicyProposal,)

    def apply(self, move: Move) -> None:
        super().apply(move)
        self.tell(move, move.subject, move.data.get("changed", ()))


@register
class Approve(_OfOne):
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
class Reject(_OfOne, RejectProposal):
    code = "policies.reject"
    told = "不批准新的政策参数"
    roles = APPROVERS


@register
class Withdraw(_OfOne, WithdrawProposal):
    code = "policies.withdraw"
    label = "撤回提案"
    told = "撤回政策参数提案"
    roles = PROPOSERS
