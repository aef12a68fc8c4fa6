"""Every address and every action, for everybody: a new one fails here until it is said who may use it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from time_machine import travel

from forms_templates.models import Document, PrintRun
from registry.models import Delegation, PolicySet
from signatures.demo_strokes import demo_signature
from signatures.models import PaperScan, Seal, SealCertificate
from signatures.paper_scans import read_scan
from tests.cast import AFTERNOON, Cast, applicant_id, signed, task_of, user_of
from tests.core.scanned import photo
from tests.form_versions.test_form_versions import propose as hand_in
from tests.policies.test_proposals import propose
from tests.terminations import papers_of_exits
from workflows.applications.models import Application, State
from workflows.core.actions import ACTIONS
from workflows.core.door import perform
from workflows.core.models import Attachment, Case, Sitting
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.models import Leave, Tenure
from workflows.form_versions.models import FormProposal
from workflows.policies.models import PolicyProposal

pytestmark = pytest.mark.django_db

PARTS = (
    "clerk", "head", "reviewer", "other_clerk", "other_reviewer", "supervisor", "auditor", "administrator", "outsider",
)  # fmt: skip
# For a paper that lies with the first township's reviewer. Columns as in PARTS; anybody not logged in gets 302.
OPEN = (200, 200, 200, 200, 200, 200, 200, 200, 200)
OWN_CASE = (200, 200, 200, 404, 404, 200, 200, 404, 404)
IN_OFFICE = (200, 200, 200, 200, 200, 200, 200, 200, 404)
SEAL_BOOK = (404, 404, 404, 404, 404, 200, 200, 404, 404)
ADMINISTRATOR = (404, 404, 404, 404, 404, 404, 404, 200, 404)
PAGES: dict[str, tuple[int, ...]] = {
    "home": OPEN,
    "inbox": OPEN,
    "applications": OPEN,
    "password_change": OPEN,
    "posts": OPEN,
    "workers": (200,) * 8 + (404,),
    "worker": (200, 200, 200, 404, 404, 200, 200, 404, 404),
    "attendance": (200, 200, 200, 200, 200, 200, 200, 404, 404),
    "attendance_open": (302,) * 9,  # it answers to POST
    "pay": (404, 404, 200, 404, 200, 200, 200, 404, 404),
    "pay_open": (302,) * 9,
    "pay_export": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "appraisals": (200, 200, 200, 200, 200, 200, 200, 404, 404),
    "appraisal_records": (200, 200, 200, 200, 200, 404, 404, 404, 404),
    "appraisal_scheme_open": (302,) * 9,  # these answer to POST
    "appraisal_summary_open": (302,) * 9,
    "appraisals_open": (302,) * 9,
    "appraisal_record_strike": (302,) * 9,
    "new_post": (200, 200, 404, 200, 404, 404, 404, 404, 404),
    "leaves": OPEN,
    "leave_new": (200, 404, 404, 200, 404, 404, 404, 404, 404),
    "leave_return": (404,) * 9,  # nobody is on leave here
    "exits": OPEN,
    # Nobody has a tenure here, so there is nothing to end.
    "exit_new": (404,) * 9,
    "findings": OPEN,
    "finding_new": (200, 200, 200, 200, 200, 200, 200, 404, 404),
    "recoveries": OPEN,
    "inspections": OPEN,
    "inspection_new": (404, 404, 200, 404, 200, 200, 200, 404, 404),
    "recovery_new": (404,) * 9,  # this case is no finding
    "recovery_difference": (404,) * 9,  # and no roster
    "apply": (200, 404, 404, 200, 404, 404, 404, 404, 404),
    "eligibility": (404, 404, 404, 404, 404, 404, 404, 404, 404),  # it answers to POST only
    "task": (302, 302, 200, 404, 404, 302, 302, 404, 404),
    "case": OWN_CASE,
    "case_flow": OWN_CASE,
    "flow": OPEN,
    "case_action": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "comment": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "unmask": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "paper": OWN_CASE,
    "paper_word": OWN_CASE,
    # There is none yet: the paper's page says why.
    "paper_pdf": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "paper_pdf_again": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "scans": (200, 200, 200, 200, 200, 404, 404, 404, 404),
    "scan": OWN_CASE,
    "seal_register_print": (404, 404, 404, 404, 404, 302, 302, 404, 404),
    "seal_book": SEAL_BOOK,
    "seal_book_word": SEAL_BOOK,
    "seal_book_pdf": (404, 404, 404, 404, 404, 302, 302, 404, 404),
    "letters": (404, 404, 200, 404, 200, 200, 200, 404, 404),
    "new_letter": (404,) * 9,  # the township's clerk alone
    "paper_sign_again": (302, 302, 302, 404, 404, 302, 302, 404, 404),
    "paper_print": OWN_CASE,
    "print_centre": (200, 200, 200, 200, 200, 200, 200, 404, 404),
    # Only who asked for a run finds it, and here nobody did.
    "print_run": (404, 404, 404, 404, 404, 404, 404, 404, 404),
    "print_run_pdf": (404, 404, 404, 404, 404, 404, 404, 404, 404),
    "attachment": OWN_CASE,
    "trail": (404, 404, 404, 404, 404, 200, 200, 404, 404),
    "trail_event": (404, 404, 404, 404, 404, 200, 200, 404, 404),
    "trail_people": (404, 404, 404, 404, 404, 302, 302, 404, 404),  # it answers to POST
    "seal_register": (404, 404, 404, 404, 404, 200, 200, 404, 404),
    "organisations": ADMINISTRATOR,
    "organisation": ADMINISTRATOR,
    "organisation_new": ADMINISTRATOR,
    "organisation_act": ADMINISTRATOR,
    "officials": ADMINISTRATOR,
    "official": ADMINISTRATOR,
    "official_new": ADMINISTRATOR,
    "official_act": ADMINISTRATOR,
    "appointment_act": ADMINISTRATOR,
    "seals": ADMINISTRATOR,
    "seal_act": ADMINISTRATOR,
    "certificate_act": ADMINISTRATOR,
    "rights": OPEN,
    "articles": OPEN,
    "overview": (404, 404, 404, 404, 404, 200, 200, 404, 404),
    "companions": OWN_CASE,
    "notices": OPEN,
    "delegations": IN_OFFICE,
    "delegation_end": (303, 303, 404, 404, 404, 404, 404, 404, 404),
    "reassign": (404, 404, 200, 404, 404, 200, 404, 404, 404),
    "county_month": (404, 404, 404, 404, 404, 200, 200, 404, 404),
    "ledgers": (404, 404, 200, 404, 200, 200, 200, 404, 404),
    "ledger_xlsx": (404,) * 9,  # the paper of another flow has no such table
    "ledger_changes": (404, 404, 404, 404, 404, 302, 404, 404, 404),
    "briefings": (404, 404, 200, 404, 200, 200, 200, 404, 404),
    "briefing_receipts": (404, 404, 200, 404, 200, 200, 200, 404, 404),
    "briefing_send": (404, 404, 200, 404, 200, 404, 404, 404, 404),
    "sittings": OPEN,
    "sitting_new": (302,) * 9,  # the list is posted
    "sitting_open": (302,) * 9,
    "sitting": (404, 404, 200, 404, 404, 404, 404, 404, 404),
    "sitting_go": (404, 404, 302, 404, 404, 404, 404, 404, 404),
    "sitting_print": (404, 404, 302, 404, 404, 404, 404, 404, 404),
    "policies": IN_OFFICE,
    "policy_set": IN_OFFICE,
    "policy_new": (404, 404, 404, 404, 404, 200, 404, 404, 404),
    "policy_proposal": (404, 404, 404, 404, 404, 200, 404, 404, 404),
    **dict.fromkeys(
        ("forms", "form", "form_word", "form_proposal", "form_proposal_word", "form_proposal_css"),
        (404, 404, 404, 404, 404, 200, 404, 200, 404),
    ),
}
# Open to everybody, logged in or not.
PUBLIC = {"login", "logout", "sheet_css", "check", "checked"}
# For the same paper: who may, of those in PARTS. "y" done or refused by a rule, "n" not yours, "-" does not exist.
LEDGER_ACTS = (
    "ledgers.check", "ledgers.review", "ledgers.file", "ledgers.receive", "ledgers.send_back", "ledgers.take_anew",
    "ledgers.supplement", "ledgers.void", "ledgers.archive", "ledgers.export", "ledgers.confirm_entry",
)  # fmt: skip
ACTS: dict[str, str] = {
    "applications.open": "y--------",
    "applications.save_draft": "nnn--nn--",
    "applications.submit": "nnn--nn--",
    "applications.agree_by_village": "nnn--nn--",
    "applications.reject_by_village": "nnn--nn--",
    "applications.seal_by_village": "nnn--nn--",
    "applications.agree_by_township": "nny--nn--",
    "applications.reject_by_township": "nny--nn--",
    "applications.send_back": "nny--nn--",
    "applications.seal_by_township": "nnn--nn--",
    "applications.confirm_quota": "nnn--nn--",
    "applications.decline_quota": "nnn--nn--",
    "applications.uphold_by_village": "nnn--nn--",
    "applications.uphold_village_seal": "nnn--nn--",
    "applications.uphold_by_township": "nny--nn--",
    "applications.ask": "nny--nn--",
    "applications.answer": "nnn--nn--",
    "applications.withdraw_question": "nny--nn--",
    "applications.support_in_village": "nnn--nn--",
    "applications.oppose_in_village": "nnn--nn--",
    "applications.void": "ynn--nn--",
    "desk.take": "nny--nn--",
    "desk.give_back": "nny--nn--",
    "desk.take_back": "yyy--yy--",  # everybody may ask; the rule says who was the last to act
    "desk.comment": "yyy--yy--",
    "desk.urge": "yyy--yy--",
    "desk.copy": "yyy--yy--",
    "desk.follow": "yyy--yy--",
    "desk.unfollow": "yyy--yy--",
    "desk.delegate": "yy-------",  # the clerk's office: its holder and the village's head
    "desk.end_delegation": "yy-------",
    "desk.reassign": "nny--yn--",
    "desk.read_notices": "yyyyyyyy-",
    "desk.declare_kinship": "yyy--yy--",
    "desk.move_by_exception": "nnn--yn--",
    "flows.publish": "-----y---",
    "flows.move_case": "nnn--yn--",
    "desk.unmask": "yyy--yy--",
    "desk.print_paper": "yyy--yy--",
    "desk.download_paper": "yyy--yy--",
    "desk.download_pdf": "yyy--yy--",
    "desk.file_pdf": "nnn--nn--",
    "desk.file_signed_pdf": "nnn--nn--",
    "desk.attach_scan": "yyy--nn--",
    "desk.look_at_scan": "yyy--yy--",
    "seals.print_register": "-----yy--",
    "letters.open": "---------",  # the township's clerk alone
    "letters.save_draft": "---------",  # the paper of another flow is not there for it
    "letters.submit": "---------",
    "letters.approve": "---------",
    "letters.reject": "---------",
    "letters.send_back": "---------",
    "letters.seal": "---------",
    "letters.void": "---------",
    "desk.report_signing_trouble": "nnn--nn--",
    "desk.sign_pdf_again": "yyy--yy--",
    "desk.make_pdf_again": "yyy--yy--",
    "desk.open_sitting": "yyyyyyyy-",  # a rule says whose papers they are
    "desk.remind_of_deadline": "nnn--nn--",
    "desk.escalate_deadline": "nnn--nn--",
    "desk.release_claim": "nnn--nn--",
    "desk.report_damaged_paper": "nnn--nn--",
    "desk.report_pdf_trouble": "nnn--nn--",
    "applications.decline": "ynn--nn--",
    "applications.lapse": "nny--nn--",
    "agreements.open": "y--------",
    "agreements.submit": "nnn--nn--",
    "agreements.sign_for_township": "nny--nn--",
    "agreements.sign_for_village": "nnn--nn--",
    "agreements.send_back": "nny--nn--",
    "agreements.seal_by_township": "nnn--nn--",
    "agreements.seal_by_village": "nnn--nn--",
    "agreements.void": "ynn--nn--",
    "employment.start_tenure": "---------",  # the clock's alone
    "employment.expire_tenure": "---------",
    "employment.remind_of_end": "---------",
    "employment.await_renewal": "---------",
    "employment.resume_tenure": "---------",
    "employment.begin_leave": "---------",
    "employment.remind_of_return": "---------",
    "agreements.renew": "y--------",
    "attendance.open": "y--------",
    # Below, the paper of another flow is not there for them; tests/attendance says who may act on a sheet.
    "attendance.save": "---------",
    "attendance.change": "---------",
    "attendance.submit": "---------",
    "attendance.keep_ink": "---------",
    "attendance.sign_for_workers": "---------",
    "attendance.sign": "---------",
    "attendance.reopen": "---------",
    "attendance.report": "---------",
    "attendance.audit": "---------",
    "attendance.seal": "---------",
    "attendance.send_back": "---------",
    "attendance.void": "---------",
    "attendance.correct": "---------",
    "pay.open": "---------",  # the township's clerk alone
    "pay.redraw": "---------",
    "pay.save_accounts": "---------",
    "pay.submit": "---------",
    "pay.review": "---------",
    "pay.seal": "---------",
    "pay.confirm": "---------",
    "pay.send_back": "---------",
    "pay.void": "---------",
    "pay.export": "---------",
    "terminations.open": "yyy------",
    "terminations.open_for_finding": "yyy------",
    "terminations.save_draft": "yy-------",
    "terminations.propose": "yy-------",
    "terminations.confirm": "nny--nn--",
    "terminations.hear": "ynn--nn--",
    "terminations.decide": "nny--nn--",
    "terminations.send_back": "nny--nn--",
    "terminations.reject": "nny--nn--",
    "terminations.seal": "nnn--nn--",
    "terminations.deliver": "ynn--nn--",
    "terminations.void": "yyn--nn--",
    "terminations.take_effect": "nnn--nn--",
    "exit_reviews.object": "y--------",
    "exit_reviews.correct": "--y------",
    "exit_reviews.submit_objection": "yn-------",
    "exit_reviews.propose_correction": "nny--nn--",
    "exit_reviews.revoke": "nny--nn--",
    "exit_reviews.uphold": "nny--nn--",
    "exit_reviews.send_back": "nny--nn--",
    "exit_reviews.seal": "nnn--nn--",
    "exit_reviews.void": "yn-------",
    "findings.open": "yyy--yy--",
    "findings.deliver": "ynn--nn--",
    "findings.correct": "ynn--nn--",
    "findings.refuse": "ynn--nn--",
    "findings.warn": "nny--nn--",
    "findings.deliver_warning": "ynn--nn--",
    "findings.close": "ynn--nn--",
    "findings.find_serious": "ynn--nn--",
    "findings.establish": "nny--nn--",
    "findings.dismiss": "nny--nn--",
    "findings.hand_over": "nny--nn--",
    "findings.void": "ynn--nn--",
    "inspections.open": "--y--yy--",
    "inspections.record": "--y--nn--",
    "inspections.void": "--y--nn--",
    # Nobody was paid here: tests/inspections says who may act on a recovery.
    "recoveries.open": "--y------",
    "recoveries.open_for_difference": "---------",
    "recoveries.review": "---------",
    "recoveries.seal": "---------",
    "recoveries.deliver": "---------",
    "recoveries.repay": "---------",
    "recoveries.void": "---------",
    # Of an appraisal, a scheme and a batch tests/appraisals say who may act on them; here there is none.
    "appraisals.open": "---------",
    "appraisals.record": "---------",
    "appraisals.strike_record": "---------",
    "appraisals.save_draft": "---------",
    "appraisals.hear": "---------",
    "appraisals.strike_opinion": "---------",
    "appraisals.submit": "---------",
    "appraisals.propose": "---------",
    "appraisals.worker_signs": "---------",
    "appraisals.worker_objects": "---------",
    "appraisals.worker_refuses": "---------",
    "appraisals.decide_objection": "---------",
    "appraisals.agree_by_township": "---------",
    "appraisals.seal": "---------",
    "appraisals.send_back": "---------",
    "appraisals.void": "---------",
    "appraisals.file": "---------",
    "appraisals.renew": "---------",
    "appraisals.terminate": "---------",
    "appraisals.let_end": "---------",
    "appraisals.raise_alarm": "---------",
    "schemes.open": "---------",
    "schemes.save_draft": "---------",
    "schemes.submit": "---------",
    "schemes.approve": "---------",
    "schemes.send_back": "---------",
    "schemes.issue": "---------",
    "schemes.void": "---------",
    "scheme_receipts.send": "---------",
    "scheme_receipts.receive": "---------",
    "summaries.open": "---------",
    "summaries.submit": "---------",
    "summaries.gather_more": "---------",
    "summaries.approve": "---------",
    "summaries.report": "---------",
    "summaries.send_back": "---------",
    "summaries.file": "---------",
    "summaries.void": "---------",
    "leaves.open": "y--------",
    "leaves.save_draft": "nnn--nn--",
    "leaves.submit": "nnn--nn--",
    "leaves.approve": "nyn--nn--",  # the slip lies with the head of the village
    "leaves.reject": "nyn--nn--",
    "leaves.send_back": "nyn--nn--",
    "leaves.come_back": "nnn--nn--",
    "leaves.void": "ynn--nn--",
    "posts.open": "yy-------",
    "posts.save_draft": "nnn--nn--",
    "posts.submit": "nnn--nn--",
    "posts.approve": "nny--nn--",
    "posts.reject": "nny--nn--",
    "posts.send_back": "nny--nn--",
    "posts.void": "yyn--nn--",
    "posts.abolish": "nny--nn--",
    "printing.start": "yyyyyyy--",
    "printing.cancel": "---------",
    "printing.finish": "---------",
    "printing.take": "---------",
    "registry.establish_county": "---------",
    "registry.establish_organisation": "-------y-",
    "registry.rename_organisation": "-------y-",
    "registry.close_organisation": "-------y-",
    "registry.let_clerk_hold_seal": "-------y-",
    "registry.register_user": "-------y-",
    "registry.correct_name": "-------y-",
    "registry.reset_password": "-------y-",
    "registry.close_login": "-------y-",
    "registry.reopen_login": "-------y-",
    "registry.end_appointment": "-------y-",
    "registry.withdraw_appointment": "-------y-",
    "registry.hand_over": "-------y-",
    "registry.appoint": "-------y-",
    "registry.enter_household": "---------",
    "registry.import_households": "---------",
    "registry.import_officials": "-------y-",
    "registry.register_seal": "-------y-",
    "registry.retire_seal": "-------y-",
    "registry.register_certificate": "-------y-",
    "registry.retire_certificate": "-------y-",
    "registry.issue_demo_certificates": "---------",
    # The paper of another flow is not there for them; the clock's alone opens one.
    "ledgers.open": "---------",
    **dict.fromkeys(LEDGER_ACTS, "---------"),
    "ledgers.export_changes": "-----y---",
    "briefings.send": "--y------",
    "briefings.receive": "---------",  # the paper of another flow is not there for it
    "policies.propose": "-----y---",
    "policies.approve": "-----y---",
    "policies.reject": "-----y---",
    "policies.withdraw": "-----y---",
    "form_versions.propose": "-----y-y-",
    "form_versions.approve": "-----y-n-",
    "form_versions.reject": "-----y-n-",
    "form_versions.withdraw": "-----y-y-",
    "employment.unmask_worker": "yyy--yy--",
    "employment.establish_post": "--y-y----",
    "employment.record_service": "--y-y----",
    "employment.import_service": "--y-y----",
}
OF_A_TENURE = {
    "employment.start_tenure", "employment.expire_tenure", "employment.remind_of_end", "employment.await_renewal",
    "employment.resume_tenure", "employment.begin_leave", "employment.remind_of_return", "agreements.renew",
    "leaves.open",
}  # fmt: skip
LOGIN_ACTS = {
    "registry.correct_name", "registry.reset_password", "registry.close_login", "registry.reopen_login",
    "registry.hand_over",
}  # fmt: skip


def addresses(patterns: Any = None) -> Iterator[str]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


@pytest.fixture
def waiting(cast: Cast) -> Case:
    """An application before the township's reviewer, with a comment and its file."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    upload = SimpleUploadedFile("材料.pdf", b"%PDF-1.4 test", content_type="application/pdf")
    cast.do("desk.comment", case, cast.clerk, {"text": "补充材料。"}, files={"file": upload})
    case.refresh_from_db()
    return case


