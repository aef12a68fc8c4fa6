"""扶贫专岗人员请假，第一版流程。

一、村经办人填写《扶贫专岗人员请假单》：事由、从哪天到哪天；劳动者看清以后本人签字，不会写字的按手印，由一名见证人签字。
二、村支部书记（村委会主任）批准：从请假的第一天起停岗，考勤表上这些天记“事”；要补的退回，不批准的写明理由办结。
三、返岗的那天，村经办人销假：写明返岗日期，签字；从那天起恢复在岗。假满没有回来的，提醒村里和乡镇，逾期的日子不算请假。
    续假的另填一张，接着原来的；请假中离岗的，随离岗办结。
"""

from __future__ import annotations

from datetime import date, timedelta

from viewflow import this

from registry.roles import Role
from workflows.core.models import Case
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_village

from ..models import Leave, LeaveState
from .documents import FIELDS, LeavePaperwork


class ReturnDesk(Desk):
    """The slip lies here through the leave: the worker is due the day after it."""

    def due_on(self, case: Case) -> date | None:
        last: date | None = case.entity.last_on
        return last + timedelta(days=1) if last is not None else None


class LeaveFlow(Procedure):
    """请假"""

    entity_model = Leave
    entity_name = "leave"
    entity_with = ("county", "village", "tenure__worker", "tenure__post", "tenure__township")
    read_along = True
    paperwork = LeavePaperwork()

    begin_leave = Begin().LeadsTo(this.fill_leave)

    fill_leave = Desk(
        "填写请假单",
        name_lines="填写\n本人签字",
        todo="填写请假单，请本人签字",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[LeaveState.DRAFT, LeaveState.RETURNED],
        returned_state=LeaveState.RETURNED,
    ).LeadsTo(this.approve_leave, this.closed)

    approve_leave = Desk(
        "村批准",
        name_lines="村里\n批准",
        todo="批准请假",
        place=at_village,
        role=Role.VILLAGE_HEAD,
        while_in=[LeaveState.AWAITING_APPROVAL],
        shown=FIELDS,
    ).LeadsTo(this.await_return, this.fill_leave, this.closed)

    await_return = ReturnDesk(
        "返岗销假",
        name_lines="返岗\n销假",
        todo="返岗那天销假",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[LeaveState.APPROVED],
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[LeaveState.BACK, LeaveState.REJECTED, LeaveState.VOIDED, LeaveState.CUT_OFF])
