"""The people of many offices, taken in as one act: what a county hands over on paper when it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.contrib.auth.hashers import make_password

from registry.models import Appointment, Organisation, User
from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.list_actions import Faults, ListAction, by_code, known, too_long

from . import rules
from .login_actions import refuse_weak


@register
class ImportOfficials(ListAction):
    """Logins and appointments from one day on, with one first password that everybody replaces at the first login.

    A row: username, name, organisation (its code), role. A second row of the same user name is a second appointment.
    """

    code = "registry.import_officials"
    label = "导入人员任职"
    told = "导入人员任职名单"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def make(self, move: Move) -> list[User]:
        rows: Sequence[Mapping[str, str]] = move.data["rows"]
        names = {User.normalize_username(row["username"]): row["name"].strip() for row in rows}
        if not move.actor.is_system:
            refuse_weak(move.data["password"])
        places = by_code(move.county.pk, (row["organisation"] for row in rows))
        self._check(move, rows, places)
        # Hashing is slow on purpose and the first password is the same for all: once is enough.
        password = make_password(move.data["password"])
        users = User.objects.bulk_create(
            # A loader's people keep a demo's public password.
            User(
                username=username,
                name=name,
                password=password,
                county=move.county,
                must_change_password=not move.actor.is_system,
            )
            for username, name in names.items()
        )
        by_name = {user.username: user for user in users}
        Appointment.objects.bulk_create(
            Appointment(
                user=by_name[User.normalize_username(row["username"])],
                organisation=places[row["organisation"]],
                role=row["role"],
                from_on=move.data["from_on"],
                made_by=move.actor.name,
            )
            for row in rows
        )
        self.note(move, places.values(), people=len(users), appointments=len(rows))
        move.details["from_on"] = move.data["from_on"].isoformat()
        return users

    def _check(self, move: Move, rows: Sequence[Mapping[str, str]], places: Mapping[str, Organisation]) -> None:
        faults = Faults(move)
        taken = known(User.objects.all(), "username", (User.normalize_username(row["username"]) for row in rows))
        names: dict[str, str] = {}
        held: dict[tuple[str, str], set[str]] = {}
        for number, row in enumerate(rows, 1):
            username = User.normalize_username(row["username"])
            there = held.setdefault((username, row["organisation"]), set())
            place = places.get(row["organisation"])
            if fault := too_long(User, row, {"username": "username", "name": "name"}):
                faults.tell(number, fault)
            elif username in taken:
                faults.tell(number, f"已有用户名“{username}”，请换一个。")
            elif names.setdefault(username, row["name"]) != row["name"]:
                faults.tell(number, f"用户名“{username}”在名单里给了两个人，请换一个。")
            elif place is None:
                faults.tell(number, f"本县没有代码为“{row['organisation']}”的单位，请核对代码。")
            elif row["role"] not in Role.values:
                faults.tell(number, f"不认识的身份“{row['role']}”，请从身份表里选。")
            elif row["role"] in there:
                faults.tell(number, "与前面一行重复，请删去一行。")
            else:
                for message in _broken_rules(move, row, place, frozenset(there)):
                    faults.tell(number, message)
            there.add(row["role"])
        faults.refuse()


def _broken_rules(move: Move, row: Mapping[str, str], place: Organisation, held_there: frozenset[str]) -> Iterator[str]:
    facts = rules.AppointmentFacts(
        person=row["name"],
        role=row["role"],
        place=place.name,
        kind=place.kind,
        in_county=True,
        opened_on=place.opened_on,
        closed_on=place.closed_on,
        from_on=move.data["from_on"],
        to_on=None,
        login_open=True,
        clerk_may_hold_seal=place.clerk_may_hold_seal,
        held_there=held_there,
    )
    return (refusal.message for refusal in rules.refusals(rules.APPOINTMENT, facts))