def url_of(name: str, cast: Cast, case: Case) -> str:
    from django.urls import NoReverseMatch, reverse

    if name == "delegation_end":
        return reverse(name, args=[delegated(cast).pk])
    paper = [Document.objects.filter(case_key=case.key).latest("pk").pk]
    keys: dict[str, list[Any]] = {
        "task": [task_of(case).pk],
        "paper": paper,
        "paper_word": paper,
        "paper_print": paper,
        "worker": [Application.objects.get(case=case).worker_id],
        "recovery_difference": [case.pk, Application.objects.get(case=case).worker_id],
        "attachment": [Attachment.objects.get().pk],
        "trail_event": [1],
        "flow": ["applications"],
        "organisation": [cast.village.pk],
        "organisation_act": [cast.village.pk, "rename"],
        "official": [user_of(cast.clerk).pk],
        "official_act": [user_of(cast.clerk).pk, "name"],
        "appointment_act": [cast.clerk.appointments[0].pk, "end"],
        "briefing_receipts": [PolicySet.objects.get().pk],
        "briefing_send": [PolicySet.objects.get().pk],
        "policy_set": [PolicySet.objects.get().pk],
        "policy_proposal": [proposed(cast).pk] if name == "policy_proposal" else [],
        **{key: [sitting_of(cast).pk] for key in ("sitting", "sitting_go", "sitting_print")},
        "form": ["post_application"],
        "form_word": ["post_application", 1],
        "seal_act": [Seal.objects.filter(organisation=cast.village).get().pk, "retire"],
        "certificate_act": [certificate_of(cast).pk, "retire"],
        "scan": [scan_of(cast, case).pk] if name == "scan" else [],
        **{key: [book_of(cast).pk] for key in ("seal_book", "seal_book_word", "seal_book_pdf") if key == name},
    }
    if name.startswith("form_proposal"):
        changed = changed_form(cast)
        css = [changed.digest[:12]] if name == "form_proposal_css" else []
        return reverse(name, args=[changed.pk, *css])
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=keys.get(name, [case.pk]))


