"""What every page of the desk draws: icons, states, checks, the flow picture, dates, masked numbers.

The tags take mappings or objects alike, because the rooms below hand over plain values.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from project import flow_chart as chart
from project import flow_picture as picture
from project.icons import ICONS

register = template.Library()

_URGENCY = {"stop": 0, "warn": 1}
_BAR_ORDER = {"final": 0, "quiet": 1, "plain": 2, "primary": 3, "seal": 3}


def read(item: Any, name: str) -> Any:
    """A value by name from a mapping or an object; empty text when there is none."""
    value = item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)
    return "" if value is None else value


@register.simple_tag
def icon(name: str, size: int = 22) -> SafeString:
    """A sign beside a word, never instead of it: hidden from screen readers. `size` in CSS pixels."""
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 22 22" aria-hidden="true">{1}</svg>',
        size,
        mark_safe(ICONS[name]),  # noqa: S308 - our own constants
    )


@register.simple_tag
def state_tag(state: Any) -> SafeString:
    """Where a case stands, as shape and word; `kind` is one of mine, done, back, ended or empty (open)."""
    kind = read(state, "kind")
    return format_html('<span class="tag{}">{}</span>', f" tag--{kind}" if kind else "", read(state, "label"))


@register.inclusion_tag("desk/_checks.html")
def checks(items: Iterable[Any]) -> dict[str, Any]:
    """The rules that were looked at, what needs attention first; otherwise in the order given."""
    return {"checks": sorted(items, key=lambda check: _URGENCY.get(read(check, "kind"), 2))}


@register.simple_tag
def flow_picture(steps: Iterable[Any], return_arc: str = "") -> SafeString:
    """Where a case is on its way, as an SVG with a sentence for those who can't see it."""
    return picture.draw(
        [
            picture.Step(
                name=read(step, "name"),
                status=read(step, "status"),
                who=read(step, "who"),
                when=day(read(step, "when")),
                everybody=read(step, "all"),
            )
            for step in steps
        ],
        return_arc,
    )


@register.simple_tag
def flow_chart(rows: Any, returns: Any, spoken: str) -> SafeString:
    """A whole flow from top to bottom, for one case or as it is declared."""
    return chart.draw(list(rows), list(returns or ()), spoken)


@register.filter(expects_localtime=True)
def chinese_date(value: date | str | None) -> str:
    """2020年9月17日; text is left as it is."""
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value or ""


@register.filter(expects_localtime=True)
def day(value: date | str | None) -> str:
    """9月17日, where the year is plain from its surroundings; text is left as it is."""
    return f"{value.month}月{value.day}日" if isinstance(value, date) else value or ""


@register.filter(expects_localtime=True)
def clock(value: datetime | str | None) -> str:
    """16:05; text is left as it is."""
    return f"{value:%H:%M}" if isinstance(value, datetime) else value or ""


@register.filter(expects_localtime=True)
def moment(value: datetime | str | None) -> str:
    """9月15日 16:05; text is left as it is."""
    return f"{day(value)} {clock(value)}" if isinstance(value, datetime) else value or ""


@register.filter
def same(one: Any, other: Any) -> bool:
    """Whether two values read alike: choices hold numbers where a form gives text back."""
    return str(one) == str("" if other is None else other)


@register.filter
def in_bar_order(buttons: Iterable[Any]) -> list[Any]:
    """The action bar from left to right: irreversible, quiet, return, and the one primary at the right."""
    return sorted(buttons or (), key=lambda button: _BAR_ORDER.get(read(button, "weight"), 2))


@register.filter
def attention(items: Iterable[Any]) -> str:
    """What the checks come to, for a small button: 2项不符合, 1项提醒 or 都符合."""
    kinds = [read(item, "kind") for item in items]
    told = [f"{kinds.count(kind)}项{word}" for kind, word in (("stop", "不符合"), ("warn", "提醒")) if kind in kinds]
    return "，".join(told) or "都符合"
