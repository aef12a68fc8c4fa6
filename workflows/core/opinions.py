"""Opinions, their signatures and their seals: given in one move, voided by a later one, never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from registry.models import Organisation
from signatures.models import Seal, SealUse, Signature
from signatures.sealing import SealRefused, apply_seal, revoke_seal_use
from signatures.signing import SigningRefused, revoke_signature, sign

from .actions import Move
from .guards import chinese
from .models import Case, DeskTask, Opinion
from .refusals import Refusal, Refused
from .signed_pages import standing_scan


def valid_opinions(case: Case) -> dict[str, Opinion]:
    """The opinions in force by step, with signature and seal (one query; none when the page or the move has asked)."""
    notes = case.notes()
    if "opinions" not in notes:
        rows = Opinion.objects.filter(case=case, voided_at__isnull=True).select_related(
            "written_by", "signature", "seal_use__seal", "acted_as__organisation"
        )
        notes["opinions"] = {opinion.step: opinion for opinion in rows}
    return dict(notes["opinions"])


def with_given(standing: Mapping[str, Opinion], *given: Opinion | None) -> dict[str, Opinion]:
    """What stands on a paper together with what this move puts on it, by step."""
    return {**standing, **{opinion.step: opinion for opinion in given if opinion is not None}}


def opinion_facts(case: Case, *steps: str) -> dict[str, object]:
    """The opinions in force as fields of the case: what a later step is shown of an earlier one's."""
    opinions = valid_opinions(case)
    return {step: [opinions[step].pk, opinions[step].text] if step in opinions else "" for step in steps}


def step_of(task: DeskTask) -> str:
    """The step under which what is written at this task is kept: one per required actor."""
    name: str = task.flow_task.name
    return f"{name}.{task.seat}" if task.seat else name


def give_opinion(move: Move, *, verdict: str, text: str) -> Opinion:
    """Write an opinion at the desk where the move is made. The signature follows when the paper's content stands."""
    # An opinion of an earlier round, left standing while its return could still be taken back, ends here.
    step = step_of(move.task)
    void_opinions(move, why="重新签署", steps=(step,))
    if move.actor.stands_in(move.acting):
        # On the paper stand both names: whose office it is, and whose hand signed.
        text = f"{text}（{move.user.name} 代 {move.acting.user.name} 签署）"
    move.case.forget("opinions")
    return Opinion.objects.create(
        case=move.case,
        step=step,
        task=move.task,
        shown_digest=move.shown_digest,
        verdict=verdict,
        text=text,
        written_by=move.user,
        acted_as=move.acting,
        at=move.at,
    )


def sign_opinion(move: Move, opinion: Opinion, *, place: str, content_digest: str, form_digest: str) -> Signature:
    """Bind the person's strokes (or scan, or the page they signed) to the content, at the place the form names."""
    try:
        signature = sign(
            signer=move.user,
            appointment=move.acting,
            drawn=move.data.get("parsed_strokes"),
            scan=move.data.get("scan_picture"),
            paper_digest=_signed_page(move),
            county=move.county,
            content_digest=content_digest,
            form_digest=form_digest,
            subject_kind=move.entity._meta.label_lower,
            subject_key=str(move.entity.pk),
            place=place,
            at=move.at,
        )
    except SigningRefused as error:
        raise Refused([Refusal("signing_refused", str(error), anchor="strokes")]) from error
    opinion.signature = signature
    opinion.save(update_fields=["signature"])
    move.case.forget("opinions")
    move.signatures.append(signature.digest)
    note_reuse(move, signature)
    return signature


def _signed_page(move: Move) -> str:
    """For an act with 纸签: the digest of the signed page that came back to this step; "" for any other act."""
    return _page_that_came_back(move, "纸签", "请先上传签了字的纸：这一步还没有收到纸签扫描件。", anchor="strokes")


def _sealed_page(move: Move) -> str:
    """For 实物盖章: the digest of the page with the real seal; "" where the seal's picture is applied."""
    missing = "请先上传盖了章的纸：这一步还没有收到盖章的扫描件。"
    return _page_that_came_back(move, "实物盖章", missing, anchor="on_paper")


def _page_that_came_back(move: Move, kind: str, missing: str, *, anchor: str) -> str:
    if not move.data.get("on_paper"):
        return ""
    scan = standing_scan(move.case, move.task)
    if scan is None:
        raise Refused([Refusal("no_signed_page", missing, anchor=anchor)])
    move.details["signed_on_paper"] = f"{kind}，第{scan.document.number}版的扫描件"
    move.details["scan_digest"] = scan.file_digest
    return scan.file_digest


def note_reuse(move: Move, signature: Signature) -> None:
    """Strokes that were used before stand on the trail, for a person to look at: nothing is refused for them."""
    earlier = signature.resembles
    if earlier is None:
        return
    on = timezone.localtime(earlier.at)
    alike = "一样" if earlier.strokes_digest == signature.strokes_digest else "几乎一样"
    noted: list[str] = move.details.get("reused_strokes", [])  # type: ignore[assignment]
    said = f"{signature.signer_name}的签字与{earlier.signer_name}{chinese(on.date())}的签字笔画{alike}"
    move.details["reused_strokes"] = [*noted, said]