def sitting_of(cast: Cast) -> Sitting:
    """A batch of the reviewer's."""
    made, _ = Sitting.objects.get_or_create(
        county=cast.county,
        user=user_of(cast.reviewer),
        action="applications.agree_by_township",
        defaults={"title": "乡镇意见", "opened_at": cast.now, "list_digest": "0" * 64},
    )
    return made


def book_of(cast: Cast) -> Document:
    """The register of the village's seal, printed by its keeper."""
    seal, on = Seal.objects.get(organisation=cast.village), AFTERNOON.date()
    made: Document = cast.do("seals.print_register", seal, cast.keeper, {"first": on, "last": on}).result
    return made


def scan_of(cast: Cast, case: Case) -> PaperScan:
    """A signed page of the case that came back."""
    document = Document.objects.filter(case_key=case.key, form_code="post_application").latest("pk")
    if not PaperScan.objects.exists():
        data = {"scan": read_scan(photo("")), "found_by": "typed", "expected": None}
        cast.do("desk.attach_scan", document, cast.clerk, data)
    return PaperScan.objects.get()


def certificate_of(cast: Cast) -> SealCertificate:
    """The village's own."""
    if not SealCertificate.objects.exists():
        cast.do("registry.issue_demo_certificates", cast.county, cast.system)
    return SealCertificate.objects.get(organisation=cast.village)


