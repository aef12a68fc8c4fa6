"""人员: find somebody, and everything about them on one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from forms_templates.library import form
from forms_templates.models import Document
from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError, age_on, mask_id, mask_phone
from registry.models import Worker
from registry.policies import Policy, policy_on
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_actions import MAY_UNMASK, UNMASK_REASONS
from workflows.core.desk_view import refusal_rows
from workflows.core.door import perform
from workflows.core.guards import chinese
from workflows.core.inbox import PAGE
from workflows.core.models import Case
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, row_number, wants_json

from ..models import ENDINGS, LASTING, Agreement, AgreementState, Tenure, TenureState
from .history import Entry, Rows, lines, newest_first, panels_of, read_history
from .limits import Limits, limits_of
from .seen import workers_seen
from .ways_on import ways_on

TAGS = {
    TenureState.PENDING: "",
    TenureState.WORKING: "done",
    TenureState.ON_LEAVE: "",
    TenureState.AWAITING_RENEWAL: "mine",
    TenureState.EXPIRED: "back",
    **dict.fromkeys((*ENDINGS, TenureState.CANCELLED, TenureState.ENDED), "ended"),
}


@office_page
def workers(request: HttpRequest) -> HttpResponseBase:
    """Everybody one may see. What is looked for is posted: a name or an ID number never stands in an address."""
    actor, on = actor_of(request), today()
    if not actor.appointments:
        raise Http404
    q = request.POST.get("q", "").strip()[:40]
    found = workers_seen(actor).select_related("village__parent")
    if q:
        found = _matching(found, q)
    after = _parsed(request.GET.get("after", "")) if not q else None
    people = _on_post_first(found, after)
    last = people[PAGE - 1] if len(people) > PAGE else None
    shown = people[:PAGE]
    tenures: dict[int, list[Tenure]] = {worker.pk: [] for worker in shown}
    for tenure in Tenure.objects.filter(worker__in=shown).select_related("post").order_by("start_on", "pk"):
        tenures[tenure.worker_id].append(tenure)
    context = {
        "q": q,
        "rows": [_row(worker, tenures[worker.pk], on) for worker in shown],
        "next_url": f"{reverse('workers')}?after={_key(last)}" if last is not None and not q else "",
        "more": last is not None and bool(q),
    }
    return render(request, "people/workers.html", context)


def _on_post_first(found: QuerySet[Worker], after: tuple[bool, int, int] | None) -> list[Worker]:
    """One page and one person more: first whoever is on a post or about to be, then the others, village by village.

    Two walks along the index of the villages, each asking the index of running tenures man by man: sorting the county
    by both at once would read all of it for every page.
    """
    running = Exists(Tenure.objects.filter(worker=OuterRef("pk"), end_on__isnull=True))
    people: list[Worker] = []
    for on_post, condition in ((True, running), (False, ~running)):
        rest = found.filter(condition)
        if after is not None:
            was_on_post, village, pk = after
            if on_post and not was_on_post:
                continue
            if on_post == was_on_post:
                rest = rest.filter(Q(village__gt=village) | Q(village=village, pk__gt=pk))
        for worker in rest.order_by("village_id", "pk")[: PAGE + 1 - len(people)]:
            worker.on_post = on_post  # type: ignore[attr-defined]
            people.append(worker)
        if len(people) > PAGE:
            break
    return people


def _key(worker: Worker) -> str:
    return f"{worker.on_post:d}-{worker.village_id}-{worker.pk}"  # type: ignore[attr-defined]


def _parsed(typed: str) -> tuple[bool, int, int] | None:
    """After whom the page begins, as `_key` wrote it; None for the beginning and for anything that is no such key."""
    on_post, village, pk = ([row_number(part) for part in typed.split("-")] + [None] * 3)[:3]
    return None if on_post is None or village is None or pk is None else (on_post == 1, village, pk)


def _matching(found: Any, q: str) -> Any:
    """By the beginning of a name, or by a whole ID number (the index of it: nothing is decrypted)."""
    try:
        return found.filter(id_index=blind_index(IdNumber.parse(q).value))
    except IdNumberError:
        return found.filter(name__startswith=q)


def _row(worker: Worker, tenures: Sequence[Tenure], on: date) -> dict[str, Any]:
    tenure = _present(tenures, on)
    return {
        "url": reverse("worker", args=[worker.pk]),
        "name": worker.name,
        "id_number": mask_id(worker.id_number),
        "village": worker.village.name,
        "post": tenure.post.type_name if tenure is not None and tenure.post is not None else "",
        "state": _state(tenure),
    }


def _present(tenures: Sequence[Tenure], on: date) -> Tenure | None:
    """The stretch that lasts on the day or is still to come; else the last one."""
    lasting = [each for each in tenures if each.end_on is None or each.end_on >= on]
    return lasting[0] if lasting else (tenures[-1] if tenures else None)


def _state(tenure: Tenure | None) -> dict[str, str]:
    if tenure is None:
        return {"kind": "", "label": "没有上过岗"}
    state = TenureState(tenure.state)
    return {"kind": TAGS.get(state, ""), "label": state.label}


@office_page
def worker(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One person: months used, limits, agreements, papers. POST shows one number in full, with a reason."""
    actor = actor_of(request)
    found = (
        workers_seen(actor).select_related("county", "village__parent", "household", "person_key").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    if request.method != "POST":
        return _show(request, actor, found)
    name = request.POST.get("field", "")
    reason = request.POST.get(f"reason_{name}", request.POST.get("reason", ""))
    try:
        full = perform("employment.unmask_worker", found, actor, {"reason": reason}, at=now()).result
    except Refused as error:
        return _show(request, actor, found, refusals=list(error.refusals), status=422)
    if wants_json(request):
        return JsonResponse({"value": full.get(name, "")})
    return _show(request, actor, found, full={name: full.get(name, "")})


def _show(
    request: HttpRequest,
    actor: Actor,
    found: Worker,
    *,
    full: dict[str, str] | None = None,
    refusals: list[Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    on = today()
    policy = policy_on(found.county, on)
    tenures = list(Tenure.objects.filter(worker=found).select_related("post").order_by("start_on", "pk"))
    visible = Case.objects.visible_to(actor).filter(person_key=found.person_key)
    entries = read_history(found, actor, [agreement_lines(found), paper_lines(visible)])
    agreed = [each for each in newest_first(entries) if each.kind == "agreement"]
    limits = limits_of(found.birth_on, tenures, [agreement_of(each) for each in agreed], policy, on)
    tenure = _present(tenures, on)
    cases = list(visible.order_by("-created")[:PAGE])
    may_unmask = actor.holds(MAY_UNMASK, found.county_id) is not None
    numbers = {"id_number": mask_id(found.id_number), "phone": mask_phone(found.phone)} | (full or {})
    context = {
        "worker": found,
        "state": _state(tenure),
        "limits": limits,
        "limit_text": limit_text(limits),
        "spoken": f"三年期限：已用{limits.used}，共{limits.of_months}个月。",
        "age": age_on(found.birth_on, on),
        "birth_on": chinese(found.birth_on),
        "leap": found.birth_on.month == 2 and found.birth_on.day == 29,
        "age_limit_on": chinese(limits.age_limit_on),
        "max_age": policy.max_age,
        "category": category_name(policy, found.household.category),
        "listed_on": chinese(found.household.listed_on) if found.household.listed_on else "",
        "post": f"{found.village.name}{tenure.post.type_name}" if tenure and tenure.post else "—",
        "numbers": [
            {
                "field": field,
                "label": label,
                "value": numbers[field],
                "can": may_unmask and bool(numbers[field]) and field not in (full or {}),
            }
            for field, label in (("id_number", "身份证号"), ("phone", "联系电话"))
        ],
        "reasons": UNMASK_REASONS,
        "unmask_url": reverse("worker", args=[found.pk]) if may_unmask else "",
        "first_limit": first_limit(limits, on),
        "agreements": [_agreement(each, on, {case.pk for case in cases}) for each in agreed],
        "tenures": [
            {
                "dates": f"{chinese(each.start_on)}至{chinese(each.end_on) if each.end_on else '今'}",
                "post": each.post.type_name if each.post is not None else "（补录）",
                "state": _state(each),
            }
            for each in reversed(tenures)
        ],
        "papers": papers_of(entries),
        "panels": panels_of(entries, actor),
        "ways_on": ways_on(actor, tenure if tenure is not None and tenure.state in LASTING else None),
        "cases": [
            {
                "url": reverse("case", args=[case.pk]),
                "title": case.flow_class.paperwork.title,
                "headline": case.headline,
                "number": case.number,
                "at": case.created,
            }
            for case in cases
        ],
        "refusals": refusal_rows(refusals or []),
    }
    return render(request, "people/worker.html", context, status=status)


def limit_text(limits: Limits) -> str:
    """已用14个月零8天，最长可到2022年7月9日，还有21个月。"""
    used = f"已用{limits.used}"
    if limits.used.months >= limits.of_months:
        return f"{used}，三年已满。"
    if limits.service_limit_on is None:
        return f"{used}，还可以上岗{limits.left}个月。"
    return f"{used}，最长可到{chinese(min(limits.service_limit_on, limits.age_limit_on))}，还有{limits.left}个月。"


def first_limit(limits: Limits, on: date) -> dict[str, Any] | None:
    """Which of agreement, three years and age ends first, and in how many days."""
    ends = [(limits.age_limit_on, f"{chinese(limits.age_limit_on)}到年龄上限。")]
    if limits.service_limit_on is not None:
        ends.append((limits.service_limit_on, f"{chinese(limits.service_limit_on)}累计满三年。"))
    if limits.agreement_ends_on is not None:
        ends.append((limits.agreement_ends_on, f"现在的协议{chinese(limits.agreement_ends_on)}到期。"))
    if limits.service_limit_on is None and limits.agreement_ends_on is None:
        return None
    day, text = min(ends)
    return {"days": (day - on).days, "text": text}


def category_name(policy: Policy, code: str) -> str:
    return next((each.name for each in policy.categories if each.code == code), code)


def agreement_lines(worker: Worker) -> Rows:
    """Every agreement of the person, whoever may see its case."""
    renewal = When(source__isnull=True, then=Value("renewal"))
    return lines(
        "agreement",
        Agreement.objects.filter(worker=worker),
        case_pk="case",
        number="tenure",
        word="state",
        more="post__type_name",
        note=Choice(renewal, default=Value("")),
        first="start_on",
        second="end_on",
    )


def agreement_of(line: Entry) -> Agreement:
    """As far as the limits ask: not to be saved."""
    return Agreement(
        pk=line.key,
        tenure_id=line.number,
        case_id=line.case_pk,
        source_id=None if line.note else line.case_pk,
        state=line.word,
        start_on=line.first,
        end_on=line.second,
    )


def paper_lines(cases: QuerySet[Case]) -> Rows:
    """Every paper of these cases."""
    keys = cases.order_by().annotate(key_text=Concat(Value("case:"), Cast("pk", CharField())))
    return lines(
        "paper",
        Document.objects.filter(case_key__in=keys.values("key_text")),
        case_pk="form_version",
        number="number",
        word="form_code",
        more="label",
        note="case_key",
        at="created_at",
    )


def _agreement(line: Entry, on: date, seen: set[int]) -> dict[str, Any]:
    agreement, state = agreement_of(line), AgreementState(line.word)
    before = "" if line.case_pk else "，系统启用前的纸质协议"
    label, kind = str(state.label), ""
    if state == AgreementState.CONCLUDED:
        if agreement.start_on > on:
            label = "已签订，未开始"
        elif agreement.end_on < on:
            label, kind = "已到期", "ended"
        else:
            label, kind = "履行中", "done"
    elif state == AgreementState.VOIDED:
        kind = "ended"
    return {
        "dates": f"{chinese(agreement.start_on)}至{chinese(agreement.end_on)}",
        "post": f"{line.more}{before}",
        "state": {"kind": kind, "label": label},
        "url": reverse("case", args=[line.case_pk]) if line.case_pk in seen else "",
    }


def papers_of(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The newest version of every paper of the person's cases that one may see."""
    newest: dict[tuple[str, str], Entry] = {}
    for line in sorted((each for each in entries if each.kind == "paper"), key=lambda each: each.key):
        newest[line.note, line.word] = line
    return [
        {
            "title": form(line.word, line.case_pk or 0).title,
            "note": f"第{line.number}版，{line.more}",
            "at": line.at,
            "url": reverse("paper", args=[line.key]),
        }
        for line in sorted(newest.values(), key=lambda each: each.key, reverse=True)
    ]
