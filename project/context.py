"""What stands on every page: whose site it is, who is logged in, where one can go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from evidence.overview_view import may_see_overview
from registry.models import Appointment, County
from registry.roles import SEES, Role, Sight
from workflows.administration.access import may_administer
from workflows.appraisals.overview import sees_appraisals
from workflows.attendance.pay.views import may_see_pay
from workflows.attendance.sheets.views import sees_sheets
from workflows.briefings.views import must_follow_up
from workflows.core.actors import Actor
from workflows.core.inbox import count_together, pile_of
from workflows.core.requests import actor_of
from workflows.core.scan_view import may_open as may_bring_back_scans
from workflows.core.seal_readers import MAY_READ_ALL_SEALS
from workflows.core.trail_view import may_read_trail
from workflows.form_versions.views import may_take_part as may_change_forms
from workflows.form_versions.views import waiting_for as forms_waiting
from workflows.letters.views import may_see_letters
from workflows.lists.kinds import may_take_in
from workflows.policies.views import may_take_part, waiting_for
from workflows.reporting.ledgers.views import may_see_ledgers
from workflows.reporting.progress_view import may_see_progress

# Appointments named beside the person; more would push the way out off the bar.
_TITLES_SHOWN = 2
KEEPERS = (Role.VILLAGE_SEAL_KEEPER, Role.TOWNSHIP_SEAL_KEEPER)


@dataclass(frozen=True)
class Site:
    """The county's own desk; `county` is empty on the login page of an installation with several."""

    county: str
    demo: bool

    @property
    def name(self) -> str:
        return f"{self.county}扶贫专岗"


@dataclass(frozen=True)
class Me:
    """The reader; `key` tells one reader from another on a shared computer and says nothing about the person."""

    name: str
    title: str
    key: str


@dataclass(frozen=True)
class Entry:
    """One way on in the bar; `count` is what waits there; `behind` are the ways behind a word that is no page."""

    label: str
    url: str
    current: bool
    count: int = 0
    behind: "tuple[Entry, ...]" = ()


def desk(request: HttpRequest) -> dict[str, Any]:
    """Context processor: desk, me and nav. (`site` is taken by Django's login view.)"""
    if not request.user.is_authenticated:
        return {"desk": _site(None), "me": None, "nav": []}
    actor = actor_of(request)
    return {
        "desk": _site(actor),
        "me": Me(actor.name, _titles(actor.appointments, request.user.pk), _reader_key(request.user.pk)),
        "nav": _nav(actor, request.path),
    }


def _reader_key(pk: int) -> str:
    return salted_hmac("project.context.reader", str(pk), algorithm="sha256").hexdigest()[:16]


def title_of(appointment: Appointment) -> str:
    """泥井镇乡镇审核人, 青禾村经办人, 人社局监督员: organisation and role, what both say said once."""
    place, role = appointment.organisation.name, Role(appointment.role).label.split("（")[0]
    short, bureau, _ = role.partition("局")
    if bureau and _abbreviates(short, place):
        return role
    for length in range(min(len(place), len(role)), 0, -1):
        if place.endswith(role[:length]):
            return place + role[length:]
    return place + role


def _abbreviates(short: str, name: str) -> bool:
    """Whether 人社 stands for 人力资源和社会保障局: its characters in this order."""
    rest = iter(name)
    return all(character in rest for character in short)


def _titles(appointments: tuple[Appointment, ...], pk: int) -> str:
    own = [appointment for appointment in appointments if appointment.user_id == pk]
    titles = [title_of(appointment) for appointment in own]
    titles += [f"代{each.user.name}" for each in appointments if each.user_id != pk]
    more = "等" if len(titles) > _TITLES_SHOWN else ""
    return "、".join(titles[:_TITLES_SHOWN]) + more


def _site(actor: Actor | None) -> Site:
    if actor is not None and actor.appointments:
        county = actor.appointments[0].organisation.county.name
    else:
        names = list(County.objects.values_list("name", flat=True)[:2])
        county = names[0] if len(names) == 1 else ""
    return Site(county=county, demo=settings.DEMO)


