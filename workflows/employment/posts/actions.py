"""What can be done with a post: declared by its village, settled and abolished by its township."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.models import Organisation
from registry.policies import policy_on
from registry.roles import Role
from workflows.core.actions import CaseAction, Move, TaskAction, register, slips_of, with_slips
from workflows.core.desk_forms import OpinionForm, ReasonForm, RejectionForm
from workflows.core.guards import refusals
from workflows.core.models import Case, DeskTask
from workflows.core.notices import tell
from workflows.core.numbers import next_number
from workflows.core.opening import OpenInVillage, VoidInVillage, opener
from workflows.core.opinions import give_opinion
from workflows.core.refusals import Refusal
from workflows.core.returning import SendBack, go_on

from ..models import BEFORE_SETTLED, Post, PostState
from ..places import places_taken
from . import rules
from .documents import STEP, file_version
from .flow_v1 import PostFlow
from .forms import FIELDS, PostDraftForm, PostForm

OPENERS = (Role.VILLAGE_CLERK, Role.VILLAGE_HEAD)


def facts_of(move: Move, fields: Mapping[str, Any]) -> rules.PostFacts:
    """The facts of this post at this moment, for the person who acts."""
    submitted = DeskTask.objects.filter(
        process=move.case, owner=move.actor.user, outcome="posts.submit", status="DONE"
    ).exists()
    return rules.PostFacts(
        on=move.on,
        policy=policy_on(move.county, move.on),
        places=int(fields["places"]),
        actor_submitted=submitted,
        type_name=str(fields["type_name"]),
        duties=str(fields["duties"]),
        standard=str(fields["standard"]),
        hours=str(fields["hours"]),
        near=str(fields["near"]),
    )


def fields_of(post: Post) -> dict[str, Any]:
    return {name: getattr(post, name) for name in FIELDS}


@register
class OpenPost(OpenInVillage):
    """A new post, 拟设."""

    code = "posts.open"
    label = "保存草稿"
    told = "新建岗位"
    flow = PostFlow
    thing = "这个岗位"
    roles = OPENERS

    def draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = PostDraftForm(data)
        form.is_valid()
        return dict(form.cleaned_data)

    def entity_for(self, move: Move, case: Case) -> Post:
        move.fields = {name: move.data[name] for name in FIELDS}
        post: Post = Post.objects.create(county=move.county, village=case.village, case=case, **move.fields)
        return post


class _AtVillage(TaskAction):
    """At the clerk's desk, which the head of the village may use as well."""

    nodes = ("describe_post",)
    roles = OPENERS

    def may(self, move: Move) -> bool:
        if move.task.flow_task.name not in self.nodes:
            return False
        move.appointment = opener(move.actor, move.case.village_id or 0, OPENERS)
        return move.appointment is not None


@register
class SavePostDraft(_AtVillage):
    """Keep what was typed, right or wrong."""

    code = "posts.save_draft"
    label = "保存草稿"
    told = "保存草稿"
    stays = quiet = True
    form = PostDraftForm

    def apply(self, move: Move) -> None:
        move.fields = {name: move.data[name] for name in FIELDS}
        for name, value in move.fields.items():
            setattr(move.entity, name, value)
        move.entity.save()


@register
class SubmitPost(_AtVillage):
    """The village reports the post to the township; the number is given now, once."""

    code = "posts.submit"
    label = "报乡镇核定"
    told = "报乡镇核定岗位"
    weight = "primary"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        """Slips of the pen are told together with what the rules say of the rest."""
        form, draft = PostForm(data), PostDraftForm(data)
        draft.is_valid()
        slips = slips_of(form)
        return {**draft.cleaned_data, **form.cleaned_data, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return with_slips(move.data["slips"], refusals(rules.SUBMISSION, facts_of(move, move.data)))

    def apply(self, move: Move) -> None:
        post, case = move.entity, move.case
        move.fields = {name: move.data[name] for name in FIELDS}
        for name, value in move.fields.items():
            setattr(post, name, value)
        policy = policy_on(move.county, move.on)
        post.policy_set_id, post.submitted_by, move.policy = policy.set_id, move.actor.name, policy.reference
        if not case.number and case.township is not None:
            case.number = next_number(move.county, f"{move.on.year}-{case.township.code}-岗")
            case.submitted_at = move.at
        go_on(move, post.submit)
        post.save()
        file_version(move, "报乡镇核定")


@register
class ApprovePost(TaskAction):
    """核定: from now on people may be placed on it."""

    code = "posts.approve"
    label = "核定并签字"
    told = "核定岗位"
    nodes = (STEP,)
    weight = "primary"
    form = OpinionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.APPROVAL, facts_of(move, fields_of(move.entity)))

    def apply(self, move: Move) -> None:
        policy = policy_on(move.county, move.on)
        move.entity.policy_set_id, move.policy = policy.set_id, policy.reference
        move.entity.approve()
        move.entity.save()
        text = str(move.data["opinion"]).strip()
        move.fields["opinion"] = text
        file_version(move, "乡镇核定", sign=give_opinion(move, verdict="agree", text=text))

    def after(self, move: Move) -> None:
        tell(move, PostFlow.describe_post, "岗位已核定，可以安置人")


@register
class RejectPost(TaskAction):
    code = "posts.reject"
    label = "不予核定"
    told = "不予核定岗位"
    nodes = (STEP,)
    weight = "final"
    needs_reason = True
    form = RejectionForm

    def refusals(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.REVIEWER, facts_of(move, fields_of(move.entity)))

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"]).strip()
        move.entity.reject()
        move.entity.save()
        opinion = give_opinion(move, verdict="reject", text=f"不予核定。理由：{move.reason}")
        file_version(move, "不予核定", sign=opinion)

    def after(self, move: Move) -> None:
        tell(move, PostFlow.describe_post, f"岗位不予核定：{move.reason}")


@register
class SendPostBack(SendBack):
    code = "posts.send_back"
    nodes = (STEP,)

    def guards(self, move: Move) -> Iterable[Refusal]:
        return refusals(rules.REVIEWER, facts_of(move, fields_of(move.entity)))


@register
class VoidPost(VoidInVillage):
    """作废 before the township has settled it."""

    code = "posts.void"
    label = "作废"
    told = "作废岗位"
    roles = OPENERS
    until = BEFORE_SETTLED


@register
class AbolishPost(CaseAction):
    """撤销 by the township: nobody works on the post and nobody is promised a place on it."""

    code = "posts.abolish"
    label = "撤销岗位"
    told = "撤销岗位"
    form = ReasonForm
    roles = (Role.TOWNSHIP_REVIEWER,)

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.appointment_for(move.case.township_id or 0, Role.TOWNSHIP_REVIEWER)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not isinstance(move.entity, Post) or move.entity.state not in (PostState.VACANT, PostState.OCCUPIED):
            return [Refusal("not_settled", "不能撤销：只有已核定、空缺的岗位可以撤销。")]
        # Under the same locks as an approval that would promise a place.
        Organisation.objects.select_for_update(no_key=True).get(pk=move.case.township_id)
        Post.objects.select_for_update(no_key=True).get(pk=move.entity.pk)
        taken = places_taken(move.entity)
        if taken or move.entity.state == PostState.OCCUPIED:
            return [
                Refusal(
                    "in_use",
                    f"请先办完在用人员的离岗：还有{taken}个名额在用或者已经批准。",
                    "《方案》三（二）4",
                )
            ]
        return ()

    def apply(self, move: Move) -> None:
        move.reason = str(move.data["reason"])
        move.entity.abolish()
        move.entity.save()
