"""What can be done at any desk of any flow: take and give back, 撤回, comment, declare kinship, see a masked
number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from viewflow.workflow.status import STATUS

from forms_templates.store import put
from registry.models import KinshipDeclaration
from registry.roles import Role

from .actions import ACTIONS, CaseAction, Move, TaskAction, register
from .actors import Actor
from .consulting import void_answer
from .models import Attachment, Case, Comment, DeskTask
from .opinions import valid_opinions, void_act
from .procedure import open_tasks
from .refusals import Refusal
from .returning import SendBack, acts_that_stand
from .returning import undo as undo_return
from .rounds import in_one_round
from .uploads import CleanFile, clean_attachment

UNMASK_REASONS = ("核对纸质证件", "信访、投诉核查", "审计、督查", "办理本件需要联系本人")
# Who may see a full number: the office's own people who work on the case, and who must look into it.
MAY_UNMASK = (
    Role.VILLAGE_CLERK,
    Role.VILLAGE_HEAD,
    Role.TOWNSHIP_CLERK,
    Role.TOWNSHIP_REVIEWER,
    Role.EMPLOYMENT_SERVICE_OFFICER,
    Role.BUREAU_SUPERVISOR,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
)


@register
class Take(TaskAction):
    """Take a paper from the office's pile: colleagues see who has it."""

    code = "desk.take"
    label = "领取"
    told = "领取"
    decides = False
    stays = quiet = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.task.owner_id is not None:
            return [Refusal("taken", "这一件已经在您名下，直接办理即可。")]
        return ()

    def apply(self, move: Move) -> None:
        move.task.owner = move.actor.user
        move.task.status = STATUS.ASSIGNED
        move.task.assigned = move.at


@register
class GiveBack(TaskAction):
    """Put a paper back on the office's pile."""

    code = "desk.give_back"
    label = "退还"
    told = "退还本岗位"
    decides = False
    stays = quiet = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.task.owner_id is None:
            return [Refusal("not_taken", "这一件没有人领取，不用退还。")]
        return ()

    def apply(self, move: Move) -> None:
        move.task.owner = None
        move.task.status = STATUS.NEW
        move.task.assigned = None


def last_act(case: Case) -> DeskTask | None:
    """The finished task whose outcome laid the case where it lies now; None at the beginning or the end.

    Where several are required (会签), a signature that stands; where another office was asked (加签), its answer.
    """
    tasks = open_tasks(case)
    if not tasks:
        return None
    rounds = {task.flow_task.name for task in tasks if in_one_round(task)}
    standing = (
        {opinion.task_id for step, opinion in valid_opinions(case).items() if step.partition(".")[0] in rounds}
        if rounds
        else set()
    )
    for acted in reversed(acts_that_stand(case)):
        answers: bool = acted.flow_task.beside_the_way and acted.answers_open
        if acted.led_here or answers or acted.pk in standing:
            return acted
    return None


def may_take_back(case: Case, actor: Actor) -> DeskTask | None:
    """The actor's own last act, while nobody after them has acted; otherwise None."""
    acted = last_act(case)
    if acted is None or actor.user is None or acted.owner_id != actor.user.pk:
        return None
    if acted.office_id is None or actor.appointment_for(acted.office_id, acted.office_role) is None:
        return None
    # A draft saved, an office asked: whoever has the paper now has begun with it.
    if any(task.outcome and task.act_number >= acted.act_number for task in open_tasks(case)):
        return None
    if answered_before(acted) or not case.flow_class.paperwork.can_return_to(case, acted):
        return None
    return acted


def answered_before(acted: DeskTask) -> bool:
    """A return that was answered once is in the other's hands, though the answer was taken back."""
    return isinstance(ACTIONS[acted.outcome], SendBack) and bool(getattr(acted, "was_answered", False))


class TakeBackForm(forms.Form):
    reason = forms.CharField(
        label="原因",
        required=False,
        max_length=300,
        error_messages={"max_length": "原因太长，请控制在300个字以内。"},
    )


def take_back_label(acted: DeskTask) -> str:
    """拿回 what one handed on by mistake (sent back); 撤回 what one decided."""
    return "拿回" if getattr(acted, "sent_back", None) is not None else "撤回"


