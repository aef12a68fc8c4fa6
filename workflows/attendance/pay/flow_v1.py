"""薪酬发放，第一版流程。

一、乡镇经办人从审核锁定的考勤表生成《扶贫专岗薪酬发放花名册》，核对后签字交审核。没有审核的考勤表不得列入
    （《办法》第四条第2项）；更正单的差额列在下一册，多退少补。
二、乡镇审核人审核签字，乡镇印章管理员盖章。
三、县财政局按花名册发放，填写凭证号和日期，签字确认（《办法》第十五条）；有问题的退回乡镇。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_county_department, at_township

from ..models import PayRoster, RosterState
from .documents import RosterPaperwork


class RosterFlow(Procedure):
    """薪酬"""

    entity_model = PayRoster
    entity_name = "pay_roster"
    entity_with = ("policy_set",)
    read_along = True
    paperwork = RosterPaperwork()

    begin_roster = Begin().LeadsTo(this.prepare_roster)

    prepare_roster = Desk(
        "制表",
        name_lines="乡镇\n制表",
        todo="核对花名册，制表签字",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[RosterState.PREPARING, RosterState.RETURNED],
        returned_state=RosterState.RETURNED,
        shown=("lines",),
    ).LeadsTo(this.review_roster, this.closed)

    review_roster = Desk(
        "审核",
        name_lines="乡镇\n审核",
        todo="审核花名册",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[RosterState.AWAITING_REVIEW],
        shown=("lines",),
    ).LeadsTo(this.seal_roster, this.closed)

    seal_roster = Desk(
        "盖章",
        name_lines="乡镇\n盖章",
        todo="加盖公章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[RosterState.AWAITING_SEAL],
        shown=("lines", "review_roster"),
    ).LeadsTo(this.pay_out, this.closed)

    pay_out = Desk(
        "财政发放",
        name_lines="财政\n发放",
        todo="发放并确认",
        place=at_county_department("finance"),
        role=Role.FINANCE_OFFICER,
        while_in=[RosterState.AWAITING_PAYMENT],
        shown=("lines",),
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[RosterState.PAID, RosterState.VOIDED])
