"""The named roster of a township: opened by itself, counted, signed, sent, received; late is late."""

import io
import zipfile
from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from time_machine import travel

from audit.models import Event
from forms_templates.models import Document
from registry.policies import POLICY_2019
from tests.cast import CHINA, Cast, applicant_id, browser_of, nothing_happens, task_of
from tests.employment.test_tenures import concluded, end
from workflows.core.daily import run_daily
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Refused
from workflows.employment.models import EndReason
from workflows.reporting.ledgers.documents import FORM
from workflows.reporting.ledgers.opening import opening_day_of
from workflows.reporting.models import Ledger, LedgerState, RowKind

pytestmark = pytest.mark.django_db
WHY = {"reason": "核对后发现数据要补。"}


def at(year: int, month: int, day: int, hour: int = 8) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CHINA)


def open_month(cast: Cast, moment: datetime) -> Ledger:
    cast.now = moment
    run_daily(moment)
    return Ledger.objects.get(township=cast.township, month=moment.date().replace(day=1))


def file(cast: Cast, case: Case) -> None:
    cast.act(case, "ledgers.check", cast.township_clerk)
    cast.act(case, "ledgers.review", cast.reviewer)
    cast.do("ledgers.file", task_of(case), cast.township_keeper)


def counts(ledger: Ledger) -> tuple[int, int, int, int]:
    return ledger.last_count, ledger.joined_count, ledger.left_count, ledger.now_count


def test_a_month_opens_by_itself_once_is_signed_sent_received_and_archived(cast: Cast) -> None:
    assert opening_day_of(date(2020, 9, 1), POLICY_2019) == date(2020, 9, 18)
    concluded(cast, "2020-09-16", "2021-09-15")
    run_daily(at(2020, 9, 17))
    assert not Ledger.objects.exists()
    ledger = open_month(cast, at(2020, 9, 18))
    run_daily(at(2020, 9, 18, 9))
    assert Ledger.objects.count() == 2  # one for each township, whether anybody works there or not
    assert counts(ledger) == (0, 1, 0, 1)
    (row,) = ledger.rows.all()
    assert [each["what"] for each in row.changes] == ["新上岗"]
    assert row.changes[0]["number"].endswith("协-0001")
    file(cast, ledger.case)
    ledger.refresh_from_db()
    assert ledger.state == LedgerState.AWAITING_RECEIPT
    assert ledger.days_late(date(2020, 12, 1)) == 0
    cast.do("ledgers.receive", task_of(ledger.case), cast.officer)
    run_daily(at(2020, 10, 1))
    ledger.refresh_from_db()
    assert ledger.state == LedgerState.ARCHIVED


def test_the_roster_says_on_which_day_it_was_reviewed_and_one_begun_before_keeps_its_form(cast: Cast) -> None:
    concluded(cast, "2020-09-16", "2021-09-15")
    ledger = open_month(cast, at(2020, 9, 18))
    file(cast, ledger.case)
    paper = Document.objects.filter(case_key=ledger.case.key).latest("number")
    assert (paper.form_version, paper.values["reviewed_on"]) == (FORM[1], "2020年9月18日")
    following = open_month(cast, at(2020, 10, 19))
    # As a case stood before its forms were noted on it.
    Case.objects.filter(pk=following.case_id).update(forms={})
    import_module("workflows.core.migrations.0009_running_cases_keep_their_forms").keep_former_versions(apps, None)
    following.refresh_from_db()
    file(cast, Case.objects.get(pk=following.case_id))
    paper = Document.objects.filter(case_key=following.case.key).latest("number")
    assert paper.form_version == 2
    assert "reviewed_on" not in paper.values


def test_changes_since_the_last_one_meet_the_people_there_now_and_nothing_changes_afterwards(cast: Cast) -> None:
    stays = concluded(cast, "2020-09-16", "2021-09-15")
    leaves = concluded(cast, "2020-09-16", "2021-09-15")
    first = open_month(cast, at(2020, 9, 18))
    assert counts(first) == (0, 2, 0, 2)
    cast.now = at(2020, 10, 9)
    end(cast, leaves, EndReason.RESIGNATION, date(2020, 10, 8))
    brief = concluded(cast, "2020-10-09", "2020-10-12")
    comes = concluded(cast, "2020-10-12", "2021-10-11")
    second = open_month(cast, at(2020, 10, 20))
    assert counts(second) == (2, 2, 2, 2)
    assert {row.tenure_id for row in second.rows.filter(kind=RowKind.PRESENT)} == {stays.pk, comes.pk}
    gone = {row.tenure_id: (row.left_on, row.why) for row in second.rows.filter(kind=RowKind.DEPARTED)}
    assert gone[leaves.pk] == (date(2020, 10, 8), "退出：自愿退出")
    assert gone[brief.pk] == (date(2020, 10, 12), "期满，到期待处理")
    first.refresh_from_db()
    assert counts(first) == (0, 2, 0, 2)
    assert first.rows.count() == 2
    # What the records say today of the last ledger's day is otherwise: the person is named.
    cast.now = at(2020, 11, 10)
    end(cast, comes, EndReason.RESIGNATION, date(2020, 10, 15))
    third = open_month(cast, at(2020, 11, 18))
    assert counts(third) == (2, 0, 1, 1)
    assert comes.worker.name in third.differences[0]


