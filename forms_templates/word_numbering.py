"""The numbers Word puts before paragraphs by itself: 一、（一）1. ①, counted level by level as the document goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from forms_templates.ooxml import W, parse
from forms_templates.word_styles import mm

_LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
# Word draws a bullet with a character of a font of pictures; these are the usual ones.
_BULLETS = {"\uf0b7": "•", "\uf06c": "●", "\uf06e": "■", "\uf0a7": "▪", "\uf075": "◆", "\uf0fc": "✓", "\uf0d8": "➢"}
_SUFFIXES = {"nothing": "", "space": " "}


@dataclass(frozen=True, slots=True)
class Number:
    """What stands before a paragraph; how far in (mm) the level has it, None where the level does not say."""

    text: str
    left: float | None = None
    first_line: float | None = None


@dataclass(slots=True)
class Numbering:
    """The lists of one document; a number is asked for once for each paragraph, in the order of reading."""

    lists: Mapping[str, etree._Element]
    kinds: Mapping[str, etree._Element]
    counts: dict[str, list[int | None]] = field(default_factory=dict)

    def next(self, number: str, level: int) -> Number | None:
        """The number of the next paragraph of this list and level."""
        found = self._level(number, level)
        if found is None:
            return None
        kind = self._kind_of(number)
        counts = self.counts.setdefault(kind, [None] * _LEVELS)
        before = counts[level]
        counts[level] = _start(found) if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        return _number(self._text(number, found, counts), found)

    def _text(self, number: str, found: etree._Element, counts: list[int | None]) -> str:
        words = _value(found, "lvlText")
        if _value(found, "numFmt") == "bullet":
            return _BULLETS.get(words, "•" if "\ue000" <= words[:1] <= "\uf8ff" else words)
        for above in range(_LEVELS):
            other = self._level(number, above)
            if f"%{above + 1}" in words and other is not None:
                count = counts[above]
                shown = _start(other) if count is None else count
                words = words.replace(f"%{above + 1}", _written(shown, _value(other, "numFmt")))
        return words

    def _kind_of(self, number: str) -> str:
        return _value(self.lists[number], "abstractNumId")

    def _level(self, number: str, level: int) -> etree._Element | None:
        """A level as the list has it, or the kind of list it is of."""
        if number not in self.lists or not 0 <= level < _LEVELS:
            return None
        own = self.lists[number].find(f"{W}lvlOverride[@{W}ilvl='{level}']/{W}lvl")
        kind = self.kinds.get(self._kind_of(number))
        return own if own is not None or kind is None else kind.find(f"{W}lvl[@{W}ilvl='{level}']")


def read_numbering(xml: bytes | None) -> Numbering:
    """The lists of word/numbering.xml; none without it."""
    root = None if xml is None else parse(xml)
    if root is None:
        return Numbering({}, {})
    return Numbering(
        {each.get(f"{W}numId", ""): each for each in root.iterfind(f"{W}num")},
        {each.get(f"{W}abstractNumId", ""): each for each in root.iterfind(f"{W}abstractNum")},
    )


def _number(text: str, found: etree._Element) -> Number | None:
    if not text:
        return None
    indent = found.find(f"{W}pPr/{W}ind")
    # A tab follows the number; a space of about its width stands for it.
    text += _SUFFIXES.get(_value(found, "suff"), "\u2002")
    if indent is None:
        return Number(text)
    left = indent.get(f"{W}left") or indent.get(f"{W}start") or "0"
    first = mm(indent.get(f"{W}firstLine", "0")) - mm(indent.get(f"{W}hanging", "0"))
    return Number(text, mm(left), first)


def _value(element: etree._Element, name: str) -> str:
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val", "")


def _start(found: etree._Element) -> int:
    start = _value(found, "start")
    return int(start) if start.isdecimal() else 1


def _chinese(count: int) -> str:
    if not 0 < count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def _circled(count: int) -> str:
    return chr(0x2460 + count - 1) if 1 <= count <= 20 else str(count)


def _letters(count: int) -> str:
    return chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)


def _roman(count: int) -> str:
    pairs = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    written = ""
    for worth, sign in pairs:
        times, count = divmod(count, worth)
        written += sign * times
    return written


_FORMATS: dict[str, Callable[[int], str]] = {
    "none": lambda count: "",
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "ideographTraditional": lambda count: _STEMS[(count - 1) % len(_STEMS)],
    "decimalZero": lambda count: f"{count:02}",
    "upperLetter": _letters,
    "lowerLetter": lambda count: _letters(count).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda count: _roman(count).lower(),
}


def _written(count: int, how: str) -> str:
    return _FORMATS.get(how, str)(count)
