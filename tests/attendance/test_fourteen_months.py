"""A township lives through fourteen months, through the door with all papers; pay and ledger are what a reckoning of
our own comes to, written down from the rules alone: people, days, and a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db.models import Sum

from registry.models import Appointment, Worker
from registry.policies import policy_on
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from tests.attendance.months import Month, at, employ, member_of
from tests.attendance.test_pay import absent, by_days, corrected, open_roster, pay, to_finance
from tests.cast import Cast, applicant_id, nothing_happens, post_of, task_of, user_of
from tests.registry.people import id_number
from tests.reporting.test_ledgers import file as file_ledger
from tests.terminations import steps as exits
from workflows.attendance.models import AttendanceRow, AttendanceSheet, PayLine, PayRoster, RosterState, SheetState
from workflows.core.actors import Actor
from workflows.core.daily import run_daily
from workflows.core.refusals import NotFound
from workflows.employment.models import EndReason, Tenure
from workflows.reporting.ledgers.opening import opening_day_of
from workflows.reporting.models import Ledger, LedgerState, RowKind

pytestmark = pytest.mark.django_db
FIRST, MONTHS = date(2024, 5, 1), 14
BORN_ON_LEAP_DAY, LAST_DAY_OF_65 = date(1960, 2, 29), date(2025, 2, 28)
HERE, THERE = "104001", "104002"
# What happens in which month.
CHANGED_AFTER_SIGNING, HEAD_GOES, RESIGNS, CORRECTED = (date(2024, number, 1) for number in (6, 7, 9, 10))


def following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def days_of(month: date) -> list[date]:
    return [month + timedelta(days=number) for number in range((following(month) - month).days)]


def months() -> Iterator[date]:
    month = FIRST
    for _ in range(MONTHS):
        yield month
        month = following(month)


@dataclass
class Person:
    """Whom we reckon with: the first and the last day on the post, and what was worked before."""

    worker: Worker
    village: str
    first: date
    last: date
    since: date  # when the service that counts towards the three years would have begun, had there been no gap

    def days(self, month: date) -> int:
        return sum(1 for day in days_of(month) if self.first <= day <= self.last)

    def pay(self, month: date) -> Decimal:
        """400 a month, the days inside by the days of the month, half a fen up."""
        part = Decimal(400) * self.days(month) / len(days_of(month))
        return part.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def on_post(self, day: date) -> bool:
        return self.first <= day <= self.last

    def whole_months(self, day: date) -> int:
        """Whole months from the day the service began to this one, both counted."""
        after = day + timedelta(days=1)
        return (after.year - self.since.year) * 12 + after.month - self.since.month - (after.day < self.since.day)


@dataclass
class Township:
    """The people, and what was paid and filed so far."""

    cast: Cast
    posts: dict[str, str]
    people: list[Person] = field(default_factory=list)
    members: dict[str, Actor] = field(default_factory=dict)
    absent_all_month: Person | None = None

    def comes(self, first: date, last: date, village: str = HERE, *, since: date | None = None, **who: str) -> Person:
        worker = employ(self.cast, first, last, village=village, post=self.posts[village], **who)
        self.people.append(Person(worker, village, first, last, since or first))
        return self.people[-1]

    def villages(self) -> list[str]:
        return sorted(self.members)

    def sheet(self, village: str, month: date) -> Month:
        found = AttendanceSheet.objects.get(village__code=village, month=month, version=1)
        return Month(self.cast, found.case, self.members[village])


def settle(cast: Cast, others: int, there: int) -> Township:
    """In the middle of May 2024: one who is nearly 65, one who has thirty months behind them, and the others."""
    by_days(cast)
    cast.now = at(2024, 5, 14)
    villages = (HERE, THERE) if there else (HERE,)
    posts = {
        village: str(
            cast.do(
                "employment.establish_post", cast.county, cast.system, post_of(cast.places[village], "养路", 100)
            ).result.pk
        )
        for village in villages
    }
    township = Township(cast, posts)
    township.members = {HERE: member_of(cast)}
    if there:
        township.members[THERE] = cast.also("keeper", Role.VILLAGE_COMMITTEE_MEMBER, THERE)
    born = id_number(BORN_ON_LEAP_DAY, 201)
    township.comes(date(2024, 5, 15), LAST_DAY_OF_65, id_number=born)
    cast.do("registry.enter_household", cast.county, cast.system, cast.listed(700))
    veteran = cast.county.worker_set.order_by("-pk")[0]
    cast.record_service(veteran, date(2021, 9, 15), date(2024, 3, 14))
    known = {"id_number": applicant_id(700), "name": veteran.name}
    township.comes(date(2024, 5, 15), date(2024, 11, 14), since=date(2021, 11, 15), **known)
    for number in range(others):
        first = date(2024, 5, 15) + timedelta(days=number % 11)
        township.comes(first, (first - timedelta(days=1)).replace(year=2025))
    for number in range(there):
        first = date(2024, 5, 16) + timedelta(days=number % 13)
        township.comes(first, (first - timedelta(days=1)).replace(year=2025), THERE)
    return township


def what_happens(township: Township, month: date) -> None:
    """In the middle of the month."""
    cast = township.cast
    for when, last in ((date(2024, 8, 1), date(2025, 8, 8)), (date(2025, 1, 1), date(2026, 1, 8))):
        if month == when:
            cast.now = at(month.year, month.month, 8)
            township.comes(month.replace(day=9), last)
    if month == RESIGNS:
        cast.now = at(2024, 9, 10)
        leaver = township.people[2]
        tenure = Tenure.objects.get(worker=leaver.worker)
        case = exits.opened(cast, tenure, EndReason.RESIGNATION)
        dates = {"happened_on": "2024-09-09", "evidence_1_made_on": "2024-09-09"}
        exits.propose(cast, case, date(2024, 9, 20), **dates)
        exits.hear(cast, case, statement="要去照看孙子，自愿退出。")
        exits.walk(cast, case)
        leaver.last = date(2024, 9, 20)


def ledger_of(township: Township, month: date, former: date | None) -> date:
    """Opened by itself, signed, sealed, sent and received; its people and counts are ours. Gives its day."""
    cast = township.cast
    on = opening_day_of(month, policy_on(cast.county, month))
    cast.now = max(cast.now, at(on.year, on.month, on.day))
    run_daily(cast.now)
    ledger = Ledger.objects.get(township=cast.township, month=month)
    file_ledger(cast, ledger.case)
    cast.do("ledgers.receive", task_of(ledger.case), cast.officer)
    ledger.refresh_from_db()
    since = former or ledger.since_on
    there = {each.worker.pk: each for each in township.people if each.on_post(on)}
    before = {each.worker.pk for each in township.people if each.on_post(since)}
    between = {each.worker.pk for each in township.people if since < each.first and each.last < on}
    rows = {row.worker_id: row for row in ledger.rows.filter(kind=RowKind.PRESENT)}
    assert set(rows) == set(there), month
    ours = (len(before), len(set(there) - before | between), len(before - set(there) | between), len(there))
    assert (ledger.last_count, ledger.joined_count, ledger.left_count, ledger.now_count) == ours, month
    assert ledger.differences == []
    assert {pk: row.months for pk, row in rows.items()} == {pk: each.whole_months(on) for pk, each in there.items()}
    gone = {row.worker_id: row.left_on for row in ledger.rows.filter(kind=RowKind.DEPARTED)}
    assert gone == {each.worker.pk: each.last for each in township.people if each.worker.pk in before - set(there)}
    assert all(each["number"] or each["case"] for row in ledger.rows.all() for each in row.changes), "each its paper"
    assert (ledger.state, ledger.days_late(on)) == (LedgerState.RECEIVED, 0)
    return on


def change_after_signing(month: Month) -> None:
    """Signed by the workers, then changed: everybody signs again."""
    month.fill()
    month.workers_sign()
    clerk = month.clerk
    month.cast.do("attendance.reopen", month.case, clerk, {"reason": "有一天请假。"})
    row = month.rows[0]
    month.cast.do("attendance.save", task_of(month.case), clerk, {f"d{row.worker_id}_11": "p"})
    assert not any(each.signature for each in month.rows)


def head_went_yesterday(month: Month) -> None:
    """The head whose office ended yesterday can't sign any more; who holds it today does."""
    cast = month.cast
    office = Appointment.objects.get(user=user_of(cast.head), role=Role.VILLAGE_HEAD)
    yesterday = cast.now.date() - timedelta(days=1)
    cast.do("registry.end_appointment", office, cast.administrator, {"to_on": yesterday, "reason": "换届。"})
    month.fill()
    month.workers_sign()
    gone = Actor.of(user_of(cast.head), cast.now.date())
    with nothing_happens(), pytest.raises(NotFound):
        cast.do("attendance.sign", month.seat("head"), gone, {"strokes": demo_signature(gone.name)})
    cast.people["head"] = cast.also("outsider", Role.VILLAGE_HEAD, HERE)
    month.village_signs()
    cast.do("attendance.report", task_of(month.case), month.clerk)
    month.audit()
    cast.do("attendance.seal", task_of(month.case), cast.township_keeper)


