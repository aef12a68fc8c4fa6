"""《扶贫专岗月考勤表》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.library import Form
from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import pad, picture, seal_place
from workflows.core.filing import OpinionPlaces, file_opinions, pictures_of
from workflows.core.guards import verdicts
from workflows.core.models import Case, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions, with_given
from workflows.core.paperwork import Button, Page, Paperwork

from ..models import IN_VILLAGE, ON_THE_WAY, AttendanceSheet, SheetState
from . import days, grid, rules
from .difference import difference_panel
from .facts import HEAD, MEMBER, SIGNING, Line, facts_of, is_signed, lines_for, lines_kept, rows_of
from .ink_panel import ink_panels
from .signals import hints_of

FORM = ("attendance_sheet", 2)
FILLING, AUDIT, SEALING = "fill_sheet", "audit_sheet", "seal_sheet"
PLACES = {
    HEAD: OpinionPlaces("", "head_signed_on", "head_signature", ""),
    MEMBER: OpinionPlaces("", "member_signed_on", "member_signature", ""),
    AUDIT: OpinionPlaces("", "township_signed_on", "auditor_signature", "township_seal"),
}
UNFINISHED = frozenset({"undecided", "not_over", "unsigned"})
TAGS = {
    SheetState.RETURNED: "back",
    SheetState.LOCKED: "done",
    SheetState.IN_PAY: "done",
    SheetState.CORRECTED: "ended",
    SheetState.VOIDED: "ended",
}


def form_of(sheet: AttendanceSheet) -> Form:
    return case_form(FORM, sheet.case)


def standing(sheet: AttendanceSheet) -> dict[str, Opinion]:
    """The signatures that stand on the paper, by step."""
    return {step: opinion for step, opinion in valid_opinions(sheet.case).items() if step in PLACES}


def values_of(sheet: AttendanceSheet, lines: Sequence[Line], opinions: Mapping[str, Opinion]) -> dict[str, object]:
    """Every tag of the paper; what is not signed yet is an explicit blank."""
    values: dict[str, object] = {
        "county": sheet.county.name,
        "township": sheet.township.name,
        "village": sheet.village.name,
        "month": days.spoken(sheet.month),
        "workers": [_values_of(line, sheet) for line in lines],
    }
    for step, place in PLACES.items():
        signed = opinions.get(step)
        values[place.signed_on] = chinese_date(timezone.localtime(signed.at).date() if signed else None)
    return values


def _values_of(line: Line, sheet: AttendanceSheet) -> dict[str, object]:
    found = days.counts(line.marks)
    corrected = f"更正{sheet.version - 1}" if sheet.version > 1 else ""
    return {
        "name": line.tenure.worker.name if line.row is None else line.row.worker.name,
        "post_type": line.tenure.post.type_name if line.row is None and line.tenure.post else _post_type(line),
        "days": days.printed(line.marks),
        "attended": str(found.attended),
        "leave": str(found.leave),
        "absent": str(found.absent),
        "remark": "，".join(part for part in (corrected, line.remark) if part)[:30],
    }


def _post_type(line: Line) -> str:
    return line.row.post_type if line.row is not None else ""


def ink_of(lines: Sequence[Line]) -> dict[str, bytes]:
    """The workers' own signatures, by their place on the paper."""
    return {
        f"workers.{number}.signature": bytes(line.row.signature.picture)
        for number, line in enumerate(lines)
        if line.row is not None and line.row.signature is not None
    }


