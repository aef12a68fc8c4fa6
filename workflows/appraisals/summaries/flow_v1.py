"""年度考核结果汇总报备，第一版流程（《办法》第七条：考核结果报县就业服务中心备案）。

一、乡镇经办人把本年度已经盖章的考核结果列入《年度考核结果汇总表》，签字；后来办完的，另作一批。
二、乡镇审核人签字，印章管理员盖章，报县就业服务中心。
三、县就业服务中心接收备案，或者写明原因退回；备案以后，每人的考核转乡镇经办人办理续签或者终止（《办法》第九条）。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_county_department, at_township

from ..summary_models import Summary, SummaryState
from .documents import SummaryPaperwork


class SummaryFlow(Procedure):
    """考核结果汇总"""

    entity_model = Summary
    entity_name = "appraisal_summary"
    paperwork = SummaryPaperwork()

    begin_summary = Begin().LeadsTo(this.fill_summary)

    fill_summary = Desk(
        "汇总考核结果",
        name_lines="乡镇\n汇总",
        todo="核对汇总表并签字",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[SummaryState.DRAFT, SummaryState.RETURNED],
        returned_state=SummaryState.RETURNED,
    ).LeadsTo(this.review_summary, this.closed)

    review_summary = Desk(
        "审核汇总表",
        name_lines="乡镇\n审核",
        todo="审核汇总表",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[SummaryState.AWAITING_REVIEW],
        shown=("members",),
    ).LeadsTo(this.seal_summary, this.fill_summary, this.closed)

    seal_summary = Desk(
        "汇总表盖章",
        name_lines="乡镇\n盖章报送",
        todo="盖章报送",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[SummaryState.AWAITING_SEAL],
        shown=("members", "review_summary"),
    ).LeadsTo(this.file_summary, this.fill_summary, this.closed)

    file_summary = Desk(
        "接收备案",
        name_lines="县中心\n备案",
        todo="接收备案",
        place=at_county_department("employment_service"),
        role=Role.EMPLOYMENT_SERVICE_OFFICER,
        while_in=[SummaryState.AWAITING_FILING],
        shown=("members", "review_summary"),
    ).LeadsTo(this.fill_summary, this.closed)

    closed = Closed(while_in=[SummaryState.FILED, SummaryState.VOIDED])