def opinion_to_seal(move: Move, step: str) -> Opinion:
    """The opinion under which the seal goes; a paper without one is blank and is not sealed."""
    opinion = valid_opinions(move.case).get(step)
    if opinion is None:
        raise Refused([Refusal("undecided", "请等意见签署以后再盖章：空白表、没有签署意见的表不能盖章。")])
    return opinion


def seal_of(organisation: Organisation, move: Move) -> Seal:
    """The organisation's seal in use that day; a refusal that says what to do when there is none."""
    seal = Seal.objects.select_for_update().filter(organisation=organisation).in_use(move.on).first()
    if seal is None:
        raise Refused(
            [
                Refusal(
                    "no_seal",
                    f"请先由县里登记{organisation.seal_name}的印章：今天没有可用的印章。",
                    "印章管理规定",
                )
            ]
        )
    return seal


def requested_by(case: Case) -> str:
    """Who asks for the seal: who opened the case or, when the clock did, who first handed it on."""
    if case.opened_by is not None:
        return str(case.opened_by.name)
    first = DeskTask.objects.filter(process=case, finished__isnull=False, owner__isnull=False).exclude(outcome="")
    names = first.order_by("act_number", "pk").values_list("owner__name", flat=True)
    return names.first() or ""


def use_seal(
    move: Move, opinion: Opinion, *, place: str, form_code: str, content_digest: str, copies: int = 1
) -> SealUse:
    """The keeper's act: refused for a blank or undecided paper, registered in the 用印登记."""
    seal = seal_of(move.acting.organisation, move)
    if opinion.seal_use is not None:  # a paper that came back to the keeper and is stamped anew
        revoke_seal_use(opinion.seal_use, at=move.at, why="重新盖章", by=move.user)
    try:
        use = apply_seal(
            seal=seal,
            keeper=move.user,
            appointment=move.acting,
            at=move.at,
            document_form=form_code,
            content_digest=content_digest,
            subject_kind=move.entity._meta.label_lower,
            subject_key=str(move.entity.pk),
            place=place,
            copies=copies,
            # A paper of several pages is sealed across them, too: the PDF shows it.
            across_pages=move.case.flow_class.paperwork.across_pages,
            requested_by=requested_by(move.case),
            approved_by=opinion.written_by.name,
            decided=opinion.signature_id is not None,
            paper_digest=_sealed_page(move),
        )
    except SealRefused as error:
        raise Refused([Refusal("seal_refused", str(error))]) from error
    opinion.seal_use = use
    opinion.save(update_fields=["seal_use"])
    move.case.forget("opinions")
    move.details["seal_register"] = f"{use.year}年第{use.number}号"
    return use


def void_opinions(move: Move, *, why: str, steps: Sequence[str] | None = None) -> list[Opinion]:
    """Void opinions in force (all, or those of these steps) with their signatures and seals."""
    voided = [opinion for step, opinion in valid_opinions(move.case).items() if steps is None or step in steps]
    for opinion in voided:
        opinion.voided_at = move.at
        opinion.save(update_fields=["voided_at"])
        if opinion.signature is not None:
            revoke_signature(opinion.signature, at=move.at, why=why, by=move.user)
        if opinion.seal_use is not None:
            revoke_seal_use(opinion.seal_use, at=move.at, why=why, by=move.user)
    if voided:
        move.case.forget("opinions")
        earlier: list[str] = move.details.get("voided", [])  # type: ignore[assignment]
        move.details["voided"] = [*earlier, *(opinion.step for opinion in voided)]
    return voided


def unseal_opinion(move: Move, step: str, *, why: str) -> None:
    """撤回 of a seal: the use stays in the register, marked revoked; the opinion stands unsealed again."""
    opinion = valid_opinions(move.case).get(step)
    if opinion is None or opinion.seal_use is None:
        return
    revoke_seal_use(opinion.seal_use, at=move.at, why=why, by=move.user)
    opinion.seal_use = None
    opinion.save(update_fields=["seal_use"])
    move.case.forget("opinions")


def void_act(move: Move, acted: DeskTask, *, why: str) -> None:
    """Void what was signed or sealed in one act: its opinion with signature and seal, or the seal alone."""
    opinions = valid_opinions(move.case)
    given = [
        step
        for step, opinion in opinions.items()
        if opinion.task_id == acted.pk or (opinion.task_id is None and step == step_of(acted))
    ]
    void_opinions(move, why=why, steps=given)
    for step, opinion in opinions.items():
        use = opinion.seal_use
        if step not in given and use is not None and (use.at, use.keeper_id) == (acted.finished, acted.owner_id):
            unseal_opinion(move, step, why=why)
