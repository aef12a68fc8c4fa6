"""The printed pages of the old form beside those of the new, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from forms_templates.library import Form
from forms_templates.page_pictures import MOST_PAGES

from .models import FormProof, FormProofPage, FormProposal, ProposalState


@dataclass(frozen=True)
class PagePair:
    """One page of each; an empty address where one of the forms has fewer pages."""

    number: int
    before: str
    after: str
    same: bool


@dataclass(frozen=True)
class Proofs:
    """What there is to compare; `said` is for the reader when the pages are not there, or differ in number."""

    pairs: tuple[PagePair, ...] = ()
    said: str = ""


def proofs_of(proposal: FormProposal, old: Form, new: Form) -> Proofs:
    """Both forms' pages, page beside page. Two queries."""
    rows = FormProof.objects.filter(county=proposal.county_id, digest__in=(old.digest, new.digest))
    found = {row.digest: row for row in rows}
    pages: dict[str, dict[int, str]] = {old.digest: {}, new.digest: {}}
    about = FormProofPage.objects.filter(proof__county=proposal.county_id, proof__digest__in=(old.digest, new.digest))
    for digest, number, picture in about.values_list("proof__digest", "number", "digest"):
        pages[digest][number] = picture
    if trouble := next((row.trouble for row in found.values() if row.trouble), ""):
        return Proofs(said=f"{trouble}下面先对照屏幕上的表。")
    if not pages[old.digest] or not pages[new.digest]:
        waits = proposal.state == ProposalState.PROPOSED
        return Proofs(said="打印样张正在后台生成，稍后刷新本页；下面先对照屏幕上的表。" if waits else "")
    before, after = pages[old.digest], pages[new.digest]
    pairs = tuple(
        PagePair(
            number=number,
            before=_url(proposal, old, number) if number in before else "",
            after=_url(proposal, new, number) if number in after else "",
            same=before.get(number) == after.get(number),
        )
        for number in range(1, max(len(before), len(after)) + 1)
    )
    counts = "" if len(before) == len(after) else f"页数变了：原来{len(before)}页，改过的{len(after)}页。"
    most = f"只画了前{MOST_PAGES}页。" if len(pairs) == MOST_PAGES else ""
    return Proofs(pairs, counts + most)


def _url(proposal: FormProposal, form: Form, number: int) -> str:
    return reverse("form_proposal_proof", args=[proposal.pk, form.digest[:12], number])
