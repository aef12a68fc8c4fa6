"""Appointments: who holds which office from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from audit.models import Event
from audit.personal_numbers import mask_numbers
from registry.models import Appointment, Organisation, User
from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.actors import Office
from workflows.core.claims import release_claims
from workflows.core.refusals import Refusal
from workflows.core.registry_actions import RegistryAction

from . import rules
from .login_actions import UserAction
from .row_action import RowAction


def appointment_facts(move: Move, appointment: Appointment) -> rules.AppointmentFacts:
    """What the rules ask of one appointment before it is stored."""
    organisation, user = appointment.organisation, appointment.user
    beside = Appointment.objects.standing().filter(user=user, organisation=organisation)
    beside = beside.filter(Q(to_on__isnull=True) | Q(to_on__gte=appointment.from_on))
    if appointment.to_on is not None:
        beside = beside.filter(from_on__lte=appointment.to_on)
    same_county = organisation.county_id == move.county.pk and user.county_id in (None, move.county.pk)
    return rules.AppointmentFacts(
        person=user.name,
        role=appointment.role,
        place=organisation.name,
        kind=organisation.kind,
        in_county=same_county,
        opened_on=organisation.opened_on,
        closed_on=organisation.closed_on,
        from_on=appointment.from_on,
        to_on=appointment.to_on,
        login_open=user.is_active,
        clerk_may_hold_seal=organisation.clerk_may_hold_seal,
        held_there=frozenset(beside.values_list("role", flat=True)),
    )


@register
class Appoint(RegistryAction):
    """A person holds a role at an organisation from a date (to a date)."""

    code = "registry.appoint"
    label = "任职"
    told = "任职"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        # Two appointments at once must not both find the other absent; and only primary keys are trusted.
        move.data["user"] = User.objects.select_for_update(no_key=True).get(pk=move.data["user"].pk)
        move.data["organisation"] = Organisation.objects.get(pk=move.data["organisation"].pk)
        appointment = Appointment(**move.data)
        if appointment.role not in Role.values:
            return [Refusal("unknown_role", "请从列出的身份里选一项。", anchor="role")]
        return rules.refusals(rules.APPOINTMENT, appointment_facts(move, appointment))

    def make(self, move: Move) -> Appointment:
        appointment = Appointment(made_by=move.actor.name, **move.data)
        appointment.save()
        move.organisations = [appointment.organisation]
        tell(move, appointment)
        return appointment


def tell(move: Move, appointment: Appointment) -> None:
    """What the trail says of an appointment: plain words that stay true."""
    move.details["user"] = mask_numbers(appointment.user.name)
    move.details["role"] = appointment.role
    move.details["organisation"] = mask_numbers(appointment.organisation.full_name)
    move.details["from_on"] = appointment.from_on.isoformat()
    if appointment.to_on is not None:
        move.details["to_on"] = appointment.to_on.isoformat()


def ending_facts(move: Move, appointment: Appointment, last_day: date) -> rules.EndingFacts:
    """What the rules ask of the end of one appointment."""
    user, organisation = appointment.user, appointment.organisation
    morning = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))
    acted = (
        Event.objects.filter(
            county=move.county.code,
            actor_user_id=user.pk,
            actor_role=appointment.role,
            actor_organisation_code=organisation.code,
            at__gte=morning,
        )
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    administrators = (
        Appointment.objects.in_force(last_day + timedelta(days=1))
        .filter(role=Role.SYSTEM_ADMINISTRATOR, organisation__county=move.county, user__is_active=True)
        .exclude(pk=appointment.pk)
    )
    is_administrator = appointment.role == Role.SYSTEM_ADMINISTRATOR
    return rules.EndingFacts(
        on=move.on,
        person=user.name,
        title=str(appointment),
        from_on=appointment.from_on,
        to_on=appointment.to_on,
        last_day=last_day,
        acted_after=timezone.localtime(acted).date() if acted is not None else None,
        is_administrator=is_administrator,
        administrators_left=administrators.count() if is_administrator else 1,
    )


def offices_of(appointment: Appointment) -> list[Office]:
    """The desks at which the appointment lets a person work."""
    found = [Office(appointment.organisation_id, appointment.role)]
    if appointment.role == Role.VILLAGE_CLERK and appointment.organisation.clerk_may_hold_seal:
        found.append(Office(appointment.organisation_id, Role.VILLAGE_SEAL_KEEPER))
    return found


def release(move: Move, user: User, appointments: Iterable[Appointment]) -> None:
    """What the person had claimed goes back to their offices, and the trail says what."""
    offices = [office for appointment in appointments for office in offices_of(appointment)]
    tasks = release_claims(user, offices)
    if tasks:
        move.details["released"] = [task.process.number or task.process.key for task in tasks]


class AppointmentAction(RowAction):
    acts_on = (Appointment,)
    model = Appointment


@register
class EndAppointment(AppointmentAction):
    """The last day of an appointment. What has ended stays as it was."""

    code = "registry.end_appointment"
    label = "结束任职"
    told = "结束任职"

    def rules(self, move: Move) -> Iterable[Refusal]:
        appointment: Appointment = move.subject
        if appointment.withdrawn_at is not None:
            return [Refusal("withdrawn", "这个任职已经撤销，不用再办。")]
        return rules.refusals(rules.ENDING, ending_facts(move, appointment, move.data["to_on"]))

    def make(self, move: Move) -> Appointment:
        appointment: Appointment = move.subject
        appointment.to_on = move.data["to_on"]
        appointment.save()
        move.reason = move.data["reason"]
        move.organisations = [appointment.organisation]
        tell(move, appointment)
        if appointment.to_on <= move.on:
            release(move, appointment.user, [appointment])
        return appointment


@register
class WithdrawAppointment(AppointmentAction):
    """An appointment that has not begun is taken back: it never opened anything."""

    code = "registry.withdraw_appointment"
    label = "撤销任职"
    told = "撤销尚未开始的任职"

    def rules(self, move: Move) -> Iterable[Refusal]:
        appointment: Appointment = move.subject
        if appointment.withdrawn_at is not None:
            return [Refusal("withdrawn", "这个任职已经撤销，不用再办。")]
        if appointment.from_on <= move.on:
            day = rules.chinese(appointment.from_on)
            return [Refusal("begun", f"不能撤销：这个任职{day}已经开始，请用“结束任职”。")]
        return ()

    def make(self, move: Move) -> Appointment:
        appointment: Appointment = move.subject
        appointment.withdrawn_at = move.at
        appointment.save()
        move.reason = move.data["reason"]
        move.organisations = [appointment.organisation]
        tell(move, appointment)
        return appointment


@register
class HandOver(UserAction):
    """A leaver's offices go to a successor from a day on, all or none; what the leaver had claimed is released."""

    code = "registry.hand_over"
    label = "移交岗位"
    told = "移交岗位"

    def rules(self, move: Move) -> Iterable[Refusal]:
        leaver: User = move.subject
        successor: User = move.data["successor"]
        from_on: date = move.data["from_on"]
        if successor.pk == leaver.pk:
            return [Refusal("same_person", "请填接任人的用户名：移交人和接任人不能是同一人。", anchor="username")]
        move.data["successor"] = successor = User.objects.select_for_update(no_key=True).get(pk=successor.pk)
        chosen = list(_runs_beyond(leaver, from_on).filter(pk__in=[each.pk for each in move.data["appointments"]]))
        if not chosen or len(chosen) != len(move.data["appointments"]):
            return [Refusal("nothing_chosen", "请勾选要移交的任职：只能移交那天还没有结束的。", anchor="appointments")]
        move.data["chosen"] = chosen
        found: dict[str, Refusal] = {}
        for appointment in chosen:
            for refusal in self._refusals_of(move, appointment, successor, from_on):
                found.setdefault(refusal.message, refusal)
        return list(found.values())

    def _refusals_of(self, move: Move, appointment: Appointment, successor: User, from_on: date) -> Iterable[Refusal]:
        if appointment.from_on < from_on:
            facts = ending_facts(move, appointment, rules.day_before(from_on))
            # The successor is the administrator who remains.
            guards = [guard for guard in rules.ENDING if guard is not rules.an_administrator_remains]
            for refusal in rules.refusals(guards, facts):
                yield Refusal(refusal.code, refusal.message, refusal.basis, "from_on")
        if not holds_already(successor, appointment, from_on):
            yield from rules.refusals(
                rules.APPOINTMENT, appointment_facts(move, succession(appointment, successor, from_on, move))
            )

    def make(self, move: Move) -> User:
        leaver: User = move.subject
        successor: User = move.data["successor"]
        from_on: date = move.data["from_on"]
        chosen: list[Appointment] = move.data["chosen"]
        for appointment in chosen:
            follows = succession(appointment, successor, from_on, move)
            taken_on = not holds_already(successor, appointment, from_on)
            if appointment.from_on < from_on:
                appointment.to_on = rules.day_before(from_on)
            else:
                appointment.withdrawn_at = move.at
            appointment.save()
            if taken_on:
                follows.save()
        release(move, leaver, chosen)
        move.reason = move.data["reason"]
        move.organisations = list({each.organisation_id: each.organisation for each in chosen}.values())
        move.details |= {
            "user": mask_numbers(leaver.name),
            "successor": mask_numbers(successor.name),
            "from_on": from_on.isoformat(),
            "handed_over": [mask_numbers(str(each)) for each in chosen],
        }
        return leaver


