"""Signed PDF (PAdES): each organisation whose seal stands on a paper signs its PDF with its certificate.

The seal is the visible appearance of the signature. Fields for all seals are made first; then one after the other
signs, in the order in which the seals were applied, each over everything that stands before it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from asn1crypto import keys, pem, x509
from PIL import Image
from pyhanko.pdf_utils import content, generic, layout
from pyhanko.pdf_utils.images import pil_image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import BaseStamp, BaseStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signatures.sealed_pdf import SealBox, take_out_seals


class PdfSigningError(Exception):
    """The PDF could not be signed; the message is a Chinese sentence."""


@dataclass(frozen=True)
class SealToSign:
    """One seal on the paper: its place, its picture, whose certificate signs, and what for."""

    place: str
    picture: bytes
    label: str
    reason: str
    certificates_pem: str
    key_pem: str


@dataclass(frozen=True)
class FoundSignature:
    """What a signature in a PDF says of itself when it is checked.

    `unchanged`: the bytes it signs are the ones that were signed; `trusted`: its certificate leads to a given root.
    """

    field: str
    signer: str
    unchanged: bool
    trusted: bool
    covers_all: bool
    time_stamped: bool


def time_stamper(address: str) -> timestamps.TimeStamper | None:
    """The time stamp authority of the settings; None where none is configured."""
    return timestamps.HTTPTimeStamper(address, timeout=15) if address else None


def sign_pdf(
    pdf: bytes, seals: Sequence[SealToSign], *, at: datetime, stamper: timestamps.TimeStamper | None = None
) -> bytes:
    """The PDF signed by each seal in turn (PAdES B-B; with a time stamp authority B-T).

    Raises SealNotFound, PdfSigningError (also when the time stamp authority does not answer), pikepdf.PdfError.
    """
    blank, boxes = take_out_seals(pdf, {seal.place: seal.picture for seal in seals})
    signed = _with_fields(blank, seals, boxes)
    for seal in seals:
        style = SealStyle(border_width=0, picture=seal.picture)
        facts = signers.PdfSignatureMetadata(
            field_name=seal.place, subfilter=fields.SigSeedSubFilter.PADES, reason=seal.reason, md_algorithm="sha256"
        )
        signer = signers.PdfSigner(facts, _signer(seal), timestamper=stamper, stamp_style=style)
        writer = IncrementalPdfFileWriter(io.BytesIO(signed))
        try:
            signed = _alone(partial(signer.sign_pdf, writer, existing_fields_only=True)).getvalue()
        except (timestamps.TimestampRequestError, OSError, TimeoutError) as error:
            raise PdfSigningError("时间戳服务没有应答，PDF还没有签章。请管理员检查时间戳服务的地址和网络。") from error
    if not all(each.unchanged for each in check_pdf(signed, "".join(seal.certificates_pem for seal in seals))):
        raise PdfSigningError("签好的PDF核对没有通过，没有留存。请管理员检查数字证书。")
    return signed


def _alone(work: Callable[[], Any]) -> Any:
    """In a thread of its own: pyHanko starts an event loop, which a thread that is in one already does not allow."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def _with_fields(pdf: bytes, seals: Sequence[SealToSign], boxes: Mapping[str, SealBox]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for seal in seals:
        at = boxes[seal.place]
        spec = fields.SigFieldSpec(
            seal.place,
            on_page=at.page,
            # Typed as whole points; rounded, a seal would be off by a fraction of a millimetre.
            box=at.box,  # type: ignore[arg-type]
            readable_field_name=seal.label,
        )
        fields.append_signature_field(writer, spec)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _signer(seal: SealToSign) -> signers.SimpleSigner:
    own, *above = certificates_in(seal.certificates_pem)
    store = SimpleCertificateStore()
    store.register_multiple(above)
    _, _, der = pem.unarmor(seal.key_pem.encode("ascii"))
    return signers.SimpleSigner(
        signing_cert=own, signing_key=keys.PrivateKeyInfo.load(der), cert_registry=store, embed_roots=True
    )


def certificates_in(text: str) -> list[x509.Certificate]:
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(text.encode("ascii"), multiple=True)]


def check_pdf(pdf: bytes, roots_pem: str) -> list[FoundSignature]:
    """Every signature in the PDF, in order; nothing outside is asked. Raises PdfSigningError for what is no PDF."""
    roots = certificates_in(roots_pem) if roots_pem else []
    found = []
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except (PdfError, ValueError) as error:
        raise PdfSigningError("打不开这个文件：不是PDF，或者已经损坏。") from error
    for embedded in signatures:
        context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
        try:
            status = _alone(partial(validate_pdf_signature, embedded, signer_validation_context=context))
        except (PdfError, ValueError):
            # What cannot even be read was not left as it was signed.
            found.append(FoundSignature(str(embedded.field_name), "", *[False] * 4))
            continue
        found.append(
            FoundSignature(
                field=str(embedded.field_name),
                signer=str(embedded.signer_cert.subject.native.get("common_name", "")),
                unchanged=bool(status.intact and status.valid),
                trusted=bool(status.trusted),
                covers_all=status.coverage is not None and status.coverage.name == "ENTIRE_FILE",
                time_stamped=status.timestamp_validity is not None,
            )
        )
    return found


# --- the seal as the appearance of its signature ------------------------------------------------------


class SealStyle(BaseStampStyle):
    """The seal alone, filling the field: no border, no words."""

    def __init__(self, *, border_width: int, picture: bytes) -> None:
        super().__init__(border_width=border_width)
        object.__setattr__(self, "picture", picture)

    def create_stamp(
        self, writer: BasePdfFileWriter, box: layout.BoxConstraints, text_params: dict[str, Any]
    ) -> SealStamp:
        return SealStamp(writer=writer, style=self, box=box)


class SealStamp(BaseStamp):
    def _render_inner_content(self) -> list[bytes]:
        assert self.writer is not None
        with Image.open(io.BytesIO(self.style.picture)) as opened:
            image = pil_image(opened.convert("RGBA"), self.writer)
        # As wet ink does: what stands under a seal can still be read.
        over = generic.DictionaryObject({generic.pdf_name("/BM"): generic.pdf_name("/Multiply")})
        self.set_resource(content.ResourceType.XOBJECT, generic.pdf_name("/Seal"), image)
        self.set_resource(content.ResourceType.EXT_G_STATE, generic.pdf_name("/Over"), over)
        return [b"/Over gs %g 0 0 %g 0 0 cm /Seal Do" % (self.box.width, self.box.height)]
