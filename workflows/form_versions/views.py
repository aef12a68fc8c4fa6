"""The county's forms: which version is in force from when, a changed Word file handed in, the old beside the new."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from forms_templates.library import Form, UnknownFormError, form, shipped, version_words, versions
from forms_templates.models import FormVersion
from forms_templates.sheet import stylesheet
from forms_templates.specification import FormTemplateError
from registry.models import County
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.desk_view import errors_of, refusal_rows, sheet_css_url
from workflows.core.door import perform
from workflows.core.guards import chinese
from workflows.core.paper_view import WORD
from workflows.core.refusals import Refusal, Refused
from workflows.core.requests import actor_of, office_page, see_other

from .actions import APPROVERS, PROPOSERS
from .comparison import changes, filled
from .forms import UploadForm
from .models import FormProofPage, FormProposal, ProposalState
from .proofs import proofs_of

SHOWN = 50
STATES = {
    ProposalState.PROPOSED: "mine",
    ProposalState.APPROVED: "done",
    ProposalState.REJECTED: "ended",
    ProposalState.WITHDRAWN: "back",
}
_BIG = ("template", "toml", "sample")


def may_take_part(actor: Actor) -> bool:
    return actor.holds({*PROPOSERS, *APPROVERS}) is not None


def waiting_for(actor: Actor) -> QuerySet[FormProposal]:
    """The changed forms that wait for this person's word; none for those who may not give it."""
    appointment = actor.holds(APPROVERS)
    if appointment is None:
        return FormProposal.objects.none()
    waiting = FormProposal.objects.filter(county=appointment.organisation.county_id, state=ProposalState.PROPOSED)
    return waiting.exclude(proposed_by=actor.user)


def _county(request: HttpRequest) -> County:
    """The county whose forms the reader may look after; Http404 for everybody else."""
    appointment = actor_of(request).holds({*PROPOSERS, *APPROVERS})
    if appointment is None:
        raise Http404
    return appointment.organisation.county


def _shipped(code: str) -> Form:
    try:
        return shipped(code)
    except UnknownFormError as error:
        raise Http404 from error


def _proposals(county: County) -> QuerySet[FormProposal]:
    return FormProposal.objects.filter(county=county).select_related("proposed_by", "decided_by").defer(*_BIG)


@office_page
def forms(request: HttpRequest) -> HttpResponseBase:
    """Every form of the library, the version in force and what is to come."""
    county, on = _county(request), today()
    uploaded: dict[str, list[FormVersion]] = {}
    for row in FormVersion.objects.filter(county=county).defer(*_BIG).order_by("effective_on", "version"):
        uploaded.setdefault(row.code, []).append(row)
    waiting = set(_proposals(county).filter(state=ProposalState.PROPOSED).values_list("code", flat=True))
    rows = []
    for code in dict.fromkeys(code for code, _ in versions()):
        newest = shipped(code)
        own = [row for row in uploaded.get(code, []) if row.based_on == newest.version]
        current = next((row for row in reversed(own) if row.effective_on <= on), None)
        coming = next((row for row in own if row.effective_on > on), None)
        rows.append(
            {
                "title": newest.title,
                "number": newest.number,
                "url": reverse("form", args=[code]),
                "version": version_words(current.version if current else newest.version),
                "since": chinese(current.effective_on) if current else "",
                "coming": chinese(coming.effective_on) if coming else "",
                "waiting": code in waiting,
                "tag": {"kind": "mine", "label": "有一份待批准"},
            }
        )
    return render(request, "form_versions/forms.html", {"rows": rows})


@office_page
def form_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """One form: its versions, what is proposed, and the upload for those who may."""
    county, actor = _county(request), actor_of(request)
    newest = _shipped(code)
    if request.method != "POST":
        return _form(request, county, newest, UploadForm(initial={"effective_on": today()}), [])
    if actor.holds(PROPOSERS, county.pk) is None:
        raise Http404
    try:
        outcome = perform(
            "form_versions.propose", county, actor, {**request.POST.dict(), "code": code}, at=now(), files=request.FILES
        )
    except Refused as error:
        typed = UploadForm(request.POST, request.FILES)
        return _form(request, county, newest, typed, list(error.refusals), status=422)
    messages.success(request, "检查没有发现问题，已提交。请另一位有权的人对照新旧样张批准，批准以前一切照旧。")
    return see_other(reverse("form_proposal", args=[outcome.result.pk]))


