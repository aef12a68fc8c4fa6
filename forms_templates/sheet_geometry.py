"""The CSS half of a sheet: Word's measures as classes named after what they say.

A class is named by the digest of its declarations: a finished paper, made from the same template, gets the
very classes the template's style sheet defines, without knowing which form it is. No inline styles anywhere
(CSP).

The measures hold on wide screens, in print, and for 看表样 (#biao:target); on a phone the rows become lines
and only the design's own rules hold. They live in the design's cascade layers, a little more specific than
its defaults and a little less than its states, so that a live cell still fills its cell.
"""

import hashlib

_SELECTORS = {
    "paper": (".paper.{}",),
    "table": (".paper .{}",),
    "lines": (".paper .{} > * > tr > *",),
    "column": (".paper .{}",),
    "row": (".paper .{} > *",),
    "keep": (".paper .{}",),
    "cell": (".paper :is(th, td).{}",),
    "opinion": (".paper td.opinion.{}",),
    "part": (".paper .{}",),
    "paragraph": (".paper .{}",),
    "place": (".paper .{}",),
    "inline": (".paper .{}",),
    "over": (".paper .{}",),
}
# The licensed families the papers name, as the design's stacks of what a reader may have.
_FAMILIES = {
    "仿宋_GB2312": "var(--song, serif)",
    "仿宋": "var(--song, serif)",
    "楷体_GB2312": "var(--kai, serif)",
    "楷体": "var(--kai, serif)",
    "方正小标宋简体": "var(--title, serif)",
    "黑体": "var(--sans, sans-serif)",
}
_WIDE = "@media print, screen and (min-width: 781px)"
_TARGET = "@media screen and (max-width: 780px)"


def mm(value: float) -> str:
    """A length in mm, to a hundredth."""
    return f"{round(value, 2):g}mm"


def pt(value: float) -> str:
    """A length in points."""
    return f"{round(value, 2):g}pt"


def family(name: str) -> str:
    """The CSS font family for one of Word's."""
    return _FAMILIES.get(name, "serif")


class Geometry:
    """Collects the rules while a sheet is written."""

    def __init__(self) -> None:
        self._rules: dict[str, tuple[str, str]] = {}
        self._print: dict[str, str] = {}

    def name(self, kind: str, declarations: dict[str, str]) -> str:
        """The class with these declarations."""
        body = "; ".join(f"{key}: {value}" for key, value in declarations.items())
        name = self._named(kind, body)
        for selector in _SELECTORS[kind]:
            self._rules[name] = (selector.format(name), body)
        return name

    def place(self, left: float, top: float, width: float, height: float) -> str:
        """A picture's place, in mm from its paragraph's corner; whatever stands there fills it."""
        box = {"left": mm(left), "top": mm(top), "width": mm(width), "height": mm(height)}
        return self._filled("place", {"position": "absolute", **box})

    def place_in_line(self, width: float, height: float) -> str:
        """A picture's place that moves with its line (mm)."""
        box = {"width": mm(width), "height": mm(height), "vertical-align": "bottom"}
        return self._filled("inline", {"position": "relative", "display": "inline-block", **box})

    def _filled(self, kind: str, box: dict[str, str]) -> str:
        name = self.name(kind, box)
        fill = "position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; object-fit: contain"
        self._rules[f"{name} > *"] = (f".paper .{name} > *", fill)
        return name

    def paper(
        self,
        width: float,
        height: float,
        margins: tuple[float, float, float, float],
        text: dict[str, str],
        number: dict[str, str] | None = None,
    ) -> str:
        """The page itself: a sheet of that size on the screen, pages with these margins in print (all mm).

        `number` says how the page's number stands below the text, where a form counts its pages.
        """
        top, right, bottom, left = margins
        name = self.name(
            "paper",
            {
                # Two papers with the same page, one of them numbered, are two pages in print.
                **({"--page-number": number["content"]} if number else {}),
                "width": mm(width),
                "max-width": "none",
                "min-height": mm(height),
                "padding": " ".join(mm(each) for each in margins),
                **text,
            },
        )
        # The page has no margin of its own, or browsers print the address and the date there. A table's
        # header and footer groups come again on every page: they are the margins, on the second page as on
        # the first.
        counted = "; ".join(f"{key}: {value}" for key, value in (number or {}).items())
        foot = f" @bottom-center {{ {counted} }}" if counted else ""
        size = f"size: {mm(width)} {mm(height)}; margin: 0"
        self._print[name] = (
            f"  @page {name} {{ {size};{foot} }}\n"
            f"{_of_many(name, size, foot)}"
            "  @media print {\n"
            f"    .paper.{name} {{ page: {name}; display: table; width: {mm(width - left - right)};"
            f" min-height: 0; padding: 0; margin: 0 0 0 {mm(left)} }}\n"
            f"    .printed:nth-child(odd) > .paper.{name} {{ page: {name}-odd }}\n"
            f"    .printed:nth-child(even) > .paper.{name} {{ page: {name}-even }}\n"
            f"    .paper.{name} > .paper__top {{ display: table-header-group; break-inside: avoid }}\n"
            f"    .paper.{name} > .paper__bottom {{ display: table-footer-group; break-inside: avoid }}\n"
            f"    .paper.{name} > .paper__top > * {{ height: {mm(top)} }}\n"
            f"    .paper.{name} > .paper__bottom > * {{ height: {mm(bottom)} }}\n"
            "    .paper .grid > tbody > tr.row--splits { break-inside: auto }\n"
            "  }\n"
        )
        return name

    def css(self) -> str:
        """The style sheet of everything named so far."""
        rules = list(self._rules.values())
        wide = "".join(f"    {selector} {{ {body} }}\n" for selector, body in rules)
        target = "".join(f"    .biao:target {selector} {{ {body} }}\n" for selector, body in rules)
        printed = "".join(self._print.values())
        return (
            f"@layer sheet {{\n  {_WIDE} {{\n{wide}  }}\n  {_TARGET} {{\n{target}  }}\n}}\n"
            f"@layer print {{\n{printed}}}\n"
        )

    @staticmethod
    def _named(kind: str, body: str) -> str:
        return f"{kind}-{hashlib.sha256(body.encode()).hexdigest()[:8]}"


def _of_many(name: str, size: str, foot: str) -> str:
    """The pages of papers printed one after the other, each counted from one: every second paper has one counter, the
    others a second one, and whichever counts sets the other back."""
    pages = ""
    for own, other in (("odd", "even"), ("even", "odd")):
        counting = f"counter-increment: page-{own}; counter-set: page-{other} 0;"
        pages += (
            f"  @page {name}-{own} {{ {size}; {counting}{foot.replace('counter(page)', f'counter(page-{own})')} }}\n"
        )
    return pages
