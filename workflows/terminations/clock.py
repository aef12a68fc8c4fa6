"""What the clock does: whoever has reached sixty-five or three years cannot be renewed, so the exit is opened for them.

《办法》第十条: the agreement ends of itself. Pay has stopped with the day already (employment, 到期待处理); the notice
is still written, decided and delivered by people, and lies on the village's desk with its term until it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from registry.policies import policy_on
from workflows.core.daily import daily
from workflows.core.door import Step
from workflows.core.guards import chinese
from workflows.core.list_actions import parts
from workflows.employment.models import EndReason, Tenure, TenureState
from workflows.employment.tenures.ends import Prospect, prospects

from .models import Termination

LIMITS = {EndReason.AGE: "达到年龄上限", EndReason.FULL_TERM: "在扶贫专岗累计工作满三年"}


@daily("到限开离岗")
def limits_reached(at: datetime) -> Iterator[Step]:
    """Once a tenure: whom people have kept from leaving (作废, 乡镇不同意) the clock does not send off again."""
    on = timezone.localtime(at).date()
    handled = Termination.objects.values("tenure")
    waiting = Tenure.objects.filter(state=TenureState.EXPIRED).exclude(pk__in=handled)
    policies: dict[int, Any] = {}
    for some in parts(list(waiting.order_by("pk").values_list("pk", flat=True))):
        rows = list(Tenure.objects.filter(pk__in=some).select_related("county", "worker").order_by("pk"))
        for row in rows:
            if row.county_id not in policies:
                policies[row.county_id] = policy_on(row.county, on)
        yield from _steps(prospect for prospect in prospects(rows, policies, on) if not prospect.covered)


def _steps(found: Iterable[Prospect]) -> Iterator[Step]:
    for prospect in found:
        last = prospect.last
        if last.reason in LIMITS and prospect.passed in (None, last):
            facts = f"{chinese(last.day)}{LIMITS[EndReason(last.reason)]}，用工协议自行终止。"
            data = {"reason": last.reason, "facts": facts, "opening_key": f"limit-{prospect.tenure.pk}"}
            yield Step("terminations.open", prospect.tenure, data)
