"""Handing in a changed form, approving, refusing and withdrawing it: each through the door, each on the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from audit.personal_numbers import mask_numbers
from forms_templates.examination import Finding, examine
from forms_templates.library import Form, Source, UnknownFormError, shipped, version_words
from forms_templates.models import FormVersion
from forms_templates.uploaded import next_version
from forms_templates.word_container import MOST_BYTES
from registry.models import County
from registry.roles import Role
from workflows.core.actions import Move, refusals_of_form, register
from workflows.core.guards import chinese, refusals
from workflows.core.proposals import ProposalAction, ProposeToCounty, RejectProposal, WithdrawProposal
from workflows.core.refusals import Refusal

from . import rules
from .comparison import changes
from .forms import UploadForm
from .models import FormProposal
from .proof_jobs import draw_proofs

PROPOSERS = (Role.SYSTEM_ADMINISTRATOR, Role.BUREAU_SUPERVISOR)
APPROVERS = (Role.BUREAU_SUPERVISOR, Role.LEADING_GROUP_MEMBER)


def facts_of(move: Move, proposal: FormProposal) -> rules.ProposalFacts:
    return rules.ProposalFacts(
        on=move.on,
        effective_on=proposal.effective_on,
        digest=proposal.digest,
        digest_in_force=proposal.follows().digest,
        fields_are_current=proposal.based_on == shipped(proposal.code).version,
        actor_proposed=move.actor.user is not None and proposal.proposed_by_id == move.actor.user.pk,
    )


class _Form:
    """Which proposals these are, who may act on them, and what the trail says of one."""

    model = FormProposal
    proposers: ClassVar[tuple[str, ...]] = PROPOSERS
    approvers: ClassVar[tuple[str, ...]] = APPROVERS
    thing = "这份表样"
    proposer = "上传人"
    did = "上传"
    page = "/forms/proposals/{pk}/"

    def tell(self, move: Move, proposal: FormProposal) -> None:
        move.details |= {
            "form": shipped(proposal.code).title,
            "form_code": proposal.code,
            "file_name": mask_numbers(proposal.file_name),
            "form_digest": proposal.digest,
            "effective_on": proposal.effective_on.isoformat(),
            "why": mask_numbers(proposal.why),
        }


@register
class Propose(_Form, ProposeToCounty):
    """A changed Word file for a form, examined before anything is locked."""

    code = "form_versions.propose"
    label = "上传表样"
    told = "上传改过的表样"
    roles = PROPOSERS

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """What was typed, and what the examination found: it takes seconds, so no lock is held meanwhile."""
        typed = UploadForm(data, files)
        typed.is_valid()
        parsed: dict[str, Any] = {"slips": refusals_of_form(typed), **typed.cleaned_data}
        try:
            base = shipped(str(data.get("code") or ""))
        except UnknownFormError as error:
            return parsed | {"slips": [Refusal("no_form", str(error))]}
        upload = parsed.pop("file", None)
        docx = upload.read(MOST_BYTES + 1) if upload is not None else b""
        finding = examine(docx, base) if upload is not None else Finding()
        source = Source(docx, base.source.toml, base.source.sample, finding.labels)
        return parsed | {
            "base": base,
            "source": source,
            "finding": finding,
            "file_name": upload.name[-100:] if upload is not None else "",
        }

    def refusals(self, move: Move) -> Iterable[Refusal]:
        data = move.data
        faults = data["finding"].faults if "finding" in data else []
        if slips := [*data["slips"], *(Refusal("template_fault", fault, anchor="file") for fault in faults)]:
            return slips
        base: Form = data["base"]
        source: Source = data["source"]
        proposal = FormProposal(
            county=move.county,
            code=base.code,
            based_on=base.version,
            file_name=data["file_name"],
            template=source.docx,
            labels=dict(source.labels),
            toml=source.toml,
            sample=source.sample,
            digest=source.digest,
            effective_on=data["effective_on"],
            why=data["why"],
            proposed_by=move.user,
            proposed_at=move.at,
        )
        data["proposal"] = proposal
        return refusals(rules.PROPOSING, facts_of(move, proposal))

    def apply(self, move: Move) -> None:
        proposal: FormProposal = move.data["proposal"]
        proposal.save()
        draw_proofs.enqueue(proposal.pk)
        move.result = proposal
        self.tell(move, proposal)


class _OfOne(_Form, ProposalAction):
    acts_on = (FormProposal,)

    def apply(self, move: Move) -> None:
        super().apply(move)
        self.tell(move, move.subject)


@register
class Approve(_OfOne):
    """The second person: what begins from that day on is written on the new form."""

    code = "form_versions.approve"
    label = "批准"
    told = "批准新的表样"
    roles = APPROVERS

    def rules(self, move: Move) -> Iterable[Refusal]:
        # One approval after the other: both would take the same number.
        County.objects.select_for_update(no_key=True).get(pk=move.county.pk)
        return refusals(rules.APPROVING, facts_of(move, move.subject))

    def decide(self, move: Move, proposal: FormProposal) -> None:
        changed = changes(proposal.follows(), proposal.form())
        made = FormVersion.objects.create(
            county=move.county,
            code=proposal.code,
            version=next_version(proposal.code),
            based_on=proposal.based_on,
            template=bytes(proposal.template),
            toml=proposal.toml,
            sample=proposal.sample,
            labels=proposal.labels,
            digest=proposal.digest,
            effective_on=proposal.effective_on,
            approved_at=move.at,
            approved_by=f"{proposal.proposed_by.name}上传，{move.actor.name}{chinese(move.on)}批准",
        )
        proposal.version = made
        proposal.approve()
        move.details |= {
            "version": version_words(made.version),
            "changed": [f"{each.what}：{each.before}→{each.after}"[:200] for each in changed[:20]],
        }


@register
class Reject(_OfOne, RejectProposal):
    code = "form_versions.reject"
    told = "不批准新的表样"
    roles = APPROVERS


@register
class Withdraw(_OfOne, WithdrawProposal):
    code = "form_versions.withdraw"
    label = "撤回"
    told = "撤回上传的表样"
    roles = PROPOSERS