def test_until_midnight_of_the_twenty_fifth_is_in_time_and_a_minute_later_is_late(cast: Cast) -> None:
    ledger = open_month(cast, at(2020, 9, 18))
    other = Ledger.objects.exclude(pk=ledger.pk).get()
    cast.now = datetime(2020, 9, 25, 23, 0, tzinfo=CHINA)
    file(cast, ledger.case)
    ledger.refresh_from_db()
    assert ledger.days_late(date(2020, 10, 9)) == 0
    assert other.days_late(date(2020, 9, 26)) == 1
    cast.do("ledgers.send_back", task_of(ledger.case), cast.officer, WHY)
    cast.now = at(2020, 9, 28)
    file(cast, ledger.case)
    ledger.refresh_from_db()
    assert ledger.days_late(date(2020, 10, 9)) == 0  # the first handing in counts


def test_a_ledger_handed_in_on_the_twenty_sixth_says_so_for_ever(cast: Cast) -> None:
    ledger = open_month(cast, at(2020, 9, 18))
    cast.now = datetime(2020, 9, 26, 0, 1, tzinfo=CHINA) - timedelta(minutes=5)
    cast.act(ledger.case, "ledgers.check", cast.township_clerk)
    with nothing_happens(), pytest.raises(NotYours):
        cast.act(ledger.case, "ledgers.review", cast.township_clerk)
    cast.act(ledger.case, "ledgers.review", cast.reviewer)
    cast.do("ledgers.file", task_of(ledger.case), cast.township_keeper)
    ledger.refresh_from_db()
    assert ledger.days_late(date(2021, 1, 1)) == 1
    assert Event.objects.get(action="ledgers.file").details["days_late"] == 1


def test_what_was_filed_is_corrected_by_a_supplement_that_refers_to_it(cast: Cast) -> None:
    tenure = concluded(cast, "2020-09-16", "2021-09-15")
    ledger = open_month(cast, at(2020, 9, 18))
    with nothing_happens(), pytest.raises(Refused):
        cast.do("ledgers.supplement", ledger.case, cast.township_clerk, WHY)
    file(cast, ledger.case)
    with nothing_happens(), pytest.raises(Refused):
        cast.do("ledgers.take_anew", ledger.case, cast.township_clerk, WHY)
    end(cast, tenure, EndReason.RESIGNATION, date(2020, 9, 17))
    case = cast.do("ledgers.supplement", ledger.case, cast.township_clerk, WHY).result
    second = Ledger.objects.get(case=case)
    assert (second.version, second.supplements_id, second.snapshot_on) == (2, ledger.pk, ledger.snapshot_on)
    assert counts(second) == (0, 1, 1, 0)
    ledger.refresh_from_db()
    assert counts(ledger) == (0, 1, 0, 1)
    file(cast, case)


def test_the_tables_hold_the_full_numbers_and_every_taking_out_is_on_the_trail(cast: Cast) -> None:
    concluded(cast, "2020-09-16", "2021-09-15")
    ledger = open_month(cast, at(2020, 9, 18))
    file(cast, ledger.case)
    data = {"month": "2020-09", "format": "csv"}
    with nothing_happens(), pytest.raises(Refused):
        cast.do("ledgers.export_changes", cast.county, cast.officer, data)
    cast.do("ledgers.receive", task_of(ledger.case), cast.officer)
    with pytest.raises(NotFound):
        cast.do("ledgers.export_changes", cast.county, cast.reviewer, data)
    text = cast.do("ledgers.export_changes", cast.county, cast.officer, data).result.decode("utf-8-sig")
    assert applicant_id(1) in text
    cast.do("ledgers.confirm_entry", ledger.case, cast.officer, {"reason": "江月明当天录入1人。"})
    with travel(cast.now, tick=False):
        client = browser_of(cast.reviewer)
        for url in ("/ledgers/", f"/cases/{ledger.case.pk}/"):
            page = client.get(url)
            assert page.status_code == 200
            assert applicant_id(1) not in page.content.decode()
        table = client.get(f"/ledgers/{ledger.case.pk}/xlsx/").content
    with zipfile.ZipFile(io.BytesIO(table)) as book:
        assert applicant_id(1) in book.read("xl/sharedStrings.xml").decode()
    assert Event.objects.filter(action="ledgers.export").count() == 1
