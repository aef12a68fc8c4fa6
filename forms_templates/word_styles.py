"""What Word's styles come to: document defaults, the chain of base styles, and what is set on the spot."""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from forms_templates.ooxml import W, parse

TWIPS_PER_MM = 1440 / 25.4
# Element → its attributes (short names); what comes later overrides attribute by attribute, as in Word.
Properties = dict[str, dict[str, str]]

_SIDES = {"start": "left", "end": "right"}


@dataclass(frozen=True, slots=True)
class Look:
    """How one paragraph stands: lengths in mm, sizes and line heights in pt (`line` None: the font's own)."""

    align: str
    left: float
    right: float
    first_line: float
    line: float | None
    before: float
    after: float
    size: float
    font: str
    autospace: bool
    keep_next: bool = False
    keep_lines: bool = False


class WordStyles:
    """The styles of one Word file. What they come to is kept by how it was written: a list of thousands of lines
    says the same in each of them."""

    def __init__(self, xml: bytes) -> None:
        root = parse(xml)
        self._styles = {style.get(f"{W}styleId", ""): style for style in root.iter(f"{W}style")}
        self._default = next(
            (
                key
                for key, style in self._styles.items()
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") == "1"
            ),
            "",
        )
        self._defaults = {kind: root.find(f"{W}docDefaults/{W}{kind}Default/{W}{kind}") for kind in ("pPr", "rPr")}
        self._looks: dict[tuple[str, bytes], Look] = {}
        self._lists: dict[tuple[str, bytes], tuple[str, int] | None] = {}
        self._runs: dict[bytes, Properties] = {}

    def paragraph(self, paragraph: etree._Element) -> Look:
        """The look of a paragraph element."""
        style, direct = style_of(paragraph) or self._default, paragraph.find(f"{W}pPr")
        written = as_written(direct)
        if (style, written) not in self._looks:
            self._looks[style, written] = self._look(style, direct)
        return self._looks[style, written]

    def list_of(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """The list a paragraph is numbered in and its level there, said on the spot or by its style."""
        style, direct = style_of(paragraph) or self._default, paragraph.find(f"{W}pPr")
        written = as_written(direct)
        if (style, written) not in self._lists:
            self._lists[style, written] = self._list(style, direct)
        return self._lists[style, written]

    def _list(self, style: str, direct: etree._Element | None) -> tuple[str, int] | None:
        layers = [*self._chain(style, "pPr"), direct]
        facts = merge([None if layer is None else layer.find(f"{W}numPr") for layer in layers])
        number, level = (facts.get(name, {}).get("val", "0") for name in ("numId", "ilvl"))
        return (number, int(level)) if number != "0" and level.isdecimal() else None

    def usual(self) -> Look:
        """The look of a paragraph about which nothing is said."""
        return self._look(self._default, None)

    def _look(self, style: str, direct: etree._Element | None) -> Look:
        shape = merge([self._defaults["pPr"], *self._chain(style, "pPr"), direct])
        letters = merge([self._defaults["rPr"], *self._chain(style, "rPr")])
        indent, spacing = shape.get("ind", {}), shape.get("spacing", {})
        exact = spacing.get("lineRule") in ("exact", "atLeast")
        return Look(
            align=_align(shape.get("jc", {}).get("val", "left")),
            left=mm(indent.get("left", "0")),
            right=mm(indent.get("right", "0")),
            first_line=mm(indent.get("firstLine", "0")) - mm(indent.get("hanging", "0")),
            line=float(spacing["line"]) / 20 if exact else None,
            before=float(spacing.get("before", "0")) / 20,
            after=float(spacing.get("after", "0")) / 20,
            size=float(letters.get("sz", {}).get("val", "20")) / 2,
            font=letters.get("rFonts", {}).get("eastAsia", ""),
            autospace=is_on(shape, "autoSpaceDE", default=True),
            keep_next=is_on(shape, "keepNext"),
            keep_lines=is_on(shape, "keepLines"),
        )

    def run(self, run: etree._Element) -> Properties:
        """The properties of a run beyond its paragraph's: its character style and what is set on the spot. To be
        read, not changed."""
        direct = run.find(f"{W}rPr")
        written = as_written(direct)
        if written not in self._runs:
            style = merge([direct]).get("rStyle", {}).get("val", "")
            self._runs[written] = merge([*self._chain(style, "rPr"), direct])
        return self._runs[written]

    def table(self, table: etree._Element, group: str) -> Properties:
        """tblBorders or tblCellMar of a table, its style's included."""
        direct = table.find(f"{W}tblPr")
        style = merge([direct]).get("tblStyle", {}).get("val", "")
        found = [*self._chain(style, "tblPr"), direct]
        return merge([element.find(f"{W}{group}") for element in found if element is not None])

    def _chain(self, style: str, kind: str) -> list[etree._Element | None]:
        chain: list[etree._Element | None] = []
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            element = self._styles[style]
            chain.insert(0, element.find(f"{W}{kind}"))
            base = element.find(f"{W}basedOn")
            style = "" if base is None else base.get(f"{W}val", "")
        return chain


def as_written(element: etree._Element | None) -> bytes:
    """An element as text, by which what it says is found again; empty without one."""
    return b"" if element is None else etree.tostring(element, with_tail=False)


def style_of(paragraph: etree._Element) -> str:
    """The id of a paragraph's style, "" for the default one."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def is_indented(paragraph: etree._Element) -> bool:
    """Whether a paragraph says on the spot how far in it stands."""
    return paragraph.find(f"{W}pPr/{W}ind") is not None


def merge(layers: Iterable[etree._Element | None]) -> Properties:
    """Properties of several layers in one, later ones first served."""
    merged: Properties = {}
    for layer in layers:
        for child in layer if layer is not None else ():
            name = etree.QName(child).localname
            attributes = {etree.QName(key).localname: str(value) for key, value in child.attrib.items()}
            merged.setdefault(_SIDES.get(name, name), {}).update(attributes)
    return merged


def is_on(properties: Properties, name: str, *, default: bool = False) -> bool:
    """Whether one of Word's on/off properties is on; it may stand without a value."""
    if name not in properties:
        return default
    return properties[name].get("val", "1") not in ("0", "false", "off")


def mm(twips: str) -> float:
    """Twips, as Word writes lengths, in mm."""
    return float(twips) / TWIPS_PER_MM


def _align(word: str) -> str:
    return {"center": "center", "right": "end", "end": "end", "both": "justify"}.get(word, "start")
