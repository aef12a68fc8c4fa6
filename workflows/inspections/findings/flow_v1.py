"""发现问题，第一版流程。

一、检查单位（村、乡镇、县人社局、财政、审计、督导组）写《指出问题（整改）通知书》：什么问题、怎样改、什么时候以前改，检查人签字。
二、反馈（《办法》第十二条）：被检查人签收；拒收的由两名见证人签字，邮寄的写明单号。
三、整改期限到了，检查单位复查：已整改的办结；拒不纠正的给予警告（《办法》第十三条）。严重的问题当即警告。
四、警告由乡镇审核人（工作人员的由县人社局）签发，送达本人，再复查：已纠正的办结；情节严重的予以解聘，另行办理离岗。
五、骗取岗位补贴的线索（《办法》第十四条）由发现人以外的人核实认定：属实的移送有关机关，追回资金，办理离岗。
"""

from __future__ import annotations

from datetime import date
from typing import Any

from viewflow import this

from registry.roles import Role
from workflows.core.deadlines import due_day
from workflows.core.models import Case
from workflows.core.places import Lying
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_county_department, at_township

from ..models import About, Finding, FindingState
from .documents import FindingPaperwork

_AT_BUREAU = at_county_department("bureau")


def at_finder(case: Case) -> int | None:
    """The desk stands in the office that found it."""
    return case.entity.finder_id


class FinderDesk(Desk):
    """At the office that found it, in the role it was found in."""

    def lying(self, case: Case) -> list[Lying]:
        finding: Finding = case.entity
        return [Lying(finding.finder_id, finding.finder_role)]


class RecheckDesk(FinderDesk):
    """Looked at again once the day has come that the person was given to put it right; the term begins then."""

    def __init__(self, title: str, *, waits_for: str, **words: Any) -> None:
        super().__init__(title, **words)
        self.waits_for = waits_for

    def due_on(self, case: Case) -> date | None:
        return due_day(case.county, self, case.moment, from_on=getattr(case.entity, self.waits_for))


class JudgeDesk(Desk):
    """At the township; what concerns an official is settled by the bureau."""

    def lying(self, case: Case) -> list[Lying]:
        finding: Finding = case.entity
        bureau = _AT_BUREAU(case) if finding.about == About.OFFICIAL else None
        if bureau is not None:
            return [Lying(bureau, str(Role.BUREAU_SUPERVISOR))]
        return [Lying(finding.township_id, str(Role.TOWNSHIP_REVIEWER))]


class FindingFlow(Procedure):
    """发现问题"""

    entity_model = Finding
    entity_name = "finding"
    entity_with = ("worker", "official", "finder", "county")
    paperwork = FindingPaperwork()

    begin_finding = Begin().LeadsTo(this.give_feedback, this.give_warning, this.settle_fraud)

    give_feedback = FinderDesk(
        "反馈签收",
        name_lines="反馈\n签收",
        todo="反馈给被检查人",
        place=at_finder,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.AWAITING_FEEDBACK],
    ).LeadsTo(this.recheck, this.closed)

    recheck = RecheckDesk(
        "复查",
        waits_for="deadline_on",
        name_lines="整改\n复查",
        todo="复查整改情况",
        place=at_finder,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.RECTIFYING],
    ).LeadsTo(this.give_warning, this.closed)

    give_warning = JudgeDesk(
        "警告",
        name_lines="给予\n警告",
        todo="给予警告",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.AWAITING_WARNING],
        by_exception=True,
    ).LeadsTo(this.deliver_warning, this.closed)

    deliver_warning = FinderDesk(
        "警告送达",
        name_lines="警告\n送达",
        todo="送达警告决定书",
        place=at_finder,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.AWAITING_WARNING_DELIVERY],
        by_exception=True,
    ).LeadsTo(this.recheck_warned)

    recheck_warned = RecheckDesk(
        "警告后复查",
        waits_for="warning_recheck_on",
        name_lines="警告后\n复查",
        todo="复查警告后的情况",
        place=at_finder,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.WARNED],
        by_exception=True,
    ).LeadsTo(this.closed)

    settle_fraud = JudgeDesk(
        "核实认定",
        name_lines="核实\n认定",
        todo="核实认定",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.AWAITING_VERDICT],
        by_exception=True,
    ).LeadsTo(this.hand_over, this.closed)

    hand_over = JudgeDesk(
        "移送",
        name_lines="移送\n有关机关",
        todo="登记移送",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[FindingState.ESTABLISHED],
        by_exception=True,
    ).LeadsTo(this.closed)

    closed = Closed(
        while_in=[
            FindingState.CORRECTED,
            FindingState.CLOSED,
            FindingState.SERIOUS,
            FindingState.HANDED_OVER,
            FindingState.UNFOUNDED,
            FindingState.VOIDED,
        ]
    )
