"""What a flow's sheet and panels are put together from: input cells, the opinion, the pad, the seal's place."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from forms_templates.sheet import Slot
from forms_templates.slots import text_html
from signatures.models import Method, Signature

from .desk_actions import MAY_UNMASK, UNMASK_REASONS
from .filing import OpinionPlaces
from .guards import chinese
from .models import Case, DeskTask, Opinion
from .paperwork import Page
from .signed_pages import office_at, scan_told_at

UNDECIDED_DATE = "　　年　　月　　日"
NUMERIC = mark_safe(' inputmode="numeric"')
_CHECKED, _SELECTED, _NOTHING = mark_safe(" checked"), mark_safe(" selected"), mark_safe("")


# --- cells of the sheet ---------------------------------------------------------------------------


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the sheet and is not open here: text with its lines broken as on paper, lists as they are."""
    return {
        name: text_html(str(value)) if isinstance(value, (str, int)) and not isinstance(value, SafeString) else value
        for name, value in values.items()
    }


def text_cell(
    page: Page, name: str, label: str, value: Any, *, maximum: int, required: bool = False, numeric: bool = False
) -> Slot:
    """A cell to type one line in."""
    widget = format_html(
        '<input class="input" id="f-{0}" name="{0}" value="{1}" aria-label="{2}" maxlength="{3}"{4}{5}{6}>',
        name,
        str(value or ""),
        label,
        maximum,
        # Within a sentence it is as wide as what is asked; in a cell of its own it fills the cell.
        format_html(' size="{}"', maximum + 1) if maximum < 8 else _NOTHING,
        NUMERIC if numeric else _NOTHING,
        invalid(page, name),
    )
    return cell(page, name, widget, required=required, value=value)


def text_area_cell(page: Page, name: str, label: str, value: Any, *, maximum: int, required: bool = False) -> Slot:
    """A cell to type several lines in."""
    widget = format_html(
        '<textarea class="input" id="f-{0}" name="{0}" rows="2" maxlength="{3}" aria-label="{2}"{4}>\n{1}</textarea>',
        name,
        str(value or ""),
        label,
        maximum,
        invalid(page, name),
    )
    return cell(page, name, widget, required=required, value=value)


def date_cell(page: Page, name: str, label: str, value: Any, *, required: bool = True) -> Slot:
    """A cell for a day, with the browser's own calendar."""
    widget = format_html(
        '<input class="input" type="date" id="f-{0}" name="{0}" value="{1}" aria-label="{2}"{3}>',
        name,
        str(value or ""),
        label,
        invalid(page, name),
    )
    return cell(page, name, widget, required=required, value=value)


def select_cell(
    page: Page, name: str, label: str, choices: Iterable[tuple[str, str]], value: Any, *, required: bool = True
) -> Slot:
    """A cell to choose one of several in; nothing is chosen beforehand."""
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (code, _SELECTED if code == str(value or "") else _NOTHING, text)
            for code, text in [("", "请选择"), *choices]
        ),
    )
    widget = format_html(
        '<select class="input" id="f-{0}" name="{0}" aria-label="{1}"{2}>{3}</select>',
        name,
        label,
        invalid(page, name),
        options,
    )
    return cell(page, name, widget, required=required, value=value)


def choice_cell(
    page: Page, name: str, label: str, choices: Iterable[tuple[str, str]], value: Any, *, required: bool = True
) -> Slot:
    """A cell with all choices side by side."""
    radios = format_html_join(
        "",
        '<label><input type="radio" name="{}" value="{}"{}><span>{}</span></label>',
        ((name, code, _CHECKED if code == value else _NOTHING, text) for code, text in choices),
    )
    widget = format_html(
        '<div class="choice" id="f-{}" role="radiogroup" aria-label="{}" tabindex="-1">{}</div>', name, label, radios
    )
    return cell(page, name, widget, required=required, value=value)


def cell(page: Page, name: str, widget: SafeString, *, required: bool, value: Any) -> Slot:
    """A widget in its cell: with the error below it, or marked as still missing once something was typed."""
    error = page.errors.get(name)
    if error:
        note = format_html('<p class="error" id="e-{}">{}</p>', name, error)
        return Slot(widget + note, classes=("live", "wrong"))
    touched = page.typed is not None
    return Slot(widget, classes=("live", "missing") if required and touched and not value else ("live",))


def invalid(page: Page, name: str) -> SafeString:
    """The attributes that tell a screen reader of the error below."""
    if name not in page.errors:
        return _NOTHING
    return format_html(' aria-invalid="true" aria-describedby="e-{}"', name)


def masked_cell(page: Page, name: str, label: str, value: str) -> SafeString:
    """A masked number, with the way to its full value for those who may ask for it."""
    if page.actor.holds(MAY_UNMASK) is None or not value or name in page.full:
        return format_html('<span class="num">{}</span>', value)
    return SafeString(
        render_to_string(
            "desk/_masked.html", {"value": value, "field": name, "label": label, "reasons": UNMASK_REASONS}
        )
    )


# --- opinions, signatures, seals ------------------------------------------------------------------


@dataclass(frozen=True)
class OpinionCell:
    """An office's cell: its name, whose hand signs there, what is often written, what stands there before."""

    places: OpinionPlaces
    label: str
    signer: str
    waits: str
    phrases: Sequence[str] = ()


