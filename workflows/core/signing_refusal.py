"""拒签: a person will not sign; two witnesses say so, each with name and hand. It stands in the signature's place.

A flow offers `refusal_panel`, parses with `SigningRefusalForm`, writes `record_refusal` in its move, and asks
`standing_refusal` where it would ask for the signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from signatures.models import Signature, SigningRefusal, SigningRefusalRevocation
from signatures.scans import ScanError
from signatures.scans import clean as clean_scan
from signatures.signing import SigningRefused, revoke_signature, sign
from signatures.strokes import StrokeError, Strokes
from signatures.strokes import parse as parse_strokes

from .actions import Move
from .paperwork import Page
from .refusals import Refusal, Refused

NUMBERS = ("first", "second")
CALLED = {"first": "见证人一", "second": "见证人二"}


@dataclass(frozen=True)
class WitnessInk:
    name: str
    drawn: Strokes | None
    scan: bytes | None


@dataclass(frozen=True)
class Refusing:
    """What was handed in: what the person said, and the two who saw it."""

    said: str
    witnesses: tuple[WitnessInk, WitnessInk]


class SigningRefusalForm(forms.Form):
    """`cleaned_data["refusing"]` is a Refusing, or None when nothing of it was filled in."""

    refusal_said = forms.CharField(
        required=False, max_length=300, error_messages={"max_length": "拒签人的说法太长，请控制在300个字以内。"}
    )
    first_witness_name = forms.CharField(required=False, max_length=30)
    first_witness_strokes = forms.CharField(required=False, max_length=400_000)
    first_witness_scan = forms.FileField(required=False)
    second_witness_name = forms.CharField(required=False, max_length=30)
    second_witness_strokes = forms.CharField(required=False, max_length=400_000)
    second_witness_scan = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["refusing"] = None
        if not any(data.get(name) for name in SigningRefusalForm.base_fields):
            return data
        said = " ".join(str(data.get("refusal_said") or "").split())
        if not said and "refusal_said" not in self.errors:
            self.add_error("refusal_said", "请写明本人拒绝签字时怎么说；没有说原因的，写“未说明原因”。")
        witnesses = [self._witness(number) for number in NUMBERS]
        names = {witness.name for witness in witnesses if witness is not None}
        if None not in witnesses and len(names) < len(NUMBERS):
            self.add_error("second_witness_name", "两名见证人不能是同一个人，请另请一名见证人。")
        digests = [each.drawn.digest for each in witnesses if each is not None and each.drawn is not None]
        if len(digests) != len(set(digests)):
            self.add_error("second_witness_strokes", "两名见证人的签字笔画完全一样，请各人亲手签。")
        first, second = witnesses
        if first is not None and second is not None and not self.errors:
            data["refusing"] = Refusing(said, (first, second))
        return data

    def _witness(self, number: str) -> WitnessInk | None:
        name = " ".join(str(self.cleaned_data.get(f"{number}_witness_name") or "").split())
        if not name:
            self.add_error(f"{number}_witness_name", f"拒签要有两名见证人，请写明{CALLED[number]}的姓名。")
        strokes = str(self.cleaned_data.get(f"{number}_witness_strokes") or "")
        upload = self.cleaned_data.get(f"{number}_witness_scan")
        drawn, scan = None, None
        try:
            if upload is not None:
                scan = clean_scan(upload.read())
            elif strokes.strip():
                drawn = parse_strokes(strokes)
            else:
                self.add_error(f"{number}_witness_strokes", f"请{CALLED[number]}在框内签字。")
        except ScanError as error:
            self.add_error(f"{number}_witness_scan", str(error))
        except StrokeError as error:
            self.add_error(f"{number}_witness_strokes", str(error))
        if not name or (drawn is None and scan is None):
            return None
        return WitnessInk(name, drawn, scan)


def record_refusal(
    move: Move, refusing: Refusing, *, name: str, place: str, content_digest: str, form_digest: str
) -> tuple[SigningRefusal, dict[str, Signature]]:
    """Keep the refusal of `name` at `place` with its two witnesses' signatures; an earlier one there is voided.

    Gives the record and the witnesses' signatures by place ("<place>_first_witness", "<place>_second_witness"), for
    the paper. Raises Refused when a witness is the person themselves.
    """
    if any(witness.name == name for witness in refusing.witnesses):
        raise Refused(
            [Refusal("own_witness", f"{name}拒签，见证人不能是本人，请另请见证人。", anchor="first_witness_name")]
        )
    kind, key = move.entity._meta.label_lower, str(move.entity.pk)
    void_refusal(move, place=place, why="重新记录")
    signed: dict[str, Signature] = {}
    try:
        for number, witness in zip(NUMBERS, refusing.witnesses, strict=True):
            signed[f"{place}_{number}_witness"] = sign(
                county=move.county,
                signer=None,
                appointment=None,
                signer_name=witness.name,
                drawn=witness.drawn,
                scan=witness.scan,
                content_digest=content_digest,
                form_digest=form_digest,
                subject_kind=kind,
                subject_key=key,
                place=f"{place}_{number}_witness",
                at=move.at,
            )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor="first_witness_strokes")]) from error
    first, second = signed.values()
    record: SigningRefusal = SigningRefusal.objects.create(
        county=move.county,
        subject_kind=kind,
        subject_key=key,
        place=place,
        content_digest=content_digest,
        form_digest=form_digest,
        refused_by=name,
        said=refusing.said,
        first_witness=first,
        second_witness=second,
        recorded_by=move.user,
        at=move.at,
    )
    move.signatures += [signature.digest for signature in signed.values()]
    move.details["refused_to_sign"] = f"{name}：{refusing.said}"
    move.details["witnesses"] = "、".join(witness.name for witness in refusing.witnesses)
    return record, signed


def standing_refusal(kind: str, key: Any, place: str) -> SigningRefusal | None:
    """The refusal that stands at this place, with its witnesses' signatures; one query."""
    found: SigningRefusal | None = (
        SigningRefusal.objects.filter(subject_kind=kind, subject_key=str(key), place=place, revocation__isnull=True)
        .select_related("first_witness", "second_witness")
        .order_by("-pk")
        .first()
    )
    return found


