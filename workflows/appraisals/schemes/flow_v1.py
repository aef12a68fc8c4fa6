"""年度考核方案，第一版流程（《办法》第七条）。

一、乡镇经办人拟《年度考核方案》：考核对象、内容和分值、合格分数线、程序、组织实施、时间安排。
二、乡镇审核人签字，印章管理员盖章印发。
三、系统把方案发给所辖各村，村支部书记（村委会主任）签收，各村负责具体组织实施。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village

from ..scheme_models import ReceiptState, Scheme, SchemeReceipt, SchemeState
from .documents import SHOWN, ReceiptPaperwork, SchemePaperwork


class SchemeFlow(Procedure):
    """年度考核方案"""

    entity_model = Scheme
    entity_name = "appraisal_scheme"
    paperwork = SchemePaperwork()

    begin_scheme = Begin().LeadsTo(this.draw_up_scheme)

    draw_up_scheme = Desk(
        "拟考核方案",
        name_lines="乡镇\n拟稿",
        todo="填写考核方案",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[SchemeState.DRAFT, SchemeState.RETURNED],
        returned_state=SchemeState.RETURNED,
    ).LeadsTo(this.review_scheme, this.closed)

    review_scheme = Desk(
        "审核考核方案",
        name_lines="乡镇\n审核",
        todo="审核考核方案",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[SchemeState.AWAITING_REVIEW],
        shown=SHOWN,
    ).LeadsTo(this.seal_scheme, this.draw_up_scheme, this.closed)

    seal_scheme = Desk(
        "考核方案盖章",
        name_lines="乡镇\n盖章",
        todo="盖章印发",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[SchemeState.AWAITING_SEAL],
        shown=(*SHOWN, "review_scheme"),
    ).LeadsTo(this.draw_up_scheme, this.closed)

    closed = Closed(while_in=[SchemeState.ISSUED, SchemeState.VOIDED])


class ReceiptFlow(Procedure):
    """考核方案签收"""

    entity_model = SchemeReceipt
    entity_name = "scheme_receipt"
    entity_with = ("scheme__case", "scheme__county", "scheme__township", "village")
    paperwork = ReceiptPaperwork()

    begin_receipt = Begin().LeadsTo(this.sign_for_scheme)

    sign_for_scheme = Desk(
        "签收考核方案",
        name_lines="村\n签收",
        todo="签收考核方案",
        place=at_village,
        role=Role.VILLAGE_HEAD,
        while_in=[ReceiptState.AWAITING_RECEIPT],
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[ReceiptState.RECEIVED])
