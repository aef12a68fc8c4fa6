"""What each address and each action of the access matrix is asked of."""

from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse

from forms_templates.models import Document, PrintRun
from registry.models import Delegation, PolicySet
from signatures.demo_strokes import demo_signature
from signatures.models import PaperScan, Seal, SealCertificate
from signatures.paper_scans import read_scan
from tests.cast import AFTERNOON, Cast, task_of, user_of
from tests.core.scanned import photo
from tests.form_versions.test_form_versions import propose as hand_in
from tests.policies.test_proposals import propose
from tests.terminations import papers_of_exits
from workflows.applications.models import Application
from workflows.core.models import Attachment, Case, Sitting
from workflows.employment.models import Leave, Tenure
from workflows.form_versions.models import FormProof, FormProofPage, FormProposal
from workflows.policies.models import PolicyProposal

OF_A_TENURE = {
    "employment.start_tenure", "employment.expire_tenure", "employment.remind_of_end", "employment.await_renewal",
    "employment.resume_tenure", "employment.begin_leave", "employment.remind_of_return", "agreements.renew",
    "leaves.open",
}  # fmt: skip
LOGIN_ACTS = {
    "registry.correct_name", "registry.reset_password", "registry.close_login", "registry.reopen_login",
    "registry.hand_over",
}  # fmt: skip


def url_of(name: str, cast: Cast, case: Case) -> str:
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
        "list": ["service"],
        "list_blank": ["service"],
        "form_word": ["post_application", 1],
        "seal_act": [Seal.objects.filter(organisation=cast.village).get().pk, "retire"],
        "certificate_act": [certificate_of(cast).pk, "retire"],
        "scan": [scan_of(cast, case).pk] if name == "scan" else [],
        **{key: [book_of(cast).pk] for key in ("seal_book", "seal_book_word", "seal_book_pdf") if key == name},
    }
    if name.startswith("form_proposal"):
        changed = changed_form(cast)
        more = [changed.digest[:12]] if name in ("form_proposal_css", "form_proposal_proof") else []
        if name == "form_proposal_proof":
            proof, _ = FormProof.objects.get_or_create(
                county=changed.county, digest=changed.digest, defaults={"drawn_at": changed.proposed_at}
            )
            FormProofPage.objects.get_or_create(proof=proof, number=1, defaults={"png": b"png"})
            more.append("1")
        return reverse(name, args=[changed.pk, *more])
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
