"""条款对照 on the screen: every article's words, and what in this program carries it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from registry.articles import LAWS
from workflows.core.requests import office_page

from .articles import Carrier, comparison, is_carried, summary

TESTS_SHOWN = 8


@office_page
def articles(request: HttpRequest) -> HttpResponseBase:
    """For everybody who works here; no query of its own, it is read from the code."""
    only_open = request.GET.get("open") == "1"
    entries = []
    for code, entry in comparison().items():
        carried = is_carried(code)
        if only_open and carried:
            continue
        entries.append(
            {
                "code": code,
                "law": entry.article.law,
                "name": entry.article.reference,
                "text": entry.article.text,
                "within": bool(entry.article.within),
                "outside": entry.article.outside,
                "state": state_of(code, carried=carried),
                "carriers": [row_of(each) for each in entry.carriers],
                "tests": [each.title for each in entry.tests[:TESTS_SHOWN]],
                "test_count": len(entry.tests),
            }
        )
    context = {
        "entries": entries,
        "summary": summary(),
        "documents": [summary(law) for law in LAWS],
        "only_open": only_open,
        "all_url": reverse("articles"),
        "open_url": f"{reverse('articles')}?open=1",
    }
    return render(request, "evidence/articles.html", context)


def row_of(carrier: Carrier) -> dict[str, str]:
    return {"kind": carrier.kind, "title": carrier.title, "where": carrier.where}


def state_of(code: str, *, carried: bool) -> dict[str, Any]:
    if comparison()[code].article.outside:
        return {"kind": "", "label": "系统外办理"}
    return {"kind": "done", "label": "已承载"} if carried else {"kind": "back", "label": "尚未承载"}
