"""规定的传达与回执（《办法》第十七条），第一版流程。

一、每有一套新的政策参数（第一套也一样），乡镇经办人向所辖每个行政村发出传达通知，签字。
二、村支部书记（或村委会主任）向村两委成员、专岗人员和村民传达，写明传达情况，签写回执，这一件办结。
三、乡镇和县人社局随时能看到哪些村还没有回执，督导落实。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_village

from .documents import BriefingPaperwork
from .models import Briefing, State


class BriefingFlow(Procedure):
    """规定传达"""

    entity_model = Briefing
    entity_name = "briefing"
    entity_with = ("policy_set", "signature")
    paperwork = BriefingPaperwork()

    begin_briefing = Begin().LeadsTo(this.sign_receipt)

    sign_receipt = Desk(
        "签写回执",
        name_lines="村里\n回执",
        todo="传达并签写回执",
        place=at_village,
        role=Role.VILLAGE_HEAD,
        while_in=[State.AWAITING_RECEIPT],
    ).LeadsTo(this.closed)

    closed = Closed(while_in=[State.RECEIVED])
