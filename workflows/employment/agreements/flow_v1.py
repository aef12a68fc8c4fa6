"""扶贫专岗用工协议，第一版流程。

一、申请批准以后，村经办人按批准的申请填写《扶贫专岗用工协议》的起止日期；劳动者看清以后本人签字，不会写字的按手印，
    由一名见证人签字。
二、甲方代表人签字。甲方是乡镇人民政府还是村民委员会，由政策参数规定。
三、甲方的印章管理员盖章，协议签订：劳动者待上岗，开始的那一天上岗。
四、年度考核合格的，到期以前同样签《扶贫专岗续签用工协议》，接着原来的在岗经历；原协议终止的第二天起履行。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village

from ..models import Agreement, AgreementState
from .documents import TERMS, AgreementPaperwork


class AgreementFlow(Procedure):
    """用工协议"""

    entity_model = Agreement
    entity_name = "agreement"
    entity_with = ("worker", "post", "party_a", "policy_set", "tenure")
    paperwork = AgreementPaperwork()

    begin_agreement = Begin().LeadsTo(this.draw_up_agreement)

    draw_up_agreement = Desk(
        "填写协议",
        name_lines="填写\n本人签字",
        todo="填写协议，请本人签字",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[AgreementState.DRAFT, AgreementState.RETURNED],
        returned_state=AgreementState.RETURNED,
    ).LeadsTo(this.township_signs, this.village_signs, this.closed)

    township_signs = Desk(
        "甲方代表签字",
        name_lines="甲方\n签字",
        todo="代表甲方签字",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[AgreementState.AWAITING_TOWNSHIP_SIGNATURE],
        shown=TERMS,
    ).LeadsTo(this.township_seals, this.draw_up_agreement, this.closed)

    township_seals = Desk(
        "甲方盖章",
        name_lines="甲方\n盖章",
        todo="加盖甲方公章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[AgreementState.AWAITING_TOWNSHIP_SEAL],
        shown=(*TERMS, "township_signs"),
    ).LeadsTo(this.draw_up_agreement, this.closed)

    village_signs = Desk(
        "甲方（村）代表签字",
        name_lines="村代表\n签字",
        todo="代表甲方签字",
        place=at_village,
        role=Role.VILLAGE_HEAD,
        while_in=[AgreementState.AWAITING_VILLAGE_SIGNATURE],
        by_exception=True,
        shown=TERMS,
    ).LeadsTo(this.village_seals, this.draw_up_agreement, this.closed)

    village_seals = Desk(
        "甲方（村）盖章",
        name_lines="村\n盖章",
        todo="加盖甲方公章",
        place=at_village,
        role=Role.VILLAGE_SEAL_KEEPER,
        while_in=[AgreementState.AWAITING_VILLAGE_SEAL],
        by_exception=True,
        shown=(*TERMS, "village_signs"),
    ).LeadsTo(this.draw_up_agreement, this.closed)

    closed = Closed(while_in=[AgreementState.CONCLUDED, AgreementState.VOIDED])
