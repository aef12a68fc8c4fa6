"""《扶贫专岗用工协议》 on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import cn2an
from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.library import Form
from forms_templates.money import in_words
from forms_templates.sheet import sheet_html
from forms_templates.values import chinese_date
from registry.id_numbers import mask_id, mask_phone
from registry.roles import Role
from signatures.models import Signature
from workflows.core.actions import Move
from workflows.core.case_forms import case_form
from workflows.core.cells import date_cell, masked_cell, pad, picture, seal_place, text_cell, written
from workflows.core.filing import OpinionPlaces, digest_of, file_opinions, file_version, pictures_of
from workflows.core.guards import verdicts
from workflows.core.models import Case, Opinion
from workflows.core.opinions import opinion_facts, valid_opinions
from workflows.core.paperwork import Button, Page, Paperwork
from workflows.core.worker_ink import WORKER, Ink, ink_panel, sign_by_worker, standing_ink

from ..models import BEFORE_CONCLUDED, ON_PAPER, Agreement, AgreementState
from ..service import service_until
from ..tenures.spans import service_of
from . import rules
from .facts import facts_of

FORM = ("agreement", 3)
RENEWAL_FORM = ("renewal_agreement", 3)
KIND = "employment.agreement"
COPIES = "四"
_EMPLOYER = OpinionPlaces("", "employer_signed_on", "employer_signature", "employer_seal")
PLACES = {"township_signs": _EMPLOYER, "village_signs": _EMPLOYER}
FILLING = "draw_up_agreement"


def form_of(agreement: Agreement) -> Form:
    """A renewal has a paper of its own."""
    return case_form(RENEWAL_FORM if agreement.is_renewal else FORM, _case_of(agreement))


def _case_of(agreement: Agreement) -> Case:
    """Raises LookupError for one from before this system: it lies in the office on paper, nothing is drawn of it."""
    if agreement.case is None:
        raise LookupError(f"agreement {agreement.pk} was signed on paper before this system")
    return agreement.case


def parsed_day(typed: Any) -> date | None:
    """A day as the browser sends it; None for anything else."""
    try:
        return date.fromisoformat(str(typed or ""))
    except ValueError:
        return None


def party_name(agreement: Agreement) -> str:
    """Party A as the paper names it: the government of the township, or the village committee."""
    return agreement.party_a.seal_name


# What the employer signs and seals.
TERMS = ("start_on", "end_on", "workplace", "yuan_per_month")
FACT_LABELS = MappingProxyType(
    {
        "start_on": "开始日期",
        "end_on": "终止日期",
        "workplace": "工作地点",
        "yuan_per_month": "月补贴（元）",
        "township_signs": "甲方签字",
        "village_signs": "甲方签字",
    }
)


def standing(agreement: Agreement) -> Opinion | None:
    """The employer's signature, unless the agreement is back with the village or waits to be signed anew."""
    waits = (AgreementState.AWAITING_TOWNSHIP_SIGNATURE, AgreementState.AWAITING_VILLAGE_SIGNATURE)
    if agreement.is_live or agreement.state in (*waits, AgreementState.VOIDED):
        return None
    opinions = valid_opinions(_case_of(agreement))
    return next((opinions[step] for step in PLACES if step in opinions), None)


def worker_ink(agreement: Agreement) -> dict[str, Signature]:
    """The ink of the worker, and of the witness of a thumb print, that counts; after a return it is given anew."""
    return {} if agreement.is_live else standing_ink(KIND, agreement.pk)


def signed_by_worker(ink: Mapping[str, Signature]) -> tuple[date | None, str]:
    """When the worker signed, and the witness's name if it was a thumb print."""
    signature = ink.get(WORKER)
    if signature is None:
        return None, ""
    return timezone.localtime(signature.at).date(), signature.witness_name