def _runs_beyond(user: User, from_on: date) -> Any:
    """The person's appointments that would run on that day or later."""
    running = Appointment.objects.standing().filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on), user=user)
    return running.select_for_update(of=("self",)).select_related("organisation", "user").order_by("pk")


def succession(appointment: Appointment, successor: User, from_on: date, move: Move) -> Appointment:
    """The successor's appointment, not stored yet: the same office, to the same end."""
    return Appointment(
        user=successor,
        organisation=appointment.organisation,
        role=appointment.role,
        from_on=max(from_on, appointment.from_on),
        to_on=appointment.to_on,
        made_by=move.actor.name,
    )


def holds_already(successor: User, appointment: Appointment, from_on: date) -> bool:
    """Whether the successor has the very same office for all of that time (a colleague who takes over)."""
    same = Appointment.objects.standing().filter(
        user=successor,
        organisation=appointment.organisation,
        role=appointment.role,
        from_on__lte=max(from_on, appointment.from_on),
    )
    ends = Q(to_on__isnull=True)
    if appointment.to_on is not None:
        ends |= Q(to_on__gte=appointment.to_on)
    return same.filter(ends).exists()


def known_organisation(text: str, county_id: int) -> list[Organisation]:
    """The organisations of the county that somebody may mean by a code, a full name or a name."""
    named = Q(code=text) | Q(full_name=text) | Q(name=text)
    return list(Organisation.objects.filter(named, county_id=county_id).select_related("parent").order_by("code")[:5])
