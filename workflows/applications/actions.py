"""What the clerk does with an application, and what brings it back there. The offices' decisions: decisions.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.models import Organisation
from registry.policies import policy_on
from workflows.core import returning
from workflows.core.actions import Move, TaskAction, refusals_of_form, register, with_slips
from workflows.core.guards import refusals
from workflows.core.models import Case
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage
from workflows.core.refusals import Refusal
from workflows.core.returning import go_on
from workflows.core.worker_ink import WorkerInkForm, void_ink
from workflows.employment.models import Post

from . import pledge, rules
from .documents import file_version
from .facts import facts_of
from .flow_v1 import ApplicationFlow
from .forms import ANSWERS, ApplicationForm, DraftForm
from .models import BEFORE_APPROVAL, Application, State
from .people import register_applicant


def facts_for(move: Move, answers: Mapping[str, Any], *, quota_reason: str = "") -> rules.ApplicantFacts:
    """The facts of this application at this moment, for the person who acts."""
    application: Application = move.entity
    return facts_of(
        application,
        answers,
        county=move.county,
        policy=policy_on(move.county, move.on),
        on=move.on,
        actor=move.actor,
        township_id=application.township_id,
        township_name=application.township.name,
        village_id=application.village_id,
        quota_reason=quota_reason,
    )


def lock_what_is_counted(application: Application) -> None:
    """Township (edge quota), then post (places): always in this order, so that nobody waits in a circle.

    `no_key`: PostgreSQL checks foreign keys to these rows when others commit, and they hold the chain by then.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=application.township_id)
    if application.post_id is not None:
        Post.objects.select_for_update(no_key=True).get(pk=application.post_id)


@register
class Open(OpenInVillage):
    """A new application on the clerk's desk."""

    code = "applications.open"
    label = "保存草稿"
    told = "新建申请"
    flow = ApplicationFlow
    thing = "这份申请"

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = DraftForm(data)
        form.is_valid()
        return dict(form.cleaned_data)

    def entity_for(self, move: Move, case: Case) -> Application:
        application = Application(county=move.county, village=case.village, township=case.township, case=case)
        application.answers = {name: move.data[name] for name in ANSWERS}
        application.save()
        move.fields = dict(application.answers)
        return application


@register
class SaveDraft(TaskAction):
    """Keep what was typed, right or wrong."""

    code = "applications.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    nodes = ("fill_in",)
    weight = "plain"
    stays = quiet = True
    form = DraftForm

    def apply(self, move: Move) -> None:
        move.entity.answers = {name: move.data[name] for name in ANSWERS}
        move.entity.save()
        move.fields = dict(move.entity.answers)


@register
class Submit(TaskAction):
    """The clerk hands the application to the village head; the number is given now, once."""

    code = "applications.submit"
    label = "提交申请"
    told = "提交申请"
    nodes = ("fill_in",)
    weight = "primary"
    form = ApplicationForm

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """Slips of the pen are told together with what the rules say of the rest, not one round after the other."""
        form, ink = ApplicationForm(data), WorkerInkForm(data, files)
        slips = [] if ink.is_valid() else refusals_of_form(ink)
        signed = ink.cleaned_data.get("ink")
        if form.is_valid():
            return {**form.cleaned_data, "slips": slips, "ink": signed}
        typed = {name: str(data.get(name, ""))[:2000] for name in ANSWERS}
        return {**typed, **form.cleaned_data, "slips": [*refusals_of_form(form), *slips], "ink": signed}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        lock_what_is_counted(move.entity)
        slips: list[Refusal] = move.data["slips"]
        facts = facts_for(move, move.data)
        found = refusals(rules.ELIGIBILITY, facts)
        unsigned = pledge.refusal(move.entity, move.data, facts.policy, facts.post_type, move.data["ink"])
        if unsigned is not None and not any(slip.anchor.startswith(("worker_", "witness_")) for slip in slips):
            found.append(unsigned)
        return with_slips(slips, found)

    def apply(self, move: Move) -> None:
        application: Application = move.entity
        case = move.case
        policy = policy_on(move.county, move.on)
        answers = {name: move.data[name] for name in ANSWERS}
        application.answers = answers
        application.category = answers["category"]
        application.post_id = int(answers["post"])
        application.policy_set_id = policy.set_id
        worker = register_applicant(application, answers)
        application.worker, application.household = worker, worker.household
        application.id_index = worker.id_index
        case.person_key = worker.person_key
        if not case.number:
            case.number = next_number(move.county, f"{move.on.year}-{application.township.code}")
            case.submitted_at = move.at
        # While the paper was away somebody else may have taken the last edge place: the township looks again.
        facts = facts_for(move, answers, quota_reason=application.quota_reason)
        quota = () if rules.within_edge_quota(facts) is None else ("edge_quota",)
        deliberated = case.flow_class.desk("village_deliberation") is not None
        submit = application.submit_for_deliberation if deliberated else application.submit
        go_on(move, submit, rewrites=quota)
        if not move.round_about:
            application.quota_reason = ""
        application.save()
        move.fields, move.policy = dict(answers), policy.reference
        pledge.file_pledge(move, policy, move.data["ink"])
        file_version(move, "提交申请")


@register
class SendBack(returning.SendBack):
    """退回补正: to the clerk or any earlier office, with what must be put right."""

    code = "applications.send_back"
    nodes = (
        "village_deliberation", "village_opinion", "village_seal", "township_opinion", "quota_confirmation",
        "township_seal",
    )  # fmt: skip

    def guards(self, move: Move) -> Iterable[Refusal]:
        step = move.task.flow_task.name
        if step.endswith("seal"):
            return ()
        guards = rules.REVIEWER if step in ("village_deliberation", "village_opinion") else rules.SECOND_REVIEWER
        return refusals(guards, facts_for(move, move.entity.answers))


@register
class Void(VoidInVillage):
    """作废 before approval, by the village's clerk; nothing is deleted."""

    code = "applications.void"
    label = "作废"
    told = "作废申请"
    until = (State.DRAFT, *BEFORE_APPROVAL)

    def apply(self, move: Move) -> None:
        super().apply(move)
        void_ink(move, why=f"作废：{move.reason}")