def _sees_cases(actor: Actor) -> bool:
    return any(SEES[Role(appointment.role)] != Sight.NOTHING for appointment in actor.appointments)


def _takes_in_for_an_office(actor: Actor) -> bool:
    """The administrator finds the lists beside the offices and users."""
    return may_take_in(actor) and not may_administer(actor)


def _holds_office(actor: Actor) -> bool:
    return bool(actor.appointments)


# Which entries stand together behind one word of the bar; a word of its own for each would not fit beside the name.
Way = tuple[str, str, Callable[[Actor], bool]]


def _ways() -> tuple[tuple[str, tuple[Way, ...]], ...]:
    """Every entry in its order: the word it stands behind ("" stands in the bar itself), then for each what it is
    called, the page behind it, who may open that."""
    return (
        (
            "",
            (
                ("概况", "overview", may_see_overview),
                ("待办", "inbox", _sees_cases),
                ("申请", "applications", _sees_cases),
                ("岗位", "posts", _sees_cases),
                ("人员", "workers", _sees_cases),
                ("考勤", "attendance", sees_sheets),
                ("薪酬", "pay", may_see_pay),
                ("台账", "ledgers", may_see_ledgers),
            ),
        ),
        (
            "考核督查",
            (
                ("考核", "appraisals", sees_appraisals),
                ("督查", "findings", _sees_cases),
                ("请假", "leaves", _sees_cases),
                ("离岗", "exits", _sees_cases),
                ("月度进度", "county_month", may_see_progress),
            ),
        ),
        (
            "文书用印",
            (
                ("打印", "print_centre", _sees_cases),
                ("纸签", "scans", may_bring_back_scans),
                ("用印登记", "seal_register", _may_read_seals),
                ("用印申请", "letters", may_see_letters),
            ),
        ),
        (
            "制度记录",
            (
                ("办理记录", "trail", may_read_trail),
                ("传达", "briefings", must_follow_up),
                ("政策", "policies", may_take_part),
                ("表样", "forms", may_change_forms),
                ("名单", "lists", _takes_in_for_an_office),
                ("条款对照", "articles", _holds_office),
            ),
        ),
        (
            "单位用户",
            (
                ("单位", "organisations", may_administer),
                ("用户", "officials", may_administer),
                ("印章", "seals", may_administer),
                ("名单", "lists", may_administer),
            ),
        ),
    )


def _nav(actor: Actor, path: str) -> list[Entry]:
    """Only what this person may open; who may open one page behind a word finds that page in the bar itself."""
    proposals = _proposals(actor)
    nav: list[Entry] = []
    for word, ways in _ways():
        open_to_them = [(label, reverse(name)) for label, name, may_open in ways if may_open(actor)]
        entries = [
            Entry(label=label, url=url, current=path.startswith(url), count=_count(label, actor, proposals))
            for label, url in open_to_them
        ]
        nav += [_together(word, entries)] if word and len(entries) > 1 else entries
    return nav


def _together(word: str, entries: list[Entry]) -> Entry:
    return Entry(
        label=word,
        url="",
        current=any(entry.current for entry in entries),
        count=sum(entry.count for entry in entries),
        behind=tuple(entries),
    )


def _count(label: str, actor: Actor, proposals: list[str]) -> int:
    """What waits behind an entry, for those whose word it waits for."""
    if label == "待办":
        return len(pile_of(actor))
    return proposals.count(label)


def _proposals(actor: Actor) -> list[str]:
    """The entry behind which each proposal lies that waits for this person's word; counted with their pile."""
    waiting = (("政策", waiting_for(actor)), ("表样", forms_waiting(actor)))
    return count_together(actor, waiting, pile=_sees_cases(actor))


def _may_read_seals(actor: Actor) -> bool:
    """Keepers read their own register, the bureau and the auditor every one (as the page itself decides)."""
    return actor.holds(MAY_READ_ALL_SEALS) is not None or any(office.role in KEEPERS for office in actor.offices)
