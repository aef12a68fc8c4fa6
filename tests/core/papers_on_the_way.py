"""One paper of every flow of several steps, far on its way: for what every flow has alike."""

from __future__ import annotations

from collections.abc import Callable

from signatures.demo_strokes import demo_signature
from tests.appraisals import years
from tests.attendance.months import county_with_workers, month_of
from tests.attendance.test_pay import open_roster, to_finance
from tests.cast import Cast, prepared_cast, task_of
from tests.core.access_subjects import asked_for_leave, at_work
from tests.inspections.test_recoveries import ask_back, issue, pointed_out
from tests.letters.test_letters import approved
from tests.reporting.test_ledgers import at, file, open_month
from tests.terminations import papers_of_exits
from workflows.appraisals.models import State as AppraisalState
from workflows.core.models import Case

Made = tuple[Cast, Case]


def _agreement() -> Made:
    cast = prepared_cast()
    case = cast.agreement_at_township()[1]
    cast.do("agreements.sign_for_township", task_of(case), cast.reviewer, {"strokes": demo_signature("林书平")})
    return cast, case


def _sheet() -> Made:
    cast = prepared_cast("two at work", county_with_workers)
    month = month_of(cast)
    month.to_township()
    month.audit()
    return cast, month.case


def _roster() -> Made:
    cast = prepared_cast("two at work", county_with_workers)
    month_of(cast).lock()
    case = open_roster(cast)
    to_finance(cast, case)
    return cast, case


def _recovery() -> Made:
    cast, roster = _roster()
    cast.do(
        "pay.confirm",
        task_of(roster),
        cast.finance,
        {"strokes": demo_signature("杜佳宁"), "voucher": "2020-10-0031", "paid_on": cast.now.date().isoformat()},
    )
    case = ask_back(cast, pointed_out(cast, cast.workers[0], cast.reviewer))
    issue(cast, case)
    return cast, case


def _appraisal() -> Made:
    cast = prepared_cast("a year to appraise", years.county_with_a_year)
    case = years.begin(cast, cast.workers[0])
    return cast, years.walk(cast, case, AppraisalState.AWAITING_SEAL)


def _summary() -> Made:
    cast = prepared_cast("a year to appraise", years.county_with_a_year)
    years.sealed(cast, cast.workers[0])
    return cast, years.batch_to(cast, "file_summary")


def _scheme() -> Made:
    cast = prepared_cast("a year to appraise", years.county_with_a_year)
    return cast, years.scheme_to(cast, "seal_scheme", years.YEAR + 1)


def _ledger() -> Made:
    cast = prepared_cast()
    case = open_month(cast, at(2020, 9, 18)).case
    file(cast, case)
    return cast, case


def _letter() -> Made:
    cast = prepared_cast()
    return cast, approved(cast)


def _post() -> Made:
    cast = prepared_cast()
    return cast, cast.declare_post()


def _leave() -> Made:
    cast = prepared_cast()
    return cast, asked_for_leave(cast, at_work(cast, cast.apply()))


def _exit() -> Made:
    cast = prepared_cast()
    return cast, papers_of_exits.subject_of("terminations.deliver", cast).process


def _review() -> Made:
    cast = prepared_cast()
    return cast, papers_of_exits.subject_of("exit_reviews.seal", cast).process


def _finding() -> Made:
    cast = prepared_cast()
    return cast, papers_of_exits.subject_of("findings.close", cast).process


def _application() -> Made:
    cast = prepared_cast()
    return cast, cast.walk_to("awaiting_township_seal")


PAPERS: dict[str, Callable[[], Made]] = {
    "applications": _application,
    "agreements": _agreement,
    "attendance": _sheet,
    "pay": _roster,
    "recoveries": _recovery,
    "appraisals": _appraisal,
    "summaries": _summary,
    "schemes": _scheme,
    "ledgers": _ledger,
    "letters": _letter,
    "posts": _post,
    "leaves": _leave,
    "terminations": _exit,
    "exit_reviews": _review,
    "findings": _finding,
}
