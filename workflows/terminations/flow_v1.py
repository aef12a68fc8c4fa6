"""离岗，第一版流程。

一、提出：村经办人写明离岗原因、事实、证据和最后在岗日，签字提出（《办法》第九、十、十一、十三、十四条；自愿退出、死亡、
    已就业、身份变化另有原因，不套第十一条）。第十一条第5项先由乡镇确认。
二、事实告知，听取陈述：本人签字；拒签的由两名见证人签字；联系不上的写明两次联系的情况。自行终止的和死亡的不用这一步。
三、乡镇审定：提出人以外的审核人签署意见；甲方印章管理员在《终止（解除）用工协议通知书》上盖章。
四、送达：本人签收；拒收的留置送达，由两名见证人签字；邮寄的写明单号。
五、生效：最后在岗日的第二天，腾出岗位，停发补贴，当月实名台账登记变动（《办法》第五条）。
六、本人有异议的，另行提出，由原审定人以外的人复核；发现通知有误的，生效以前撤销。
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from viewflow import this

from registry.models import Organisation
from registry.roles import OrganisationKind, Role
from workflows.core.models import Case
from workflows.core.places import Lying
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village

from .documents import SHOWN, ExitPaperwork
from .models import Termination, TerminationState


def at_employer(case: Case) -> int | None:
    """The desk stands at party A of the agreement: the township or the village."""
    return case.entity.employer_id


def keeper_of(employer: Organisation) -> str:
    """Who keeps party A's seal."""
    if employer.kind == OrganisationKind.VILLAGE:
        return Role.VILLAGE_SEAL_KEEPER
    return Role.TOWNSHIP_SEAL_KEEPER


class EmployerSeals(Desk):
    """The seal of party A: whose it is, the case says."""

    def __init__(self, title: str, *, while_in: Iterable[str], **words: Any) -> None:
        super().__init__(title, place=at_employer, role=Role.TOWNSHIP_SEAL_KEEPER, while_in=while_in, **words)

    def lying(self, case: Case) -> list[Lying]:
        employer: Organisation = case.entity.employer
        return [Lying(employer.pk, str(keeper_of(employer)))]


class ExitFlow(Procedure):
    """离岗"""

    entity_model = Termination
    entity_name = "termination"
    entity_with = (
        "tenure__worker",
        "tenure__post",
        "tenure__county",
        "employer",
        "finding__case",
        "county",
    )
    paperwork = ExitPaperwork()

    begin_exit = Begin().LeadsTo(this.draw_up_exit)

    draw_up_exit = Desk(
        "提出离岗",
        name_lines="村里\n提出",
        todo="写明事实，提出",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[TerminationState.DRAFT, TerminationState.RETURNED],
        returned_state=TerminationState.RETURNED,
    ).LeadsTo(this.confirm_ground, this.hear_worker, this.decide_exit, this.closed)

    confirm_ground = Desk(
        "乡镇确认（第十一条第5项）",
        name_lines="乡镇\n确认",
        todo="确认是否不适宜",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[TerminationState.AWAITING_CONFIRMATION],
        by_exception=True,
        shown=SHOWN,
    ).LeadsTo(this.hear_worker, this.draw_up_exit, this.closed)

    hear_worker = Desk(
        "听取陈述",
        name_lines="告知\n听取陈述",
        todo="告知事实，听取陈述",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[TerminationState.AWAITING_HEARING],
        shown=SHOWN,
    ).LeadsTo(this.decide_exit, this.closed)

    decide_exit = Desk(
        "乡镇审定",
        name_lines="乡镇\n审定",
        todo="审定离岗",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[TerminationState.AWAITING_DECISION],
        shown=(*SHOWN, "statement"),
    ).LeadsTo(this.seal_notice, this.draw_up_exit, this.closed)

    seal_notice = EmployerSeals(
        "通知书盖章",
        name_lines="甲方\n盖章",
        todo="在通知书上盖章",
        while_in=[TerminationState.AWAITING_SEAL],
        shown=(*SHOWN, "decide_exit"),
    ).LeadsTo(this.deliver_notice)

    deliver_notice = Desk(
        "送达通知书",
        name_lines="送达\n回执",
        todo="送达通知书",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[TerminationState.AWAITING_DELIVERY],
        shown=(*SHOWN, "decide_exit"),
    ).LeadsTo(this.closed)

    closed = Closed(
        while_in=[
            TerminationState.AWAITING_EFFECT,
            TerminationState.EFFECTIVE,
            TerminationState.REVOKED,
            TerminationState.REJECTED,
            TerminationState.VOIDED,
        ]
    )