def values_of(
    agreement: Agreement, opinion: Opinion | None, worker_signed_on: date | None, witness_name: str = ""
) -> dict[str, object]:
    """Every tag of the agreement; what is not signed yet is an explicit blank."""
    worker, post = agreement.worker, agreement.post
    yuan = agreement.yuan_per_month
    values: dict[str, object] = {
        "county": agreement.county.name,
        "number": agreement.number,
        "party_a": party_name(agreement),
        "party_a_representative": opinion.written_by.name if opinion else "",
        "party_b": worker.name,
        "sex": worker.sex,
        "id_number": worker.id_number,
        "phone": worker.phone,
        "address": worker.address,
        "post_type": post.type_name,
        "workplace": agreement.workplace,
        "duties": post.duties,
        "standard": post.standard,
        "hours": post.hours,
        "start_on": chinese_date(agreement.start_on),
        "end_on": chinese_date(agreement.end_on),
        "stipend": str(yuan),
        "stipend_in_words": cn2an.an2cn(yuan, "rmb"),
        "copies": COPIES,
        "employer_signed_on": chinese_date(timezone.localtime(opinion.at).date() if opinion else None),
        "worker_signed_on": chinese_date(worker_signed_on),
        "witness_name": witness_name,
    }
    return values | (_of_the_renewal(agreement) if agreement.is_renewal else {})


def _of_the_renewal(agreement: Agreement) -> dict[str, object]:
    """What a renewal says of the agreement before it, of the appraisal, and of the service so far."""
    before = agreement.start_on - timedelta(days=1)
    concluded = Agreement.objects.filter(tenure=agreement.tenure_id, state=AgreementState.CONCLUDED)
    earlier = concluded.filter(start_on__lt=agreement.start_on).order_by("start_on").select_related("case")
    former = earlier.last()
    service = service_of([agreement.worker_id]).get(agreement.worker_id, [])
    return {
        "stipend_in_words": in_words(Decimal(agreement.yuan_per_month)),
        "former_number": former.number if former is not None else ON_PAPER,
        "former_end_on": chinese_date(former.end_on if former is not None else before),
        "appraisal_year": agreement.appraisal_year,
        "appraisal_result": agreement.appraisal_result,
        "months_served": str(service_until(service, before)),
    }


def file_signed_by_worker(move: Move, ink: Ink) -> None:
    """The worker signs first: bound to the agreement as it then reads."""
    agreement: Agreement = move.entity
    sheet, values = form_of(agreement), values_of(agreement, None, move.on, ink.witness_name)
    name, digest = agreement.worker.name, digest_of(sheet, values)
    signed = sign_by_worker(move, ink, name=name, content_digest=digest, form_digest=sheet.digest)
    move.details["worker_signed"] = str(signed[WORKER].get_method_display())
    pictures = {place: bytes(signature.picture) for place, signature in signed.items()}
    file_version(move, form=sheet, values=values, pictures=pictures, label=ink.done_by("劳动者"))


def file_by_employer(move: Move, label: str, *, sign: Opinion | None = None, seal: Opinion | None = None) -> None:
    """The next version, with party A's signature or seal."""
    agreement: Agreement = move.entity
    opinion = sign or seal or standing(agreement)
    ink = worker_ink(agreement)
    file_opinions(
        move,
        form=form_of(agreement),
        values=values_of(agreement, opinion, *signed_by_worker(ink)),
        places=PLACES,
        opinions={opinion.step: opinion} if opinion else {},
        label=label,
        sign=sign,
        seal=seal,
        pictures={place: bytes(signature.picture) for place, signature in ink.items()},
    )


