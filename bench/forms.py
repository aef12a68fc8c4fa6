"""How many finished papers a second: plain docxtpl, our compiled form, and the floor (substitution and zip only)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from bench import side_by_side
from forms_templates.library import Form, form
from forms_templates.zip_container import Member, pack
from signatures.sample_ink import sample_pictures

# 附件5, signed twice and sealed twice: the paper the county files most often.
PAPER = ("post_application", 1)
OURS, BY_DOCXTPL = 200, 4
_PART = "word/document.xml"


def figures() -> Iterator[tuple[str, float]]:
    sheet = form(*PAPER)
    values, pictures = sheet.sample(), sample_pictures(sheet)
    floor = Floor(sheet, values, pictures)
    if floor.render(values) != sheet.render(values, pictures):
        raise AssertionError("the floor must give the very bytes it is compared with")
    if sheet.render(values, pictures) != sheet.render(dict(reversed(values.items())), pictures):
        raise AssertionError("the same data must give the same bytes")
    template = sheet.source.docx
    taken = side_by_side(
        {
            "docxtpl": lambda: repeat(BY_DOCXTPL, lambda: by_docxtpl(template, values, pictures)),
            "ours": lambda: repeat(OURS, lambda: sheet.render(values, pictures)),
            "floor": lambda: repeat(OURS, lambda: floor.render(values)),
        }
    )
    docxtpl, ours, least = BY_DOCXTPL / taken["docxtpl"], OURS / taken["ours"], OURS / taken["floor"]
    yield "docs_per_second_docxtpl", docxtpl
    yield "docs_per_second", ours
    yield "docs_per_second_floor", least
    yield "ms_per_doc", 1000 / ours
    yield "times_docxtpl", ours / docxtpl
    yield "share_of_floor", ours / least


def repeat(times: int, work: Any) -> None:
    for _ in range(times):
        work()


def by_docxtpl(template: bytes, values: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    """As its manual says, with the two settings without which names are lost."""
    document = DocxTemplate(io.BytesIO(template))
    document.render(values, SandboxedEnvironment(undefined=StrictUndefined, autoescape=True))
    for name, picture in pictures.items():
        document.replace_pic(name, io.BytesIO(picture))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class Floor:
    """Nothing but what must be done: values between the pieces of the XML, and the container around it."""

    def __init__(self, sheet: Form, values: dict[str, Any], pictures: dict[str, bytes]) -> None:
        self.names = [name for name, value in values.items() if isinstance(value, str)]
        marked = values | {name: f"\ue000{name}\ue001" for name in self.names}
        xml = sheet.template.parts[_PART].render(marked).decode()
        self.pieces = re.split("\ue000([a-z_]+)\ue001", xml)
        self.pictures = {sheet.template.pictures[name]: picture for name, picture in pictures.items()}
        self.members = sheet.template.members

    def render(self, values: dict[str, Any]) -> bytes:
        pieces = self.pieces.copy()
        for index in range(1, len(pieces), 2):
            text = values[pieces[index]]
            pieces[index] = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        xml = "".join(pieces).encode()
        return pack(
            Member.stored(member.name, xml)
            if member.name == _PART
            else Member.stored(member.name, self.pictures[member.name])
            if member.name in self.pictures
            else member
            for member in self.members
        )
