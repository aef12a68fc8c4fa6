"""代签: somebody signs for another, as an act of its own: who for whom, why, and with which authority.

The proxy signs with their own hand and name; the paper shows 代签 beside it. `ProxyForm` is a mixin for forms that
take ink; `keep_proxy` writes the record in the move that made the signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from forms_templates.store import put
from signatures.models import ProxySigning, Signature

from .actions import Move
from .uploads import CleanFile, clean_attachment

MOST_NAME, MOST_RELATION, MOST_WHY = 30, 30, 200


@dataclass(frozen=True)
class Proxy:
    """Who signs for the person, and by what right."""

    name: str
    relation: str
    why: str
    authority: CleanFile


class ProxyForm(forms.Form):
    """The fields of 代签; `cleaned_data["proxy"]` is a Proxy, or None when nothing of it was filled in."""

    proxy_name = forms.CharField(
        required=False,
        max_length=MOST_NAME,
        error_messages={"max_length": f"代签人姓名太长，请控制在{MOST_NAME}个字以内。"},
    )
    proxy_relation = forms.CharField(
        required=False,
        max_length=MOST_RELATION,
        error_messages={"max_length": f"与本人的关系太长，请控制在{MOST_RELATION}个字以内。"},
    )
    proxy_why = forms.CharField(
        required=False,
        max_length=MOST_WHY,
        error_messages={"max_length": f"代签原因太长，请控制在{MOST_WHY}个字以内。"},
    )
    proxy_authority = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        name, relation, why = (
            " ".join(str(data.get(field) or "").split()) for field in ("proxy_name", "proxy_relation", "proxy_why")
        )
        upload = data.get("proxy_authority")
        data["proxy"] = None
        if not (name or relation or why or upload):
            return data
        for field, value, sentence in (
            ("proxy_name", name, "请写明代签人的姓名。"),
            ("proxy_relation", relation, "请写明代签人与本人的关系。"),
            ("proxy_why", why, "请写明本人为什么不能亲自签字。"),
            ("proxy_authority", upload, "请上传本人的委托书（照片或扫描件）：没有委托书不能代签。"),
        ):
            if not value and field not in self.errors:
                self.add_error(field, sentence)
        if upload is None or self.errors:
            return data
        try:
            authority = clean_attachment(upload)
        except forms.ValidationError as error:
            self.add_error("proxy_authority", error)
            return data
        data["proxy"] = Proxy(name, relation, why, authority)
        return data


def keep_proxy(move: Move, signature: Signature, proxy: Proxy, *, for_name: str) -> ProxySigning:
    """The record beside the signature, its authority in the store under the key of the case's person."""
    key = move.case.person_key
    if key is None:
        raise LookupError(f"{move.case.key} has no key to keep an authority under")
    record: ProxySigning = ProxySigning.objects.create(
        signature=signature,
        for_name=for_name,
        by_name=proxy.name,
        relation=proxy.relation,
        why=proxy.why,
        person_key=key,
        authority_digest=put(proxy.authority.content, key),
        authority_type=proxy.authority.content_type,
        recorded_by=move.user,
        at=move.at,
    )
    move.details["signed_for"] = f"{proxy.name}（{proxy.relation}）代{for_name}签字：{proxy.why}"
    move.details["authority"] = record.authority_digest
    return record
