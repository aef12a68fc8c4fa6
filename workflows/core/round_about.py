"""Transitions by no declared way, as every entity declares them: sent back, straight back, moved by exception.

    send_back_to = sent_back(state, UNDER_REVIEW, [State.RETURNED, *UNDER_REVIEW])
    hand_back = handed_back(state, [State.RETURNED, *UNDER_REVIEW], UNDER_REVIEW)
    move_by_exception = moved_by_exception(state, [State.RETURNED, *UNDER_REVIEW])

They say between which states that may be at all; for one case the desk decides (returning.py, supervision.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_fsm import GET_STATE, transition


def sent_back(field: Any, sources: Iterable[str], targets: Iterable[str]) -> Any:
    """`send_back_to(self, to)`."""
    return _lays("send_back_to", field, sources, targets, "退回：写明要改什么；改好再逐级审批，或者直送退回人。")


def handed_back(field: Any, sources: Iterable[str], targets: Iterable[str]) -> Any:
    """`hand_back(self, to)`."""
    return _lays("hand_back", field, sources, targets, "直送退回人：中间各环节看过的内容没有变动，不再重复审批。")


def moved_by_exception(field: Any, states: Iterable[str]) -> Any:
    """`move_by_exception(self, to)`, between these open states."""
    told = "例外处理：监督员把办不下去的一件移到另一环节，写明原因；不跳过任何人的签字、印章。"
    return _lays("move_by_exception", field, states, states, told)


def _lays(name: str, field: Any, sources: Iterable[str], targets: Iterable[str], told: str) -> Any:
    def lay(self: Any, to: str) -> str:
        return to

    lay.__name__, lay.__doc__ = name, told
    target = GET_STATE(lambda self, to: to, states=list(targets))
    return transition(field=field, source=list(sources), target=target)(lay)
