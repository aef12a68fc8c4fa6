"""《送达回执》: the same paper for every notice, whoever hands it over and whatever it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from forms_templates.values import chinese_date, marks

from .actions import Move
from .case_forms import case_form
from .filing import digest_of, file_version
from .receipts import POSTED, REFUSED, SIGNED, HandPlaces, Hands, HandsForm, sign_hands, witness_names

RECEIPT = ("delivery_receipt", 3)
RECEIPT_HANDS = HandPlaces(
    "recipient_signature", "deliverer_signature", "first_witness_signature", "second_witness_signature"
)
MANNERS = ("直接送达", "留置送达", "邮寄送达")
DELIVERY_WAYS = ((SIGNED, "直接送达，本人签收"), (REFUSED, "拒收，留置送达"), (POSTED, "邮寄送达"))


@dataclass(frozen=True)
class Delivered:
    """What is handed over: which document, under which number, to whom, from whom."""

    county: str
    title: str
    number: str
    recipient: str
    sender: str


class DeliveryForm(HandsForm):
    """The notice in the person's hands, left with them, or in the post."""

    ways = DELIVERY_WAYS
    delivered_on = forms.DateField(
        error_messages={"required": "请填写送达日期。", "invalid": "请把送达日期写成2020-09-16这样。"}
    )
    place = forms.CharField(
        max_length=60,
        error_messages={"required": "请填写送达地点。", "max_length": "地点太长，请控制在60个字以内。"},
    )
    recipient = forms.CharField(
        required=False, max_length=30, error_messages={"max_length": "签收人姓名太长，请控制在30个字以内。"}
    )


def receipt_values(what: Delivered, data: Mapping[str, Any], deliverer: str) -> dict[str, object]:
    """Every tag of the 送达回执; `data` as the form gives it, or nothing for the blank one."""
    hands: Hands | None = data.get("hands")
    first, second = witness_names(hands) if hands is not None else ("", "")
    way = hands.way if hands is not None else ""
    chosen = {SIGNED: MANNERS[0], REFUSED: MANNERS[1], POSTED: MANNERS[2]}.get(way, "")
    return {
        "county": what.county,
        "number": f"{what.number}-送" if what.number else "",
        "document": what.title,
        "document_number": what.number,
        "recipient": what.recipient,
        "sender": what.sender,
        "place": str(data.get("place") or ""),
        "manner": marks(MANNERS, chosen),
        "delivered_on": chinese_date(data.get("delivered_on")),
        "refusal": hands.told if hands is not None else "",
        "deliverer": deliverer,
        "first_witness": first,
        "second_witness": second,
        "received_on": chinese_date(data.get("delivered_on") if way == SIGNED else None),
    }


def file_receipt(move: Move, hands: Hands, what: Delivered, *, signer: str, label: str = "送达回执") -> None:
    """The receipt with every hand: `signer` is who takes it, if they sign."""
    sheet = case_form(RECEIPT, move.case)
    values = receipt_values(what, move.data, move.user.name)
    pictures = sign_hands(
        move,
        hands,
        name=signer,
        places=RECEIPT_HANDS,
        form_code=sheet.code,
        content_digest=digest_of(sheet, values),
        form_digest=sheet.digest,
    )
    file_version(move, form=sheet, values=values, pictures=pictures, label=label)
