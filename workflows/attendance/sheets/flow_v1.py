"""月考勤表，第一版流程。

一、每月由系统给每个有人在岗的村开一张《扶贫专岗月考勤表》，村经办人逐日填写；月份过完，交签。
二、三方签字，先后不论：劳动者本人在村经办人的屏幕上签（不会写字的按手印，有见证人）；村支部书记（或村委会主任）签；
    一名村两委班子成员签。签字以后再改，签字全部作废，重新签（《办法》第四条第2项）。
三、三签齐，村经办人报乡镇；乡镇审核人审核：同意的签字，要改的标出是哪一行，退回村里。
四、乡镇印章管理员盖章，考勤锁定，作为核算薪酬的依据。锁定以后再改，另开更正单，审核锁定后代替原表。
"""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from viewflow import this

from registry.roles import Role
from workflows.core.deadlines import due_day
from workflows.core.models import Case
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village
from workflows.core.rounds import Countersign, Seat

from ..models import AttendanceSheet, SheetState
from . import days
from .documents import AUDIT, SheetPaperwork


class FillingDesk(Desk):
    """The sheet lies here through its whole month: the term begins when the month is over."""

    def due_on(self, case: Case) -> date | None:
        end = days.last_day(case.entity.month)
        begins = max(timezone.localtime(case.moment).date(), end)
        return due_day(case.county, self, case.moment, from_on=begins)


class SheetFlow(Procedure):
    """考勤"""

    entity_model = AttendanceSheet
    entity_name = "attendance_sheet"
    entity_with = ("policy_set", "corrects")
    read_along = True
    paperwork = SheetPaperwork()

    begin_sheet = Begin().LeadsTo(this.fill_sheet)

    fill_sheet = FillingDesk(
        "填写考勤",
        name_lines="村里\n填写",
        todo="填写考勤",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[SheetState.FILLING, SheetState.RETURNED],
        returned_state=SheetState.RETURNED,
    ).LeadsTo(this.sign_sheet, this.closed)

    sign_sheet = Countersign(
        "三方签字",
        name_lines="三方\n签字",
        todo="签字",
        while_in=[SheetState.SIGNING],
        seats=[
            Seat("workers", "劳动者本人", at_village, Role.VILLAGE_CLERK),
            Seat("head", "村支部书记（村委会主任）", at_village, Role.VILLAGE_HEAD),
            Seat("member", "两委成员", at_village, Role.VILLAGE_COMMITTEE_MEMBER),
        ],
        shown=("rows",),
        carried="carry_signing",
        failed="fail_signing",
    ).LeadsTo(this.report_sheet, this.fill_sheet, this.closed)

    report_sheet = Desk(
        "报乡镇",
        name_lines="报\n乡镇",
        todo="报乡镇审核",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[SheetState.SIGNED],
        shown=("rows", "signed"),
    ).LeadsTo(this.audit_sheet, this.fill_sheet, this.closed)

    audit_sheet = Desk(
        "乡镇审核",
        name_lines="乡镇\n审核",
        todo="审核",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[SheetState.AWAITING_AUDIT],
        shown=("rows", "signed"),
    ).LeadsTo(this.seal_sheet, this.closed)

    seal_sheet = Desk(
        "乡镇盖章",
        name_lines="乡镇\n盖章",
        todo="加盖公章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[SheetState.AWAITING_SEAL],
        shown=("rows", "signed", AUDIT),
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[SheetState.LOCKED, SheetState.IN_PAY, SheetState.CORRECTED, SheetState.VOIDED])