def _form(
    request: HttpRequest, county: County, newest: Form, typed: UploadForm, refusals: list[Refusal], status: int = 200
) -> HttpResponse:
    actor, on = actor_of(request), today()
    own = FormVersion.objects.filter(county=county, code=newest.code).defer(*_BIG).order_by("-effective_on", "-version")
    rows = list(own[:SHOWN])
    current = next((row.version for row in rows if row.based_on == newest.version and row.effective_on <= on), 0)
    upload = request.FILES.get("file") if refusals else None
    fields = typed.rows(errors_of(refusals))
    fields[0]["accept"] = ".docx"
    context = {
        "title": newest.title,
        "number": newest.number,
        "versions": [
            {
                "name": version_words(row.version),
                "from": chinese(row.effective_on),
                "approved_by": row.approved_by,
                "word_url": reverse("form_word", args=[row.code, row.version]),
                "state": _term(row.version, current, row.effective_on, on),
            }
            for row in rows
        ],
        "shipped": {
            "name": version_words(newest.version),
            "word_url": reverse("form_word", args=[newest.code, newest.version]),
            "state": {"kind": "done", "label": "现行"} if not current else {"kind": "ended", "label": "随程序来的原版"},
        },
        "current_url": reverse("form_word", args=[newest.code, current or newest.version]),
        "proposals": [_row(each) for each in _proposals(county).filter(code=newest.code).order_by("-pk")[:SHOWN]],
        "fields": fields if actor.holds(PROPOSERS, county.pk) is not None else None,
        "refusals": refusal_rows(refusals),
        "refusal_title": f"这份文件没有收下，什么也没有改变，请先改好{len(refusals)}处",
        "upload": f"{upload.name}，{max(1, (upload.size or 0) // 1024)}KB" if upload is not None else "",
        "back_url": reverse("forms"),
    }
    return render(request, "form_versions/form.html", context, status=status)


def _term(version: int, current: int, effective_on: date, on: date) -> dict[str, str]:
    if version == current:
        return {"kind": "done", "label": "现行"}
    if effective_on > on:
        return {"kind": "", "label": f"{chinese(effective_on)}起用"}
    return {"kind": "ended", "label": "办理中的仍用"}


def _row(proposal: FormProposal) -> dict[str, Any]:
    return {
        "title": proposal.file_name,
        "url": reverse("form_proposal", args=[proposal.pk]),
        "effective_on": chinese(proposal.effective_on),
        "proposed_by": proposal.proposed_by.name,
        "decided_by": proposal.decided_by.name if proposal.decided_by is not None else "",
        "state": _state(proposal),
    }


def _state(proposal: FormProposal) -> dict[str, str]:
    return {"kind": STATES[ProposalState(proposal.state)], "label": ProposalState(proposal.state).label}


@office_page
def form_word(request: HttpRequest, code: str, version: int) -> HttpResponseBase:
    """A version's Word file with its tags, to be changed in Word."""
    county = _county(request)
    try:
        sheet = form(code, version)
    except (UnknownFormError, FormTemplateError) as error:
        raise Http404 from error
    if (code, version) not in versions() and not FormVersion.objects.filter(county=county, code=code, version=version):
        raise Http404
    return _word(sheet.source.docx, f"{sheet.title}-{version_words(version)}-模板")


