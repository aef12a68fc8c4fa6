"""A small flow with every kind of step, for the desk's own tests: filled in, checked, signed by all, voted on, decided.

It is no part of the product: its actions and its name among the flows exist only while `in_use()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from viewflow import this

from audit.trail import SubjectStamp
from registry.models import Organisation, PersonKey
from registry.roles import Role
from tests.slips.models import Slip, State
from workflows.core.actions import ACTIONS, Action, Move, TaskAction
from workflows.core.actors import Actor
from workflows.core.consulting import Answer, Ask, Consult, Office, Withdraw
from workflows.core.flow_versions import flow_in_force
from workflows.core.models import Case
from workflows.core.opinions import give_opinion, valid_opinions
from workflows.core.paperwork import Paperwork
from workflows.core.procedure import Begin, Closed, Desk, Procedure, at_county_department, at_township, at_village
from workflows.core.refusals import Refusal
from workflows.core.returning import SendBack, go_on
from workflows.core.rounds import Countersign, Seat, Vote

FIELDS = ("amount", "note", "remark")


class SlipPaperwork(Paperwork):
    flow_label = "slips"
    title = "联审单"

    def describe(self, case: Case, entity: Any) -> None:
        case.title = "联审单"

    def shown(self, case: Case, entity: Any) -> dict[str, Any]:
        return {"state": entity.state, "answers": entity.answers}

    def facts(self, case: Case, entity: Any) -> dict[str, Any]:
        check = valid_opinions(case).get("check")
        return {**entity.answers, "check": [check.pk, check.text] if check else ""}


def at_department(code: str) -> Any:
    return at_county_department(code)


class SlipFlow(Procedure):
    """联审单"""

    entity_model = Slip
    entity_name = "slip"

    begin_slip = Begin().LeadsTo(this.fill_in)
    fill_in = Desk(
        "填写", name_lines="填\n写", todo="填写", place=at_village, role=Role.VILLAGE_CLERK,
        while_in=[State.DRAFT, State.RETURNED], returned_state=State.RETURNED,
    ).LeadsTo(this.check)  # fmt: skip
    check = Desk(
        "核对", name_lines="核\n对", todo="核对", place=at_village, role=Role.VILLAGE_HEAD,
        while_in=[State.CHECKING], shown=("amount",),
    ).LeadsTo(this.sign_all)  # fmt: skip
    sign_all = Countersign(
        "会签", name_lines="会\n签", todo="会签", while_in=[State.SIGNING], shown=("amount", "note", "check"),
        seats=[
            Seat("keeper", "村印章管理员", at_village, Role.VILLAGE_SEAL_KEEPER),
            Seat("clerk", "乡镇经办人", at_township, Role.TOWNSHIP_CLERK),
            Seat("reviewer", "乡镇审核人", at_township, Role.TOWNSHIP_REVIEWER),
        ],
        carried="carry_signing", failed="fail_signing",
    ).LeadsTo(this.vote, this.fill_in)  # fmt: skip
    vote = Countersign(
        "票签", name_lines="票\n签", todo="表决", while_in=[State.VOTING], shown=("amount", "note"), needed=2,
        seats=[
            Seat("officer", "就业服务中心", at_department("employment_service"), Role.EMPLOYMENT_SERVICE_OFFICER),
            Seat("supervisor", "人社局", at_department("bureau"), Role.BUREAU_SUPERVISOR),
            Seat("auditor", "审计局", at_department("audit"), Role.AUDITOR),
        ],
        carried="carry_voting", failed="fail_voting",
    ).LeadsTo(this.decide, this.closed)  # fmt: skip
    decide = Desk(
        "审定", name_lines="审\n定", todo="审定", place=at_township, role=Role.TOWNSHIP_REVIEWER,
        while_in=[State.DECIDING], shown=FIELDS,
    ).LeadsTo(this.closed)  # fmt: skip
    consult = Consult(
        "征求意见", name_lines="征求\n意见", todo="答复",
        offices=[
            Office("service", "就业服务中心", at_department("employment_service"), Role.EMPLOYMENT_SERVICE_OFFICER),
            Office("head", "村支部书记", at_village, Role.VILLAGE_HEAD),
        ],
    )  # fmt: skip
    closed = Closed(while_in=[State.DECIDED, State.REJECTED])


class SlipFlowShorter(SlipFlow):
    """联审单"""

    version = 2
    version_note = "会签不再由乡镇审核人签，票签要全部同意。"
    steps = ("fill_in", "check", "sign_all", "vote", "decide")

    sign_all = Countersign(
        "会签", name_lines="会\n签", todo="会签", while_in=[State.SIGNING], shown=("amount", "note", "check"),
        seats=SlipFlow.sign_all.declared_seats[:2], carried="carry_signing", failed="fail_signing",
    ).LeadsTo(this.vote, this.fill_in)  # fmt: skip
    vote = Countersign(
        "票签", name_lines="票\n签", todo="表决", while_in=[State.VOTING], shown=("amount", "note"),
        seats=SlipFlow.vote.declared_seats, carried="carry_voting", failed="fail_voting",
    ).LeadsTo(this.decide, this.closed)  # fmt: skip


class Open(Action):
    code, label, told = "slips.open", "新建", "新建"
    acts_on = (Organisation,)

    def find(self, move_subject: Any, actor: Actor) -> tuple[Any, Any]:
        return move_subject.county, move_subject

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.appointment_for(move.subject.pk, Role.VILLAGE_CLERK)
        return move.appointment is not None

    def apply(self, move: Move) -> None:
        village = move.subject
        flow = flow_in_force(move.county, SlipFlow, move.at)
        case = Case(
            flow_class=flow, county=move.county, village=village, township=village.township,
            opened_by=move.user, opening_key=str(move.data["key"]), created=move.at, submitted_at=move.at,
            person_key=PersonKey.create(move.county),
        )  # fmt: skip
        case.moment = move.at
        case.save()
        case.entity = Slip.objects.create(case=case, answers=dict.fromkeys(FIELDS, ""))
        flow.begin(case)
        move.on_case, move.entity, move.result = case, case.entity, case

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="core.slip", key=str(move.entity.pk), number="")


class SlipForm(forms.Form):
    amount = forms.CharField(required=False)
    note = forms.CharField(required=False)
    remark = forms.CharField(required=False)


class Submit(TaskAction):
    code, label, told, nodes, form = "slips.submit", "提交", "提交", ("fill_in",), SlipForm

    def apply(self, move: Move) -> None:
        move.entity.answers = {name: move.data[name] for name in FIELDS}
        go_on(move, move.entity.submit)
        move.entity.save()


class CheckOff(TaskAction):
    code, label, told, nodes = "slips.check", "核对", "核对", ("check",)

    def refusals(self, move: Move) -> list[Refusal]:
        mine = move.case.opened_by_id == move.user.pk
        return [Refusal("own_submission", "请由别人核对。")] if mine else []

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.check_off, rewrites=("check",))
        move.entity.save()
        give_opinion(move, verdict="agree", text=str(move.data.get("opinion") or "属实"))


class Sign(Vote):
    code, label, told, nodes = "slips.sign", "会签", "会签", ("sign_all", "vote")


class Refuse(Vote):
    code, label, told, nodes, verdict = "slips.refuse", "不同意", "不同意", ("sign_all", "vote"), "reject"


class Decide(TaskAction):
    code, label, told, nodes = "slips.decide", "审定", "审定", ("decide",)

    def apply(self, move: Move) -> None:
        go_on(move, move.entity.decide)
        move.entity.save()


class Return(SendBack):
    code, nodes = "slips.send_back", ("check", "sign_all", "vote", "decide")


class AskOffice(Ask):
    code, nodes = "slips.ask", ("decide",)


class AnswerQuestion(Answer):
    code, nodes = "slips.answer", ("consult",)


class WithdrawQuestion(Withdraw):
    code, nodes = "slips.withdraw", ("decide",)


SLIP_ACTIONS = (Open, Submit, CheckOff, Sign, Refuse, Decide, Return, AskOffice, AnswerQuestion, WithdrawQuestion)


@contextmanager
def in_use() -> Iterator[None]:
    """The flow is one of the flows, and its actions are known to the door."""
    known = dict(ACTIONS._actions)
    for action in SLIP_ACTIONS:
        ACTIONS.register(action)
    SlipFlow.paperwork = SlipPaperwork()
    try:
        yield
    finally:
        SlipFlow.paperwork = None
        ACTIONS._actions = known
