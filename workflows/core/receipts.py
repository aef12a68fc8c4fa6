"""What is told or handed to a person face to face, and how it ended: signed, refused before two witnesses, or neither.

The person has no account: they sign on the official's screen (or give a thumb print), or they will not, and two people
who were there sign for that; what came by post has a number, who could not be found was looked for. The official
signs, too. A flow says which of these there are (`ways`) and where each hand stands on its paper (`HandPlaces`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.safestring import SafeString

from signatures.signing import SigningRefused, sign

from .actions import Move
from .cells import panel_field
from .desk_forms import SignatureForm
from .paperwork import Page
from .refusals import Refusal, Refused
from .signing_refusal import Refusing, SigningRefusalForm, record_refusal, refusal_panel
from .worker_ink import Ink, WorkerInkForm, bind_ink, ink_panel

SIGNED, REFUSED, POSTED, ABSENT = "signed", "refused", "posted", "absent"


@dataclass(frozen=True)
class Hands:
    """How it ended: `worker` the person's own ink when signed, `refusing` the two witnesses when not; `note` how it
    was posted or the person looked for."""

    way: str
    worker: Ink | None
    refusing: Refusing | None
    note: str

    @property
    def told(self) -> str:
        """Why there is no signature, for the paper."""
        return self.refusing.said if self.refusing is not None else self.note


@dataclass(frozen=True)
class HandPlaces:
    """Where the hands stand on the paper; an empty name: there is no such place."""

    worker: str
    official: str
    first: str
    second: str


class HandsForm(SigningRefusalForm, WorkerInkForm, SignatureForm):
    """Shape only: what each way must have, the guards say with their article."""

    ways: ClassVar[tuple[tuple[str, str], ...]] = ()

    way = forms.CharField(required=False, max_length=20)
    note = forms.CharField(
        required=False, max_length=200, error_messages={"max_length": "情况写得太长，请控制在200个字以内。"}
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        way = str(data.get("way") or "")
        if way not in dict(self.ways):
            self.add_error("way", "请选择结果。")
        data["hands"] = Hands(
            way=way,
            worker=data.get("ink") if way == SIGNED else None,
            refusing=data.get("refusing") if way == REFUSED else None,
            note=str(data.get("note") or "").strip() if way in (POSTED, ABSENT) else "",
        )
        return data


def hands_refusals(
    hands: Hands | None, *, basis: str, strangers_to: Iterable[str], whose: str = "本人"
) -> list[Refusal]:
    """What is missing of it: a signature, two different witnesses who are neither side, the note."""
    if hands is None:
        return []
    if hands.way == SIGNED:
        if hands.worker is not None:
            return []
        return [Refusal("unsigned", f"请{whose}签字；不会写字的按手印，由一名见证人签字。", basis, "worker_strokes")]
    if hands.way == REFUSED:
        if hands.refusing is None:
            said = "拒签的，请写明本人怎么说，由两名在场的见证人写明姓名并签字。"
            return [Refusal("two_witnesses", said, basis, "refusal_said")]
        if {witness.name for witness in hands.refusing.witnesses} & set(strangers_to):
            said = "请换见证人：见证人不能是本人，也不能是经办人。"
            return [Refusal("witness_is_a_party", said, basis, "first_witness_name")]
        return []
    if len(hands.note) < 4:
        said = {POSTED: "邮寄单号和签收情况", ABSENT: "怎样联系、在哪里找过"}[hands.way]
        return [Refusal("no_note", f"请写明{said}。", basis, "note")]
    return []


def sign_hands(
    move: Move,
    hands: Hands,
    *,
    name: str,
    places: HandPlaces,
    form_code: str,
    content_digest: str,
    form_digest: str,
) -> dict[str, bytes]:
    """Bind every hand to the paper's content. Returns the pictures by their place on the form."""
    content: dict[str, Any] = {"content_digest": content_digest, "form_digest": form_digest}
    at = f"{form_code}.{places.worker}"
    pictures: dict[str, bytes] = {}
    if hands.worker is not None:
        witness_at = f"{form_code}.{places.first}" if places.first else ""
        signed = bind_ink(move, hands.worker, name=name, **content, place=at, witness_at=witness_at)
        pictures[places.worker] = bytes(signed[at].picture)
        if witness_at in signed:
            pictures[places.first] = bytes(signed[witness_at].picture)
    if hands.refusing is not None:
        _, witnesses = record_refusal(move, hands.refusing, name=name, place=at, **content)
        for place, signature in zip((places.first, places.second), witnesses.values(), strict=True):
            pictures[place] = bytes(signature.picture)
    try:
        own = sign(
            signer=move.user,
            appointment=move.acting,
            drawn=move.data.get("parsed_strokes"),
            scan=move.data.get("scan_picture"),
            county=move.county,
            subject_kind=move.entity._meta.label_lower,
            subject_key=str(move.entity.pk),
            place=f"{form_code}.{places.official}",
            at=move.at,
            **content,
        )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor="strokes")]) from error
    move.signatures.append(own.digest)
    return {**pictures, places.official: bytes(own.picture)}


def witness_names(hands: Hands) -> tuple[str, str]:
    """The two names as they stand on the paper: the witness of a thumb print is the first."""
    if hands.refusing is not None:
        first, second = hands.refusing.witnesses
        return first.name, second.name
    return (hands.worker.witness_name if hands.worker is not None else ""), ""


def hands_panels(
    page: Page, *, title: str, ways: Sequence[tuple[str, str]], read: Sequence[str], hint: str, note_label: str
) -> list[Any]:
    """How it ended, and the places to sign for the person and for two witnesses."""
    typed: Mapping[str, Any] = page.typed or {}
    fields = [
        panel_field(page, typed, "way", "结果", "radio", choices=list(ways), required=True),
        panel_field(page, typed, "note", note_label, "textarea"),
    ]
    how: dict[str, Any] = {"id": "hands", "title": title, "fields": fields}
    ink: SafeString = ink_panel(page, title="本人签字", hint=hint, read=list(read), signed="")
    return [how, ink, refusal_panel(page, who="本人")]
