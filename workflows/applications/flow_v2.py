"""扶贫专岗申请审批（附件5），第二版流程：提交以后，村委会签署意见以前，村里先评议。

一、村经办人提交后，村支部书记（村委会主任）和两名村两委成员各自表态，三人里两人同意即为通过（票签）。
二、不能过半数的，写明理由，退回村经办人。
三、以后各环节与第一版相同。

县里的方案没有规定评议，所以第一版没有这一步；县人社局发布第二版以后，新的申请才按它办理，在办的可以逐件改用。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Desk, at_village
from workflows.core.rounds import Countersign, Seat

from .flow_v1 import ON_THE_SCREEN, ApplicationFlow
from .models import State


class ApplicationFlowWithDeliberation(ApplicationFlow):
    """扶贫专岗申请"""

    version = 2
    version_note = "村委会签署意见以前，由村支部书记（村委会主任）和两名村两委成员评议，三人里两人同意即为通过。"
    steps = (
        "fill_in",
        "village_deliberation",
        "village_opinion",
        "village_seal",
        "township_opinion",
        "quota_confirmation",
        "township_seal",
    )

    fill_in = Desk(
        "填写申请表",
        name_lines="提出\n申请",
        todo="填写并提交",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[State.DRAFT, State.RETURNED],
        returned_state=State.RETURNED,
    ).LeadsTo(this.village_deliberation, this.closed)

    village_deliberation = Countersign(
        "村评议",
        name_lines="村里\n评议",
        todo="评议表态",
        seats=[
            Seat("head", "村支部书记（村委会主任）", at_village, Role.VILLAGE_HEAD),
            Seat("member_1", "村两委成员", at_village, Role.VILLAGE_COMMITTEE_MEMBER),
            Seat("member_2", "村两委成员", at_village, Role.VILLAGE_COMMITTEE_MEMBER),
        ],
        needed=2,
        carried="carry_deliberation",
        failed="fail_deliberation",
        while_in=[State.AWAITING_VILLAGE_DELIBERATION],
        shown=ON_THE_SCREEN,
    ).LeadsTo(this.village_opinion, this.fill_in, this.closed)