def proposed(cast: Cast) -> PolicyProposal:
    """A policy set that waits for a second person."""
    earlier = PolicyProposal.objects.first()
    return earlier or propose(cast)


def changed_form(cast: Cast) -> FormProposal:
    """A changed Word file that waits for a second person."""
    return FormProposal.objects.first() or hand_in(cast)


def test_every_address_says_who_may_open_it() -> None:
    assert sorted(addresses()) == sorted([*PAGES, *PUBLIC])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_to_those_it_is_for(name: str, cast: Cast, waiting: Case) -> None:
    url = url_of(name, cast, waiting)
    with travel(AFTERNOON, tick=False):
        assert Client().get(url).status_code == 302, "somebody not logged in"
        for part, expected in zip(PARTS, PAGES[name], strict=True):
            client = Client()
            client.force_login(user_of(cast.people[part]), backend="django.contrib.auth.backends.ModelBackend")
            assert client.get(url).status_code == expected, part


@pytest.mark.parametrize("part", ["other_clerk", "other_reviewer", "outsider", "administrator"])
def test_nobody_from_elsewhere_finds_anything(part: str, cast: Cast, waiting: Case) -> None:
    client = Client()
    client.force_login(user_of(cast.people[part]), backend="django.contrib.auth.backends.ModelBackend")
    with travel(AFTERNOON, tick=False):
        for url in ("/inbox/", "/applications/"):
            for tab in ("mine", "office", "done", "sent"):
                for q in (waiting.title, waiting.number, "青禾村"):
                    page = client.get(url, {"q": q, "tab": tab}).content.decode().replace(f'value="{q}"', "")
                    assert waiting.title not in page
                    assert waiting.number not in page