def sheets_of(township: Township, month: date) -> list[Month]:
    """Opened by the clock on the first of the next month, filled, signed by three, audited, sealed."""
    cast, until = township.cast, following(month)
    cast.now = max(cast.now, at(until.year, until.month, 1))
    run_daily(cast.now)
    locked = []
    for village in township.villages():
        if not any(each.village == village and each.days(month) for each in township.people):
            assert not AttendanceSheet.objects.filter(village__code=village, month=month).exists()
            continue
        sheet = township.sheet(village, month)
        if (village, month) == (HERE, CHANGED_AFTER_SIGNING):
            change_after_signing(sheet)
        if (village, month) == (HERE, HEAD_GOES):
            head_went_yesterday(sheet)
        else:
            sheet.lock()
        locked.append(sheet)
    return locked


def paid(township: Township, month: date) -> Decimal:
    """Drawn up, reviewed, sealed, paid; what the roster comes to."""
    case = open_roster(township.cast, f"{month:%Y-%m}")
    to_finance(township.cast, case)
    pay(township.cast, case)
    total: Decimal = PayLine.objects.filter(roster__case=case, counts=True).aggregate(total=Sum("amount"))["total"]
    return total


def live(township: Township) -> None:
    settled, former = Decimal(0), None
    for month in months():
        what_happens(township, month)
        former = ledger_of(township, month, former)
        sheets = sheets_of(township, month)
        total = paid(township, month)
        assert total == sum((each.pay(month) for each in township.people), settled), month
        settled = Decimal(0)
        if month == CORRECTED:
            # After the payment it turns out that one of them was never there: the next roster takes it back.
            missing = township.absent_all_month = township.people[3]
            corrected(sheets[0], **absent(missing.worker.pk, 1, 31))
            settled = -missing.pay(month)


