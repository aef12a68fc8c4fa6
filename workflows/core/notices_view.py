"""Messages to one's office and to oneself: where they are read, and that they were."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.trail import SubjectStamp
from registry.models import County
from registry.roles import Role

from .actions import Action, Move, register
from .actors import Actor
from .clock import now
from .door import perform
from .models import Notice, NoticeReading
from .refusals import NotFound, Refusal
from .requests import actor_of, office_page, row_number

PAGE = 50


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """Everything said to this person and their offices, with `unread`."""
    to_me = Q(user=actor.user)
    for office in actor.offices:
        to_me |= Q(office_id=office.organisation_id, office_role=office.role)
    read = NoticeReading.objects.filter(notice=OuterRef("pk"), user=actor.user)
    return Notice.objects.filter(to_me).annotate(unread=~Exists(read)).select_related("case").order_by("-at", "-pk")


def _url_of(notice: Notice) -> str:
    """The case; without one an office's message leads to its people, a person's own to who stands in for whom."""
    if notice.case_id:
        return reverse("case", args=[notice.case_id])
    return reverse("workers" if notice.office_id else "delegations")


def notice_row(notice: Any) -> dict[str, Any]:
    return {
        "text": f"{notice.case.title}：{notice.text}" if notice.case else notice.text,
        "url": _url_of(notice),
        "at": notice.at,
        "unread": notice.unread,
    }


@register
class ReadNotices(Action):
    """The reader has seen the messages up to this one."""

    code = "desk.read_notices"
    label = "都标为已读"
    told = "阅读消息"
    acts_on = (County,)
    roles = tuple(Role)
    quiet = True

    def find(self, move_subject: Any, actor: Actor) -> tuple[County, Any]:
        county = County.objects.filter(pk=getattr(move_subject, "pk", None) or 0).first()
        if county is None or actor.holds(tuple(Role), county.pk) is None:
            raise NotFound("没有找到这个县。")
        return county, county

    def may(self, move: Move) -> bool:
        move.appointment = move.actor.holds(tuple(Role), move.county.pk)
        return move.appointment is not None

    def refusals(self, move: Move) -> Iterable[Refusal]:
        until = row_number(move.data.get("until"))
        unread = notices_of(move.actor).exclude(readings__user=move.user).filter(pk__lte=until or 0)
        move.data["unread"] = list(unread.values_list("pk", flat=True)[:1000])
        if not move.data["unread"]:
            yield Refusal("nothing_unread", "没有未读的消息，不用再标。")

    def apply(self, move: Move) -> None:
        unread: list[int] = move.data["unread"]
        NoticeReading.objects.bulk_create(
            [NoticeReading(notice_id=pk, user=move.user, at=move.at) for pk in unread], ignore_conflicts=True
        )
        move.details["notices"] = len(unread)

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="registry.county", key=str(move.county.pk))


@office_page
def notices(request: HttpRequest) -> HttpResponseBase:
    """All messages, newest first; the unread are marked, and read with one button."""
    actor = actor_of(request)
    if request.method == "POST" and actor.appointments:
        county = actor.appointments[0].organisation.county
        perform("desk.read_notices", county, actor, {"until": request.POST.get("until")}, at=now())
        response = redirect("notices")
        response.status_code = 303
        return response
    found = notices_of(actor)
    if (before := row_number(request.GET.get("before"))) is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    context = {
        "rows": [notice_row(each) for each in rows[:PAGE]],
        "unread": any(each.unread for each in rows[:PAGE]),  # type: ignore[attr-defined]
        "until": max((each.pk for each in rows), default=0),
        "next_url": f"{reverse('notices')}?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "total_text": f"已显示{len(rows[:PAGE])}条。" if rows else "",
    }
    return render(request, "desk/notices.html", context)
