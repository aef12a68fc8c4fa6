"""退回: to the applicant or any earlier step, and how the paper comes again.

重新逐级审批 walks every step again. 直送退回人 goes straight back to who returned the paper, but only while every
step that would be skipped has seen what stands there now: each act keeps the digest of the fields it was shown. When
the paper was changed in one of those, it walks again and says so. A signature stands while the fields its signer was
shown read the same, and is void from the moment the changed paper is handed in (not before: until then the return
itself can be taken back, and nobody's signature is lost by somebody else's slip).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from viewflow.workflow.status import STATUS

from .actions import ACTIONS, Move, TaskAction
from .desk_forms import ReasonForm
from .models import OPEN_STATUSES, Case, CaseReturn, DeskTask, Opinion
from .notices import tell, tell_office
from .opinions import valid_opinions, void_opinions
from .procedure import Desk
from .refusals import Refusal
from .versions import changed_names, digest_of, facts_of
from .ways import ReturnMode


class ReturnForm(ReasonForm):
    """To which step, in which way it is to come again, and what must be put right."""

    to = forms.CharField(required=False, max_length=40)
    mode = forms.ChoiceField(
        label="再送方式",
        choices=ReturnMode.choices,
        required=False,
        error_messages={"invalid_choice": "请从列出的再送方式里选一种。"},
    )

    def clean_mode(self) -> str:
        return self.cleaned_data["mode"] or ReturnMode.WALK_AGAIN


def acts_of(case: Case) -> dict[str, list[DeskTask]]:
    """The last deciding acts that stand, by step: one, or one per required actor."""
    acts: dict[str, dict[str, DeskTask]] = {}
    for task in _done(case):
        acts.setdefault(task.flow_task.name, {})[task.seat] = task
    return {name: list(tasks.values()) for name, tasks in acts.items()}


def _done(case: Case) -> list[DeskTask]:
    """Every deciding act that stands, in the order of acting, with the returns (one query per page)."""
    if case.remembered is not None and "done" in case.remembered:
        return list(case.remembered["done"])
    found = _acts_among(with_what_became(DeskTask.objects.filter(process=case, status=STATUS.DONE)))
    if case.remembered is not None:
        case.remembered["done"] = list(found)
    return found


def _acts_among(tasks: Iterable[DeskTask]) -> list[DeskTask]:
    acts = [task for task in tasks if task.status == STATUS.DONE and task.office_id is not None and task.outcome]
    return sorted(acts, key=lambda task: (task.act_number, task.pk))


def with_what_became(tasks: QuerySet[DeskTask]) -> QuerySet[DeskTask]:
    """Acts with who did them, what they saw, how they sent the paper back; whether the case lies where it lies by them
    (`led_here`; of an answer beside the way `answers_open`), whether a return was answered (`was_answered`), and
    whether an opinion given there is void (`opinion_lost`)."""
    open_ones = DeskTask.objects.filter(status__in=OPEN_STATUSES, office__isnull=False)
    answered = DeskTask.objects.filter(previous=OuterRef("pk"), status=STATUS.CANCELED).exclude(outcome="")
    lost = Opinion.objects.filter(task=OuterRef("pk"), voided_at__isnull=False)
    return tasks.select_related("owner", "version", "sent_back__by", "sent_back__version").annotate(
        led_here=Exists(open_ones.filter(previous=OuterRef("pk"))),
        answers_open=Exists(open_ones.filter(leading=OuterRef("pk"))),
        was_answered=Exists(answered),
        opinion_lost=Exists(lost),
    )


def remember_tasks(case: Case, tasks: Sequence[DeskTask]) -> None:
    """A page that has read every task of its case (`with_what_became`) asks for none of them again."""
    for task in tasks:
        task.process = case
    lying = [task for task in tasks if task.status in OPEN_STATUSES and task.office_id is not None]
    case.remembered = {"open_tasks": sorted(lying, key=lambda task: task.pk), "done": _acts_among(tasks)}


def acts_that_stand(case: Case) -> list[DeskTask]:
    """Every deciding act that stands, in the order of acting."""
    return _done(case)


def was_ever(case: Case, kind: Callable[[Any], bool]) -> bool:
    """Whether an act of this kind is on the trail; on a page that has read the trail no query is asked for it."""
    if case.submitted_at is None:
        return False
    events = (case.remembered or {}).get("events")
    acts = [ACTIONS.get(event.action) for event in events or ()]
    return events is None or any(isinstance(action, TaskAction) and kind(action) for action in acts)


def been_at(case: Case) -> dict[str, list[str]]:
    """Which steps the case has been through, and who acted there last, by step; from the trail where it was read."""
    events = (case.remembered or {}).get("events")
    if events is None:
        acts = acts_of(case)
        return {step: [task.owner.name for task in tasks if task.owner] for step, tasks in acts.items()}
    been: dict[str, list[str]] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        for desk in case.flow_class.implied(event.from_state):
            if event.from_state != event.to_state:
                been[desk.name] = [event.actor_name]
    return been


def earlier_desks(case: Case, here: str) -> list[Desk]:
    """The steps before this one that the case has been through and may be returned to, the first one first."""
    desks: list[Desk] = case.flow_class.desks()
    names = [desk.name for desk in desks]
    if here not in names:
        return []
    been = been_at(case)
    return [desk for desk in desks[: names.index(here)] if desk.returned_state and desk.name in been]


def open_return(case: Case, step: str) -> CaseReturn | None:
    """The return that laid the case on this step and waits for its answer."""
    return (
        CaseReturn.objects.filter(case=case, to_step=step, settled_by__isnull=True, undone_at__isnull=True)
        .select_related("version", "by")
        .first()
    )


def last_return(case: Case) -> CaseReturn | None:
    """The latest return that was not taken back."""
    if not was_ever(case, lambda action: action.returns):
        return None
    sent = [task.sent_back for task in _done(case) if hasattr(task, "sent_back")]
    return next((each for each in reversed(sent) if each.undone_at is None), None)


def note_return(move: Move, desk: Desk, mode: str, reason: str) -> CaseReturn:
    """Write down who sent the paper back to `desk`, and how it is to come again."""
    # A case moved round its way may leave an older return to the same step behind: it is answered by nobody.
    CaseReturn.objects.filter(
        case=move.case, to_step=desk.name, settled_by__isnull=True, undone_at__isnull=True
    ).update(undone_at=move.at)
    return CaseReturn.objects.create(
        case=move.case,
        task=move.task,
        from_step=move.task.flow_task.name,
        from_state=move.from_state,
        to_step=desk.name,
        mode=mode,
        reason=reason,
        version=move.task.version,
        by=move.user,
        at=move.at,
    )


class SendBack(TaskAction):
    """退回: a flow gives `code`, `nodes` and its own `guards`. Opinions and seals so far are voided only when the
    paper comes again with what they stood on changed, so that until then the return itself can be taken back."""

    label = "退回补正"
    told = "退回补正"
    weight = "plain"
    needs_reason = returns = True
    form = ReturnForm
    tells: ClassVar[str] = "退回补正"  # how the message to whoever has it again begins

    def fields(self, page: Any) -> list[dict[str, Any]]:
        case, typed = page.on_case, page.typed or {}
        been = been_at(case)
        desks = earlier_desks(case, page.step)
        if len(desks) == 1:
            return []  # to the one step before this one, and from there straight here in any case
        to = [(desk.name, f"{desk.task_title}（{'、'.join(dict.fromkeys(been[desk.name]))}）") for desk in desks]
        return [
            {"name": "to", "label": "退回到", "choices": to, "value": typed.get("to", "")},
            {"name": "mode", "label": "改好以后", "choices": ReturnMode.choices, "value": typed.get("mode", "")},
        ]

    def guards(self, move: Move) -> Iterable[Refusal]:
        """The flow's own rules."""
        return ()

    def refusals(self, move: Move) -> Iterable[Refusal]:
        found = list(self.guards(move))
        desks = earlier_desks(move.case, move.task.flow_task.name)
        wanted = move.data.get("to") or (desks[0].name if desks else "")
        desk = next((desk for desk in desks if desk.name == wanted), None)
        if desk is None:
            found.append(Refusal("no_such_step", "请从列出的环节里选退回到哪一步。", anchor="to"))
        move.data["desk"] = desk
        return found

    def apply(self, move: Move) -> None:
        desk: Desk = move.data["desk"]
        move.entity.send_back_to(desk.returned_state)
        move.entity.save()
        move.reason = str(move.data["reason"])
        move.round_about = True
        sent = note_return(move, desk, move.data["mode"], move.reason)
        move.details["returned_to"] = desk.name
        move.details["mode"] = sent.mode

    def after(self, move: Move) -> None:
        tell(move, move.data["desk"], f"{self.tells}：{move.reason}")


