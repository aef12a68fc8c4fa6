"""《用印申请审批单》 and the letter itself, on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_html
from registry.roles import Role
from workflows.core.actions import Move
from workflows.core.case_forms import case_form, form_on_page
from workflows.core.cells import UNDECIDED_DATE, OpinionCell, opinion_cell, text_area_cell, text_cell, written
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version
from workflows.core.guards import chinese, verdicts
from workflows.core.models import Case, Opinion
from workflows.core.opinions import opinion_facts, use_seal, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork

from . import rules
from .models import BEFORE_SEALED, Letter, LetterState

FORM = ("seal_request", 1)
LETTER = ("official_letter", 2)
STEP, SEALING, WRITING = "approve_letter", "seal_letter", "write_letter"
FIELDS = ("title", "addressee", "body", "purpose", "copies")
FACT_LABELS = MappingProxyType(
    {"title": "标题", "addressee": "主送单位", "body": "正文", "purpose": "用途", "copies": "份数", STEP: "审批意见"}
)
OPINION = OpinionCell(
    places=OpinionPlaces("opinion", "approved_on", "approver_signature", ""),
    label="审批意见",
    signer="审批人签字",
    waits="提出申请后，由审批人填写。",
    phrases=("同意用印。", "情况属实，同意用印。"),
)
KINDS = {
    LetterState.SEALED: "done",
    LetterState.RETURNED: "back",
    LetterState.REJECTED: "ended",
    LetterState.VOIDED: "ended",
}
UNFINISHED = frozenset({"not_written", "no_purpose", "no_copies"})


def standing_opinion(letter: Letter) -> Opinion | None:
    """The approval, unless the request has gone back."""
    if letter.state in (LetterState.DRAFT, LetterState.RETURNED, LetterState.AWAITING_APPROVAL):
        return None
    return valid_opinions(letter.case).get(STEP)


def values_of(letter: Letter, case: Case, opinion: Opinion | None, register_line: str = "") -> dict[str, object]:
    """Every tag of the request."""
    submitted = case.submitted_at
    return {
        "organisation": letter.organisation.seal_name,
        "number": case.number,
        "requested_by": letter.requested_by,
        "requested_on": chinese(timezone.localtime(submitted).date()) if submitted else UNDECIDED_DATE,
        "title": letter.title,
        "addressee": letter.addressee,
        "copies": str(letter.copies),
        "purpose": letter.purpose,
        "body": letter.body,
        "opinion": opinion.text if opinion else "",
        "approved_on": chinese(timezone.localtime(opinion.at).date()) if opinion else UNDECIDED_DATE,
        "register_line": register_line,
    }


def indented(body: str) -> str:
    """Every paragraph begins two characters in (GB/T 9704); the form itself does so for the first."""
    first, *following = (line.strip() for line in body.strip().splitlines())
    return "\n".join([first, *(f"　　{line}" if line else "" for line in following)])


def file_request(move: Move, label: str, *, sign: Opinion | None = None, register_line: str = "") -> None:
    """File the next version of the request."""
    letter: Letter = move.entity
    standing = sign or standing_opinion(letter)
    file_opinions(
        move,
        form=case_form(FORM, move.case),
        values=values_of(letter, move.case, standing, register_line),
        places={STEP: OPINION.places},
        opinions={STEP: standing} if standing else {},
        label=label,
        sign=sign,
    )


def file_sealed(move: Move, opinion: Opinion, label: str) -> None:
    """The letter with its seal, then the request with the line of the register."""
    letter: Letter = move.entity
    sheet = case_form(LETTER, move.case)
    values: dict[str, object] = {
        "title": letter.title,
        "number": move.case.number,
        "addressee": letter.addressee,
        "body": indented(letter.body),
        "organisation": letter.organisation.seal_name,
        "sealed_on": chinese(move.on),
        "requested_by": letter.requested_by,
        "approved_by": opinion.written_by.name,
        "copies": str(letter.copies),
    }
    digest = digest_of(sheet, values)
    use = use_seal(move, opinion, place="seal", form_code=sheet.code, content_digest=digest, copies=letter.copies)
    file_version(move, form=sheet, values=values, pictures={"seal": use.picture}, label=label)
    file_request(move, label, register_line=f"{use.year}年第{use.number}号，{use.keeper.name}加盖")


def answers_of(page: Page) -> Mapping[str, Any]:
    """What stands in the cells: what was just typed, else what is saved."""
    if page.typed is not None and is_writing(page):
        return page.typed
    letter: Letter | None = page.entity
    return {name: getattr(letter, name) for name in FIELDS} if letter is not None else {"copies": 1}


def is_writing(page: Page) -> bool:
    return page.entity is None or page.step == WRITING


def facts_of(answers: Mapping[str, Any], *, actor_requested: bool = False) -> rules.LetterFacts:
    copies = str(answers.get("copies") or "")
    texts = {name: str(answers.get(name) or "") for name in ("title", "addressee", "body", "purpose")}
    whole = copies.isascii() and copies.isdigit() and len(copies) < 5
    return rules.LetterFacts(**texts, copies=int(copies) if whole else 0, actor_requested=actor_requested)


class LetterPaperwork(Paperwork):
    """用印申请 as the desk shows it."""

    flow_label = "letters"
    title = "用印申请"
    form = FORM
    sealed_by_hand = False  # the letter itself is made with its seal
    refile = staticmethod(file_request)

    def describe(self, case: Case, entity: Letter) -> None:
        case.title = (entity.title or "用印申请")[:60]
        case.headline = f"{entity.copies}份"

    def shown(self, case: Case, entity: Letter) -> dict[str, Any]:
        return {"state": entity.state, **{name: getattr(entity, name) for name in FIELDS}}

    fact_labels: Mapping[str, str] = FACT_LABELS

    def facts(self, case: Case, entity: Letter) -> dict[str, Any]:
        return {name: str(getattr(entity, name)) for name in FIELDS} | opinion_facts(case, STEP)

    def state_tag(self, entity: Letter) -> dict[str, str]:
        state = LetterState(entity.state)
        return {"kind": KINDS.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return f"用印申请：{page.case.title}" if page.case is not None and page.entity.title else "用印申请"

    def sheet(self, page: Page) -> SafeString:
        place = page.village if page.entity is None else page.entity.organisation
        letter = page.entity or Letter(county=place.county, organisation=place)
        case = page.case or Case(county=place.county, township=place.township)
        if page.entity is not None:
            letter.case = page.on_case
        opinion = standing_opinion(letter) if page.entity is not None else None
        slots: dict[str, Any] = written(values_of(letter, case, opinion))
        slots["number"] = case.number or "提出后自动编号"
        if opinion is not None and opinion.seal_use is not None:
            use = opinion.seal_use
            slots["register_line"] = f"{use.year}年第{use.number}号，{use.keeper.name}加盖"
        if is_writing(page):
            slots |= self._open_cells(page)
        pictures: dict[str, Any] = {}
        opinion_cell(page, OPINION, opinion, slots, pictures, open_here=page.step == STEP, seal_here=False)
        return sheet_html(form_on_page(FORM, page), slots, pictures)

    def _open_cells(self, page: Page) -> dict[str, Any]:
        fields, typed = form_on_page(FORM, page).fields, answers_of(page)
        cells: dict[str, Any] = {"requested_by": page.actor.name, "requested_on": chinese(page.on)}
        for name in ("title", "addressee"):
            spec = fields[name]
            most = spec.max_length or 60
            cells[name] = text_cell(page, name, spec.label, typed.get(name), maximum=most, required=True)
        for name in ("purpose", "body"):
            spec = fields[name]
            most = spec.max_length or 200
            cells[name] = text_area_cell(page, name, spec.label, typed.get(name), maximum=most, required=True)
        cells["copies"] = text_cell(page, "copies", "份数", typed.get("copies"), maximum=2, required=True, numeric=True)
        return cells

    def checks(self, page: Page) -> list[dict[str, Any]]:
        if page.entity is not None and page.entity.state not in BEFORE_SEALED:
            return []
        answers = answers_of(page)
        if is_writing(page) and not any(answers.get(name) for name in ("title", "addressee", "body", "purpose")):
            return []
        unfinished = UNFINISHED if is_writing(page) else frozenset()
        return list(verdicts(rules.REQUEST, facts_of(answers), unfinished=unfinished))

    def consequence(self, page: Page) -> tuple[str, str]:
        if page.step == STEP:
            return "请先在表上手写签字", "批准后转印章管理员盖章。"
        if page.step == SEALING:
            return "请核对文件和份数", "盖章后自动登记用印，生成盖章的文件；不能撤回。"
        return "写好文件正文、用途和份数", "提出后转审批人，批准后由印章管理员盖章。"

    def unmasked(self, entity: Letter) -> dict[str, str]:
        return {}

    def case_buttons(self, page: Page) -> list[Button]:
        letter: Letter = page.entity
        opener = page.actor.appointment_for(letter.organisation_id, Role.TOWNSHIP_CLERK)
        if opener is None or letter.state not in BEFORE_SEALED:
            return []
        return [Button("letters.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