def test_every_action_says_who_may_do_it() -> None:
    assert sorted(action.code for action in ACTIONS.all()) == sorted(ACTS)


@pytest.mark.parametrize("code", ACTS)
def test_an_action_is_done_by_those_it_is_for(code: str, cast: Cast, waiting: Case) -> None:
    from django.db import transaction

    data = {**signed("林书平"), **cast.answers(), "reason": "核对纸质证件", "relation": "姐夫", "text": "请核对。"}
    data |= {"places": "2", "review_grade": "pass"}
    data |= {"office": "township_clerk", "to": "draft", "label": "applications", "version": 2}
    data["decision"], data["picks"] = "applications.agree_by_township", [f"{task_of(waiting).pk}:"]
    data |= {"person": cast.auditor.name, "deputy": cast.head.name, "from_on": "2020-09-16", "to_on": "2020-09-17"}
    if code == "pay.export":
        data["kind"] = "xlsx"
    data |= {"way": "signed", "heard_on": "2020-09-15", "delivered_on": "2020-09-15", "place": "青禾村村委会"}
    if code == "desk.reassign":
        data["to"] = user_of(cast.colleague).pk
    ended = ""
    for part in PARTS:
        subject = subject_of(code, cast, waiting)
        try:
            with transaction.atomic():
                perform(code, subject, cast.people[part], {**data, "opening_key": f"{code}-{part}"}, at=cast.tick())
                transaction.set_rollback(True)
            ended += "y"
        except (Refused, Overtaken):
            ended += "y"
        except NotYours:
            ended += "n"
        except NotFound:
            ended += "-"
        except (KeyError, TypeError, ValueError):
            ended += "y"  # past the right: this table asks nothing of the registry's own data
    assert ended == ACTS[code], code


