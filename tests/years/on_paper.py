"""By which papers everybody of the three years came, stayed and went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from forms_templates.models import Document
from registry.models import Worker
from workflows.appraisals.models import Appraisal
from workflows.employment.models import Agreement
from workflows.inspections.models import Finding, Recovery
from workflows.terminations.models import Termination

HIRED = {"agreement": 1}
RENEWED = {"renewal_agreement": 1, "appraisal_form": 1, "opinion_record": 1}
APPRAISED = {"appraisal_form": 1, "opinion_record": 1}
LEFT = {"exit_approval": 1, "exit_notice": 1, "delivery_receipt": 1}
HEARD = {"hearing_record": 1}
ASKED_BACK = {"recovery_notice": 1, "delivery_receipt": 1}
WHOLE = Counter(HIRED) + Counter(RENEWED) + Counter(RENEWED) + Counter(APPRAISED) + Counter(LEFT)
PAPERS: dict[str, Counter[str]] = {
    "whole": WHOLE,
    "failing": Counter(HIRED) + Counter(APPRAISED) + Counter(LEFT) + Counter(HEARD),
    "objecting": WHOLE,
    "refusing": WHOLE,
    "dismissed": Counter(HIRED) + Counter(RENEWED) + Counter(LEFT) + Counter(HEARD)
    + Counter({"rectification_notice": 1, "inspection_record": 1, "warning_decision": 1, "delivery_receipt": 1}),
    "dying": Counter(HIRED) + Counter(RENEWED) + Counter(LEFT) + Counter(ASKED_BACK)
    + Counter({"rectification_notice": 1, "inspection_record": 1}),
    "forged": WHOLE + Counter(ASKED_BACK),
    "forged_too": WHOLE + Counter(ASKED_BACK),
}  # fmt: skip
"""How many cases of each person filed which form."""


def told_on_paper(workers: Mapping[str, Worker]) -> None:
    """Of everybody these papers are filed, each in so many cases, and no other ones."""
    found: dict[str, Counter[str]] = {}
    for who in PAPERS:
        of = {"worker": workers[who]}
        theirs: list[Any] = [
            *Agreement.objects.filter(**of).select_related("case"),
            *Appraisal.objects.filter(**of).select_related("case"),
            *Termination.objects.filter(tenure__worker=workers[who]).select_related("case"),
            *Finding.objects.filter(**of).select_related("case"),
            *Recovery.objects.filter(paid_to=workers[who]).select_related("case"),
        ]
        keys = {each.case.key for each in theirs}
        filed = set(Document.objects.filter(case_key__in=keys).values_list("case_key", "form_code"))
        found[who] = Counter(form for _, form in filed)
    assert found == PAPERS
