"""扶贫专岗岗位设置，第一版流程。

一、村经办人（或村支部书记、村委会主任）填写《扶贫专岗设置核定表》：岗位、职责范围、工作标准、工作时间、人数，
    就近安置哪里的劳动者，报乡镇。
二、乡镇审核人核定：同意的，岗位从此空缺，可以安置；要补的，写明后退回村里；不同意的，写明理由办结。
三、名额用满，岗位在用；有人离岗，又有空缺；不再需要、也没有人在用的，由乡镇撤销。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township, at_village

from ..models import Post, PostState
from .documents import SHOWN, PostPaperwork


class PostFlow(Procedure):
    """岗位设置"""

    entity_model = Post
    entity_name = "post"
    entity_with = ("policy_set",)
    paperwork = PostPaperwork()

    begin_post = Begin().LeadsTo(this.describe_post)

    describe_post = Desk(
        "填写岗位",
        name_lines="村里\n申报",
        todo="填写并报送",
        place=at_village,
        role=Role.VILLAGE_CLERK,
        while_in=[PostState.PLANNED, PostState.RETURNED],
        returned_state=PostState.RETURNED,
    ).LeadsTo(this.settle_post, this.closed)

    settle_post = Desk(
        "核定岗位",
        name_lines="乡镇\n核定",
        todo="核定岗位",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[PostState.AWAITING_APPROVAL],
        shown=SHOWN,
    ).LeadsTo(this.describe_post, this.closed)

    closed = Closed(
        while_in=[
            PostState.VACANT,
            PostState.OCCUPIED,
            PostState.ABOLISHED,
            PostState.REJECTED,
            PostState.VOIDED,
        ]
    )
