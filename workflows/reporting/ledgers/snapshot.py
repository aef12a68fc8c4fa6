"""The people of a township on one day, and what changed since the last ledger: read from the records, once.

Whoever is on a post that day is on the ledger; who joined or left since the last one, or did both in between, is a
change. Because last + joined - left is counted from the people themselves, it meets what is there now; where the
records say today otherwise than the last ledger did, the person is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.models import Organisation
from registry.policies import Policy
from workflows.core.guards import chinese
from workflows.core.models import Case
from workflows.employment.models import EndReason, Tenure, TenureState
from workflows.employment.service import Stretch, service_until
from workflows.employment.tenures.periods import Served, served, served_in
from workflows.employment.tenures.spans import service_of

from ..models import Ledger, LedgerRow, RowKind

JOINED, RENEWED, LEAVE, BACK, LEFT = "新上岗", "续签", "请假", "返岗", "离岗"
ARTICLE_10 = "《办法》第十条"


@dataclass(frozen=True)
class Snapshot:
    """What a ledger holds: rows without their ledger, counts, and who differs from the last one."""

    rows: tuple[LedgerRow, ...]
    last: int
    joined: int
    left: int
    now: int
    differences: tuple[str, ...]


def draw_up(township: Organisation, since: date, on: date, former: Ledger | None, policy: Policy) -> Snapshot:
    """Read it all: `since` is the day of the last ledger, `on` the day of this one."""
    during = {each.tenure.pk: each for each in served_in(township, since, on)}
    now = {pk: each for pk, each in during.items() if _on_post(each, on)}
    by_records = {pk for pk, each in during.items() if _on_post(each, since)}
    before = _former_tenures(former) if former is not None else by_records
    between = {pk for pk in during if pk not in now and pk not in by_records | before}
    joined = (set(now) - before) | between
    left = (before - set(now)) | between
    gone = {pk: during[pk] for pk in left if pk in during}
    # Whoever the records take off the post before that day has no day in the period at all.
    missing = Tenure.objects.filter(pk__in=left - set(gone))
    gone |= {each.tenure.pk: each for each in served(missing, date.min, on)}
    unserved = {row.pk: row for row in missing.select_related("worker__household", "post", "village")}
    service = service_of({each.tenure.worker_id for each in (*now.values(), *gone.values())})
    writer = _Writer(policy, since, on, service, before)
    rows = [
        writer.present(each, new=pk in joined)
        for pk, each in sorted(now.items(), key=lambda item: _order(item[1].tenure))
    ]
    departures = [
        writer.departed(gone[pk], known=pk in before) if pk in gone else writer.never_there(unserved[pk])
        for pk in sorted(left)
    ]
    for number, row in enumerate(rows, 1):
        row.position = number
    for number, row in enumerate(departures, 1):
        row.position = number
    return Snapshot(
        rows=(*rows, *departures),
        last=len(before),
        joined=len(joined),
        left=len(left),
        now=len(now),
        differences=tuple(_differences(former, before, by_records, during)),
    )


def _order(tenure: Tenure) -> tuple[str, date, int]:
    return tenure.village.code, tenure.start_on, tenure.pk


def _on_post(each: Served, day: date) -> bool:
    return any(stretch.first <= day and (stretch.last is None or day <= stretch.last) for stretch in each.stretches)


def _former_tenures(former: Ledger) -> set[int]:
    return set(LedgerRow.objects.filter(ledger=former, kind=RowKind.PRESENT).values_list("tenure_id", flat=True))


def _differences(
    former: Ledger | None, before: set[int], by_records: set[int], during: Mapping[int, Served]
) -> Iterable[str]:
    """Who stood otherwise in the last ledger than the records say today of that day."""
    if former is None:
        return
    listed = LedgerRow.objects.filter(ledger=former, kind=RowKind.PRESENT, tenure__in=before - by_records)
    for row in listed.order_by("position"):
        yield f"{row.village}{row.name}：上期台账在册，按现在的记录当时不在岗，本期按离岗列出。"
    for pk in sorted(by_records - before):
        tenure = during[pk].tenure
        yield f"{tenure.village.name}{tenure.worker.name}：上期台账没有，按现在的记录当时已在岗，本期按新增列出。"


def change(what: str, on: date, case: Case | None, **more: str) -> dict[str, Any]:
    """One change and the case whose paper tells of it."""
    told = {"what": what, "on": on.isoformat(), "case": case.pk if case is not None else None}
    return told | {"number": case.number if case is not None else ""} | more


@dataclass(frozen=True)
class _Writer:
    policy: Policy
    since: date
    on: date
    service: Mapping[int, Sequence[Stretch]]
    before: set[int]

    def row(self, tenure: Tenure, kind: str, category: str, until: date) -> LedgerRow:
        worker = tenure.worker
        used = service_until(self.service.get(worker.pk, ()), until)
        names = {each.code: each.name for each in self.policy.categories}
        return LedgerRow(
            kind=kind,
            tenure=tenure,
            worker=worker,
            village=tenure.village.name,
            name=worker.name,
            sex=worker.sex,
            id_number=worker.id_number,
            phone=worker.phone,
            category=names.get(category, category),
            post_type=tenure.post.type_name if tenure.post is not None else "",
            start_on=tenure.start_on,
            months=used.months,
            odd_days=used.days,
        )

    def present(self, each: Served, *, new: bool) -> LedgerRow:
        tenure = each.tenure
        agreement = each.agreement_on(self.on)
        category = agreement.category if agreement is not None else tenure.worker.household.category
        row = self.row(tenure, RowKind.PRESENT, category, self.on)
        row.end_on = each.agreements[-1].end_on if each.agreements else None
        row.changes = list(self._changes(each, new=new))
        return row

    def _changes(self, each: Served, *, new: bool) -> Iterable[dict[str, Any]]:
        first = each.agreements[0] if each.agreements and not each.agreements[0].is_renewal else None
        renewed = [
            agreement for agreement in each.agreements
            if agreement.is_renewal and self.since < agreement.start_on <= self.on
        ]  # fmt: skip
        # After days between two agreements somebody comes back onto the ledger by the renewal.
        if new and not (renewed and each.tenure.start_on <= self.since):
            begun = each.tenure.start_on
            late = "" if begun > self.since or not self.before else "（补列）"
            yield change(f"{JOINED}{late}", begun, first.case if first is not None else None)
        for agreement in renewed:
            yield change(RENEWED, agreement.start_on, agreement.case)
        for span in each.leaves:
            leave = span.leave
            if leave.first_on is not None and self.since < leave.first_on <= self.on:
                yield change(LEAVE, leave.first_on, leave.case)
            if leave.back_on is not None and self.since < leave.back_on <= self.on:
                yield change(BACK, leave.back_on, leave.case)

    def departed(self, each: Served, *, known: bool) -> LedgerRow:
        """How somebody left: by an exit, or because nothing covers them any more (到期待处理)."""
        tenure = each.tenure
        last = each.stretches[-1].last or self.on
        category = each.agreements[-1].category if each.agreements else tenure.worker.household.category
        row = self.row(tenure, RowKind.DEPARTED, category, min(last, self.on))
        row.end_on = each.agreements[-1].end_on if each.agreements else None
        paper: Case | None = each.agreements[-1].case if each.agreements else None
        if tenure.end_on is not None and tenure.end_on <= self.on:
            reason = EndReason(tenure.end_reason).label if tenure.end_reason else ""
            state = TenureState(tenure.state).label
            row.left_on = tenure.end_on
            row.why, row.basis = f"{state}：{reason}" if reason else state, tenure.end_basis
            paper = tenure.end_case or paper
        else:
            row.left_on, row.why, row.basis = last, "期满，到期待处理", ARTICLE_10
        if row.left_on < self.since:
            row.why = f"{row.why}（补记）"
        row.changes = [change(LEFT, row.left_on, paper)]
        if not known:
            row.changes.insert(0, change(JOINED, tenure.start_on, each.agreements[0].case if each.agreements else None))
        return row

    def never_there(self, tenure: Tenure) -> LedgerRow:
        """The last ledger had somebody who, as is known now, never took up the post."""
        row = self.row(tenure, RowKind.DEPARTED, tenure.worker.household.category, self.on)
        row.left_on, row.why, row.basis = tenure.end_on or self.on, "没有上岗（补记）", tenure.end_basis
        row.changes = [change(LEFT, row.left_on, tenure.end_case)]
        return row


def said(changes: Iterable[Mapping[str, Any]]) -> str:
    """续签、请假, as the column has room for it."""
    return "、".join(dict.fromkeys(str(each["what"]) for each in changes))[:30]


def told(each: Mapping[str, Any]) -> str:
    """2020年9月16日续签."""
    return f"{chinese(date.fromisoformat(each['on']))}{each['what']}"
