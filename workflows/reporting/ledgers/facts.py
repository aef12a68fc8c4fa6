"""Fills in what the rules ask of a ledger."""

from __future__ import annotations

from workflows.core.actors import Actor
from workflows.core.doers import doers_of

from ..models import Ledger
from .rules import LedgerFacts


def facts_of(ledger: Ledger, actor: Actor) -> LedgerFacts:
    """Whoever signed last as the one who filled it in does not review it."""
    checkers = doers_of(ledger.case, ("ledgers.check",))
    return LedgerFacts(
        last=ledger.last_count,
        joined=ledger.joined_count,
        left=ledger.left_count,
        now=ledger.now_count,
        differences=tuple(ledger.differences),
        actor_checked=actor.user is not None and checkers[-1:] == [actor.user.pk],
    )