def opinion_cell(
    page: Page,
    cell: OpinionCell,
    opinion: Opinion | None,
    slots: dict[str, Any],
    pictures: dict[str, Any],
    *,
    open_here: bool,
    seal_here: bool,
) -> None:
    """Fill in one opinion's places: open to write at its own desk, else what stands there."""
    at = cell.places
    if open_here:
        slots[at.text] = Slot(_opinion_widget(page, cell), classes=("live",))
        slots[at.signed_on] = format_html('<span class="num">{}</span>', chinese(page.on))
        pictures[at.signature] = pad(page, cell.signer)
        if at.seal:
            pictures[at.seal] = seal_place()
        return
    if opinion is None:
        slots[at.text] = Slot(format_html("<span>{}</span>", cell.waits), classes=("waiting",))
        slots[at.signed_on] = UNDECIDED_DATE
        return
    slots[at.text] = text_html(opinion.text)
    slots[at.signed_on] = chinese(timezone.localtime(opinion.at).date())
    if opinion.signature is not None:
        pictures[at.signature] = picture("signature", bytes(opinion.signature.picture), hand_of(opinion.signature))
    if opinion.seal_use is not None and at.seal:  # the seal may stand on another paper than this one
        pictures[at.seal] = picture("seal", opinion.seal_use.picture, opinion.seal_use.said)
    elif seal_here:
        pictures[at.seal] = seal_place()


def _opinion_widget(page: Page, cell: OpinionCell) -> SafeString:
    typed = page.typed or {}
    phrases = format_html_join(
        "", '<button type="button" data-phrase>{}</button>', ((phrase,) for phrase in cell.phrases)
    )
    error = page.errors.get("opinion")
    return format_html(
        '<textarea class="input input--opinion" id="f-opinion" name="opinion" rows="3" maxlength="1000"'
        ' aria-label="{}"{}>\n{}</textarea>{}<div class="quick" role="group" aria-label="常用意见">{}</div>',
        cell.label,
        invalid(page, "opinion"),
        typed.get("opinion", ""),
        format_html('<p class="error" id="e-opinion">{}</p>', error) if error else "",
        phrases,
    )


def picture(kind: str, png: bytes, alt: str) -> SafeString:
    """Ink or a seal; `kind` is signature or seal."""
    return format_html(
        '<img class="{}" src="data:image/png;base64,{}" alt="{}">', kind, base64.b64encode(png).decode(), alt
    )


def hand_of(signature: Signature) -> str:
    """What a screen reader says of ink: whose, and in which way it was given."""
    if signature.method == Method.PAPER:
        return f"{signature.signer_name}在纸上签字，见扫描件"
    if signature.on_behalf_of:
        return f"{signature.signer_name}代{signature.on_behalf_of}手写签字"
    return f"{signature.signer_name}{'按手印' if signature.method == Method.THUMB else '手写签字'}"


def seal_place() -> SafeString:
    """The dashed circle where a seal will stand."""
    return mark_safe(
        '<svg class="seal seal--place" viewBox="0 0 160 160" aria-hidden="true"><circle cx="80" cy="80" r="76"'
        ' fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="5 5"/></svg>'
    )


def pad_context(name: str, label: str, value: str, error: str, scan_name: str = "scan") -> dict[str, str]:
    """What the pad's two templates (signatures/pad_box.html, pad_tools.html) want."""
    return {"name": name, "label": label, "value": value, "error": error, "scan_name": scan_name}


def pad(page: Page, label: str, *, name: str = "strokes", scan_name: str = "scan") -> Slot:
    """The signature pad in the line, its tools (重签, 上传签字扫描件) below it."""
    error = page.errors.get(name) or page.errors.get(scan_name) or ""
    context: dict[str, Any] = pad_context(name, label, str((page.typed or {}).get(name, "")), error, scan_name)
    if name == "strokes" and page.case is not None and page.task is not None:
        context |= _on_paper(page, page.case, page.task)
    return Slot(
        render_to_string("signatures/pad_box.html", context),
        after=render_to_string("signatures/pad_tools.html", context),
    )


def _on_paper(page: Page, case: Case, task: DeskTask) -> dict[str, Any]:
    """For a step that may be signed on the printed page: the scan that came back, or where to bring it back."""
    events = (case.remembered or {}).get("events", [])
    told = scan_told_at(events, task)
    return {
        "paper_url": f"{reverse('scans')}?case={case.pk}" if office_at(page.actor, case) is not None else "",
        "paper_scan": told.details if told is not None else None,
        "paper_scan_url": reverse("scan", args=[told.details["scan_number"]]) if told is not None else "",
        "on_paper": bool((page.typed or {}).get("on_paper")),
    }


# --- fields of the panels beside the sheet --------------------------------------------------------


def panel_field(page: Page, source: Mapping[str, Any], name: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    """One field of a panel beside the sheet, in the words of desk/_field.html; `source` holds what stands in it."""
    return {
        "id": f"f-{name}",
        "name": name,
        "label": label,
        "kind": kind,
        "value": source.get(name, more.pop("default", "")),
        "error": page.errors.get(name, ""),
        **more,
    }
