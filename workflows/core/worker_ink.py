"""A worker's own signature: workers have no account, so they sign on the clerk's screen, or give a thumb print
(按手印) of which a picture is taken, with a named witness who signs beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from signatures.models import Signature
from signatures.scans import ScanError
from signatures.scans import clean as clean_scan
from signatures.signing import SigningRefused, revoke_signature, sign
from signatures.strokes import StrokeError, Strokes
from signatures.strokes import parse as parse_strokes

from .actions import Move, slips_of
from .models import Case
from .opinions import note_reuse
from .paperwork import Page
from .proxy_signing import Proxy, ProxyForm, keep_proxy
from .refusals import Refusal, Refused

WORKER, WITNESS = "worker_signature", "witness_signature"


@dataclass(frozen=True)
class Ink:
    """What came from the pad or the camera; `witness_name` only with a thumb print, `proxy` when another signs."""

    drawn: Strokes | None
    scan: bytes | None
    witness_name: str = ""
    witness_drawn: Strokes | None = None
    witness_scan: bytes | None = None
    proxy: Proxy | None = None

    def done_by(self, who: str) -> str:
        """How it is called where the paper's versions are listed: 申请人签字, 申请人按手印, 张三代申请人签字."""
        if self.proxy is not None:
            return f"{self.proxy.name}代{who}签字"
        return f"{who}按手印" if self.witness_name else f"{who}签字"


class WorkerInkForm(ProxyForm):
    """The worker's signature, the thumb print with its witness, or another's for them; `ink` is None without any."""

    worker_strokes = forms.CharField(required=False, max_length=400_000)
    worker_scan = forms.FileField(required=False)
    worker_thumb = forms.FileField(required=False)
    witness_name = forms.CharField(
        required=False, max_length=30, error_messages={"max_length": "见证人姓名太长，请控制在30个字以内。"}
    )
    witness_strokes = forms.CharField(required=False, max_length=400_000)
    witness_scan = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        witness = " ".join(str(data.get("witness_name") or "").split())
        data["ink"] = None
        proxy: Proxy | None = data.get("proxy")
        if data.get("worker_thumb") is not None or witness:
            if proxy is not None:
                self.add_error("proxy_name", "按手印的是本人，不用代签；请只填一样。")
            data["ink"] = self._thumb(witness)
            return data
        drawn, scan = self._ink("worker_strokes", "worker_scan")
        if drawn is not None or scan is not None:
            data["ink"] = Ink(drawn=drawn, scan=scan, proxy=proxy)
        elif proxy is not None and not {"worker_strokes", "worker_scan"} & set(self.errors):
            self.add_error("worker_strokes", f"请代签人{proxy.name}在框内签自己的姓名。")
        return data

    def _thumb(self, witness: str) -> Ink | None:
        _, print_of = self._ink("", "worker_thumb")
        signed = self._ink("witness_strokes", "witness_scan")
        if print_of is None and "worker_thumb" not in self.errors:
            self.add_error("worker_thumb", "请上传手印的照片或扫描件。")
        if not witness:
            self.add_error("witness_name", "按手印要有见证人，请写明见证人姓名。")
        if signed == (None, None) and not {"witness_strokes", "witness_scan"} & set(self.errors):
            self.add_error("witness_strokes", "请见证人在框内签字。")
        if self.errors:
            return None
        return Ink(None, print_of, witness, *signed)

    def _ink(self, strokes_name: str, scan_name: str) -> tuple[Strokes | None, bytes | None]:
        upload = self.cleaned_data.get(scan_name)
        strokes = str(self.cleaned_data.get(strokes_name) or "")
        try:
            if upload is not None:
                return None, clean_scan(upload.read())
            return (parse_strokes(strokes) if strokes.strip() else None), None
        except ScanError as error:
            self.add_error(scan_name, str(error))
        except StrokeError as error:
            self.add_error(strokes_name, str(error))
        return None, None


def ink_and_slips(
    data: Mapping[str, Any], files: Any, beside: forms.Form, basis: str
) -> tuple[Ink | None, list[Refusal]]:
    """The worker's ink, which may not be missing, with the slips of the pen in it and in the form beside it."""
    typed = WorkerInkForm(data, files)
    slips = slips_of(beside, typed)
    ink: Ink | None = typed.cleaned_data.get("ink")
    if ink is None and typed.is_valid():
        text = "请劳动者本人签字；不会写字的按手印，由一名见证人签字。"
        slips.append(Refusal("unsigned", text, basis, "worker_strokes"))
    return ink, slips