def at_work(cast: Cast, case: Case) -> Tenure:
    """The applicant has been at work in the first village before."""
    worker = Application.objects.get(case=case).worker
    if not Tenure.objects.filter(worker=worker).exists():
        cast.record_service(worker, date(2020, 1, 1), None)
    return Tenure.objects.get(worker=worker)


def asked_for_leave(cast: Cast, tenure: Tenure) -> Case:
    """A slip that the worker has signed."""
    if (made := Leave.objects.select_related("case").first()) is not None:
        return made.case
    case: Case = cast.do("leaves.open", tenure, cast.clerk).result
    day = cast.now.date().isoformat()
    slip = {"reason": "回娘家办事", "first_on": day, "last_on": day, "worker_strokes": demo_signature("周桂兰")}
    cast.do("leaves.submit", task_of(case), cast.clerk, slip)
    return case


def delegated(cast: Cast) -> Any:
    """The clerk's office, for a day in the head's hands."""
    if (made := Delegation.objects.first()) is not None:
        return made
    on = cast.now.date().isoformat()
    data = {"deputy": cast.head.name, "from_on": on, "to_on": on, "reason": "外出办事"}
    return cast.do("desk.delegate", cast.clerk.appointments[0], cast.clerk, data).result


def of_employment(code: str, cast: Cast, waiting: Case) -> Any:
    """An agreement, or a post, that lies with the township; a leave that lies with the head of the village."""
    if code.startswith("leaves."):
        case = asked_for_leave(cast, at_work(cast, waiting))
        return case if code == "leaves.void" else task_of(case)
    if code == "agreements.open":
        return cast.agreement_at_township()[0]
    case = cast.agreement_at_township()[1] if code.startswith("agreements.") else cast.declare_post()
    return case if code in ("agreements.void", "posts.void", "posts.abolish") else task_of(case)