def skipped(case: Case, sent: CaseReturn) -> list[tuple[Desk, DeskTask]]:
    """The acts that stand between the step a paper was returned to and the step that returned it."""
    desks: list[Desk] = case.flow_class.desks()
    names = [desk.name for desk in desks]
    if sent.to_step not in names or sent.from_step not in names:
        return []
    acts = acts_of(case)
    between = desks[names.index(sent.to_step) + 1 : names.index(sent.from_step)]
    return [(desk, task) for desk in between for task in acts.get(desk.name, [])]


def changed_for_skipped(case: Case, sent: CaseReturn, rewrites: Sequence[str] = ()) -> list[str]:
    """The fields that somebody who would be skipped saw otherwise; empty when the paper may go straight back.

    `rewrites` are the fields that the present act is about to write anew.
    """
    facts = facts_of(case)
    changed: dict[str, None] = {}
    for desk, act in skipped(case, sent):
        if not act.shown_digest or act.version is None or isinstance(ACTIONS[act.outcome], SendBack):
            changed["*"] = None  # nobody knows what was shown there, or it was not agreed to
            continue
        changed |= dict.fromkeys(name for name in rewrites if name in desk.shown)
        if act.shown_digest != digest_of(facts, desk.shown):
            changed |= dict.fromkeys(changed_names(act.version.facts, facts, desk.shown))
    return list(changed)


