"""三方签字: the workers on the clerk's screen, the head, and a member of the committee; three different people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.roles import Role
from workflows.core.actions import CaseAction, Move, TaskAction, register
from workflows.core.desk_forms import ReasonForm, SignatureForm
from workflows.core.filing import digest_of
from workflows.core.guards import refusals
from workflows.core.models import Opinion
from workflows.core.opening import opener
from workflows.core.opinions import valid_opinions
from workflows.core.refusals import Refusal, Refused
from workflows.core.rounds import Outcome, Vote

from ..models import AttendanceSheet, SheetState
from . import rules
from .documents import file_version, form_of, standing, values_of
from .facts import HEAD, MEMBER, SIGNING, facts_of, lines_for, rows_of
from .flow_v1 import SheetFlow
from .ink import sign_row
from .ink_panel import RowInk, parse_inks


def take_ink(move: Move) -> None:
    """Bind what the workers gave to the sheet as it reads now."""
    sheet: AttendanceSheet = move.entity
    given: list[RowInk] = move.data["inks"]
    if not given:
        return
    values = values_of(sheet, lines_for(sheet), standing(sheet))
    form = form_of(sheet)
    digest, rows = digest_of(form, values), {row.worker_id: row for row in rows_of(sheet)}
    for ink in given:
        if ink.worker_id in rows:
            sign_row(move, rows[ink.worker_id], ink, content_digest=digest, form_digest=form.digest)
    move.details["workers_signed"] = sum(1 for ink in given if ink.worker_id in rows)
    move.case.forget("attendance_rows")


class _AtWorkersSeat:
    """The seat of the workers, who have no account: on the clerk's screen."""

    seat = "workers"

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        inks, slips = parse_inks(data, files)
        return {"inks": inks, "slips": slips}

    def offered(self, page: Any) -> bool:
        return bool(page.task is not None and page.task.seat == self.seat)


def wrong_seat(move: Move, seat: str) -> list[Refusal]:
    return [] if move.task.seat == seat else [Refusal("wrong_seat", "请在自己的签字处办理：这里由别人签字。")]


@register
class KeepInk(_AtWorkersSeat, TaskAction):
    """Some have signed, the others come later."""

    code = "attendance.keep_ink"
    label = "先保存已签的"
    told = "劳动者签字"
    nodes = (SIGNING,)
    roles = (Role.VILLAGE_CLERK,)
    decides = False
    stays = True

    def refusals(self, move: Move) -> Iterable[Refusal]:
        slips: list[Refusal] = [*move.data["slips"], *wrong_seat(move, self.seat)]
        if not slips and not move.data["inks"]:
            slips.append(Refusal("unsigned", "请先请劳动者本人签字，再保存。", rules.ARTICLE_4))
        return slips

    def apply(self, move: Move) -> None:
        take_ink(move)
        file_version(move, "劳动者签字")


class _Signs(Vote):
    """Who prepared the sheet may sign as what they are in the village; but nobody signs as two of the three."""

    nodes = (SIGNING,)
    opener_may_sign = True
    refused_with: tuple[rules.SheetGuard, ...] = rules.WRITING

    def guards(self, move: Move) -> Iterable[Refusal]:
        return refusals(self.refused_with, facts_of(move.entity, lines_for(move.entity), on=move.on))

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(self.guards(move))
        signed = valid_opinions(move.case)
        if any(signed[step].written_by_id == move.user.pk for step in (HEAD, MEMBER) if step in signed):
            text = "请由另一个人签字：您已经在这张表上签过；村支书（主任）和两委成员要是两个人。"
            found.append(Refusal("signed_already", text, rules.ARTICLE_4))
        return found


@register
class SignForWorkers(_AtWorkersSeat, _Signs):
    """Every worker has signed in person."""

    code = "attendance.sign_for_workers"
    label = "本人都已签字"
    told = "劳动者本人都已签字"
    roles = (Role.VILLAGE_CLERK,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        slips: list[Refusal] = [*move.data["slips"], *wrong_seat(move, self.seat)]
        given = {ink.worker_id for ink in move.data["inks"]}
        missing = [row for row in rows_of(move.entity) if row.signature is None and row.worker_id not in given]
        told = {slip.anchor for slip in slips}
        if missing and f"ink_{missing[0].worker_id}" not in told:
            names = "、".join(row.worker.name for row in missing[:3]) + (f"等{len(missing)}人" if missing[3:] else "")
            text = f"请{names}本人签字；不会写字的按手印，由一名见证人在旁。"
            slips.append(Refusal("unsigned", text, rules.ARTICLE_4, f"ink_{missing[0].worker_id}"))
        return [*slips, *self.guards(move)]

    def apply(self, move: Move) -> None:
        take_ink(move)
        super().apply(move)

    def written(self, move: Move, opinion: Opinion, outcome: Outcome) -> None:
        file_version(move, "劳动者签字")


@register
class SignSheet(_Signs):
    """The head's or the member's own hand."""

    code = "attendance.sign"
    label = "属实，签字"
    told = "签字"
    roles = (Role.VILLAGE_HEAD, Role.VILLAGE_COMMITTEE_MEMBER)
    form = SignatureForm
    in_batch = True

    def text_of(self, move: Move) -> str:
        return "属实。"

    def offered(self, page: Any) -> bool:
        return bool(page.task is not None and page.task.seat != "workers")

    def guards(self, move: Move) -> Iterable[Refusal]:
        if move.task.seat == "workers":
            return [Refusal("wrong_seat", "请在自己的签字处办理：这里由劳动者本人签字。")]
        return super().guards(move)

    def written(self, move: Move, opinion: Opinion, outcome: Outcome) -> None:
        title = "两委成员签字" if opinion.step == MEMBER else "村支书（主任）签字"
        file_version(move, title, sign=opinion)


@register
class ReopenSheet(CaseAction):
    """Signed, and something is wrong: back to the clerk's desk. What is changed there voids the signatures."""

    code = "attendance.reopen"
    label = "修改考勤"
    told = "取回修改"
    form = ReasonForm
    roles = (Role.VILLAGE_CLERK,)

    def may(self, move: Move) -> bool:
        move.appointment = opener(move.actor, move.case.village_id or 0, self.roles)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.entity.state not in (SheetState.SIGNING, SheetState.SIGNED):
            text = "不能直接修改：已报乡镇的，请乡镇退回；已经锁定的，请开更正单。"
            return [Refusal("not_in_village", text, rules.ARTICLE_4)]
        return ()

    def apply(self, move: Move) -> None:
        last = move.case.task_set.filter(finished__isnull=True).order_by("pk").last()
        source = last.previous.order_by("pk").last() if last is not None else None
        if source is None:
            raise Refused([Refusal("not_in_village", "这张表已经不在村里，请刷新页面再看。")])
        move.reason = str(move.data["reason"])
        move.entity.reopen()
        move.entity.save()
        SheetFlow.relay(move.case, source)
