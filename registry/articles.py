"""The county's rules, quoted once (articles.toml), and how a `basis` such as 《办法》第二条、第十条 names them."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LAWS = {"办法": "measures", "方案": "scheme"}
_DIGITS = "一二三四五六七八九十"
_PLACE = re.compile(
    r"《(?P<law>办法|方案)》|(?P<scheme>方案)(?=[一二三四]（)"
    r"|第(?P<articles>(?:十?[一二三四五六七八九十][、至])*十?[一二三四五六七八九十])条(?:第(?P<item>[1-9一二三四五])项)?"
    r"|(?P<section>[一二三四])（(?P<part>[一二三四五六])）(?P<number>[1-9])?"
    r"|(?P<preamble>引言)"
)


class UnknownArticle(LookupError):
    """A basis names an article that the rules don't have; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Article:
    """One article, item or section; `within` is the code of what it is part of, `outside` why it needs no carrier."""

    code: str
    law: str
    name: str
    text: str
    within: str = ""
    outside: str = ""

    @property
    def reference(self) -> str:
        """《办法》第十条, as a refusal names it."""
        return f"《{self.law}》{self.name}"


@lru_cache(maxsize=1)
def articles() -> dict[str, Article]:
    """Every article by its code, in the order of the document: first the measures, then the scheme."""
    rows = tomllib.loads((Path(__file__).parent / "articles.toml").read_text(encoding="utf-8"))["articles"]
    return {row["code"]: Article(**row) for row in rows}


def references(basis: str) -> list[str]:
    """The codes a text names, in its order, each once. Raises UnknownArticle.

    `《办法》第二条、第十条`, `《方案》三（二）4、《办法》第二条`, `《办法》第四条第3项`, `《方案》引言`. What is said
    without the name of a law before it names nothing.
    """
    law, found = "", []
    for match in _PLACE.finditer(basis):
        if match["law"] or match["scheme"]:
            law = match["law"] or match["scheme"]
        elif law == "办法" and match["articles"]:
            item = _item(match["item"])
            found += [_known(f"measures-{each}{item}", match.group()) for each in _numbers(match["articles"])]
        elif law == "方案" and match["section"]:
            number = f"-{match['number']}" if match["number"] else ""
            found.append(_known(f"scheme-{_number(match['section'])}-{_number(match['part'])}{number}", match.group()))
        elif law == "方案" and match["preamble"]:
            found.append("scheme-preamble")
    return list(dict.fromkeys(found))


def _known(code: str, said: str) -> str:
    if code not in articles():
        raise UnknownArticle(f"原文里没有“{said}”（{code}），请核对依据。")
    return code


def _numbers(text: str) -> list[int]:
    """第九、十条 and 第六至九条: every article meant."""
    found: list[int] = []
    for part in text.split("、"):
        first, _, last = part.partition("至")
        found += range(_number(first), _number(last or first) + 1)
    return found


def _number(text: str) -> int:
    if text == "十":
        return 10
    return 10 + _DIGITS.index(text[1]) + 1 if text.startswith("十") else _DIGITS.index(text) + 1


def _item(text: str | None) -> str:
    if not text:
        return ""
    return f"-{text if text.isdigit() else _number(text)}"