def prove(township: Township) -> None:
    """Every person and month to the fen; no day outside an agreement; nobody paid without an audited sheet."""
    for each in township.people:
        for month in months():
            lines = PayLine.objects.filter(worker=each.worker, for_month=month, counts=True)
            found = lines.aggregate(total=Sum("amount"))["total"] or Decimal(0)
            nothing = each is township.absent_all_month and month == CORRECTED
            assert found == (0 if nothing else each.pay(month)), f"{each.worker.name} {month:%Y-%m}"
    correction = PayLine.objects.get(kind="correction")
    assert (correction.roster.month, correction.amount) == (following(CORRECTED), Decimal(-400))
    spans = {each.worker.pk: each for each in township.people}
    for row in AttendanceRow.objects.select_related("sheet"):
        for day, mark in zip(days_of(row.sheet.month), row.marks, strict=True):
            assert (mark == "-") == (not spans[row.worker_id].on_post(day)), f"{row.worker_id} {day}"
    assert not PayLine.objects.exclude(sheet__state__in=[SheetState.IN_PAY, SheetState.CORRECTED]).exists()
    assert set(PayRoster.objects.values_list("state", flat=True)) == {RosterState.PAID}
    assert Tenure.objects.values("worker").distinct().count() == len(township.people)
    # Who turned 65 and who had worked three years: to the day, and no day more.
    leapling, veteran = township.people[:2]
    assert PayLine.objects.filter(worker=leapling.worker).order_by("-for_month")[0].for_month == date(2025, 2, 1)
    last = PayLine.objects.filter(worker=veteran.worker).order_by("-for_month")[0]
    assert (last.for_month, last.inside, last.amount) == (date(2024, 11, 1), 14, Decimal("186.67"))


def test_a_village_of_eight_lives_through_fourteen_months(county: Cast) -> None:
    township = settle(county, others=4, there=0)
    live(township)
    assert len(township.people) == 8
    prove(township)


@pytest.mark.slow
def test_a_township_of_forty_lives_through_fourteen_months(county: Cast) -> None:
    township = settle(county, others=17, there=19)
    live(township)
    assert len(township.people) == 40
    prove(township)
