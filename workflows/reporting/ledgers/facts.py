"""Fills in what the rules ask of a ledger."""

from __future__ import annotations

from workflows.core.actors import Actor
from workflows.core.models import DeskTask

from ..models import Ledger
from .rules import LedgerFacts


def facts_of(ledger: Ledger, actor: Actor) -> LedgerFacts:
    """One query: who signed last as the one who filled it in."""
    done = DeskTask.objects.filter(process=ledger.case_id, outcome="ledgers.check", status="DONE")
    last = done.order_by("act_number").values_list("owner_id", flat=True).last()
    return LedgerFacts(
        last=ledger.last_count,
        joined=ledger.joined_count,
        left=ledger.left_count,
        now=ledger.now_count,
        differences=tuple(ledger.differences),
        actor_checked=last is not None and actor.user is not None and last == actor.user.pk,
    )