class AgreementPaperwork(Paperwork):
    """用工协议 as the desk shows it."""

    flow_label = "agreements"
    title = "用工协议"
    form = FORM
    refile = staticmethod(file_by_employer)
    across_pages = True

    def describe(self, case: Case, entity: Agreement) -> None:
        case.title = entity.worker.name[:60]
        renewal = "，续签" if entity.is_renewal else ""
        case.headline = f"{entity.village.name}，{entity.post.type_name}{renewal}"

    def shown(self, case: Case, entity: Agreement) -> dict[str, Any]:
        return {"state": entity.state, "dates": [entity.start_on, entity.end_on], "workplace": entity.workplace}

    fact_labels: Mapping[str, str] = FACT_LABELS

    def facts(self, case: Case, entity: Agreement) -> dict[str, Any]:
        return {name: str(getattr(entity, name) or "") for name in TERMS} | opinion_facts(case, *PLACES)

    def state_tag(self, entity: Agreement) -> dict[str, str]:
        state = AgreementState(entity.state)
        kinds = {AgreementState.CONCLUDED: "done", AgreementState.RETURNED: "back", AgreementState.VOIDED: "ended"}
        return {"kind": kinds.get(state, ""), "label": state.label}

    def heading(self, page: Page) -> str:
        return f"{page.on_case.title}的{'续签' if page.entity.is_renewal else ''}用工协议"

    def form_of(self, entity: Agreement) -> tuple[str, int]:
        return RENEWAL_FORM if entity.is_renewal else FORM

    def sheet(self, page: Page) -> SafeString:
        agreement: Agreement = page.entity
        agreement.case = page.on_case
        opinion, ink = standing(agreement), worker_ink(agreement)
        values = values_of(agreement, opinion, *signed_by_worker(ink))
        slots: dict[str, Any] = written(values)
        slots["number"] = page.on_case.number or "本人签字后自动编号"
        masked = {"id_number": mask_id(agreement.worker.id_number), "phone": mask_phone(agreement.worker.phone)}
        for name, label in (("id_number", "身份证号"), ("phone", "联系电话")):
            slots[name] = masked_cell(page, name, label, page.full.get(name, masked[name]))
        pictures: dict[str, Any] = {
            place: picture("signature", bytes(signature.picture), f"{signature.signer_name}的签字或手印")
            for place, signature in ink.items()
        }
        if page.step == FILLING:
            slots |= self._open_cells(page, agreement)
        if opinion is not None:
            drawn = pictures_of({opinion.step: opinion}, PLACES)
            for place, png in drawn.items():
                kind = "seal" if place == _EMPLOYER.seal else "signature"
                alt = "甲方公章" if kind == "seal" else f"{opinion.written_by.name}手写签字"
                pictures[place] = picture(kind, png, alt)
        if page.step in PLACES:
            pictures[_EMPLOYER.signature] = pad(page, "甲方代表人签字")
            slots["party_a_representative"] = page.actor.name
            slots["employer_signed_on"] = chinese_date(page.on)
        if page.step.endswith("_seals"):
            pictures[_EMPLOYER.seal] = seal_place()
        return sheet_html(form_of(agreement), slots, pictures)

    def _open_cells(self, page: Page, agreement: Agreement) -> dict[str, Any]:
        typed: Mapping[str, Any] = page.typed or {}
        workplace = typed.get("workplace", agreement.workplace)
        return {
            "start_on": date_cell(page, "start_on", "开始日期", typed.get("start_on", agreement.start_on.isoformat())),
            "end_on": date_cell(page, "end_on", "终止日期", typed.get("end_on", agreement.end_on.isoformat())),
            "workplace": text_cell(page, "workplace", "工作地点", workplace, maximum=60, required=True),
        }

    def _facts(self, page: Page) -> rules.AgreementFacts:
        agreement: Agreement = page.entity
        typed = page.typed or {}
        filling = page.step == FILLING and page.typed is not None
        return facts_of(
            agreement,
            on=page.on,
            policy=page.policy(agreement.county),
            start_on=parsed_day(typed.get("start_on")) if filling else agreement.start_on,
            end_on=parsed_day(typed.get("end_on")) if filling else agreement.end_on,
            actor=page.actor,
        )

    def checks(self, page: Page) -> list[dict[str, Any]]:
        if page.task is None or page.step.endswith("_seals"):
            return []
        guards = rules.CONTENT if page.step == FILLING else rules.SIGNING
        return list(verdicts(guards, self._facts(page)))

    def side_panels(self, page: Page) -> list[Any]:
        if page.step != FILLING:
            return []
        hint = "劳动者没有账户：请本人看清协议的全部内容，在这里签字；签字以后才能交甲方。"
        return [ink_panel(page, title="劳动者签字", hint=hint, read=[], signed="")]

    def consequence(self, page: Page) -> tuple[str, str]:
        if page.step == FILLING:
            return "核对日期，请劳动者本人签字", "交甲方代表人签字；对方办理以前您可以撤回。"
        if page.step in PLACES:
            return "请先在协议上手写签字", "签字后转甲方印章管理员盖章；盖章以前您可以撤回。"
        return "请核对双方的签字", "公章盖在日期上并登记用印；盖好后协议签订，按起止日期生效，不能撤回。"

    def unmasked(self, entity: Agreement) -> dict[str, str]:
        return {"id_number": entity.worker.id_number, "phone": entity.worker.phone}

    def case_buttons(self, page: Page) -> list[Button]:
        agreement: Agreement = page.entity
        clerk = page.actor.appointment_for(agreement.village_id, Role.VILLAGE_CLERK)
        if clerk and agreement.state in BEFORE_CONCLUDED:
            return [Button("agreements.void", "作废", "final", needs_reason=True, reason_label="为什么作废")]
        return []
