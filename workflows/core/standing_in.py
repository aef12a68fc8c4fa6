"""转办 and 委托代理: handing one paper to a colleague, and one's office for some days to a deputy.

经办人外出时，由本人（或本单位负责人）登记委托：委托哪个岗位、由谁代理、从哪天到哪天、为什么。代理期间，原来积在待办里的和
新来的，代理人都能办，自己签自己的名，表上和办理记录里写“某某代某某”；到期自动停止，本人提前回来的可以提前结束。
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from viewflow.workflow.status import STATUS

from audit.trail import SubjectStamp
from registry.models import Appointment, County, Delegation, User
from registry.roles import OrganisationKind, Role

from .actions import ACTIONS, Action, Move, TaskAction, register
from .actors import Actor
from .deadlines import head_of
from .deputies import bars_of, people_at
from .guards import chinese
from .models import Notice
from .plain_forms import PlainForm
from .refusals import NotFound, Refusal

LONGEST_DAYS = 183
# Rights that are not a desk's: they belong to the person who was appointed.
NOT_DELEGATED = (Role.SYSTEM_ADMINISTRATOR, Role.LEADING_GROUP_MEMBER, Role.AUDITOR)
KEEPERS = {Role.VILLAGE_SEAL_KEEPER, Role.TOWNSHIP_SEAL_KEEPER}
SIGNERS = {
    Role.VILLAGE_CLERK, Role.VILLAGE_HEAD, Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER,
}  # fmt: skip
MAY_SEE_ALL = (Role.AUDITOR, Role.BUREAU_SUPERVISOR)


def heads(actor: Actor, appointment: Appointment) -> bool:
    """Whether this person stands over the office: its head, or the next one up."""
    over = head_of(appointment.organisation, appointment.role)
    return over is not None and any(
        (each.organisation_id, each.role) == (over[0].pk, over[1]) for each in actor.own_appointments
    )


class DelegationForm(PlainForm):
    deputy = forms.CharField(label="代理人的用户名", max_length=50)
    from_on = forms.DateField(label="从哪一天起")
    to_on = forms.DateField(label="到哪一天为止", help_text="这一天也算；到期自动停止。")
    reason = forms.CharField(label="原因", max_length=100, help_text="如：参加培训、年休假、病假。")


@register
class Delegate(Action):
    """委托代理: the holder of an office, or who stands over it, names a deputy for some days."""

    code = "desk.delegate"
    label = "委托代理"
    told = "委托代理"
    form = DelegationForm
    acts_on = (Appointment,)
    roles = tuple(role for role in Role if role not in NOT_DELEGATED)

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        found = Appointment.objects.select_for_update(of=("self",)).select_related(
            "user", "organisation__parent", "organisation__county"
        )
        appointment = found.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        own = appointment is not None and actor.user is not None and appointment.user_id == actor.user.pk
        if appointment is None or not (own or heads(actor, appointment)):
            raise NotFound("没有找到这项任职。")
        return appointment.organisation.county, appointment

    def may(self, move: Move) -> bool:
        appointment: Appointment = move.subject
        if appointment.user_id == move.user.pk:
            move.appointment = next((each for each in move.actor.own_appointments if each.pk == appointment.pk), None)
            return move.appointment is not None
        move.appointment = move.actor.own_appointments[0]
        return True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        appointment: Appointment = move.subject
        deputy = User.objects.filter(username=User.normalize_username(move.data["deputy"]), is_active=True).first()
        from_on, to_on = move.data["from_on"], move.data["to_on"]
        move.data["deputy_user"] = deputy
        if appointment.role in NOT_DELEGATED:
            yield Refusal("not_delegated", f"{Role(appointment.role).label}不能委托别人代理，请由县里另行任命。")
        yield from _refusals_of_days(appointment, from_on, to_on, move.on)
        if deputy is None or deputy.pk == appointment.user_id:
            yield Refusal("no_deputy", "请填本单位另一位同事的用户名。", anchor="deputy")
            return
        held = set(Appointment.objects.in_force(from_on).filter(user=deputy).values_list("organisation_id", "role"))
        if appointment.organisation_id not in {organisation for organisation, _ in held}:
            yield Refusal(
                "not_a_colleague",
                f"请选{appointment.organisation.name}的同事：{deputy.name}那天不在这个单位任职。",
                anchor="deputy",
            )
        yield from _refusals_of_duties(appointment, deputy, held)
        overlapping = Delegation.objects.filter(
            appointment=appointment, ended_at__isnull=True, from_on__lte=to_on, to_on__gte=from_on
        ).select_related("deputy")
        for other in overlapping:
            yield Refusal(
                "delegated_already",
                f"请先结束{other.deputy.name}的代理：{chinese(other.from_on)}至{chinese(other.to_on)}已委托。",
                anchor="from_on",
            )

    def apply(self, move: Move) -> None:
        appointment: Appointment = move.subject
        deputy: User = move.data["deputy_user"]
        from_on, to_on = move.data["from_on"], move.data["to_on"]
        move.reason = move.data["reason"]
        move.result = Delegation.objects.create(
            county=appointment.organisation.county,
            appointment=appointment,
            deputy=deputy,
            from_on=from_on,
            to_on=to_on,
            reason=move.reason,
            made_by=move.user,
            made_at=move.at,
        )
        move.organisations = [appointment.organisation]
        move.details |= {
            "delegated": f"{appointment.user.name}（{appointment}）",
            "deputy": deputy.name,
            "from_on": from_on.isoformat(),
            "to_on": to_on.isoformat(),
        }
        days = f"{chinese(from_on)}至{chinese(to_on)}"
        tell_person(move, deputy, f"{appointment.user.name}委托您代理{appointment}，{days}")
        if move.user.pk != appointment.user_id:
            tell_person(move, appointment.user, f"{move.user.name}登记了{deputy.name}代理您的{appointment}，{days}")

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="registry.delegation", key=str(move.result.pk))


def _refusals_of_days(appointment: Appointment, from_on: date, to_on: date, on: date) -> Iterable[Refusal]:
    if from_on < on:
        yield Refusal("begins_in_the_past", "请从今天或以后的日子开始：已经过去的日子不能补登代理。", anchor="from_on")
    if to_on < from_on:
        yield Refusal("ends_before_it_begins", "请核对日期：最后一天不能早于开始的那天。", anchor="to_on")
    elif (to_on - from_on).days > LONGEST_DAYS:
        yield Refusal("too_long", "请另行任命：离岗超过半年的，不用委托代理。", anchor="to_on")
    if not appointment.is_in_force(max(from_on, on)):
        yield Refusal("not_in_office", "请核对日期：那天这项任职不在期限内。", anchor="from_on")


def _refusals_of_duties(appointment: Appointment, deputy: User, held: set[tuple[int, str]]) -> Iterable[Refusal]:
    """One hand must not do what two must do: sign and seal, sign for the village and for the township."""
    organisation = appointment.organisation
    there = {role for place, role in held if place == organisation.pk}
    clash = there & (SIGNERS if appointment.role in KEEPERS else KEEPERS if appointment.role in SIGNERS else set())
    clerk_may = organisation.kind == OrganisationKind.VILLAGE and organisation.clerk_may_hold_seal
    if clash and not (clerk_may and Role.VILLAGE_HEAD not in {*there, appointment.role}):
        yield Refusal(
            "seal_not_apart",
            f"请另选一人：{deputy.name}在本单位还有别的岗位，经办、审核的人不能掌管印章。",
            anchor="deputy",
        )
    villages = {place for place, role in held if role == Role.VILLAGE_HEAD}
    if appointment.role == Role.TOWNSHIP_REVIEWER and organisation.villages.filter(pk__in=villages).exists():
        sentence = f"请另选一人：{deputy.name}替村里签意见，不能再代乡镇审核。"
        yield Refusal("two_levels", sentence, "《办法》第十四条", "deputy")


@register
class EndDelegation(Action):
    """Back earlier than thought: the holder of the office, its deputy or who stands over it ends it at once."""

    code = "desk.end_delegation"
    label = "结束代理"
    told = "提前结束委托代理"
    acts_on = (Delegation,)
    roles = Delegate.roles

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        found = Delegation.objects.select_for_update(of=("self",)).select_related(
            "deputy", "county", "appointment__user", "appointment__organisation__parent"
        )
        delegation = found.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if delegation is None or actor.user is None:
            raise NotFound("没有找到这项委托。")
        concerned = actor.user.pk in (delegation.appointment.user_id, delegation.deputy_id)
        if not (concerned or heads(actor, delegation.appointment)):
            raise NotFound("没有找到这项委托。")
        return delegation.county, delegation

    def may(self, move: Move) -> bool:
        move.appointment = next(iter(move.actor.own_appointments), None)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.subject.ended_at is not None or move.subject.to_on < move.on:
            yield Refusal("over", "这项委托已经结束，不用再办。")

    def apply(self, move: Move) -> None:
        delegation: Delegation = move.subject
        delegation.ended_at = move.at
        delegation.save(update_fields=["ended_at"])
        move.organisations = [delegation.appointment.organisation]
        move.details |= {"delegated": delegation.appointment.user.name, "deputy": delegation.deputy.name}
        # What the deputy had taken in the absent one's stead lies on the office's pile again.
        at_office = {"office_id": delegation.appointment.organisation_id, "office_role": delegation.appointment.role}
        release_from(delegation.deputy, move, at_office)
        for person in (delegation.deputy, delegation.appointment.user):
            if person.pk != move.user.pk:
                tell_person(move, person, f"{move.user.name}结束了{delegation}")

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="registry.delegation", key=str(move.subject.pk))


def release_from(person: User, move: Move, office: dict[str, Any]) -> None:
    from .actors import Office
    from .claims import release_claims

    held = Appointment.objects.in_force(move.on).filter(
        user=person, organisation_id=office["office_id"], role=office["office_role"]
    )
    if not held.exists():
        release_claims(person, [Office(office["office_id"], office["office_role"])])


class ReassignForm(PlainForm):
    to = forms.IntegerField(label="转给谁")


@register
class Reassign(TaskAction):
    """转办: the head gives a paper of the office to one of its people, also one that another has taken."""

    code = "desk.reassign"
    label = "转办"
    told = "转办"
    form = ReassignForm
    decides = False
    over_owner = stays = True

    def may(self, move: Move) -> bool:
        move.appointment = may_reassign(move.actor, move.task)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        person = next((each for each in people_at(move.task, move.on) if each.pk == move.data["to"]), None)
        if person is None:
            return [Refusal("not_of_this_office", "请从本岗位的人里选一位。", anchor="to")]
        if move.task.owner_id == person.pk:
            return [Refusal("has_it", f"这一件已经在{person.name}名下，不用转办。", anchor="to")]
        move.data["person"] = person
        at_desk = [
            action
            for action in ACTIONS.at_desk(move.case.flow_class.paperwork.flow_label, move.task.flow_task.name)
            if action.decides
        ]
        if bars_of(move, person, at_desk):
            return [Refusal("barred", f"请转给别人：{person.name}应当回避，不能办这一件。", "《办法》第十四条", "to")]
        return ()

    def apply(self, move: Move) -> None:
        person: User = move.data["person"]
        move.details["handed_to"] = person.name
        move.reason = f"转给{person.name}"
        move.task.owner, move.task.status, move.task.assigned = person, STATUS.ASSIGNED, move.at
        tell_person(move, person, f"{move.user.name}把这一件转给您办：{move.task.flow_task.task_title}")


HEAD_ROLES = (Role.VILLAGE_HEAD, Role.TOWNSHIP_REVIEWER, Role.BUREAU_SUPERVISOR)


def heads_here(actor: Actor, office_id: int | None) -> bool:
    """Whether the person is the head in that organisation (no query)."""
    return any(each.organisation_id == office_id and each.role in HEAD_ROLES for each in actor.own_appointments)


def may_reassign(actor: Actor, task: Any) -> Appointment | None:
    """By which appointment the person heads the office at which the paper lies; None when they do not."""
    office = task.office
    if office is None:
        return None
    held = [each for each in actor.own_appointments if each.organisation_id == office.pk]
    found = next((each for each in held if each.role in HEAD_ROLES), None)
    if found is not None:
        return found
    over = head_of(office, task.office_role)
    if over is None:
        return None
    return next(
        (each for each in actor.own_appointments if (each.organisation_id, each.role) == (over[0].pk, over[1])), None
    )


def tell_person(move: Move, person: User, text: str) -> None:
    """A message to one person, in the transaction of the act."""
    Notice.objects.create(user=person, case=move.on_case, text=text[:200], at=move.at)
