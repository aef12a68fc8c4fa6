"""One event of the trail, opened: what was seen, written, signed and sealed in that act, and whether it still holds."""

from __future__ import annotations

import base64
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from audit.canonical import GENESIS
from audit.models import Event
from audit.verification import verify_after
from forms_templates.library import UnknownFormError, form
from forms_templates.models import Document
from registry.roles import Role
from signatures.models import SealUse, Signature
from signatures.signing import verify_signature

from .actions import ACTIONS
from .requests import office_page, row_number
from .trail_view import trail_county
from .trail_words import case_url, change_text, detail_rows, role_label, state_names


@office_page
def trail_event(request: HttpRequest, sequence: int) -> HttpResponseBase:
    """One event with its canonical bytes: anyone can recompute the hash."""
    if row_number(sequence) is None:  # longer than any row number: the database would choke on it
        raise Http404
    county = trail_county(request)
    pair = Event.objects.filter(county=county.code, sequence__in=[sequence - 1, sequence])
    found = {each.sequence: each for each in pair}
    event = found.get(sequence)
    if event is None:
        raise Http404
    faults = verify_after(event, found.get(sequence - 1))
    content = event.content
    context = {
        "event": {
            "sequence": event.sequence,
            "facts": facts_of(event),
            "papers": papers_of(event, content["papers"]),
            "signatures": signatures_of(content["signatures"]),
            "seals": seals_of(event),
            "fields": fields_of(content),
            "hash": event.hash,
            "previous_hash": "" if event.previous_hash == GENESIS else event.previous_hash,
            "canonical": bytes(event.canonical).decode(),
            "verified": {"kind": "stop", "text": "".join(faults)}
            if faults
            else {"kind": "ok", "text": "摘要与原文一致，与上一条相连。"},
        },
        "back_url": reverse("trail"),
    }
    return render(request, "desk/event.html", context)


def facts_of(event: Event) -> list[dict[str, str]]:
    policy = {"label": "所依政策", "value": event.policy}
    if event.policy:
        # Its reference begins with the day from which the set counts.
        policy["url"] = f"{reverse('policies')}#set-{event.policy[:10]}"
    return [
        {"label": "时间", "value": f"{timezone.localtime(event.at):%Y年%-m月%-d日 %H:%M:%S}"},
        {"label": "办理人", "value": event.actor_name},
        {"label": "以何身份", "value": role_label(event.actor_role)},
        {"label": "单位", "value": event.actor_organisation_name},
        {"label": "做了什么", "value": ACTIONS.told(event.action)},
        {"label": "办件", "value": event.subject_number or "未编号", "url": case_url(event)},
        {"label": "变化", "value": change_text(event, state_names())},
        {"label": "原因", "value": event.reason},
        policy,
        *detail_rows(event),
    ]


def papers_of(event: Event, stamps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The very versions of this event, each with the way to it (one query, none without papers)."""
    if not stamps:
        return []
    digests = [stamp["file_digest"] for stamp in stamps]
    documents = Document.objects.filter(case_key=event.case_key, file_digest__in=digests).defer("encrypted_values")
    by_digest = {document.file_digest: document for document in documents}
    rows = []
    for stamp in stamps:
        document = by_digest.get(stamp["file_digest"])
        rows.append(
            {
                "title": title_of(stamp["form"], stamp["version"]),
                "note": f"第{document.number}版，{document.label}" if document is not None else "",
                "url": reverse("paper", args=[document.pk]) if document is not None else "",
                "file_digest": stamp["file_digest"],
                "content_digest": stamp["content_digest"],
            }
        )
    return rows


def title_of(code: str, version: int) -> str:
    try:
        return form(code, version).title
    except UnknownFormError:
        return f"{code}第{version}版表样"


def signatures_of(digests: list[str]) -> list[dict[str, Any]]:
    """The signatures given in this act, each computed again (one query, none without signatures)."""
    if not digests:
        return []
    rows = Signature.objects.filter(digest__in=digests).select_related("organisation", "revocation", "county")
    found = {row.digest: row for row in rows}
    return [signature_row(digest, found.get(digest)) for digest in digests]


def signature_row(digest: str, signature: Signature | None) -> dict[str, Any]:
    if signature is None:
        return {"digest": digest, "verified": {"kind": "stop", "text": "签字原件不见了。"}}
    whole = verify_signature(signature)
    revocation = getattr(signature, "revocation", None)
    place = signature.organisation.name if signature.organisation is not None else ""
    return {
        "digest": digest,
        "who": signature.signer_name,
        "as": f"{place}{Role(signature.acted_as).label}" if signature.acted_as else "本人",
        "method": signature.get_method_display(),
        "at": signature.at,
        "picture": base64.b64encode(signature.picture).decode(),
        "revoked": f"已作废：{revocation.why}" if revocation is not None else "",
        "verified": {"kind": "ok", "text": "笔迹、内容与摘要一致。"}
        if whole
        else {"kind": "stop", "text": "签字与摘要不一致，被改动过。"},
    }


def seals_of(event: Event) -> list[dict[str, Any]]:
    """The uses of a seal in this act (one query, none without)."""
    if "seal_register" not in event.details:
        return []
    uses = SealUse.objects.filter(subject_kind=event.subject_kind, subject_key=event.subject_key, at=event.at)
    return [
        {
            "number": f"{use.year}年第{use.number}号",
            "seal": use.seal.name,
            "keeper": use.keeper.name,
            "approved_by": use.approved_by,
            "copies": use.copies,
            "picture": base64.b64encode(use.picture).decode(),
            "revoked": f"已作废：{use.revocation.why}" if hasattr(use, "revocation") else "",
        }
        for use in uses.select_related("seal", "keeper", "revocation")
    ]


def fields_of(content: dict[str, Any]) -> list[dict[str, str]]:
    """The digests of what was filled in, under the labels of the form it stands on."""
    labels: dict[str, str] = {"opinion": "意见", "comment": "留言"}
    for stamp in content["papers"]:
        try:
            labels |= {name: spec.label for name, spec in form(stamp["form"], stamp["version"]).fields.items()}
        except UnknownFormError:
            continue
    return [{"label": labels.get(name, name), "value": value} for name, value in content["fields"].items()]
