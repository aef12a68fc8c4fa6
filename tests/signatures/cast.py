"""Who signs and who seals in these stories, and what they sign."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from registry.models import Appointment
from signatures.demo_strokes import demo_signature
from signatures.models import Seal, SealUse, Signature
from signatures.sealing import apply_seal
from signatures.signing import sign
from signatures.strokes import parse
from tests.registry.people import Place

OPENED = date(2019, 6, 20)
CHINA = timezone(timedelta(hours=8))
AT = datetime(2020, 9, 17, 16, 5, tzinfo=CHINA)
CONTENT, FORM = "a" * 64, "b" * 64


@dataclass
class Office:
    place: Place
    reviewer: Appointment
    keeper: Appointment
    seal: Seal

    def sign(self, **changes: Any) -> Signature:
        """The reviewer signs the township's opinion; `changes` replace what is said."""
        said: dict[str, Any] = {
            "county": self.place.county,
            "signer": self.reviewer.user,
            "appointment": self.reviewer,
            "drawn": parse(demo_signature("林书平")),
            "content_digest": CONTENT,
            "form_digest": FORM,
            "subject_kind": "applications.application",
            "subject_key": "17",
            "place": "township_signature",
            "at": AT,
        }
        return sign(**said | changes)

    def apply_seal(self, **changes: Any) -> SealUse:
        """The keeper seals the township's opinion; `changes` replace what is said."""
        said: dict[str, Any] = {
            "seal": self.seal,
            "keeper": self.keeper.user,
            "appointment": self.keeper,
            "decided": True,
            "content_digest": CONTENT,
            "document_form": "post_application",
            "subject_kind": "applications.application",
            "subject_key": "17",
            "place": "township_seal",
            "requested_by": "何素琴",
            "approved_by": "林书平",
            "at": AT,
        }
        return apply_seal(**said | changes)