def standing_ink(kind: str, key: Any) -> dict[str, Signature]:
    """The signatures of workers and witnesses that count on what this row is about, by place; one query."""
    rows = Signature.objects.filter(
        subject_kind=kind, subject_key=str(key), place__in=(WORKER, WITNESS), revocation__isnull=True
    )
    return {signature.place: signature for signature in rows.order_by("pk")}


def ink_on(entity: Any) -> dict[str, Signature]:
    """The same of what a case is about; a page asks once, a move each time: it may have just been signed."""
    case: Case = entity.case
    return case.once("ink", lambda: standing_ink(entity._meta.label_lower, entity.pk))


def void_ink(move: Move, *, why: str) -> None:
    """What was signed no longer says what the paper says, or the matter is over."""
    for signature in standing_ink(move.entity._meta.label_lower, move.entity.pk).values():
        revoke_signature(signature, at=move.at, why=why, by=move.actor.user)


def sign_by_worker(
    move: Move, ink: Ink, *, name: str, content_digest: str, form_digest: str, witness_place: bool = True
) -> dict[str, Signature]:
    """Bind the worker's ink (and the witness's) to the content; earlier ink there is voided."""
    void_ink(move, why="重新签字")
    return bind_ink(
        move,
        ink,
        name=name,
        content_digest=content_digest,
        form_digest=form_digest,
        place=WORKER,
        witness_at=WITNESS if witness_place else "",
    )


def bind_ink(
    move: Move, ink: Ink, *, name: str, content_digest: str, form_digest: str, place: str, witness_at: str
) -> dict[str, Signature]:
    """Bind the person's ink at `place`, and at `witness_at` that of the witness of a thumb print (empty: the paper has
    no place for it). The signatures by place. Raises Refused."""
    bound: dict[str, Any] = {
        "county": move.county,
        "signer": None,
        "appointment": None,
        "content_digest": content_digest,
        "form_digest": form_digest,
        "subject_kind": move.entity._meta.label_lower,
        "subject_key": str(move.entity.pk),
        "at": move.at,
    }
    try:
        signed = {
            place: sign(
                **bound,
                place=place,
                drawn=ink.drawn,
                scan=ink.scan,
                signer_name=ink.proxy.name if ink.proxy is not None else name,
                on_behalf_of=name if ink.proxy is not None else "",
                thumb_witness=ink.witness_name,
            )
        }
        if ink.proxy is not None:
            keep_proxy(move, signed[place], ink.proxy, for_name=name)
        if ink.witness_name and witness_at:
            signed[witness_at] = sign(
                **bound,
                place=witness_at,
                drawn=ink.witness_drawn,
                scan=ink.witness_scan,
                signer_name=ink.witness_name,
            )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor="worker_strokes")]) from error
    move.signatures += [signature.digest for signature in signed.values()]
    for signature in signed.values():
        note_reuse(move, signature)
    return signed


def ink_panel(page: Page, **words: Any) -> SafeString:
    """The panel in which the worker signs; `words`: title, read (what is signed, line by line), hint, signed."""
    typed: Mapping[str, Any] = page.typed or {}
    pads = {
        who: {
            "name": f"{who}_strokes",
            "scan_name": f"{who}_scan",
            "label": label,
            "value": typed.get(f"{who}_strokes", ""),
            "error": page.errors.get(f"{who}_strokes") or page.errors.get(f"{who}_scan") or "",
        }
        for who, label in (("worker", "本人签字"), ("witness", "见证人签字"))
    }
    context = {
        **words,
        **pads,
        "thumb_error": page.errors.get("worker_thumb", ""),
        "witness_name": typed.get("witness_name", ""),
        "witness_error": page.errors.get("witness_name", ""),
        "proxy": {
            "open": bool(typed.get("proxy_name")) or any(name.startswith("proxy_") for name in page.errors),
            "authority_error": page.errors.get("proxy_authority", ""),
            "fields": [
                {
                    "id": f"f-{name}",
                    "name": name,
                    "label": label,
                    "kind": "text",
                    "value": typed.get(name, ""),
                    "error": page.errors.get(name, ""),
                }
                for name, label in (
                    ("proxy_name", "代签人姓名"),
                    ("proxy_relation", "与本人的关系"),
                    ("proxy_why", "本人为什么不能签"),
                )
            ],
        },
    }
    return render_to_string("desk/_worker_ink.html", context)
