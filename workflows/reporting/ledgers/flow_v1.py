"""扶贫专岗实名台账，第一版流程（《办法》第五条：各乡镇建立实名台账，实行动态管理，于每月25日前报县就业服务中心）。

一、每月报送截止日前几个工作日，系统给每个乡镇建立一份台账：当天在岗的人、上期以来的变动和每一变动的材料；没有变动也要报。
二、乡镇经办人核对，作为填表人签字；数据有误的，先在原来的流程里改正，再重新取数。
三、乡镇审核人审核签字；乡镇印章管理员盖章，即为报送，截止日当天24时前都算按期，过了就是迟报，不倒签。
四、县就业服务中心接收，或者写明问题退回；当月过完后归档。
五、报送以后发现差错，不改原表，出补充台账（第二版，写明补充第一版）。
六、县就业服务中心导出变动，在省系统里录入，录完人工登记。
"""

from __future__ import annotations

from datetime import date

from viewflow import this

from registry.roles import Role
from workflows.core.models import Case
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_county_department, at_township

from ..models import Ledger, LedgerState
from .documents import LedgerPaperwork


class LedgerDesk(Desk):
    """At the township the term of every step is the day on which the whole ledger is due."""

    def due_on(self, case: Case) -> date | None:
        due: date = case.entity.due_on
        return due


class LedgerFlow(Procedure):
    """实名台账"""

    entity_model = Ledger
    entity_name = "ledger"
    entity_with = ("policy_set", "former", "supplements")
    read_along = True
    paperwork = LedgerPaperwork()

    begin_ledger = Begin().LeadsTo(this.check_ledger)

    check_ledger = LedgerDesk(
        "核对台账",
        name_lines="填表人\n核对",
        todo="核对台账并签字",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[LedgerState.CHECKING, LedgerState.RETURNED],
        returned_state=LedgerState.RETURNED,
    ).LeadsTo(this.review_ledger, this.closed)

    review_ledger = LedgerDesk(
        "审核台账",
        name_lines="乡镇\n审核",
        todo="审核台账并签字",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[LedgerState.AWAITING_REVIEW],
        shown=("counts", "rows"),
    ).LeadsTo(this.seal_ledger, this.check_ledger, this.closed)

    seal_ledger = LedgerDesk(
        "盖章报送",
        name_lines="盖章\n报送",
        todo="加盖公章并报送",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[LedgerState.AWAITING_SEAL],
        shown=("counts", "rows", "review_ledger"),
    ).LeadsTo(this.receive_ledger, this.check_ledger, this.closed)

    receive_ledger = Desk(
        "接收台账",
        name_lines="县里\n接收",
        todo="接收台账",
        place=at_county_department("employment_service"),
        role=Role.EMPLOYMENT_SERVICE_OFFICER,
        while_in=[LedgerState.AWAITING_RECEIPT],
        shown=("counts", "rows", "review_ledger"),
    ).LeadsTo(this.check_ledger, this.closed)

    closed = Closed(while_in=[LedgerState.RECEIVED, LedgerState.ARCHIVED, LedgerState.VOIDED])
