"""The villages, townships and departments of a county, taken in as one act: what it begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from registry.models import Organisation
from registry.roles import OrganisationKind, Role
from workflows.core.actions import Move, register
from workflows.core.list_actions import Faults, ListAction, by_code, too_long

from .organisation_actions import composed_names


@register
class ImportOrganisations(ListAction):
    """A row: code, name, kind (an OrganisationKind), parent (of a village: the code of its township, which stands in
    the register or further up in the list), clerk_seal (是 where a village's clerk keeps its seal, too)."""

    code = "registry.import_organisations"
    label = "导入单位"
    told = "导入单位名单"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def make(self, move: Move) -> list[Organisation]:
        rows: Sequence[Mapping[str, str]] = move.data["rows"]
        known = by_code(move.county.pk, [row["code"] for row in rows] + [row["parent"] for row in rows])
        faults = Faults(move)
        founded: dict[str, Organisation] = {}
        for number, row in enumerate(rows, 1):
            parent = founded.get(row["parent"]) or known.get(row["parent"])
            if fault := too_long(Organisation, row, {"code": "code", "name": "name"}):
                faults.tell(number, fault)
            elif row["code"] in known or row["code"] in founded:
                faults.tell(number, f"代码“{row['code']}”已经用了，请换一个或者删去这一行。")
            elif row["kind"] not in OrganisationKind.values:
                faults.tell(number, f"不认识的类别“{row['kind']}”，请写县直部门、乡镇或行政村。")
            elif row["kind"] == OrganisationKind.VILLAGE and (
                parent is None or parent.kind != OrganisationKind.TOWNSHIP
            ):
                faults.tell(number, "行政村请写上所属乡镇的代码；乡镇也在这份名单里的，请排在村的前面。")
            elif row.get("clerk_seal") not in (None, "", "是") or (row.get("clerk_seal") and parent is None):
                faults.tell(number, "“村经办人代管印章”只对行政村写“是”，别的空着。")
            elif row["kind"] != OrganisationKind.VILLAGE and row["parent"]:
                faults.tell(number, "只有行政村写所属乡镇，这一行请空着。")
            else:
                founded[row["code"]] = Organisation(
                    county=move.county,
                    code=row["code"],
                    name=row["name"],
                    kind=row["kind"],
                    parent=parent,
                    opened_on=move.data["opened_on"],
                    clerk_may_hold_seal=row.get("clerk_seal") == "是",
                    **composed_names(row["kind"], row["name"], move.county.name, parent),
                )
        faults.refuse()
        for organisation in founded.values():
            organisation.full_clean(exclude=["county", "parent"])
            organisation.save()
        self.note(move, founded.values(), founded=len(founded))
        return list(founded.values())