def file_version(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """File the next version of the sheet with everything that stands on it."""
    sheet: AttendanceSheet = move.entity
    move.case.forget("attendance_rows")
    lines = lines_for(sheet)
    opinions = with_given(standing(sheet), sign, seal)
    file_opinions(
        move,
        form=form_of(sheet),
        values=values_of(sheet, lines, opinions),
        places=PLACES,
        opinions=opinions,
        label=label,
        sign=sign,
        seal=seal,
        pictures=ink_of(lines),
    )


HELP: dict[str, tuple[str, ...]] = {
    FILLING: (
        "这是本村这个月的考勤表，人员和能记的日子按用工协议排好了，有底色的格子由您填。",
        "一人整月出勤的，点这一行的“整行出勤”；有请假、旷工的，再点那一天改一下。",
        "键盘：方向键移动，空格或1出勤，2休息，3病假，4事假，5旷工，0清空，回车整行出勤并到下一人。",
        "平时可以天天填、点“保存”；没有到的日子填不上，月份过完才能交签。",
        "交签以后，劳动者本人、村支书或主任、一名两委成员三方签字；签字后再改，签字就作废，要重新签。",
    ),
    SIGNING: (
        "请看清表上每个人的出勤，属实的签字；不对的，退回填表人并写明哪里不对。",
        "劳动者没有账户：由村经办人打开这一页，请本人逐个在自己名字下面签字；不会写字的按手印，有一名见证人。",
        "村支书（主任）和两委成员要是两个人；签字用手写，也可以在白纸上签好拍照上传。",
        "三方签齐以后由村经办人报乡镇。",
    ),
    "report_sheet": (
        "三方都已签字。请核对一遍，点“报乡镇审核”。",
        "发现要改的，在看表页点“修改考勤”，改了以后签字作废，要重新签。",
    ),
    AUDIT: (
        "请核对三方签字、协议期和右边的提醒，必要时抽查。",
        "有问题的行，勾选“这行要改”，写明原因，退回村里。",
        "审核通过并签字后转盖章；盖章后本表锁定，作为核算薪酬的依据。",
    ),
    SEALING: ("请核对审核人签字，加盖公章并登记用印。", "盖章以后本表锁定；再改只能另开更正单。"),
}


class SheetPaperwork(Paperwork):
    """考勤 as the desk shows it."""

    flow_label = "attendance"
    title = "考勤"
    checks_hint = "保存或交签时核对。"
    form = FORM
    refile = staticmethod(file_version)
    scripts = ("attendance.js",)

    def describe(self, case: Case, entity: AttendanceSheet) -> None:
        version = f"（更正{entity.version - 1}）" if entity.version > 1 else ""
        case.title = f"{entity.village.name}{days.spoken(entity.month)}考勤表{version}"[:60]
        case.headline = f"{len(rows_of(entity))}人"

    def shown(self, case: Case, entity: AttendanceSheet) -> dict[str, Any]:
        return {"state": entity.state, "rows": [[row.worker_id, row.marks, row.remark] for row in rows_of(entity)]}

    def facts(self, case: Case, entity: AttendanceSheet) -> dict[str, Any]:
        rows = rows_of(entity)
        return {
            "rows": [[row.worker.name, row.marks, row.remark] for row in rows],
            "signed": [row.signature.digest if row.signature else "" for row in rows],
            **opinion_facts(case, AUDIT),
        }

    def fact_label(self, name: str) -> str:
        return {"rows": "逐日考勤", "signed": "本人签字", AUDIT: "乡镇审核"}.get(name, name)

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        if name == "rows":
            return "；".join(f"{row[0]}{''.join(days.printed(row[1]))}" for row in value or [])
        if name == AUDIT:
            return super().fact_text(case, name, value)
        return f"{sum(1 for digest in value or [] if digest)}人已签"

    def state_tag(self, entity: AttendanceSheet) -> dict[str, str]:
        state = SheetState(entity.state)
        return {"kind": TAGS.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return page.on_case.title

    def sheet(self, page: Page) -> SafeString:
        sheet: AttendanceSheet = page.entity
        lines, opinions = self._lines(page), standing(sheet)
        values = values_of(sheet, lines, opinions)
        slots: dict[str, Any] = {name: value for name, value in values.items() if name != "workers"}
        pictures: dict[str, Any] = {
            place: picture("signature", png, "劳动者本人签字") for place, png in ink_of(lines).items()
        }
        slots["workers"] = grid.rows_html(page, lines, values["workers"], pictures, filling=page.step == FILLING)
        for place, png in pictures_of(opinions, PLACES).items():
            kind = "seal" if place.endswith("seal") else "signature"
            pictures[place] = picture(kind, png, "乡镇公章" if kind == "seal" else "手写签字")
        step = self._place_of(page)
        if step in PLACES:
            slots[PLACES[step].signed_on] = chinese_date(page.on)
            pictures[PLACES[step].signature] = pad(page, "签字")
        if page.step == SEALING:
            pictures["township_seal"] = seal_place()
        return sheet_html(form_of(sheet), slots, pictures)

    def _lines(self, page: Page) -> list[Line]:
        sheet: AttendanceSheet = page.entity
        lines = lines_kept(sheet) if page.task is None and rows_of(sheet) else lines_for(sheet)
        if page.step == FILLING and page.typed is not None:
            grid.lay_typed(lines, page.typed, sheet.month, page.on)
        return lines

    def _place_of(self, page: Page) -> str:
        """The step whose signature is given at this desk."""
        if page.task is None:
            return ""
        return f"{page.step}.{page.task.seat}" if page.task.seat else page.step

    def side_panels(self, page: Page) -> list[Any]:
        panels: list[Any] = []
        sheet: AttendanceSheet = page.entity
        if page.step in (AUDIT, SEALING) or (page.task is None and sheet.state in ("awaiting_audit", "awaiting_seal")):
            panels.append(hints_of(sheet, rows_of(sheet), valid_opinions(sheet.case)))
        if page.step == SIGNING and page.at_task.seat == "workers":
            panels.append(ink_panels(page, rows_of(sheet)))
        if sheet.corrects_id is not None:
            panels.append(difference_panel(sheet, self._lines(page)))
        if page.step == FILLING:
            panels.append(grid.key_panel())
        return panels

    def checks(self, page: Page) -> list[dict[str, Any]]:
        sheet: AttendanceSheet = page.entity
        if page.task is None:  # the records are asked again where somebody decides, not for everybody who reads
            return []
        facts = facts_of(sheet, self._lines(page), on=page.on, actor=page.actor)
        guards = rules.SUBMISSION if sheet.is_live else rules.AUDIT if page.step == AUDIT else rules.REPORT
        return list(verdicts(guards, facts, unfinished=UNFINISHED if sheet.state in IN_VILLAGE else frozenset()))

    def consequence(self, page: Page) -> tuple[str, str]:
        found = [days.counts(line.marks).attended for line in self._lines(page)]
        total = f"{len(found)}人，共{sum(found)}个出勤日"
        if page.step == FILLING and is_signed(page.entity):
            return total, "这张表已有签字：改了以后全部作废，本人、村支书（主任）、两委成员重新签。"
        if page.step == FILLING:
            return total, "交签后由劳动者本人、村支书（主任）、两委成员三方签字；签字后再改，签字作废。"
        if page.step == SIGNING:
            return total, "三方签齐以后由村经办人报乡镇审核；签字前请看清每一行。"
        if page.step == "report_sheet":
            return total, "报送后转乡镇审核人审核；对方办理以前您可以撤回。"
        if page.step == AUDIT:
            return total, "审核盖章后本表锁定，作为核算薪酬的依据；再改须出更正单。"
        return total, "公章盖在日期上并登记用印；盖好后考勤锁定，不能撤回。"

    def help(self, page: Page) -> tuple[str, ...]:
        return HELP.get(page.step, HELP[FILLING])

    def unmasked(self, entity: AttendanceSheet) -> dict[str, str]:
        return {}

    def case_buttons(self, page: Page) -> list[Button]:
        sheet: AttendanceSheet = page.entity
        found = []
        clerk = page.actor.appointment_for(sheet.village_id, Role.VILLAGE_CLERK)
        if clerk and sheet.state in (SheetState.SIGNING, SheetState.SIGNED):
            found.append(Button("attendance.reopen", "修改考勤", "plain", needs_reason=True, reason_label="为什么要改"))
        if clerk and sheet.state in ON_THE_WAY:
            found.append(Button("attendance.void", "作废", "final", needs_reason=True, reason_label="为什么作废"))
        if clerk and sheet.state in (SheetState.LOCKED, SheetState.IN_PAY):
            found.append(
                Button(
                    "attendance.correct", "开更正单", "plain", needs_reason=True, reason_label="哪里不对，为什么更正"
                )
            )
        return found