@office_page
def proposal_word(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The Word file that was handed in, byte for byte."""
    proposal = get_object_or_404(FormProposal, county=_county(request), pk=pk)
    return _word(bytes(proposal.template), f"{proposal.form().title}-待批准的模板")


def _word(docx: bytes, name: str) -> HttpResponse:
    response = HttpResponse(docx, content_type=WORD)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.docx"
    return response


@office_page
def proposal_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What differs, old and new filled with the same sample, and the buttons of those who may decide."""
    county, actor = _county(request), actor_of(request)
    rows = FormProposal.objects.select_related("proposed_by", "decided_by", "county", "version")
    proposal = get_object_or_404(rows, county=county, pk=pk)
    if request.method != "POST":
        return _proposal(request, actor, proposal, [])
    code = request.POST.get("action", "")
    if code not in ("form_versions.approve", "form_versions.reject", "form_versions.withdraw"):
        raise Http404
    try:
        perform(code, proposal, actor, {"reason": request.POST.get(f"reason_{code}", "")}, at=now())
    except Refused as error:
        return _proposal(request, actor, proposal, list(error.refusals), status=422)
    messages.success(request, "已办好，已记入办理记录。")
    return see_other(reverse("form_proposal", args=[pk]))


def _buttons(request: HttpRequest, actor: Actor, proposal: FormProposal, errors: dict[str, str]) -> list[Any]:
    if proposal.state != ProposalState.PROPOSED:
        return []
    if actor.user is not None and proposal.proposed_by_id == actor.user.pk:
        return [{"value": "form_versions.withdraw", "label": "撤回", "weight": "plain"}]
    if actor.holds(APPROVERS) is None:
        return []
    return [
        {
            "value": "form_versions.reject",
            "label": "不批准",
            "weight": "final",
            "needs_reason": True,
            "reason": request.POST.get("reason_form_versions.reject", ""),
            "open": request.POST.get("action") == "form_versions.reject",
            "error": errors.get("reason", ""),
            "reason_label": "为什么不批准",
            "reason_hint": "上传人会看到。",
        },
        {"value": "form_versions.approve", "label": "批准", "weight": "primary"},
    ]


def _proposal(
    request: HttpRequest, actor: Actor, proposal: FormProposal, refusals: list[Refusal], status: int = 200
) -> HttpResponse:
    new = proposal.form()
    old = proposal.follows() if proposal.version is None else _before(proposal)
    waiting = proposal.state == ProposalState.PROPOSED
    own = actor.user is not None and proposal.proposed_by_id == actor.user.pk
    proposed_on = chinese(timezone.localtime(proposal.proposed_at).date())
    facts = [
        ("文件", f"{proposal.file_name}，{max(1, len(proposal.template) // 1024)}KB，摘要{proposal.digest[:12]}"),
        ("从哪一天起用", chinese(proposal.effective_on)),
        ("依据", proposal.why),
        ("上传", f"{proposal.proposed_by.name}，{proposed_on}"),
    ]
    if proposal.decided_by is not None and proposal.decided_at is not None:
        decided_on = chinese(timezone.localtime(proposal.decided_at).date())
        facts.append(("决定", f"{proposal.decided_by.name}，{decided_on}"))
    if proposal.reason:
        facts.append(("理由", proposal.reason))
    context = {
        "title": f"{new.title}：改过的表样",
        "state": _state(proposal),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "changes": changes(old, new),
        "old": {"name": f"原来的（{version_words(old.version)}）", "sheet": filled(old)},
        "new": {"name": "改过的", "sheet": filled(new)},
        "proofs": proofs_of(proposal, old, new),
        "sheet_css_url": sheet_css_url(old.code, old.version),
        "new_css_url": reverse("form_proposal_css", args=[proposal.pk, new.digest[:12]]),
        "word_url": reverse("form_proposal_word", args=[proposal.pk]),
        "back_url": reverse("form", args=[proposal.code]),
        "buttons": _buttons(request, actor, proposal, errors_of(refusals)),
        "waits_for_another": waiting and own,
        "refusals": refusal_rows(refusals),
        "say_title": "对照新旧样张，再决定" if not own else "等另一位有权的人批准",
        "say_text": f"批准后，{chinese(proposal.effective_on)}起新开始的事项用新表；办理中的不变。",
    }
    return render(request, "form_versions/proposal.html", context, status=status)


def _before(proposal: FormProposal) -> Form:
    """The form in whose place an approved one stepped."""
    assert proposal.version is not None
    earlier = FormVersion.objects.filter(
        county=proposal.county_id,
        code=proposal.code,
        based_on=proposal.based_on,
        effective_on__lte=proposal.effective_on,
        version__lt=proposal.version.version,
    )
    found = earlier.order_by("-effective_on", "-version").values_list("version", flat=True).first()
    return form(proposal.code, found or proposal.based_on)


@office_page
def proposal_proof(request: HttpRequest, pk: int, digest: str, number: int) -> HttpResponseBase:
    """One printed page of the proposed form's sample or of the form it follows."""
    proposal = get_object_or_404(FormProposal.objects.defer(*_BIG), county=_county(request), pk=pk)
    pages = FormProofPage.objects.filter(proof__county=proposal.county_id, number=number)
    page = get_object_or_404(pages, proof__digest__startswith=digest)
    return HttpResponse(bytes(page.png), content_type="image/png")


@office_page
def proposal_css(request: HttpRequest, pk: int, digest: str) -> HttpResponseBase:
    """Word's own measures of the proposed form as a stylesheet."""
    proposal = get_object_or_404(FormProposal, county=_county(request), pk=pk)
    if proposal.digest[:12] != digest:
        raise Http404
    return HttpResponse(stylesheet(proposal.form()), content_type="text/css; charset=utf-8")
