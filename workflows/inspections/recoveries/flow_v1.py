"""资金追回，第一版流程（《办法》第十四条；《方案》三（六））。

一、乡镇经办人（或审核人）按一条问题记录提出追回：领取人、从哪个月到哪个月；金额按已经发放的花名册算，骗取的全部追回。
    考勤更正后多发、下一册不够扣的，在那一册发放以后按差额提出。
二、乡镇审核人（不是提出人）审核；乡镇印章管理员在《资金追回通知书》上盖章。
三、送达被追回人：劳动者、村或者工作人员，签收、拒收留置或者邮寄。
四、退回一笔登记一笔，有凭证号；全部退清，办结。
"""

from __future__ import annotations

from datetime import date

from viewflow import this

from registry.roles import Role
from workflows.core.models import Case
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township

from ..models import Recovery, RecoveryState
from .documents import RecoveryPaperwork


class CollectDesk(Desk):
    """What is owed is due on the day the notice says."""

    def due_on(self, case: Case) -> date | None:
        due: date = case.entity.due_on
        return due


class RecoveryFlow(Procedure):
    """资金追回"""

    entity_model = Recovery
    entity_name = "recovery"
    entity_with = ("finding__case", "finding__worker", "finding__official", "roster", "paid_to", "county")
    read_along = True
    paperwork = RecoveryPaperwork()

    begin_recovery = Begin().LeadsTo(this.review_recovery)

    review_recovery = Desk(
        "审核追回",
        name_lines="乡镇\n审核",
        todo="审核追回金额",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[RecoveryState.AWAITING_REVIEW],
    ).LeadsTo(this.seal_recovery, this.closed)

    seal_recovery = Desk(
        "通知书盖章",
        name_lines="乡镇\n盖章",
        todo="在追回通知书上盖章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[RecoveryState.AWAITING_SEAL],
    ).LeadsTo(this.deliver_recovery, this.closed)

    deliver_recovery = Desk(
        "送达",
        name_lines="送达\n回执",
        todo="送达追回通知书",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[RecoveryState.AWAITING_DELIVERY],
    ).LeadsTo(this.collect, this.closed)

    collect = CollectDesk(
        "登记退回",
        name_lines="登记\n退回",
        todo="登记退回的资金",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[RecoveryState.OWED],
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[RecoveryState.REPAID, RecoveryState.VOIDED])
