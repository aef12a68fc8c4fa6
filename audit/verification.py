"""Proving the trail: each event is recomputed and compared with its columns and with the chain."""

import json
from collections.abc import Iterator
from typing import Any

from audit.canonical import FORMAT, GENESIS, NotCanonicalError, canonical_bytes, event_hash, moment_text
from audit.models import ChainHead, Event
from audit.trail import columns_of

_CHUNK = 500


def counties() -> list[str]:
    """Codes of all counties that have a chain or an event."""
    heads = set(ChainHead.objects.values_list("county", flat=True))
    return sorted(heads | set(Event.objects.order_by().values_list("county", flat=True).distinct()))


def verify_chain(county: str) -> list[str]:
    """Every problem of the county's chain as a Chinese sentence; empty when it is whole.

    Reads in batches and takes no lock: events appended meanwhile are checked too.
    """
    return list(_problems(county))


def verify_event(event: Event) -> list[str]:
    """Every problem of one event and of its link to the one before. Two queries."""
    before = Event.objects.filter(county=event.county, sequence=event.sequence - 1).first()
    return verify_after(event, before)


def verify_after(event: Event, before: Event | None) -> list[str]:
    """Every problem of one event and of its link to `before`, the event in front of it. One query."""
    if before is None and event.sequence > 1:
        return [f"{event.county}第{event.sequence - 1}条记录不见了。"]
    previous_hash = event_hash(bytes(before.canonical)) if before else GENESIS
    return list(_problems_of(event, previous_hash))


def _problems(county: str) -> Iterator[str]:
    # The head is read first: what comes after it while we read is legal, what is missing before it is not.
    head = ChainHead.objects.filter(county=county).first()
    expected, previous_hash, hash_at_head = 1, GENESIS, GENESIS
    events = Event.objects.filter(county=county).order_by("sequence").prefetch_related("organisations")
    for event in events.iterator(chunk_size=_CHUNK):
        if event.sequence != expected:
            yield f"{county}第{expected}条记录不见了：序号从{expected - 1}跳到{event.sequence}。"
        yield from _problems_of(event, previous_hash if event.sequence == expected else None)
        expected = event.sequence + 1
        previous_hash = event_hash(bytes(event.canonical))
        if head is not None and event.sequence == head.sequence:
            hash_at_head = previous_hash
    last = expected - 1
    if head is None:
        if last:
            yield f"{county}的记录链没有末端登记，最后一条是第{last}条。"
        return
    if head.sequence > last:
        yield f"{county}第{last + 1}条到第{head.sequence}条记录不见了：末端登记是第{head.sequence}条。"
    elif head.hash != hash_at_head:
        yield f"{county}第{head.sequence}条记录与末端登记的哈希不一致。"
    if last > head.sequence and ChainHead.objects.get(county=county).sequence < last:
        yield f"{county}第{head.sequence + 1}条到第{last}条记录不在末端登记之内，不是由程序写入的。"


def _problems_of(event: Event, previous_hash: str | None) -> Iterator[str]:
    subject = event.subject_number or event.subject_key
    name = f"{event.county}第{event.sequence}条记录（{event.action}，{subject}）"
    canonical = bytes(event.canonical)
    if event_hash(canonical) != event.hash:
        yield f"{name}的正本与哈希不一致，内容被改动过。"
    try:
        content = json.loads(canonical)
        columns = columns_of(content)
        same = canonical_bytes(content) == canonical and content["format"] == FORMAT
    except (ValueError, KeyError, TypeError, NotCanonicalError):
        yield f"{name}的正本读不出来。"
        return
    if not same:
        yield f"{name}的正本不是{FORMAT}的写法。"
    if previous_hash is not None and content["previous_hash"] != previous_hash:
        yield f"{name}与上一条记录接不上。"
    for wrong in _wrong_columns(event, content, columns):
        yield f"{name}的“{wrong}”一栏与正本不一致，被改动过。"


def _wrong_columns(event: Event, content: dict[str, Any], columns: dict[str, Any]) -> Iterator[str]:
    names = {field.name: str(field.verbose_name) for field in Event._meta.concrete_fields}
    for column, value in columns.items():
        if getattr(event, column) != value:
            yield names[column]
    if moment_text(event.at) != content.get("at"):
        yield "时间"
    filed = sorted(
        (row.organisation_code, row.county, row.sequence, moment_text(row.at)) for row in event.organisations.all()
    )
    if filed != [(code, event.county, event.sequence, content.get("at")) for code in content.get("organisations", [])]:
        yield "涉及的单位"
