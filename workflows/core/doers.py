"""Who did what in a case so far, for rules like «whoever prepared it does not decide on it»."""

from __future__ import annotations

from collections.abc import Collection

from viewflow.workflow.status import STATUS

from .models import Case, DeskTask
from .returning import acts_that_stand


def doers_of(case: Case, actions: Collection[str]) -> list[int]:
    """The people (by key) whose acts of these kinds stand, in the order of acting: what was taken back does not count.
    On a page that has read the tasks of its case no query is asked for it, in a move one."""
    if case.within_move is None and case.remembered is not None:
        return [task.owner_id for task in acts_that_stand(case) if task.outcome in actions and task.owner_id]
    done = DeskTask.objects.filter(process=case, outcome__in=actions, status=STATUS.DONE, owner__isnull=False)
    return list(done.order_by("act_number", "pk").values_list("owner_id", flat=True))
