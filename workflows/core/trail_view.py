"""The trail for those who look at everything."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.models import Event
from audit.queries import county_page
from registry.models import County
from registry.roles import Role

from .actions import ACTIONS
from .actors import Actor
from .inbox import key_text, parse_key
from .requests import actor_of, office_page
from .trail_search import Asked, asked_of, people_called
from .trail_words import case_url, change_text, numbers_of, state_names

# Who reads the whole county's trail.
MAY_READ_TRAIL = (
    Role.BUREAU_SUPERVISOR,
    Role.EMPLOYMENT_SERVICE_OFFICER,
    Role.AUDITOR,
    Role.FINANCE_OFFICER,
    Role.SUPERVISION_MEMBER,
)
PAGE = 50


def may_read_trail(actor: Actor) -> bool:
    return actor.holds(MAY_READ_TRAIL) is not None


def trail_county(request: HttpRequest) -> County:
    """The county whose trail the person reads; 404 for everybody else."""
    appointment = actor_of(request).holds(MAY_READ_TRAIL)
    if appointment is None:
        raise Http404
    return appointment.organisation.county


@office_page
def trail(request: HttpRequest) -> HttpResponseBase:
    """The county's events, newest first: by person, case, actor, organisation, action and time."""
    county = trail_county(request)
    asked = asked_of(request.GET, county)
    events: list[Event] = []
    older = ""
    if not asked.slips:
        page = county_page(county.code, asked.search, before=parse_key(request.GET.get("before", "")), limit=PAGE)
        events, older = page.events, key_text(page.older)
    context = {
        "filters": filters_of(asked),
        "chosen": asked.chosen,
        "slips": list(dict.fromkeys(asked.slips)),
        "people_url": reverse("trail_people"),
        "rows": event_rows(events),
        "next_url": f"{reverse('trail')}?{urlencode({**asked.kept, 'before': older})}" if older else "",
        "total_text": f"已显示{len(events)}条。" if events else "",
    }
    return render(request, "desk/trail.html", context)


def filters_of(asked: Asked) -> list[dict[str, Any]]:
    told = [("", "全部"), *sorted(((each.code, each.told) for each in ACTIONS.all()), key=lambda pair: pair[1])]
    return [
        {"name": "number", "label": "办件编号", "kind": "search", "value": asked.kept.get("number", "")},
        {
            "name": "action",
            "label": "做了什么",
            "kind": "select",
            "value": asked.kept.get("action", ""),
            "choices": told,
        },
        {
            "name": "organisation",
            "label": "单位（名称或代码）",
            "kind": "search",
            "value": asked.kept.get("organisation", ""),
        },
        {"name": "since", "label": "从哪一天", "kind": "date", "value": asked.kept.get("since", "")},
        {"name": "until", "label": "到哪一天", "kind": "date", "value": asked.kept.get("until", "")},
        *(
            {"name": name, "kind": "hidden", "value": asked.kept[name]}
            for name in ("worker", "actor")
            if name in asked.kept
        ),
    ]


def event_rows(events: list[Event]) -> list[dict[str, Any]]:
    names, numbers = state_names(), numbers_of(events)
    return [
        {
            "at": event.at,
            "actor": event.actor_name,
            "organisation": event.actor_organisation_name,
            "action": ACTIONS.told(event.action),
            "subject": event.subject_number or numbers.get(event.case_key, "—"),
            "subject_url": case_url(event),
            "change": change_text(event, names),
            "reason": event.reason,
            "sequence": event.sequence,
            "url": reverse("trail_event", args=[event.sequence]),
        }
        for event in events
    ]


@office_page
def trail_people(request: HttpRequest) -> HttpResponseBase:
    """Find a worker by name or ID number, an official by name; what was typed stands in no address."""
    county = trail_county(request)
    if request.method != "POST":
        return redirect("trail")
    typed = request.POST.get("who", "").strip()[:50]
    found = people_called(typed, county) if typed else []
    context = {"typed": typed, "people": found, "people_url": reverse("trail_people"), "back_url": reverse("trail")}
    return render(request, "desk/trail_people.html", context)
