"""A new post, and the list of posts with their vacancies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from registry.roles import SEES, OrganisationKind, Role, Sight
from workflows.core.actors import Actor
from workflows.core.inbox import PAGE
from workflows.core.new_case import NewCase, new_case
from workflows.core.requests import actor_of, office_page, row_number

from ..models import BEFORE_SETTLED, Post, PostState
from ..places import free_and_taken, with_places_taken
from .actions import OPENERS
from .flow_v1 import PostFlow

NEW_POST = NewCase(
    flow=PostFlow,
    title="新岗位",
    url_name="new_post",
    opens="posts.open",
    saves="posts.save_draft",
    submits="posts.submit",
    submit_label="报乡镇核定",
    openers=OPENERS,
)


def posts_of(actor: Actor) -> Any:
    """The posts one may see: a village all of its own, others those that were handed in."""
    seen = Q(pk__in=[])
    handed_in = ~Q(state=PostState.PLANNED)
    for appointment in actor.appointments:
        organisation = appointment.organisation
        scope = SEES[Role(appointment.role)]
        if scope == Sight.NOTHING:
            continue
        if scope == Sight.COUNTY:
            seen |= Q(county_id=organisation.county_id) & handed_in
        elif organisation.kind == OrganisationKind.VILLAGE:
            seen |= Q(village_id=organisation.pk)
        elif organisation.kind == OrganisationKind.TOWNSHIP:
            seen |= Q(village__parent_id=organisation.pk) & handed_in
    return Post.objects.filter(seen).exclude(state=PostState.VOIDED)


@office_page
def new_post(request: HttpRequest) -> HttpResponseBase:
    """A blank 扶贫专岗设置核定表."""
    return new_case(request, NEW_POST)


@office_page
def posts(request: HttpRequest) -> HttpResponseBase:
    """Posts and their vacancies, newest first; one query whatever their number."""
    actor = actor_of(request)
    wanted = request.GET.get("state", "")
    q = request.GET.get("q", "").strip()[:40]
    found = posts_of(actor).select_related("village__parent", "case")
    if q:
        found = found.filter(Q(type_name__startswith=q) | Q(village__name__startswith=q))
    if wanted in PostState.values:
        found = found.filter(state=wanted)
    after = row_number(request.GET.get("after"))
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(with_places_taken(found).order_by("-pk")[: PAGE + 1])
    shown = rows[:PAGE]
    following = {"q": q, "state": wanted, "after": shown[-1].pk} if len(rows) > PAGE else None
    context = {
        "title": "岗位",
        "q": q,
        "states": [
            {"value": value, "label": label, "selected": value == wanted}
            for value, label in PostState.choices
            if value != PostState.VOIDED
        ],
        "rows": [row_of(post) for post in shown],
        "next_url": f"{reverse('posts')}?{urlencode(following)}" if following else "",
        "total_text": f"已显示{len(shown)}个岗位。" if shown else "",
        "can_open": actor.holds(OPENERS) is not None,
    }
    return render(request, "posts/posts.html", context)


def row_of(post: Post) -> dict[str, Any]:
    """One line: what and where, places, taken, free."""
    settled = post.state in (PostState.VACANT, PostState.OCCUPIED)
    free, taken = free_and_taken(post) if settled else (0, 0)
    state = PostState(post.state)
    kind = {PostState.RETURNED: "back", PostState.ABOLISHED: "ended", PostState.REJECTED: "ended"}.get(state, "")
    if settled:
        tag = {"kind": "done" if free == 0 else "", "label": "在用" if free == 0 else f"空缺{free}人"}
    else:
        tag = {"kind": kind, "label": state.label}
    return {
        "url": reverse("case", args=[post.case_id]) if post.case_id else "",
        "type_name": post.type_name or "未写岗位",
        "where": f"{post.village.parent.name if post.village.parent else ''}{post.village.name}",
        "hours": post.hours,
        "near": post.near,
        "places": post.places,
        "taken": taken,
        "free": free,
        "state": tag,
        "is_draft": post.state in BEFORE_SETTLED,
    }
