"""随机抽查: a draw that anybody can repeat from its seed and its list, with any program that knows SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def draw(seed: str, keys: Iterable[int], number: int) -> list[int]:
    """The first `number` keys in the order of SHA-256 over "seed:key": the same seed and list give the same people."""
    ranked = sorted(set(keys), key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())
    return ranked[:number]
