"""Draws where a case is: at most five two-line nodes, who and when below, and the way back above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

MOST_NODES = 5
WIDTH = 348
_NODE_WIDTH = 60
_PITCH = 71.5
_NODE_TOP = 20
_NODE_HEIGHT = 52
_LINE = 18
# Below a node there is room for so many characters side by side.
_CHARACTERS = 4


@dataclass(frozen=True)
class Step:
    """One node: `name` in one or two lines, `who` has or had it, `when` in words."""

    name: str
    status: Literal["done", "now", "next"]
    who: str = ""
    when: str = ""
    everybody: str = ""  # of several who must sign: all who are waited for; the node has room for a number only

    @property
    def spoken(self) -> str:
        return self.name.replace("\n", "")

    @property
    def below(self) -> list[str]:
        """The lines under the node; a long name takes two of equal length."""
        half = len(self.who) if len(self.who) <= _CHARACTERS else (len(self.who) + 1) // 2
        who = [self.who[:half], self.who[half:]]
        return [line for line in (*who, self.when) if line]


def draw(steps: Sequence[Step], return_arc: str = "") -> SafeString:
    """The picture of a flow. `return_arc` names the way back from the present step to the first, if there is one.

    Of more than five steps those around the present one are drawn; the sentence names them all.
    """
    shown = _around_now(steps)
    present = _index_of_now(shown)
    arc = return_arc if present else ""
    top = 0 if arc else 16
    lines = max((len(step.below) for step in shown), default=0)
    bottom = _NODE_TOP + _NODE_HEIGHT + 6 + _LINE * max(lines, 1)
    return format_html(
        '<svg class="flow" viewBox="0 {} {} {}" role="img" aria-label="{}">{}{}</svg>',
        top,
        WIDTH,
        bottom - top,
        sentence(steps),
        _way_back(arc, present or 0),
        format_html_join(
            "",
            "{}{}",
            (
                (_node(place, step), _arrow(place, step) if place + 1 < len(shown) else "")
                for place, step in enumerate(shown)
            ),
        ),
    )


def sentence(steps: Sequence[Step]) -> str:
    """流程：提出申请、村委会意见已办；现在是乡镇意见，由林书平办理；之后是乡镇盖章。"""
    done = [step.spoken for step in steps if step.status == "done"]
    now = [step for step in steps if step.status == "now"]
    to_come = [step.spoken for step in steps if step.status == "next"]
    parts = []
    if done:
        parts.append("、".join(done) + "已办")
    parts += [f"现在是{step.spoken}" + (f"，由{step.everybody or step.who}办理" if step.who else "") for step in now]
    if to_come:
        parts.append("之后是" + "、".join(to_come))
    return "流程：" + "；".join(parts) + "。"


def _around_now(steps: Sequence[Step]) -> Sequence[Step]:
    present = _index_of_now(steps)
    middle = len(steps) - 1 if present is None else present
    first = max(0, min(middle - MOST_NODES // 2, len(steps) - MOST_NODES))
    return steps[first : first + MOST_NODES]


def _index_of_now(steps: Sequence[Step]) -> int | None:
    return next((i for i, step in enumerate(steps) if step.status == "now"), None)


def _left(place: int) -> float:
    return 1 + _PITCH * place


def _node(place: int, step: Step) -> SafeString:
    left = _left(place)
    middle = left + _NODE_WIDTH / 2
    name = step.name.split("\n", 1)
    first_line = 41 if len(name) == 2 else 51
    return format_html(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="5"/>{}{}</g>',
        step.status,
        left,
        _NODE_TOP,
        _NODE_WIDTH,
        _NODE_HEIGHT,
        _lines("name", middle, first_line, 20, name),
        _lines("when", middle, 91, _LINE, step.below),
    )


def _lines(kind: str, x: float, y: int, height: int, lines: Sequence[str]) -> SafeString:
    return format_html_join(
        "",
        '<text class="{}" x="{}" y="{}">{}</text>',
        ((kind, x, y + height * number, line) for number, line in enumerate(lines)),
    )


def _arrow(place: int, step: Step) -> SafeString:
    start = _left(place) + _NODE_WIDTH
    end = start + _PITCH - _NODE_WIDTH - 1
    walked = "walked" if step.status == "done" else "ahead"
    return format_html(
        '<path class="{0}" d="M{1} 46H{2}"/><path class="{0}" d="M{3} 42l5 4-5 4"/>', walked, start, end, end - 5
    )


def _way_back(text: str, present: int) -> SafeString:
    if not text:
        return mark_safe("")
    goal, start = _left(0) + _NODE_WIDTH / 2, _left(present) + _NODE_WIDTH / 2
    middle = (goal + start) / 2
    # The words interrupt the line only where there is room for them beside it.
    width = min(len(text) * 14 + 4, start - goal - 8)
    return format_html(
        '<path class="back" d="M{0} 18V7H{1}V17"/><path d="M{2} 12l4 6 4-6"/>'
        '<rect class="blank" x="{3}" y="0" width="{4}" height="14"/><text class="when" x="{5}" y="12">{6}</text>',
        start, goal, goal - 4, middle - width / 2, width, middle, text,
    )  # fmt: skip
