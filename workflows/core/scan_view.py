"""Bringing back signed pages: several photos at once, each found by its code; and looking at one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from forms_templates.codes import spaced, typed_code
from forms_templates.library import form
from forms_templates.store import get as get_file
from registry.roles import SEES, Role, Sight
from signatures.models import PaperScan
from signatures.paper_scans import PaperScanError, ReadScan, read_scan

from .actors import Actor
from .clock import now
from .desk_view import visible_case
from .door import perform
from .models import Case
from .refusals import NotFound, NotYours, Refused
from .requests import actor_of, office_page, row_number
from .scan_actions import paper_with

MOST_AT_ONCE = 20
NOT_FOUND = "没有您能办的文书印着这个编码。请核对编码，或看是不是别的村、别的乡镇的。"
NO_CODE = "照片上没有读到二维码。请把整张纸平放、光线均匀地重拍，或在下面填写页脚的核对编码再传。"
SEVERAL = "照片上有几个不同的编码（{}），分不清传的是哪一张：请一张纸一个文件，只拍这一张，再上传。"


def may_open(actor: Actor) -> bool:
    """People of villages and townships: whose papers are signed by hand."""
    return any(SEES[Role(each.role)] == Sight.OWN and each.organisation.kind in _PLACES for each in actor.appointments)


_PLACES = ("village", "township")


@office_page
def scans(request: HttpRequest) -> HttpResponseBase:
    """GET asks for the files; POST takes each for itself and says of each where it went, or what to do."""
    actor = actor_of(request)
    if not may_open(actor):
        raise Http404
    expected = row_number(request.GET.get("case", ""))
    case = visible_case(actor, expected) if expected is not None else None
    results: list[dict[str, Any]] = []
    slip = code_slip = ""
    typed = ""
    if request.method == "POST":
        typed = request.POST.get("code", "").strip()[:20]
        files = request.FILES.getlist("file")
        code = typed_code(typed)
        if not files:
            slip = "请先选择签了字的纸的照片或扫描件。"
        elif len(files) > MOST_AT_ONCE:
            slip = f"一次最多{MOST_AT_ONCE}个文件，请分几次上传。"
        elif typed and not code:
            code_slip = "核对编码是10位字母和数字，印在页脚左边，如K7QF2-M9X3T。"
        elif typed and len(files) > 1:
            code_slip = "填写编码时一次只能传一个文件。"
        else:
            results = [_take(actor, each, code, case) for each in files]
    done = sum(1 for each in results if each["ok"])
    context = {
        "case": case,
        "case_url": reverse("case", args=[case.pk]) if case is not None else "",
        "results": results,
        "done": done,
        "failed": len(results) - done,
        "typed": typed if not done else "",
        "slip": slip,
        "code_slip": code_slip,
        "ask_code": code_slip or any(each["needs_code"] for each in results) or bool(typed),
    }
    return render(request, "desk/scans.html", context, status=422 if slip or code_slip or len(results) > done else 200)


def _take(actor: Actor, upload: Any, code: str, case: Case | None) -> dict[str, Any]:
    """One file: read, matched, attached, or a sentence why not."""
    row: dict[str, Any] = {"file": str(upload.name)[-60:], "ok": False, "needs_code": False}
    try:
        scan: ReadScan = read_scan(upload.read())
    except PaperScanError as error:
        return {**row, "text": str(error)}
    if len(scan.codes) > 1:
        return {**row, "text": SEVERAL.format("、".join(spaced(each) for each in scan.codes))}
    found = code or next(iter(scan.codes), "")
    if not found:
        return {**row, "text": NO_CODE, "needs_code": True}
    if code and scan.codes and code not in scan.codes:
        return {**row, "text": "填写的编码和照片上二维码的编码不一样，请核对。"}
    document = paper_with(found)
    if document is None:
        return {**row, "text": NOT_FOUND}
    data = {
        "scan": scan,
        "found_by": PaperScan.FoundBy.TYPED if code and not scan.codes else PaperScan.FoundBy.QR,
        "expected": case.pk if case is not None else None,
    }
    try:
        outcome = perform("desk.attach_scan", document, actor, data, at=now())
    except (NotFound, NotYours):
        return {**row, "text": NOT_FOUND}
    except Refused as error:
        return {**row, "text": "".join(refusal.message for refusal in error.refusals)}
    matched = outcome.case
    assert matched is not None
    title = form(document.form_code, document.form_version).title
    desk = matched.flow_class.desk(outcome.result.step)
    return {
        **row,
        "ok": True,
        "text": f"{matched.title}（{matched.number}）的《{title}》第{document.number}版，"
        f"{desk.task_title if desk is not None else outcome.result.step}，共{outcome.result.pages}页。",
        "url": reverse("case", args=[matched.pk]),
        "scan_url": reverse("scan", args=[outcome.result.pk]),
    }


@office_page
def scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The page as it came back, to those who see the case; looking is on the trail."""
    found = PaperScan.objects.select_related("document", "person_key").filter(pk=pk).first()
    if found is None:
        raise Http404
    actor = actor_of(request)
    visible_case(actor, int(found.case_key.removeprefix("case:")))
    perform("desk.look_at_scan", found.document, actor, {"file_digest": found.file_digest}, at=now())
    response = HttpResponse(get_file(found.file_digest, found.person_key), content_type=found.content_type)
    ending = "pdf" if found.content_type == "application/pdf" else "jpg"
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote('纸签扫描件')}.{ending}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
