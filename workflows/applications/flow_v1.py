"""扶贫专岗申请审批（附件5），第一版流程。

一、村经办人替劳动者在《扶贫专岗申请审批表》上填写，附入户核实情况，提交。
二、村支部书记（或村委会主任）签署村委会意见：同意、不同意，或退回补正。
三、村印章保管人在村意见的日期上盖村委会公章。
四、乡镇审核人签署乡镇意见：同意、不同意，或退回补正。
    边缘户原则上每乡镇不超过5户：超过的写明理由，由县就业服务中心另一人确认。
五、乡镇印章管理员在乡镇意见的日期上盖公章，申请即获批准。
六、各环节可以退回村经办人或以前任何一个环节，写明原因；改好后重新逐级审批，或者直送退回人。
    直送只在中间各环节看过的内容没有变动时可行，看过的内容有变动的，签字作废，重新逐级审批。
七、乡镇审核人决定以前可以征求县就业服务中心、村、乡镇其他岗位的意见（加签），对方的答复附在本件里。
八、批准以前，村经办人可以作废。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.consulting import Consult, Office
from workflows.core.procedure import (
    Begin,
    Closed,
    Desk,
    Procedure,
    at_county_department,
    at_township,
    at_village,
)

from .documents import ApplicationPaperwork
from .models import AFTER_APPROVAL, Application, State

at_employment_service = at_county_department("employment_service")
# What each step is shown (ApplicationPaperwork.facts): its signature stands while these read the same.
ON_THE_SHEET = ("name", "phone", "id_number", "address", "health", "work_ability", "skills", "category", "post")
ON_THE_SCREEN = (
    *ON_THE_SHEET,
    *("is_willing", "market_verification", "has_job", "job_override_reason", "head_is_self", "head_name"),
)
BY_THE_TOWNSHIP = (*ON_THE_SCREEN, "village_opinion", "edge_quota")


class ApplicationFlow(Procedure):
    """扶贫专岗申请"""

    entity_model = Application
    entity_name = "application"
    read_along = True
    entity_with = ("post", "worker__household", "household", "policy_set")
    paperwork = ApplicationPaperwork()

    begin_application = Begin().LeadsTo(this.fill_in)

    fill_in = Desk(
        "填写申请表",
        name_lines="提出\n申请",
        todo="填写并提交",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[State.DRAFT, State.RETURNED],
        returned_state=State.RETURNED,
    ).LeadsTo(this.village_opinion, this.closed)

    village_opinion = Desk(
        "村委会意见",
        name_lines="村委会\n意见",
        todo="签署村委会意见",
        place=at_village,
        role=Role.VILLAGE_HEAD,
        while_in=[State.AWAITING_VILLAGE_REVIEW],
        shown=ON_THE_SCREEN,
    ).LeadsTo(this.village_seal, this.fill_in, this.closed)

    village_seal = Desk(
        "村委会盖章",
        name_lines="村委会\n盖章",
        todo="加盖村委会公章",
        place=at_village,
        role=Role.VILLAGE_SEAL_KEEPER,
        while_in=[State.AWAITING_VILLAGE_SEAL],
        shown=(*ON_THE_SHEET, "village_opinion"),
    ).LeadsTo(this.township_opinion, this.fill_in, this.closed)

    township_opinion = Desk(
        "乡镇意见",
        name_lines="乡镇\n意见",
        todo="签署乡镇意见",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[State.AWAITING_TOWNSHIP_REVIEW],
        shown=BY_THE_TOWNSHIP,
    ).LeadsTo(this.quota_confirmation, this.township_seal, this.fill_in, this.closed)

    quota_confirmation = Desk(
        "边缘户名额确认",
        name_lines="名额\n确认",
        todo="确认超名额安置",
        place=at_employment_service,
        role=Role.EMPLOYMENT_SERVICE_OFFICER,
        while_in=[State.AWAITING_QUOTA_CONFIRMATION],
        shown=(*BY_THE_TOWNSHIP, "township_opinion", "quota_reason"),
        by_exception=True,
    ).LeadsTo(this.township_seal, this.township_opinion, this.closed)

    township_seal = Desk(
        "乡镇盖章",
        name_lines="乡镇\n盖章",
        todo="加盖乡镇公章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[State.AWAITING_TOWNSHIP_SEAL],
        shown=(*ON_THE_SHEET, "village_opinion", "township_opinion"),
    ).LeadsTo(this.fill_in, this.closed)

    consult = Consult(
        "征求意见",
        name_lines="征求\n意见",
        todo="答复征求的意见",
        offices=[
            Office("employment_service", "县就业服务中心", at_employment_service, Role.EMPLOYMENT_SERVICE_OFFICER),
            Office("poverty_office", "县扶贫办", at_county_department("poverty_office"), Role.POVERTY_OFFICE_OFFICER),
            Office("village_head", "村支部书记（村委会主任）", at_village, Role.VILLAGE_HEAD),
            Office("village_committee", "村两委成员", at_village, Role.VILLAGE_COMMITTEE_MEMBER),
            Office("township_clerk", "乡镇经办人", at_township, Role.TOWNSHIP_CLERK),
        ],
    )

    closed = Closed(
        while_in=[
            State.APPROVED,
            State.REJECTED_BY_VILLAGE,
            State.REJECTED_BY_TOWNSHIP,
            State.VOIDED,
            *AFTER_APPROVAL,
        ]
    )