def go_on(move: Move, plain: Callable[[], Any], *, rewrites: Sequence[str] = (), because: Sequence[str] = ()) -> None:
    """The way on from a desk: straight back to who returned the paper if that was asked for and may be, else `plain`.

    Called when the fields are written; `plain` is the entity's own transition. `rewrites` are fields that this act
    writes anew; `because` names fields that make it walk in any case.
    """
    _settle(move, plain, rewrites, because)
    void_what_changed(move)  # before the act files its paper


def _settle(move: Move, plain: Callable[[], Any], rewrites: Sequence[str], because: Sequence[str]) -> None:
    sent = open_return(move.case, move.task.flow_task.name)
    if sent is None:
        plain()
        return
    sent.settled_by = move.task
    sent.changed_for_skipped = []
    if sent.mode == ReturnMode.STRAIGHT_BACK:
        sent.changed_for_skipped = [*because, *changed_for_skipped(move.case, sent, rewrites)]
        move.details["straight_back"] = not sent.changed_for_skipped
    sent.save()
    if move.details.get("straight_back"):
        move.entity.hand_back(sent.from_state)
        move.round_about = True
    else:
        if sent.changed_for_skipped:
            move.details["walks_again_because"] = sent.changed_for_skipped
        plain()


def undo(acted: DeskTask, move: Move) -> None:
    """撤回 of a return, or of the act that answered one."""
    CaseReturn.objects.filter(task=acted, undone_at__isnull=True).update(undone_at=move.at)
    CaseReturn.objects.filter(settled_by=acted).update(settled_by=None, changed_for_skipped=[])


def void_what_changed(move: Move) -> None:
    """Signatures whose signers saw it otherwise are void; one that falls may change what the next one saw."""
    case = move.case
    if not any(desk.shown for desk in case.flow_class.desks()):
        return
    opinions = valid_opinions(case)
    if not opinions:
        return
    own = move.at_task.pk if move.at_task is not None else None
    for desk in case.flow_class.desks():
        if not desk.shown:
            continue
        facts = facts_of(case)
        digest = digest_of(facts, desk.shown)
        fallen = [
            opinion
            for step, opinion in opinions.items()
            if step.partition(".")[0] == desk.name
            and opinion.shown_digest
            and opinion.shown_digest != digest
            and opinion.task_id != own
        ]
        if fallen:
            handed_in = move.at_task is not None and move.task.flow_task == case.flow_class.desks()[0]
            why = "退回补正后重新提交" if handed_in else "看过的内容有变动"
            void_opinions(move, why=why, steps=[opinion.step for opinion in fallen])
            for opinion in fallen:
                tell_office(
                    move,
                    opinion.acted_as.organisation_id,
                    opinion.acted_as.role,
                    "您签署的意见已作废：看过的内容有变动",
                )


def own_opinion_that_stands(case: Case, step: str, user: Any) -> Opinion | None:
    """What this person signed at this step before, if nothing they were shown has changed: they may uphold it."""
    opinion = valid_opinions(case).get(step)
    desk = case.flow_class.desk(step)
    if opinion is None or desk is None or opinion.written_by_id != getattr(user, "pk", None):
        return None
    return opinion if opinion.shown_digest == digest_of(facts_of(case), desk.shown) else None
