"""检查，第一版流程。

一、检查单位（乡镇、县人社局、督导组、财政、审计）定范围：计划检查查一个村或一个乡镇的在岗人员；随机抽查按记录在案的种子
    抽签（《办法》第十四条）；“回头看”查一段时间里发现过的问题是不是都改了（《方案》四（三））。
二、到现场逐项检查，写《督查记录》：看到什么、结论、当场怎样改的，检查人签字（《办法》第十二条）。
三、发现的问题另行指出（发现问题流程）。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.models import Case
from workflows.core.places import Lying
from workflows.core.procedure import Begin, Closed, Desk, Procedure

from ..models import Inspection, InspectionState
from .documents import InspectionPaperwork


def at_inspector(case: Case) -> int | None:
    """The desk stands in the office that inspects."""
    return case.entity.finder_id


class InspectorDesk(Desk):
    """At the office that inspects, in the role it does so."""

    def lying(self, case: Case) -> list[Lying]:
        inspection: Inspection = case.entity
        return [Lying(inspection.finder_id, inspection.finder_role)]


class InspectionFlow(Procedure):
    """检查"""

    entity_model = Inspection
    entity_name = "inspection"
    entity_with = ("county", "finder")
    paperwork = InspectionPaperwork()

    begin_inspection = Begin().LeadsTo(this.check)

    check = InspectorDesk(
        "现场检查",
        name_lines="现场\n检查",
        todo="检查并记录",
        place=at_inspector,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[InspectionState.CHECKING],
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[InspectionState.RECORDED, InspectionState.VOIDED])
