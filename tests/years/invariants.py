"""What always holds of a county, whatever was done in it: asked after each chapter of a story, each act of a walk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.test import Client
from django.utils import timezone

from audit.models import Event
from audit.verification import verify_chain
from forms_templates.models import Document
from forms_templates.store import get
from registry.id_numbers import last_day_within
from registry.models import County
from registry.policies import policy_on
from signatures.models import SealUse, Signature
from signatures.signing import verify_signature
from tests.years.standing import BEHIND, BY_SEAL, PAPERLESS, UNSIGNED
from workflows.attendance.models import AUDITED, AttendanceRow, PayLine
from workflows.attendance.sheets.days import OUTSIDE
from workflows.core.actors import Actor
from workflows.core.consistency import faulty_cases
from workflows.core.models import Case, Opinion
from workflows.employment.models import AT_WORK, Agreement, AgreementState, Tenure, TenureState
from workflows.employment.service import service_until
from workflows.employment.tenures.spans import service_of
from workflows.inspections.models import RecoveryLine

# A locked sheet goes into the pay and out again, or is corrected, by the acts on the roster and on the new sheet.
MONTHS_MOVED: dict[str, tuple[str, ...]] = defaultdict(
    tuple, dict.fromkeys(("locked", "in_pay"), ("locked", "in_pay", "corrected"))
)


def hold(county: County, now: datetime, *, since: int = 0) -> None:
    """All of it. `since`: the events up to that number were looked at before."""
    on = timezone.localtime(now).date()
    the_desks_follow_the_states()
    each_state_has_what_stands_behind_it()
    each_change_has_its_event_its_paper_and_its_hand(since)
    nobody_is_paid_without_an_audited_sheet()
    nobody_works_outside_an_agreement()
    nobody_is_over_three_years_or_sixty_five(county, on)
    one_post_per_person()
    no_money_is_asked_back_twice()
    assert verify_chain(county.code) == []


def every_page_opens(*readers: Actor) -> None:
    """Whatever state a paper has come to, whoever may see it can read it."""
    for reader in readers:
        client = Client()
        assert reader.user is not None
        client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
        for case in Case.objects.visible_to(reader).order_by("pk"):
            for address in (f"/cases/{case.pk}/", f"/cases/{case.pk}/flow/"):
                assert client.get(address).status_code == 200, f"{reader.name}: {case.key} {case.entity.state}"


def the_desks_follow_the_states() -> None:
    assert list(faulty_cases()) == []


def cases_of_the_years() -> Iterable[Case]:
    return [case for case in Case.objects.order_by("pk") if case.flow_class.paperwork.flow_label in BEHIND]


def each_state_has_what_stands_behind_it() -> None:
    """Papers filed, opinions signed, seals given; none of them voided."""
    forms: dict[str, set[str]] = {}
    for key, form in Document.objects.values_list("case_key", "form_code"):
        forms.setdefault(key, set()).add(form)
    standing: dict[int, dict[str, Opinion]] = {}
    for opinion in Opinion.objects.filter(voided_at__isnull=True).select_related("signature__revocation", "seal_use"):
        standing.setdefault(opinion.case_id, {})[opinion.step] = opinion
    unsealed = set(SealUse.objects.filter(revocation__isnull=False).values_list("pk", flat=True))
    for case in cases_of_the_years():
        state = case.entity.state
        behind = BEHIND[case.flow_class.paperwork.flow_label][state]
        own, opinions = forms.get(case.key, set()), standing.get(case.pk, {})
        assert set(behind.forms) <= own, f"{case.key} {state}: {set(behind.forms) - own} is not filed"
        for step in (*behind.signed, *behind.sealed):
            assert step in opinions, f"{case.key} {state}: nobody stands for {step}"
            signature = opinions[step].signature
            assert signature is not None, f"{case.key} {state}: {step} is not signed"
            assert not hasattr(signature, "revocation"), f"{case.key} {state}: {step} was revoked"
        for step in behind.sealed:
            use = opinions[step].seal_use_id
            assert use is not None, f"{case.key} {state}: {step} is not sealed"
            assert use not in unsealed, f"{case.key} {state}: the seal of {step} was taken off"


def each_change_has_its_event_its_paper_and_its_hand(since: int = 0) -> None:
    """The events of a case are its states in order; each but those that file nothing has a paper that can be read,
    and a signature that verifies or a seal."""
    names = {case.key: case for case in cases_of_the_years()}
    last: dict[str, str] = {}
    files = {(each.case_key, each.file_digest): each for each in Document.objects.select_related("person_key")}
    for event in Event.objects.filter(case_key__in=names).order_by("sequence"):
        before = last.get(event.case_key, "")
        assert event.from_state in (before, *MONTHS_MOVED[before]), (
            f"{event.case_key} {event.action}: a state is missing"
        )
        last[event.case_key] = event.to_state
        if event.sequence <= since or event.from_state == event.to_state or event.action in PAPERLESS:
            continue
        content = event.content
        assert content["papers"], f"{event.action} ({event.to_state}) filed no paper"
        for paper in content["papers"]:
            document = files[event.case_key, paper["file_digest"]]
            assert len(get(document.file_digest, document.person_key)) == document.size
        if event.action in BY_SEAL:
            assert SealUse.objects.filter(at=event.at).exists(), f"{event.action}: no seal"
        elif event.action not in UNSIGNED:
            hands = Signature.objects.filter(digest__in=content["signatures"])
            assert hands, f"{event.action} ({event.to_state}) was signed by nobody"
            assert all(verify_signature(hand) for hand in hands)
    for key, case in names.items():
        # What another case's act did to it (a notice revoked by its review) stands in that one's event.
        moved_by_another = Event.objects.filter(details__revoked=key).exists() or MONTHS_MOVED[last[key]]
        assert last[key] == case.entity.state or moved_by_another, f"{key} is {case.entity.state} without an event"


def nobody_is_paid_without_an_audited_sheet() -> None:
    """《办法》第四条第2项: signed by three, audited and sealed by the township."""
    lines = PayLine.objects.filter(counts=True).exclude(roster__state="voided")
    sheets = {line.sheet_id: line.sheet for line in lines.select_related("sheet__case")}
    for sheet in sheets.values():
        assert sheet.state in AUDITED, f"{sheet} was paid and is {sheet.state}"
        opinions = {each.step: each for each in Opinion.objects.filter(case=sheet.case_id, voided_at__isnull=True)}
        assert {"sign_sheet.head", "sign_sheet.member", "audit_sheet"} <= set(opinions)
        assert opinions["audit_sheet"].seal_use_id is not None
        assert len({opinions[step].written_by_id for step in ("sign_sheet.head", "sign_sheet.member")}) == 2
    rows = AttendanceRow.objects.filter(sheet__in=sheets)
    assert not rows.filter(signature__isnull=True).exists(), "a worker of a paid sheet did not sign"


def nobody_works_outside_an_agreement() -> None:
    """Every day that is marked on a signed sheet lies inside a concluded agreement of that person."""
    agreed: dict[int, list[tuple[date, date]]] = {}
    for each in Agreement.objects.filter(state=AgreementState.CONCLUDED):
        agreed.setdefault(each.worker_id, []).append((each.start_on, each.end_on))
    for row in AttendanceRow.objects.filter(sheet__state__in=AUDITED).select_related("sheet"):
        for number, mark in enumerate(row.marks):
            day = row.sheet.month + timedelta(days=number)
            inside = any(first <= day <= last for first, last in agreed.get(row.worker_id, ()))
            assert mark == OUTSIDE or inside, f"worker {row.worker_id} worked on {day} outside an agreement"
    at_work = Tenure.objects.filter(state__in=AT_WORK).exclude(agreements__isnull=True)
    for tenure in at_work:
        assert agreed.get(tenure.worker_id), f"tenure {tenure.pk} has no concluded agreement"


def nobody_is_over_three_years_or_sixty_five(county: County, on: date) -> None:
    """《办法》第十条, over everything that is agreed, not only over what is worked until today."""
    policy = policy_on(county, on)
    tenures = list(Tenure.objects.select_related("worker"))
    service = service_of({tenure.worker_id for tenure in tenures})
    for tenure in tenures:
        worker = tenure.worker
        known = [each for each in service.get(worker.pk, ()) if each.last is not None]
        if not known:
            continue
        last = max(each.last for each in known if each.last is not None)
        span = service_until(known, last)
        assert (span.months, span.days) <= (policy.max_tenure_months, 0), f"worker {worker.pk} serves {span}"
        assert last <= last_day_within(worker.birth_on, policy.max_age, policy.age_boundary)


def one_post_per_person() -> None:
    lasting = list(Tenure.objects.filter(end_on__isnull=True).values_list("worker__id_index", flat=True))
    assert len(lasting) == len(set(lasting))
    assert not Tenure.objects.filter(end_on__isnull=True, state=TenureState.CANCELLED).exists()


def no_money_is_asked_back_twice() -> None:
    claimed = list(RecoveryLine.objects.filter(counts=True).values_list("pay_line", flat=True))
    assert len(claimed) == len(set(claimed))
    assert not RecoveryLine.objects.filter(counts=True).exclude(pay_line__roster__state="paid").exists()
