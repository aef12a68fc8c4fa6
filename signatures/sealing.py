"""Sealing: the act of the seal's keeper alone, entered into the 用印登记. A blank form is never stamped."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Max, QuerySet
from django.utils import timezone

from forms_templates.models import Document
from registry.models import Appointment, User
from registry.models.delegations import may_use
from registry.roles import OrganisationKind, Role
from signatures.models import Seal, SealUse, SealUseRevocation
from signatures.signing import HEX_DIGEST

KEEPERS = (Role.TOWNSHIP_SEAL_KEEPER, Role.VILLAGE_SEAL_KEEPER)


class SealRefused(ValueError):
    """The seal is not applied; the message is a Chinese sentence that says what to do."""


def apply_seal(
    *,
    seal: Seal,
    keeper: User,
    appointment: Appointment,
    decided: bool,
    content_digest: str,
    document_form: str,
    subject_kind: str,
    subject_key: str,
    place: str,
    requested_by: str,
    approved_by: str,
    at: datetime,
    copies: int = 1,
    across_pages: bool = False,
    paper_digest: str = "",
) -> SealUse:
    """Apply the seal once and register it; must run inside a transaction, which holds the seal's row.

    `decided`: the opinion under the seal is signed. With the `paper_digest` of a scanned page the real seal stands on
    that page (实物盖章). `requested_by` and `approved_by` are names as in the paper
    register. Raises SealRefused.
    """
    on = timezone.localtime(at).date()
    # Numbers without gaps: one seal, one queue. Also re-reads dates that changed meanwhile.
    locked = Seal.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=seal.pk)
    _require_valid(locked, on, by_hand=bool(paper_digest))
    by_clerk = _require_keeper(locked, keeper, appointment, on)
    if not decided or not HEX_DIGEST.fullmatch(content_digest):
        raise SealRefused("这份表还没有签署意见，不能盖章。请先由审核人签字，再来盖章。")
    if copies < 1 or not all(
        text.strip() for text in (document_form, subject_kind, subject_key, place, requested_by, approved_by)
    ):
        raise SealRefused("用印登记要写全：文件、份数、申请人和批准人，缺一不可。")
    stamped = standing_use(subject_kind, subject_key, place)
    if stamped is not None:
        raise SealRefused(f"这里已经盖过章（{stamped.year}年第{stamped.number}号），不用再盖。")
    year = SealUse.objects.filter(seal=locked, year=on.year)
    last: int | None = year.aggregate(last=Max("number"))["last"]
    use = SealUse(
        seal=locked,
        year=on.year,
        number=(last or 0) + 1,
        at=at,
        document_form=document_form,
        content_digest=content_digest,
        subject_kind=subject_kind,
        subject_key=subject_key,
        place=place,
        copies=copies,
        requested_by=requested_by.strip(),
        approved_by=approved_by.strip(),
        keeper=keeper,
        by_clerk=by_clerk,
        on_behalf_of=appointment.user.name if appointment.user_id != keeper.pk else "",
        across_pages=across_pages,
        paper_digest=paper_digest,
    )
    use.picture_digest = hashlib.sha256(use.picture).hexdigest()
    use.save()
    return use


def _require_valid(seal: Seal, on: date, *, by_hand: bool) -> None:
    if seal.valid_from > on:
        start = seal.valid_from
        raise SealRefused(f"“{seal.name}”{start.year}年{start.month}月{start.day}日才启用，今天还不能盖。")
    if not seal.is_in_use(on):
        raise SealRefused(f"“{seal.name}”已经停用，不能再盖。请改用本单位现用的印章。")
    if not seal.picture and not by_hand:
        raise SealRefused(f"“{seal.name}”没有印模图片，请先登记印模。")


def _require_keeper(seal: Seal, keeper: User, appointment: Appointment, on: date) -> bool:
    """Raises SealRefused unless this person keeps this seal that day; True when a village's clerk holds it."""
    organisation = seal.organisation
    if appointment.organisation_id != seal.organisation_id:
        raise SealRefused(f"这是{organisation.seal_name}的印章，只能由该单位的印章管理员盖。")
    if not may_use(keeper, appointment, on):
        raise SealRefused(f"您今天不是{organisation.name}的印章管理员，不能盖章。请先办理任职登记。")
    if appointment.role in KEEPERS:
        return False
    may_clerk = organisation.kind == OrganisationKind.VILLAGE and organisation.clerk_may_hold_seal
    if appointment.role == Role.VILLAGE_CLERK and may_clerk:
        return True
    raise SealRefused(f"只有印章管理员能盖章。请转交{organisation.name}的印章管理员办理。")


def standing_use(subject_kind: str, subject_key: str, place: str) -> SealUse | None:
    """The use of a seal at this place of this paper that has not been revoked."""
    use: SealUse | None = SealUse.objects.filter(
        subject_kind=subject_kind, subject_key=subject_key, place=place, revocation__isnull=True
    ).first()
    return use


def uses_on(document: Document, pictures: Mapping[str, bytes]) -> list[SealUse]:
    """The uses whose seals this version of a paper shows, in the order in which they were applied (one query).

    `pictures` are those of its Word file by place. A use that is revoked today is among them: the page shows it.
    """
    uses = SealUse.objects.filter(
        subject_kind=document.subject_kind,
        subject_key=document.subject_key,
        document_form=document.form_code,
        place__in=list(pictures),
        at__lte=document.created_at,
    ).select_related("seal__organisation", "keeper", "revocation")
    standing: dict[str, SealUse] = {}
    for use in uses.order_by("at", "pk"):
        if hashlib.sha256(pictures[use.place]).hexdigest() == use.picture_digest:
            standing[use.place] = use
    return sorted(standing.values(), key=lambda use: (use.at, use.pk))


def seals_across(document: Document) -> list[bytes]:
    """The pictures of the seals that stand across the pages of this version (one query), in the order of use.

    A real seal across real pages is on the printed ones alone.
    """
    uses = SealUse.objects.filter(
        subject_kind=document.subject_kind,
        subject_key=document.subject_key,
        document_form=document.form_code,
        at__lte=document.created_at,
        across_pages=True,
        revocation__isnull=True,
        paper_digest="",
    ).select_related("seal")
    return [bytes(use.seal.picture) for use in uses.order_by("at", "pk")]


def revoke_seal_use(use: SealUse, *, at: datetime, why: str, by: User | None) -> SealUseRevocation:
    """The stamped paper no longer counts; number and line stay. A second revocation changes nothing."""
    revocation: SealUseRevocation | None = SealUseRevocation.objects.filter(use=use).first()
    if revocation is None:
        revocation = SealUseRevocation.objects.create(use=use, at=at, why=why[:400], by=by)
    return revocation


def seal_register(seal: Seal, year: int) -> QuerySet[SealUse]:
    """The 用印登记 of one seal and year in its order, with keepers and revocations. One query."""
    uses: QuerySet[SealUse] = SealUse.objects.filter(seal=seal, year=year)
    return uses.select_related("seal", "keeper", "revocation").order_by("number")