@register
class TakeBack(CaseAction):
    """撤回, 拿回: the last one to act takes the paper back until the next one has acted. What they signed is voided."""

    code = "desk.take_back"
    label = "撤回"
    told = "撤回"
    form = TakeBackForm

    def may(self, move: Move) -> bool:
        # Whoever sees the case may ask; `refusals` says who has the paper now.
        return not move.actor.is_system

    def refusals(self, move: Move) -> Iterable[Refusal]:
        acted = may_take_back(move.case, move.actor)
        if acted is None:
            return [
                Refusal(
                    "not_last",
                    "不能撤回：只有最后办理的人，在下一环节办理以前可以撤回。需要更正的，请下一环节退回补正。",
                )
            ]
        move.data["acted"] = acted
        return ()

    def apply(self, move: Move) -> None:
        case, acted = move.case, move.data["acted"]
        move.appointment = move.actor.appointment_for(acted.office_id, acted.office_role)
        move.reason = str(move.data.get("reason") or "").strip()
        move.details["taken_back"] = acted.outcome
        move.undoes = True
        undo_return(acted, move)
        if acted.from_state == acted.to_state:
            # One of several required actors, or an office asked: the state never moved.
            void_act(move, acted, why="撤回")
            void_answer(move, acted)
            case.revision += 1
        else:
            case.flow_class.paperwork.take_back(move, acted)
        source = acted.previous.order_by("pk").last()
        acted.status = STATUS.CANCELED
        acted.save(update_fields=["status"])
        case.flow_class.relay(case, source)


class CommentForm(forms.Form):
    text = forms.CharField(
        label="留言",
        required=False,
        max_length=1000,
        error_messages={"max_length": "留言太长，请控制在1000个字以内。"},
    )
    file = forms.FileField(label="附件", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("file")
        if upload is None and not (data.get("text") or "").strip():
            raise forms.ValidationError("请写下留言，或选一个附件。")
        data["file"] = clean_attachment(upload) if upload is not None else None
        return data


@register
class WriteComment(CaseAction):
    """A remark with or without a file, by anybody who sees the case; it decides nothing."""

    code = "desk.comment"
    label = "留言"
    told = "留言"
    form = CommentForm

    def may(self, move: Move) -> bool:
        move.appointment = self.office_appointment(move)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        write_comment(move, move.data["text"].strip(), move.data["file"])


def write_comment(move: Move, text: str, upload: CleanFile | None) -> None:
    """Keep a remark on the move's case, with the file that was handed in with it."""
    comment = Comment.objects.create(case=move.case, author=move.actor.user, text=text, at=move.at)
    if upload is not None:
        person_key = move.case.person_key
        if person_key is None:
            raise LookupError(f"{move.case.key} has no key to store a file under")
        digest = put(upload.content, person_key)
        Attachment.objects.create(
            comment=comment,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
            digest=digest,
            person_key=person_key,
        )
        move.details["attachment"] = digest
    move.fields["comment"] = comment.text


class KinshipForm(forms.Form):
    relation = forms.CharField(
        label="亲属关系",
        max_length=50,
        error_messages={"required": "请写明是什么亲属，如：姐夫。", "max_length": "请控制在50个字以内。"},
    )


@register
class DeclareKinship(CaseAction):
    """Who is kin of the applicant says so and acts no more on any case of that person."""

    code = "desk.declare_kinship"
    label = "申报亲属回避"
    told = "申报与申请人有亲属关系，回避"
    form = KinshipForm

    def may(self, move: Move) -> bool:
        move.appointment = self.office_appointment(move)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not getattr(move.entity, "id_index", ""):
            return [Refusal("nobody_yet", "请等申请提交以后再申报：草稿还没有确定申请人。")]
        if KinshipDeclaration.objects.filter(user=move.actor.user, id_index=move.entity.id_index).exists():
            return [Refusal("declared", "您已经申报过，不用再报。")]
        return ()

    def apply(self, move: Move) -> None:
        KinshipDeclaration.objects.create(
            county=move.county,
            user=move.user,
            id_index=move.entity.id_index,
            declared_at=move.at,
            relation=move.data["relation"],
        )
        move.fields["relation"] = move.data["relation"]
        for task in open_tasks(move.case):
            if task.owner_id == move.user.pk:
                task.owner, task.status, task.assigned = None, STATUS.NEW, None
                task.save()


class UnmaskForm(forms.Form):
    reason = forms.ChoiceField(
        label="原因",
        choices=[(reason, reason) for reason in UNMASK_REASONS],
        error_messages={"required": "请选择为什么要看全号。", "invalid_choice": "请从列出的原因里选一项。"},
    )


@register
class Unmask(CaseAction):
    """See the full ID number and phone once, with a reason, on the trail."""

    code = "desk.unmask"
    label = "查看全号"
    told = "查看身份证号、电话全号"
    form = UnmaskForm
    roles = MAY_UNMASK

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(self.roles, move.county.pk)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        move.reason = move.data["reason"]
        move.result = move.case.flow_class.paperwork.unmasked(move.entity)
        move.details["seen"] = sorted(move.result)
