"""Who acts for whom, at the door: a deputy may do what the absent one may do that day, and nothing that either may not.

谁提交谁不审批, 回避 and the two levels of review bind the office's holder and the hand that signs alike: nobody gets
round them by sending somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from registry.models import Appointment, Delegation, User

from .actors import Actor
from .refusals import NotYours, Refusal

if TYPE_CHECKING:
    from .actions import Move, TaskAction
    from .models import DeskTask

PERSONAL = frozenset({"own_submission", "same_signer", "kin", "signed_already", "own_question"})
"""Codes of the refusals that are about the person who acts, whatever the paper says."""


def barred_with_the_absent(move: Move, refusals: Iterable[Refusal]) -> list[Refusal]:
    """What stands against the absent one's doing this; for who acts in their own right nothing.

    Raises NotYours when the deputy's time has not come or is over on the day of the act.
    """
    appointment = move.appointment
    if appointment is None or not move.actor.stands_in(appointment):
        return []
    # Locked, so that its end waits for this act or this act finds it ended: nobody decides when their time is over.
    entrusted = Delegation.objects.in_force(move.on).select_for_update(no_key=True)
    entrusted = entrusted.filter(appointment=appointment, deputy=move.user).order_by("pk")
    if not appointment.is_in_force(move.on) or entrusted.first() is None:
        raise NotYours("委托代理今天不在期限内，不能代为办理。")
    deputy, told = move.actor, {refusal.code for refusal in refusals}
    move.actor = replace(deputy, user=appointment.user, name=appointment.user.name, appointments=(appointment,))
    try:
        found = [each for each in move.action.refusals(move) if each.code in PERSONAL and each.code not in told]
    finally:
        move.actor = deputy
    return [
        Refusal(each.code, f"请由别人办理：{appointment.user.name}自己不能办这一件，代理人也不能代办。", each.basis)
        for each in found
    ]


def bars_of(move: Move, person: User, actions: Iterable[TaskAction]) -> list[Refusal]:
    """Why this person may not do any of these acts on the paper of the move, however it is filled in."""
    asker = move.actor
    found: dict[str, Refusal] = {}
    move.actor = Actor.of(person, move.on)
    try:
        for action in actions:
            try:
                refusals = list(action.refusals(move))
            except (KeyError, LookupError):
                continue  # asks for what will be typed: it says nothing about the person yet
            found |= {refusal.code: refusal for refusal in refusals if refusal.code in PERSONAL}
    finally:
        move.actor = asker
    return list(found.values())


def people_at(task: DeskTask, on: date) -> list[User]:
    """Everybody who holds the office at which the paper lies, that day."""
    held = Appointment.objects.in_force(on).filter(organisation_id=task.office_id, role=task.office_role)
    return [each.user for each in held.filter(user__is_active=True).select_related("user").order_by("pk")]
