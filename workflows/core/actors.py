"""Who acts: a person with the appointments in force that day, or the system itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from audit.trail import ActorStamp
from registry.models import Appointment, User, usable_by
from registry.roles import Role

from .models import DeskTask


@dataclass(frozen=True)
class Office:
    """A desk that work is laid on: an organisation and a role in it."""

    organisation_id: int
    role: str


@dataclass(frozen=True)
class Actor:
    """Rights come from `appointments` alone, never from the login."""

    user: User | None
    name: str
    appointments: tuple[Appointment, ...] = ()

    @classmethod
    def of(cls, user: User, on: date) -> Actor:
        """The person with every appointment they may act by that day (one query)."""
        return cls.holding(user, usable_by(user.pk, on))

    @classmethod
    def holding(cls, user: User, appointments: Iterable[Appointment]) -> Actor:
        """The person with these appointments, which were read already."""
        return cls(user=user, name=user.name, appointments=tuple(appointments))

    @classmethod
    def system(cls, name: str = "系统") -> Actor:
        """The clock, a loader or a worker: it has no appointment and may only do what allows it."""
        return cls(user=None, name=name)

    @property
    def is_system(self) -> bool:
        return self.user is None

    @property
    def own_appointments(self) -> tuple[Appointment, ...]:
        """What the person holds, without what they stand in for."""
        return tuple(each for each in self.appointments if not self.stands_in(each))

    def stands_in(self, appointment: Appointment | None) -> bool:
        """Whether the appointment is another person's, for whom this one acts today."""
        return appointment is not None and self.user is not None and appointment.user_id != self.user.pk

    def may_handle(self, task: DeskTask) -> bool:
        """Whether a paper that somebody has taken is this person's to do: their own, or of whom they stand in for."""
        if self.user is None or task.owner_id in (None, self.user.pk):
            return True
        return any(
            (each.user_id, each.organisation_id, each.role) == (task.owner_id, task.office_id, task.office_role)
            for each in self.appointments
        )

    @property
    def offices(self) -> tuple[Office, ...]:
        """Every desk this person may work at today.

        A village clerk works at the seal keeper's desk too where the village allows it
        (Organisation.clerk_may_hold_seal).
        """
        found: dict[Office, None] = {}
        for appointment in self.appointments:
            found[Office(appointment.organisation_id, appointment.role)] = None
            if appointment.role == Role.VILLAGE_CLERK and appointment.organisation.clerk_may_hold_seal:
                found[Office(appointment.organisation_id, Role.VILLAGE_SEAL_KEEPER)] = None
        return tuple(found)

    def appointment_at(self, task: DeskTask) -> Appointment | None:
        """The appointment by which this person does this paper: the absent one's, if that one has taken it."""
        for appointment in self.appointments:
            office = (appointment.organisation_id, appointment.role)
            if office == (task.office_id, task.office_role) and appointment.user_id == task.owner_id:
                return appointment
        return self.appointment_for(task.office_id or 0, task.office_role)

    def appointment_for(self, organisation_id: int, role: str) -> Appointment | None:
        """The appointment by which this person may work at that desk, the proper and the own one first."""
        for appointment in self.appointments:
            if appointment.organisation_id == organisation_id and appointment.role == role:
                return appointment
        if role == Role.VILLAGE_SEAL_KEEPER:
            for appointment in self.appointments:
                if (
                    appointment.organisation_id == organisation_id
                    and appointment.role == Role.VILLAGE_CLERK
                    and appointment.organisation.clerk_may_hold_seal
                ):
                    return appointment
        return None

    def holds(self, roles: Iterable[str], county_id: int | None = None) -> Appointment | None:
        """The first appointment to one of these roles (in that county)."""
        wanted = set(roles)
        for appointment in self.appointments:
            if appointment.role in wanted and county_id in (None, appointment.organisation.county_id):
                return appointment
        return None

    def stamp(self, appointment: Appointment | None = None) -> ActorStamp:
        """Plain values for the trail: they stay true when the person leaves."""
        acting = appointment or (self.appointments[0] if self.appointments else None)
        return ActorStamp(
            user_id=self.user.pk if self.user else None,
            name=f"{self.name} 代 {acting.user.name}" if acting and self.stands_in(acting) else self.name,
            role=acting.role if acting else "system",
            organisation_code=acting.organisation.code if acting else "",
            organisation_name=acting.organisation.full_name if acting else "",
        )