def subject_of(code: str, cast: Cast, case: Case) -> Any:
    rows: dict[str, Any] = {
        "employment.unmask_worker": Application.objects.get(case=case).worker,
        "printing.start": cast.county,
        "ledgers.export_changes": cast.county,
        "ledgers.open": cast.township,
        "printing.cancel": PrintRun(),
        "printing.finish": PrintRun(),
        "printing.take": PrintRun(),
        "desk.open_sitting": cast.county,
        "attendance.open": cast.village,
        "pay.open": cast.township,
        "registry.rename_organisation": cast.village,
        "registry.close_organisation": cast.village,
        "registry.let_clerk_hold_seal": cast.village,
        "registry.end_appointment": cast.clerk.appointments[0],
        "registry.withdraw_appointment": cast.clerk.appointments[0],
        "registry.retire_seal": Seal.objects.filter(organisation=cast.village).get(),
        "seals.print_register": Seal.objects.filter(organisation=cast.village).get(),
        "letters.open": cast.township,
        "registry.retire_certificate": certificate_of(cast) if code == "registry.retire_certificate" else None,
    }
    if code in rows:
        return rows[code]
    if code.startswith(papers_of_exits.FLOWS):
        return papers_of_exits.subject_of(code, cast)
    if code == "desk.delegate":
        return cast.clerk.appointments[0]
    if code == "desk.end_delegation":
        return delegated(cast)
    if code in ("desk.read_notices", "policies.propose", "form_versions.propose"):
        return cast.county
    if code.startswith(("policies.", "form_versions.")):
        return proposed(cast) if code.startswith("policies.") else changed_form(cast)
    if code in LOGIN_ACTS:
        return user_of(cast.clerk)
    if code in ("applications.open", "posts.open", "briefings.send"):
        return cast.village
    if code in OF_A_TENURE or code.startswith(("agreements.", "posts.", "leaves.")):
        return at_work(cast, case) if code in OF_A_TENURE else of_employment(code, cast, case)
    if code.startswith("desk.") and ("_paper" in code or "pdf" in code or "signing" in code or "_scan" in code):
        return Document.objects.filter(case_key=case.key).latest("pk")
    if code.split(".", maxsplit=1)[0] in ("registry", "employment") or code == "flows.publish":
        return cast.county
    case_wide = (
        "void",
        "reopen",
        "export",
        "correct",
        "decline",
        "lapse",
        "take_back",
        "comment",
        "declare_kinship",
        "unmask",
        "move_by_exception",
        "move_case",
        "remind_of_deadline",
        "escalate_deadline",
        "release_claim",
        "urge",
        "copy",
        "follow",
        "unfollow",
    )
    return case if code.split(".")[1] in case_wide else task_of(case)


def test_an_appointment_that_ended_yesterday_opens_nothing(cast: Cast, waiting: Case) -> None:
    """Rights follow the appointment of the day, never the login."""
    from datetime import timedelta

    from registry.models import Appointment

    user = user_of(cast.reviewer)
    appointment = Appointment.objects.get(user=user)
    appointment.to_on = AFTERNOON.date() - timedelta(days=1)
    appointment.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with travel(AFTERNOON, tick=False):
        assert client.get(url_of("case", cast, waiting)).status_code == 404
        assert client.get(url_of("task", cast, waiting)).status_code == 404
    assert applicant_id(1) not in client.get("/").content.decode()
