"""用印申请，第一版流程。

一、乡镇经办人写好要盖章的函或证明，写明用途和份数，提出用印申请。
二、审批人看过文件，同意的签字批准；要改的退回；不同意的写明理由，办结。申请人不能自己批准。
三、印章管理员核对文件和份数，盖章；用印自动登记（日期、文件、份数、申请人、批准人、盖章人）。
"""

from __future__ import annotations

from viewflow import this

from registry.roles import Role
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_township

from .documents import FIELDS, LetterPaperwork
from .models import Letter, LetterState


class LetterFlow(Procedure):
    """用印申请"""

    entity_model = Letter
    entity_name = "letter"
    entity_with = ("organisation",)
    paperwork = LetterPaperwork()

    begin_letter = Begin().LeadsTo(this.write_letter)

    write_letter = Desk(
        "填写用印申请",
        name_lines="提出\n申请",
        todo="写好文件，提出用印申请",
        place=at_township,
        role=Role.TOWNSHIP_CLERK,
        while_in=[LetterState.DRAFT, LetterState.RETURNED],
        returned_state=LetterState.RETURNED,
    ).LeadsTo(this.approve_letter, this.closed)

    approve_letter = Desk(
        "审批用印",
        name_lines="审批\n用印",
        todo="审批用印",
        place=at_township,
        role=Role.TOWNSHIP_REVIEWER,
        while_in=[LetterState.AWAITING_APPROVAL],
        shown=FIELDS,
    ).LeadsTo(this.seal_letter, this.write_letter, this.closed)

    seal_letter = Desk(
        "盖章",
        name_lines="盖章\n登记",
        todo="核对后盖章",
        place=at_township,
        role=Role.TOWNSHIP_SEAL_KEEPER,
        while_in=[LetterState.AWAITING_SEAL],
        shown=(*FIELDS, "approve_letter"),
    ).LeadsTo(this.write_letter, this.closed)

    closed = Closed(while_in=[LetterState.SEALED, LetterState.REJECTED, LetterState.VOIDED])


__all__ = ["FIELDS", "LetterFlow"]
