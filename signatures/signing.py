"""Signing: a person's handwriting is bound to one content of one form, at one place, in one capacity."""

import base64
import hashlib
import re
from datetime import datetime

from django.utils import timezone

from audit.canonical import canonical_bytes, moment_text
from registry.models import Appointment, County, User
from registry.models.delegations import may_use
from signatures import scans
from signatures.marks import PROXY_ROOM_MM, on_paper, with_proxy_mark
from signatures.models import Method, Signature, SignatureRevocation
from signatures.reuse import earlier_like
from signatures.strokes import StrokeError, Strokes, parse, png

PLACE_MM = (46.0, 15.0)
"""Width and height of the place that the official forms leave for a signature."""

HEX_DIGEST = re.compile(r"[0-9a-f]{64}")


class SigningRefused(ValueError):
    """The signature is not taken; the message is a Chinese sentence that says what to do."""


def sign(
    *,
    county: County,
    signer: User | None,
    appointment: Appointment | None,
    drawn: Strokes | None = None,
    scan: bytes | None = None,
    content_digest: str,
    form_digest: str,
    subject_kind: str,
    subject_key: str,
    place: str,
    at: datetime,
    signer_name: str = "",
    thumb_witness: str = "",
    on_behalf_of: str = "",
    paper_digest: str = "",
    place_mm: tuple[float, float] = PLACE_MM,
) -> Signature:
    """Keep a signature: `drawn` strokes, a cleaned `scan` (PNG of scans.clean), or a scanned page's `paper_digest`.

    An official signs by an appointment in force that day. A worker has no account: no signer, no appointment, but
    a `signer_name`. With `thumb_witness` the scan is a worker's thumb print, given before that witness. The
    picture is made to fit `place_mm`; who signs `on_behalf_of` another signs with their own hand, and the paper says
    so. Strokes that were used before are noted (`resembles`), not refused. Raises SigningRefused.
    """
    if thumb_witness and (scan is None or signer is not None):
        raise SigningRefused("按手印的，请上传手印的照片或扫描件，并写明见证人。")
    if sum((drawn is not None, scan is not None, bool(paper_digest))) != 1:
        raise SigningRefused("请先在表上手写签字，或上传签字扫描件，二者选一。")
    if on_behalf_of and on_behalf_of.strip() == signer_name.strip():
        raise SigningRefused("代签人就是本人的，不用代签，请本人直接签字。")
    for digest in (content_digest, form_digest):
        if not HEX_DIGEST.fullmatch(digest):
            raise SigningRefused("这份表还没有填定，不能签字。请先填好再签。")
    _require_office(county, signer, appointment, signer_name, at)
    picture = _picture(drawn, scan, place_mm, by_proxy=bool(on_behalf_of))
    name = signer.name if signer is not None else signer_name.strip()
    signature = Signature(
        county=county,
        signer=signer,
        signer_name=name,
        on_behalf_of=on_behalf_of.strip(),
        acted_as=appointment.role if appointment is not None else "",
        organisation=appointment.organisation if appointment is not None else None,
        method=_method(drawn, thumb_witness, paper_digest),
        witness_name=thumb_witness.strip(),
        strokes=drawn.as_json() if drawn is not None else "",
        picture_base64=base64.b64encode(picture).decode("ascii"),
        strokes_digest=drawn.digest if drawn is not None else "",
        resembles=earlier_like(drawn, county, name) if drawn is not None else None,
        paper_digest=paper_digest,
        picture_digest=hashlib.sha256(picture).hexdigest(),
        content_digest=content_digest,
        form_digest=form_digest,
        subject_kind=subject_kind,
        subject_key=subject_key,
        place=place,
        at=at,
    )
    signature.digest = digest_of(signature)
    signature.save()
    return signature


def _method(drawn: Strokes | None, thumb_witness: str, paper_digest: str) -> Method:
    if drawn is not None:
        return Method.DRAWN
    if paper_digest:
        return Method.PAPER
    return Method.THUMB if thumb_witness else Method.SCAN


def _picture(drawn: Strokes | None, scan: bytes | None, place_mm: tuple[float, float], *, by_proxy: bool) -> bytes:
    width, height = place_mm
    room = width - PROXY_ROOM_MM if by_proxy else width
    if drawn is not None:
        ink = png(drawn, room, height)
    elif scan is not None:
        ink = scans.fit(scan, room, height)
    else:
        return on_paper(width, height)
    return with_proxy_mark(ink, width, height) if by_proxy else ink


def _require_office(
    county: County, signer: User | None, appointment: Appointment | None, signer_name: str, at: datetime
) -> None:
    if signer is None or appointment is None:
        if signer is not None or appointment is not None or not signer_name.strip():
            raise SigningRefused("签字要写明签字人：工作人员凭任职签字，劳动者写明姓名。")
        return
    on = timezone.localtime(at).date()
    # A deputy signs with their own hand, in the office of the absent one.
    own = appointment.user_id == signer.pk
    if not (own or may_use(signer, appointment, on)) or appointment.organisation.county_id != county.pk:
        raise SigningRefused("您不能以这个任职签字，请用本人的任职办理。")
    if not appointment.is_in_force(on):
        raise SigningRefused(f"您当天不在任（{appointment}），不能签字。请先办理任职登记。")


def digest_of(signature: Signature) -> str:
    """SHA-256 (hex) over the canonical bytes of what the signature binds."""
    bound = {
        "format": "signature/1",
        "county": signature.county.code,
        "signer": signature.signer_id,
        "signer_name": signature.signer_name,
        "acted_as": signature.acted_as,
        "organisation": signature.organisation.code if signature.organisation is not None else "",
        "method": str(signature.method),
        "strokes": signature.strokes_digest,
        "picture": signature.picture_digest,
        "content": signature.content_digest,
        "form": signature.form_digest,
        "subject_kind": signature.subject_kind,
        "subject_key": signature.subject_key,
        "place": signature.place,
        "at": moment_text(signature.at),
    }
    more = {
        "witness": signature.witness_name,
        "on_behalf_of": signature.on_behalf_of,
        "paper": signature.paper_digest,
    }
    bound |= {name: value for name, value in more.items() if value}
    return hashlib.sha256(canonical_bytes(bound)).hexdigest()


def verify_signature(signature: Signature) -> bool:
    """Whether the row still says what was signed: digest, strokes and picture are computed again."""
    if hashlib.sha256(signature.picture).hexdigest() != signature.picture_digest:
        return False
    if signature.method == Method.DRAWN:
        try:
            if parse(signature.strokes).digest != signature.strokes_digest:
                return False
        except StrokeError:
            return False
    return digest_of(signature) == signature.digest


def revoke_signature(signature: Signature, *, at: datetime, why: str, by: User | None) -> SignatureRevocation:
    """The signature no longer counts; it stays, with the reason beside it. A second revocation changes nothing."""
    revocation: SignatureRevocation | None = SignatureRevocation.objects.filter(signature=signature).first()
    if revocation is None:
        revocation = SignatureRevocation.objects.create(signature=signature, at=at, why=why[:400], by=by)
    return revocation
