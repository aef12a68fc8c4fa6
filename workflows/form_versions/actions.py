"""Handing in a changed form, approving, refusing and withdrawing it: each through the door, each on the trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from audit.personal_numbers import mask_numbers
from audit.trail import SubjectStamp
from forms_templates.examination import MOST_BYTES, Finding, examine
from forms_templates.library import Form, Source, UnknownFormError, form, shipped, version_words
from forms_templates.models import FormVersion
from forms_templates.uploaded import next_version, version_on
from registry.models import County
from registry.roles import Role
from workflows.core.actions import Action, Move, refusals_of_form, register
from workflows.core.actors import Actor
from workflows.core.guards import chinese, refusals
from workflows.core.refusals import NotFound, Overtaken, Refusal

from . import rules
from .comparison import changes
from .forms import UploadForm
from .models import FormProposal, ProposalState

PROPOSERS = (Role.SYSTEM_ADMINISTRATOR, Role.BUREAU_SUPERVISOR)
APPROVERS = (Role.BUREAU_SUPERVISOR, Role.LEADING_GROUP_MEMBER)


def form_it_follows(proposal: FormProposal) -> Form:
    """The form whose place the proposed one would take on its day."""
    newest = shipped(proposal.code).version
    return form(proposal.code, version_on(proposal.county_id, proposal.code, newest, proposal.effective_on))


def facts_of(move: Move, proposal: FormProposal) -> rules.ProposalFacts:
    return rules.ProposalFacts(
        on=move.on,
        effective_on=proposal.effective_on,
        digest=proposal.digest,
        digest_in_force=form_it_follows(proposal).digest,
        fields_are_current=proposal.based_on == shipped(proposal.code).version,
        actor_proposed=move.actor.user is not None and proposal.proposed_by_id == move.actor.user.pk,
    )


class FormAction(Action):
    """Shared by all four: which county, by which office, and what the trail calls it."""

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        if move.appointment is not None:
            move.organisations = [move.appointment.organisation]
        return move.appointment is not None

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="form_versions.formproposal", key=str(move.result.pk))

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
class Propose(FormAction):
    """A changed Word file for a form, examined before anything is locked."""

    code = "form_versions.propose"
    label = "上传表样"
    told = "上传改过的表样"
    roles = PROPOSERS
    acts_on = (County,)

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

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or actor.holds(self.roles, county.pk) is None:
            raise NotFound("没有找到这个县。")
        return county, county

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
        move.result = proposal
        self.tell(move, proposal)


class ProposalAction(FormAction):
    acts_on = (FormProposal,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        rows = FormProposal.objects.select_for_update(of=("self",)).select_related("county", "proposed_by")
        proposal = rows.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if proposal is None or actor.holds({*PROPOSERS, *APPROVERS}, proposal.county_id) is None:
            raise NotFound("没有找到这份表样。")
        return proposal.county, proposal

    def refusals(self, move: Move) -> Iterable[Refusal]:
        proposal: FormProposal = move.subject
        if proposal.state != ProposalState.PROPOSED:
            who = proposal.decided_by.name if proposal.decided_by is not None else "上传人"
            word = proposal.get_state_display()
            raise Overtaken(
                f"{who}已经办理这份表样（{word}），您刚才的操作没有提交。", url=f"/forms/proposals/{proposal.pk}/"
            )
        return self.rules(move)

    def rules(self, move: Move) -> Iterable[Refusal]:
        return ()

    def apply(self, move: Move) -> None:
        proposal: FormProposal = move.subject
        self.decide(move, proposal)
        proposal.decided_by, proposal.decided_at = move.user, move.at
        proposal.save()
        move.result = proposal
        self.tell(move, proposal)

    def decide(self, move: Move, proposal: FormProposal) -> None:
        raise NotImplementedError


@register
class Approve(ProposalAction):
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
        changed = changes(form_it_follows(proposal), proposal.form())
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
class Reject(ProposalAction):
    code = "form_versions.reject"
    label = "不批准"
    told = "不批准新的表样"
    roles = APPROVERS

    def rules(self, move: Move) -> Iterable[Refusal]:
        if not str(move.data.get("reason", "")).strip():
            return [Refusal("no_reason", "请写明为什么不批准。", anchor="reason")]
        if facts_of(move, move.subject).actor_proposed:
            return [Refusal("own_proposal", "这一份是您上传的，不用的请撤回。")]
        return ()

    def decide(self, move: Move, proposal: FormProposal) -> None:
        move.reason = proposal.reason = str(move.data["reason"]).strip()[:500]
        proposal.reject()


@register
class Withdraw(ProposalAction):
    code = "form_versions.withdraw"
    label = "撤回"
    told = "撤回上传的表样"
    roles = PROPOSERS

    def rules(self, move: Move) -> Iterable[Refusal]:
        if not facts_of(move, move.subject).actor_proposed:
            return [Refusal("not_own", "只有上传人自己可以撤回；不同意的，请点“不批准”。")]
        return ()

    def decide(self, move: Move, proposal: FormProposal) -> None:
        proposal.withdraw()
