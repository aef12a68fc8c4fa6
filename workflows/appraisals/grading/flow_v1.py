"""扶贫专岗人员年度考核，第一版流程（《办法》第六条至第九条）。

一、乡镇印发考核方案以后，村经办人为在岗人员逐人开始考核：十二个月考勤和日常记录自动汇总，听取村组干部、普通群众的意见
    （每类至少一人），填《听取意见记录》，按方案算出得分，拟定合格或者不合格，写明理由。
二、村考核组负责人（村支部书记或村委会主任）签字。
三、本人签字确认；有异议的写明，由乡镇审核人复核，维持或者改变结果，再由本人确认；拒绝签字的，由两名见证人签字证明。
四、乡镇审核人签字，印章管理员盖章，乡镇经办人列入《年度考核结果汇总表》，报县就业服务中心备案。
五、备案以后，乡镇经办人办理结果：合格的续签用工协议，不合格的终止；累计已满三年、超过年龄上限的不再续签。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village

from ..models import SETTLED, Appraisal, State
from .documents import AppraisalPaperwork

CONTENT = ("figures", "voices", "grade", "reason")
PROPOSED = (*CONTENT, "village")


class AppraisalFlow(Procedure):
    """年度考核"""

    entity_model = Appraisal
    entity_name = "appraisal"
    entity_with = ("worker", "tenure__post", "scheme")
    read_along = True
    paperwork = AppraisalPaperwork()

    begin_appraisal = Begin().LeadsTo(this.gather)

    gather = Desk(
        "汇总和听取意见",
        name_lines="汇总\n听意见",
        todo="汇总日常考核，听取意见，拟定结果",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[State.GATHERING, State.RETURNED],
        returned_state=State.RETURNED,
    ).LeadsTo(this.village_grades, this.closed)

    village_grades = Desk(
        "村考核组意见",
        name_lines="村考核组\n签字",
        todo="代表村考核组签字",
        place=at_village,
        role=Role.VILLAGE_HEAD,
        while_in=[State.AWAITING_VILLAGE],
        shown=CONTENT,
    ).LeadsTo(this.worker_confirms, this.gather, this.closed)

    worker_confirms = Desk(
        "本人确认",
        name_lines="本人\n确认",
        todo="请本人签字确认",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[State.AWAITING_WORKER],
        shown=PROPOSED,
    ).LeadsTo(this.township_agrees, this.township_reviews, this.closed)

    township_reviews = Desk(
        "复核异议",
        name_lines="乡镇\n复核",
        todo="复核本人的异议",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[State.UNDER_REVIEW],
        by_exception=True,
        shown=(*PROPOSED, "result"),
    ).LeadsTo(this.worker_confirms_again, this.closed)

    worker_confirms_again = Desk(
        "复核后本人确认",
        name_lines="复核后\n确认",
        todo="请本人签字确认复核结果",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[State.AWAITING_WORKER_AGAIN],
        by_exception=True,
        shown=(*PROPOSED, "result"),
    ).LeadsTo(this.township_agrees, this.closed)

    township_agrees = Desk(
        "乡镇审核",
        name_lines="乡镇\n审核",
        todo="审核考核结果",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[State.AWAITING_TOWNSHIP],
        shown=(*PROPOSED, "result"),
    ).LeadsTo(this.township_seals, this.closed)

    township_seals = Desk(
        "乡镇盖章",
        name_lines="乡镇\n盖章",
        todo="加盖乡镇公章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[State.AWAITING_SEAL],
        shown=(*PROPOSED, "result", "township_agrees"),
    ).LeadsTo(this.await_summary, this.closed)

    await_summary = Desk(
        "汇总报备",
        name_lines="汇总\n报备",
        todo="列入汇总表报备",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[State.AWAITING_SUMMARY],
    ).LeadsTo(this.settle_result, this.closed)

    settle_result = Desk(
        "办理结果",
        name_lines="续签或\n终止",
        todo="办理续签或者终止",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[State.FILED],
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[*SETTLED, State.VOIDED])
