"""What must stand behind each state of the years' and the months' flows: papers filed, hands and seals that count.

Written down from 《办法》 and the flows' accounts of themselves, not read from the code that is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

SEALED, SIGNED = "sealed", "signed"


@dataclass(frozen=True)
class Behind:
    """Forms of which a version is filed, and steps whose opinion stands: signed, or signed and sealed."""

    forms: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()


NOTHING = Behind()
_EXIT = ("exit_approval",)
_NOTICE = (*_EXIT, "exit_notice")
_DELIVERED = (*_NOTICE, "delivery_receipt")
_GIVEN = Behind(_NOTICE, ("draw_up_exit",), ("decide_exit",))
_GRADED = ("appraisal_form", "opinion_record")
_AGREED = Behind(_GRADED, ("village_grades",), ("township_agrees",))
_TOLD = ("rectification_notice",)
_WARNED = (*_TOLD, "warning_decision")
_SUMMED = ("appraisal_summary",)
_ASKED = ("recovery_notice",)
_SHEET, _PAY, _LEDGER = ("attendance_sheet",), ("pay_roster",), ("named_roster",)
_THREE = ("sign_sheet.head", "sign_sheet.member")  # the third are the workers, a hand in each row
_AUDITED = Behind(_SHEET, _THREE, ("audit_sheet",))
_FILED = Behind(_LEDGER, ("check_ledger",), ("review_ledger",))

BEHIND: dict[str, dict[str, Behind]] = {
    "schemes": {
        "draft": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_review": Behind(("appraisal_scheme",)),
        "awaiting_seal": Behind(("appraisal_scheme",), ("review_scheme",)),
        "issued": Behind(("appraisal_scheme",), (), ("review_scheme",)),
    },
    "scheme_receipts": {
        "awaiting_receipt": Behind(("appraisal_scheme",)),
        "received": Behind(("appraisal_scheme",), ("sign_for_scheme",)),
    },
    "appraisals": {
        "gathering": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_village": Behind(_GRADED),
        "awaiting_worker": Behind(_GRADED, ("village_grades",)),
        "under_review": Behind(_GRADED, ("village_grades",)),
        "awaiting_worker_again": Behind(_GRADED, ("village_grades", "township_reviews")),
        "awaiting_township": Behind(_GRADED, ("village_grades",)),
        "awaiting_seal": Behind(_GRADED, ("village_grades", "township_agrees")),
        "awaiting_summary": _AGREED, "filed": _AGREED, "renewal_opened": _AGREED, "termination_opened": _AGREED,
        "not_renewed": _AGREED,
    },
    "summaries": {
        "draft": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_review": Behind(_SUMMED, ("fill_summary",)),
        "awaiting_seal": Behind(_SUMMED, ("fill_summary", "review_summary")),
        "awaiting_filing": Behind(_SUMMED, ("fill_summary",), ("review_summary",)),
        "filed": Behind(_SUMMED, ("fill_summary", "file_summary"), ("review_summary",)),
    },
    "agreements": {
        "draft": NOTHING, "voided": NOTHING, "returned": NOTHING,
        "awaiting_township_signature": NOTHING,
        "awaiting_township_seal": Behind((), ("township_signs",)),
        "concluded": Behind((), (), ("township_signs",)),
    },
    "terminations": {
        "draft": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_confirmation": Behind(_EXIT, ("draw_up_exit",)),
        "awaiting_hearing": Behind(_EXIT, ("draw_up_exit",)),
        "awaiting_decision": Behind(_EXIT, ("draw_up_exit",)),
        "awaiting_seal": Behind(_EXIT, ("draw_up_exit", "decide_exit")),
        "awaiting_delivery": _GIVEN, "revoked": _GIVEN,
        "awaiting_effect": Behind(_DELIVERED, _GIVEN.signed, _GIVEN.sealed),
        "effective": Behind(_DELIVERED, _GIVEN.signed, _GIVEN.sealed),
        "rejected": Behind(_EXIT, ("draw_up_exit",)),
    },
    "exit_reviews": {
        "draft": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_ruling": Behind(("exit_review",)),
        "awaiting_seal": Behind(("exit_review",), ("rule_on_it",)),
        "upheld": Behind(("exit_review",), (), ("rule_on_it",)),
        "revoked": Behind(("exit_review",), (), ("rule_on_it",)),
    },
    "findings": {
        "awaiting_feedback": Behind(_TOLD, ("open",)), "awaiting_verdict": Behind(_TOLD, ("open",)),
        "voided": Behind(_TOLD),
        "awaiting_warning": Behind(_TOLD, ("open",)),
        "rectifying": Behind(_TOLD, ("open",)),
        "corrected": Behind((*_TOLD, "inspection_record"), ("open", "recheck")),
        "awaiting_warning_delivery": Behind(_WARNED, ("open", "give_warning")),
        "warned": Behind((*_WARNED, "delivery_receipt"), ("open", "give_warning")),
        "closed": Behind((*_WARNED, "delivery_receipt", "inspection_record"), ("give_warning", "recheck_warned")),
        "serious": Behind((*_WARNED, "delivery_receipt", "inspection_record"), ("give_warning", "recheck_warned")),
        "established": Behind((*_TOLD, "inspection_record"), ("open", "settle_fraud")),
        "unfounded": Behind((*_TOLD, "inspection_record"), ("open", "settle_fraud")),
        "handed_over": Behind((*_TOLD, "inspection_record"), ("open", "settle_fraud", "hand_over")),
    },
    "inspections": {
        "checking": NOTHING, "voided": NOTHING,
        "recorded": Behind(("inspection_record",), ("check",)),
    },
    "recoveries": {
        "awaiting_review": NOTHING, "voided": NOTHING,
        "awaiting_seal": Behind(_ASKED, ("review_recovery",)),
        "awaiting_delivery": Behind(_ASKED, (), ("review_recovery",)),
        "owed": Behind((*_ASKED, "delivery_receipt"), (), ("review_recovery",)),
        "repaid": Behind((*_ASKED, "delivery_receipt"), (), ("review_recovery",)),
    },
    "attendance": {
        "filling": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "signing": Behind(_SHEET),
        "signed": Behind(_SHEET, _THREE), "awaiting_audit": Behind(_SHEET, _THREE),
        "awaiting_seal": Behind(_SHEET, (*_THREE, "audit_sheet")),
        "locked": _AUDITED, "in_pay": _AUDITED, "corrected": _AUDITED,
    },
    "pay": {
        "preparing": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_review": Behind(_PAY, ("prepare_roster",)),
        "awaiting_seal": Behind(_PAY, ("prepare_roster", "review_roster")),
        "awaiting_payment": Behind(_PAY, ("prepare_roster",), ("review_roster",)),
        "paid": Behind(_PAY, ("prepare_roster", "pay_out"), ("review_roster",)),
    },
    "ledgers": {
        "checking": NOTHING, "returned": NOTHING, "voided": NOTHING,
        "awaiting_review": Behind(_LEDGER, ("check_ledger",)),
        "awaiting_seal": Behind(_LEDGER, ("check_ledger", "review_ledger")),
        "awaiting_receipt": _FILED, "received": _FILED, "archived": _FILED,
    },
}  # fmt: skip
MONTHLY = ("attendance", "pay", "ledgers")
"""By flow and state; a state of these flows that does not stand here is one nobody thought of."""

PAPERLESS: frozenset[str] = frozenset(
    {
        # Opened: a draft has no paper yet.
        "schemes.open", "appraisals.open", "summaries.open", "agreements.open", "agreements.renew",
        "terminations.open", "terminations.open_for_finding", "exit_reviews.object", "exit_reviews.correct",
        "inspections.open", "recoveries.open", "attendance.open", "attendance.correct", "pay.open", "ledgers.open",
        "ledgers.supplement",
        # Opened again to be changed: what was signed is void, and the next version is filed when it is handed in.
        "attendance.reopen", "attendance.change", "pay.redraw",
        # The county takes it, the clock files it away: what was sealed is what was received.
        "ledgers.receive", "ledgers.archive",
        # Sent back, voided, taken back: the reason stands on the trail, the papers that were filed stay.
        *(f"{flow}.{act}" for flow in BEHIND for act in ("void", "send_back")), "desk.take_back",
        # What the filed result leads to has papers of its own: the agreement's, the exit's.
        "appraisals.file", "appraisals.renew", "appraisals.terminate", "appraisals.let_end",
        # By the clock, on the paper that was delivered.
        "terminations.take_effect",
    }
)  # fmt: skip
"""Acts that change a state and file nothing, and why that is right."""

BY_SEAL: frozenset[str] = frozenset(
    {
        "schemes.issue", "appraisals.seal", "summaries.report", "agreements.seal_by_township", "terminations.seal",
        "exit_reviews.seal", "recoveries.seal", "attendance.seal", "pay.seal", "ledgers.file",
    }
)  # fmt: skip
"""Acts whose mark on the paper is a seal."""

UNSIGNED: frozenset[str] = frozenset(
    {
        "schemes.submit",  # the reviewer signs for the scheme
        "scheme_receipts.send",  # by the system
        "recoveries.repay",  # the voucher stands on the notice
        "attendance.submit",  # three sign it next
        "attendance.report",  # three have signed it
    }
)
"""Acts that file a paper nobody signs or seals in that step."""
