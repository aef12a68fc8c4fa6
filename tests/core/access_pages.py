"""Who may open which address; the parts are those of tests/cast.py."""

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
    "lists": (404, 404, 200, 404, 200, 404, 404, 200, 404),
    "list": (404, 404, 200, 404, 200, 404, 404, 404, 404),  # of service
    "list_blank": (404, 404, 200, 404, 200, 404, 404, 404, 404),
    "policies": IN_OFFICE,
    "policy_set": IN_OFFICE,
    "policy_new": (404, 404, 404, 404, 404, 200, 404, 404, 404),
    "policy_proposal": (404, 404, 404, 404, 404, 200, 404, 404, 404),
    **dict.fromkeys(
        (
            "forms",
            "form",
            "form_word",
            "form_proposal",
            "form_proposal_word",
            "form_proposal_css",
            "form_proposal_proof",
        ),
        (404, 404, 404, 404, 404, 200, 404, 200, 404),
    ),
}
# Open to everybody, logged in or not.
PUBLIC = {"login", "logout", "sheet_css", "check", "checked"}