def void_refusal(move: Move, *, place: str, why: str) -> None:
    """The person signed after all, or what was to be signed changed."""
    found = standing_refusal(move.entity._meta.label_lower, move.entity.pk, place)
    if found is None:
        return
    SigningRefusalRevocation.objects.create(refusal=found, at=move.at, why=why[:400], by=move.actor.user)
    for signature in (found.first_witness, found.second_witness):
        revoke_signature(signature, at=move.at, why=why, by=move.actor.user)


def refusal_panel(page: Page, *, who: str) -> SafeString:
    """Folded fields for 拒签, to stand beside the pad in which `who` would sign."""
    typed: Mapping[str, Any] = page.typed or {}
    witnesses = [
        {
            "label": CALLED[number],
            "name": f"{number}_witness_name",
            "value": typed.get(f"{number}_witness_name", ""),
            "error": page.errors.get(f"{number}_witness_name", ""),
            "pad": {
                "name": f"{number}_witness_strokes",
                "scan_name": f"{number}_witness_scan",
                "label": f"{CALLED[number]}签字",
                "value": typed.get(f"{number}_witness_strokes", ""),
                "error": page.errors.get(f"{number}_witness_strokes")
                or page.errors.get(f"{number}_witness_scan")
                or "",
            },
        }
        for number in NUMBERS
    ]
    context = {
        "who": who,
        "said": typed.get("refusal_said", ""),
        "said_error": page.errors.get("refusal_said", ""),
        "witnesses": witnesses,
        "open": any(name in page.errors for name in SigningRefusalForm.base_fields) or bool(typed.get("refusal_said")),
    }
    return render_to_string("desk/_signing_refusal.html", context)
