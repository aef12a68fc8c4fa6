"""《扶贫专岗申请与承诺书》: the first paper of an application. 附件5 has no place for the applicant's own hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from forms_templates.sheet import sheet_layout
from forms_templates.sheet_layout import Paragraph
from forms_templates.values import chinese_date
from registry.policies import Policy
from signatures.models import Signature
from workflows.core.actions import Move
from workflows.core.case_forms import case_form, form_on_page
from workflows.core.filing import digest_of, file_version
from workflows.core.paperwork import Page
from workflows.core.refusals import Refusal
from workflows.core.worker_ink import WITNESS, WORKER, Ink, ink_panel, sign_by_worker, standing_ink

from . import documents
from .models import Application, State

FORM = ("application_pledge", 1)
KIND = "applications.application"


def values_of(
    application: Application,
    answers: Mapping[str, Any],
    policy: Policy,
    post_type: str,
    *,
    signed_on: str,
    witness_name: str,
) -> dict[str, object]:
    """Every tag of the pledge, from what is being handed in."""
    values: dict[str, object] = {
        "county": application.county.name,
        "township": application.township.name,
        "village": application.village.name,
        "sex": documents.sex_of(str(answers.get("id_number") or "")),
        "category": documents.marks(policy, str(answers.get("category") or "")),
        "post_type": post_type,
        "signed_on": signed_on,
        "witness_name": witness_name,
    }
    for name in ("name", "phone", "id_number", "address"):
        values[name] = str(answers.get(name) or "")
    return values


def words(page: Page, county_name: str) -> list[str]:
    """What the worker promises, line by line, as it stands on the paper."""
    lines = [
        block.text.replace("\ue000county\ue001", county_name)
        for block in sheet_layout(form_on_page(FORM, page)).blocks
        if isinstance(block, Paragraph) and block.style == "BodyText"
    ]
    return [line for line in lines if line.strip()]


def standing(application: Application) -> dict[str, Signature]:
    """The ink on the pledge. A draft that was never handed in has none, and is not asked for it."""
    if application.pk is None or (application.state == State.DRAFT and not application.id_index):
        return {}
    return standing_ink(KIND, application.pk)


def still_says_the_same(
    application: Application, answers: Mapping[str, Any], policy: Policy, post_type: str, ink: Mapping[str, Signature]
) -> bool:
    """Whether what was signed is what would be printed now."""
    signature = ink.get(WORKER)
    if signature is None:
        return False
    values = values_of(
        application,
        answers,
        policy,
        post_type,
        signed_on=chinese_date(timezone.localtime(signature.at).date()),
        witness_name=signature.witness_name,
    )
    return case_form(FORM, application.case).content_digest(values) == signature.content_digest


def refusal(
    application: Application, answers: Mapping[str, Any], policy: Policy, post_type: str, ink: Ink | None
) -> Refusal | None:
    """No application without the applicant's own hand; changed words are signed again."""
    if ink is not None:
        return None
    signed = standing(application)
    if not signed:
        return Refusal(
            "pledge_unsigned",
            "请申请人本人在承诺书上签字；不会写字的按手印，由一名见证人签字。",
            "《办法》第二条（本人有就业意愿）",
            "worker_strokes",
        )
    if not still_says_the_same(application, answers, policy, post_type, signed):
        return Refusal(
            "pledge_changed",
            "请申请人在承诺书上重新签字：承诺书上的内容改动了，原来的签字不再有效。",
            "《办法》第二条（本人有就业意愿）",
            "worker_strokes",
        )
    return None


def file_pledge(move: Move, policy: Policy, ink: Ink | None) -> None:
    """Bind the new ink and file the paper; with the old ink still good there is nothing to file."""
    application: Application = move.entity
    if ink is None:
        return
    sheet = case_form(FORM, move.case)
    values = values_of(
        application,
        application.answers,
        policy,
        application.post.type_name if application.post else "",
        signed_on=chinese_date(move.on),
        witness_name=ink.witness_name,
    )
    name = str(application.answers["name"])
    digest = digest_of(sheet, values)
    signed = sign_by_worker(move, ink, name=name, content_digest=digest, form_digest=sheet.digest)
    pictures = {place: bytes(signature.picture) for place, signature in signed.items()}
    move.details["pledge"] = str(signed[WORKER].get_method_display())
    if WITNESS in signed:
        move.details["witness"] = signed[WITNESS].signer_name
    file_version(move, form=sheet, values=values, pictures=pictures, label=ink.done_by("申请人"))


def panel(page: Page, answers: Mapping[str, Any], policy: Policy, village: Any) -> SafeString:
    """Where the applicant reads and signs."""
    application: Application | None = page.entity
    signed = ""
    if application is not None:
        ink = standing(application)
        post_type = documents.post_type_of(answers.get("post"), application.post) if ink else ""
        if ink and still_says_the_same(application, answers, policy, post_type, ink):
            at = timezone.localtime(ink[WORKER].at)
            signed = f"本人{chinese_date(at.date())}已经{ink[WORKER].get_method_display()}，内容没有改动，不用再签。"
        elif ink:
            signed = "承诺书上的内容改动了，请本人重新签字。"
    return ink_panel(
        page,
        title="申请与承诺书",
        hint="申请人没有账户：在这里请本人看清、签字，提交后即为第一份材料。",
        read=words(page, village.county.name),
        signed=signed,
    )
