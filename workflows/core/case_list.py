"""The list of a flow's cases: what one may see, newest first, by a word and a state; one query however many."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from .inbox import PAGE, key_text, parse_key
from .models import Case
from .procedure import Procedure
from .requests import actor_of


def case_list(
    request: HttpRequest, flow: type[Procedure], rows: QuerySet[Any], *, url_name: str, states: Any
) -> dict[str, Any]:
    """What a list page wants. `rows` are the flow's entities with their `case`; `states` the filter's choices."""
    actor = actor_of(request)
    q, state = request.GET.get("q", "").strip()[:40], request.GET.get("state", "")
    found = rows.filter(case__in=Case.objects.visible_to(actor, copied=False)).select_related("case")
    if q:
        found = found.filter(
            Q(case__title__startswith=q) | Q(case__number__startswith=q) | Q(case__headline__startswith=q)
        )
    if state in {value for value, _ in states}:
        found = found.filter(state=state)
    after = parse_key(request.GET.get("after", ""))
    if after is not None:
        at, pk = after
        found = found.filter(Q(case__created__lt=at) | Q(case__created=at, case__pk__lt=pk))
    listed = list(found.order_by("-case__created", "-case__pk")[: PAGE + 1])
    last = listed[PAGE - 1].case if len(listed) > PAGE else None
    following = key_text((last.created, last.pk)) if last else ""
    paperwork = flow.paperwork
    return {
        "q": q,
        "states": [{"value": value, "label": label, "selected": value == state} for value, label in states],
        "rows": [
            {
                "url": reverse("case", args=[row.case.pk]),
                "who": row.case.title,
                "where": row.case.headline,
                "number": row.case.number,
                "what": paperwork.title,
                "state": paperwork.state_tag(row),
                "at": row.case.created,
            }
            for row in listed[:PAGE]
        ],
        "next_url": f"{reverse(url_name)}?{urlencode({'q': q, 'state': state, 'after': following})}"
        if following
        else "",
        "total_text": f"已显示{len(listed[:PAGE])}件。" if listed else "",
    }
