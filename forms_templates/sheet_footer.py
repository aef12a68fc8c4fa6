"""The line of a Word file's footer that counts its pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from forms_templates.ooxml import R, W, parse
from forms_templates.word_styles import Look, WordStyles, mm
from forms_templates.zip_container import Member


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Its words, None where the number stands; `from_edge` (mm) from the page's lower edge to the line's."""

    words: tuple[str | None, ...]
    look: Look
    from_edge: float


def read_page_number(
    section: etree._Element | None, parts: Mapping[str, Member], relations: etree._Element, styles: WordStyles
) -> PageNumber | None:
    """How the pages of this section are counted; None where its footer does not."""
    if section is None:
        return None
    margins = section.find(f"{W}pgMar")
    from_edge = mm("0" if margins is None else margins.get(f"{W}footer", "0"))
    for line in _lines(section, parts, relations):
        words = _words(line)
        if None in words:
            return PageNumber(words, styles.paragraph(line), from_edge)
    return None


def _lines(section: etree._Element, parts: Mapping[str, Member], relations: etree._Element) -> Iterator[etree._Element]:
    """The paragraphs of the footer that stands on every page."""
    targets = {relation.get("Id", ""): f"word/{relation.get('Target')}" for relation in relations}
    for reference in section.iterfind(f"{W}footerReference"):
        name = targets.get(reference.get(f"{R}id", ""), "")
        if reference.get(f"{W}type") == "default" and name in parts:
            yield from parse(parts[name].content()).iterfind(f"{W}p")


def _words(line: etree._Element) -> tuple[str | None, ...]:
    """What stands in a line, without what Word last showed as the number."""
    words: list[str | None] = []
    depth = 0
    for node in line.iter(f"{W}t", f"{W}instrText", f"{W}fldChar"):
        if node.tag == f"{W}fldChar":
            depth += {"begin": 1, "end": -1}.get(node.get(f"{W}fldCharType") or "", 0)
        elif node.tag == f"{W}instrText":
            words += [None] if (node.text or "").split()[:1] == ["PAGE"] else []
        elif not depth:
            words.append(node.text or "")
    return tuple(words)
