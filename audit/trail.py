"""Writing the trail: one event per change, in the change's own transaction, chained by hash per county."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, router, transaction

from audit.canonical import FORMAT, GENESIS, canonical_bytes, event_hash, field_digest, moment_text, plain
from audit.models import ChainHead, Event, EventOrganisation, EventSalt
from audit.personal_numbers import mask_numbers, personal_number_in


@dataclass(frozen=True)
class ActorStamp:
    """Who acted, acting as what, as it was that day. The system itself has no user_id."""

    user_id: int | None
    name: str
    role: str
    organisation_code: str
    organisation_name: str


@dataclass(frozen=True)
class SubjectStamp:
    """What was acted on, e.g. ("applications.application", "17", "2020-104-0031")."""

    kind: str
    key: str
    number: str = ""


@dataclass(frozen=True)
class PaperStamp:
    """A paper this event made or signed: form and version, digest of the file and of its content (hex)."""

    form: str
    version: int
    file_digest: str
    content_digest: str


class PersonalNumberError(ValueError):
    """An ID, mobile or account number in the details of an event could never be removed again."""


class SaltDeletedError(LookupError):
    """The salt of this event was deleted as the law demanded; its digests prove nothing any more."""


def append(
    *,
    county: str,
    action: str,
    at: datetime,
    actor: ActorStamp,
    subject: SubjectStamp,
    case_key: str = "",
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    fields: Mapping[str, object] | None = None,
    papers: Sequence[PaperStamp] = (),
    signatures: Sequence[str] = (),
    policy: str = "",
    details: Mapping[str, object] | None = None,
    organisation_codes: Sequence[str] = (),
) -> Event:
    """Append one event to the county's chain; must run inside the transaction of the change itself.

    `fields` are kept as salted digests only. `reason` is typed by people: personal numbers in it are masked.
    `details` are written by the programme: a personal number there raises PersonalNumberError.
    `organisation_codes`: every organisation the event concerns, the township beside its village.
    Raises TransactionManagementError outside a transaction, ValueError for values that can't be kept.
    """
    using = router.db_for_write(Event)
    if not transaction.get_connection(using).in_atomic_block:
        raise transaction.TransactionManagementError("记录必须与所记的变动在同一个事务里写入。")
    if not county or not action:
        raise ValueError("记录必须写明县代码和动作。")
    if kind := personal_number_in(details or {}):
        raise PersonalNumberError(f"办理记录的细节里不能写{kind}：记录写下后无法删除。请改用 fields，只留摘要。")
    salt = secrets.token_bytes(32)
    # The head is locked last of all rows of a change and held only for the inserts below.
    head = _locked_head(county, using)
    content = plain(
        {
            "format": FORMAT,
            "county": county,
            "sequence": head.sequence + 1,
            "action": action,
            "at": moment_text(at),
            "actor": asdict(actor),
            "subject": asdict(subject),
            "case_key": case_key,
            "from_state": from_state,
            "to_state": to_state,
            "reason": mask_numbers(reason),
            "fields": {name: field_digest(salt, name, value) for name, value in (fields or {}).items()},
            "papers": [asdict(paper) for paper in papers],
            "signatures": list(signatures),
            "policy": policy,
            "details": details or {},
            "organisations": sorted(set(organisation_codes)),
            "previous_hash": head.hash,
        }
    )
    canonical = canonical_bytes(content)
    event = Event(**columns_of(content), at=at, canonical=canonical, hash=event_hash(canonical))
    _refuse_too_long(event)
    event.save(using=using)
    if content["fields"]:
        EventSalt(event=event, salt=salt).save(using=using)
    EventOrganisation.objects.using(using).bulk_create(
        EventOrganisation(event=event, county=event.county, organisation_code=code, sequence=event.sequence, at=at)
        for code in content["organisations"]
    )
    ChainHead.objects.using(using).filter(county=county).update(sequence=event.sequence, hash=event.hash)
    return event


def field_matches(event: Event, name: str, value: object) -> bool:
    """Whether the field had exactly this value; False also when there was no such field.

    Raises SaltDeletedError.
    """
    digest = event.content["fields"].get(name)
    if digest is None:
        return False
    try:
        salt = event.salt.salt
    except ObjectDoesNotExist:
        raise SaltDeletedError(f"第{event.sequence}条记录的盐已依法删除，无法再核对“{name}”。") from None
    return hmac.compare_digest(digest, field_digest(bytes(salt), name, value))


def columns_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that repeat the canonical content, except the time; verification compares each."""
    actor, subject = content["actor"], content["subject"]
    return {
        "county": content["county"],
        "sequence": content["sequence"],
        "action": content["action"],
        "actor_user_id": actor["user_id"],
        "actor_name": actor["name"],
        "actor_role": actor["role"],
        "actor_organisation_code": actor["organisation_code"],
        "actor_organisation_name": actor["organisation_name"],
        "subject_kind": subject["kind"],
        "subject_key": subject["key"],
        "subject_number": subject["number"],
        "case_key": content["case_key"],
        "from_state": content["from_state"],
        "to_state": content["to_state"],
        "reason": content["reason"],
        "policy": content["policy"],
        "details": content["details"],
        "previous_hash": content["previous_hash"],
    }


def _locked_head(county: str, using: str) -> ChainHead:
    heads = ChainHead.objects.using(using).select_for_update().filter(county=county)
    head = heads.first()
    if head is None:
        # Two first events at once: the second waits here for the first to commit, then reads its row.
        ChainHead.objects.using(using).bulk_create([ChainHead(county=county, hash=GENESIS)], ignore_conflicts=True)
        head = heads.get()
    return head


def _refuse_too_long(event: Event) -> None:
    # SQLite would store it, PostgreSQL would not: the same sentence on both.
    for field in event._meta.concrete_fields:
        limit = field.max_length if isinstance(field, models.CharField) else None
        if limit is not None and len(getattr(event, field.attname)) > limit:
            raise ValueError(f"记录的“{field.verbose_name}”太长，最多{limit}个字。")
