"""An action of the administrator on one row of their county: an organisation, a login, an appointment, a seal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Model

from registry.models import Appointment, County, Organisation, User
from registry.roles import Role
from signatures.models import Seal, SealCertificate
from workflows.core.actions import Move
from workflows.core.actors import Actor
from workflows.core.refusals import NotFound, Overtaken, Refusal
from workflows.core.registry_actions import RegistryAction


def county_id_of(row: Any) -> int | None:
    """The county to whose administrator the row belongs."""
    if isinstance(row, (Appointment, Seal, SealCertificate)):
        return row.organisation.county_id
    if isinstance(row, (Organisation, User)):
        return row.county_id
    raise TypeError(f"{row._meta.label} belongs to no county")


def row_stamp(row: Model) -> str:
    """A digest of what a page showed of the row: somebody else's change makes it another one."""
    values = {
        field.attname: str(row.__dict__[field.attname])
        for field in row._meta.concrete_fields
        # A picture is seen as a whole by its row; a login's last visit is no change of it.
        if field.attname not in ("picture", "last_login", "key_pem")
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:24]


class RowAction(RegistryAction):
    """The subject is the row itself, read again under lock; `seen` is the stamp the page carried."""

    roles = (Role.SYSTEM_ADMINISTRATOR,)
    model: ClassVar[type[Model]]

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        row = self.model._default_manager.select_for_update().filter(pk=getattr(move_subject, "pk", None) or 0).first()
        county_id = county_id_of(row) if row is not None else None
        if county_id is None or not (actor.is_system or actor.holds(self.roles, county_id)):
            raise NotFound("没有找到这一项。")
        return County.objects.get(pk=county_id), row

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.seen and move.seen != row_stamp(move.subject):
            raise Overtaken(
                "您打开之后，这一项已由别人改过，您刚才的操作没有提交。请看现在的内容再办。", url=self.url(move)
            )
        return self.rules(move)

    def rules(self, move: Move) -> Iterable[Refusal]:
        """What stands against it, with the row under lock."""
        return ()

    def url(self, move: Move) -> str:
        """Where the row is shown."""
        row = move.subject
        if isinstance(row, (Appointment, User)):
            return f"/officials/{row.user_id if isinstance(row, Appointment) else row.pk}/"
        return f"/organisations/{row.organisation_id if isinstance(row, (Seal, SealCertificate)) else row.pk}/"
