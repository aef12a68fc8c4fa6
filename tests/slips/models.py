"""The slip: what was typed, and its state. Its table is made with the tests' database: the app has no migrations."""

from __future__ import annotations

from django.db import models
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.models import Case
from workflows.core.round_about import moved_by_exception


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    RETURNED = "returned", "退回"
    CHECKING = "checking", "待核对"
    SIGNING = "signing", "待会签"
    VOTING = "voting", "待票签"
    DECIDING = "deciding", "待审定"
    DECIDED = "decided", "已审定"
    REJECTED = "rejected", "未通过"


ON_THE_WAY = (State.RETURNED, State.CHECKING, State.SIGNING, State.VOTING, State.DECIDING)


class Slip(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    case = models.OneToOneField(Case, models.PROTECT, related_name="slip")
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"联审单{self.pk}"

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.CHECKING)
    def submit(self) -> None: ...

    @transition(field=state, source=State.CHECKING, target=State.SIGNING)
    def check_off(self) -> None: ...

    @transition(field=state, source=State.SIGNING, target=State.VOTING)
    def carry_signing(self) -> None: ...

    @transition(field=state, source=State.SIGNING, target=State.RETURNED)
    def fail_signing(self) -> None: ...

    @transition(field=state, source=State.VOTING, target=State.DECIDING)
    def carry_voting(self) -> None: ...

    @transition(field=state, source=State.VOTING, target=State.REJECTED)
    def fail_voting(self) -> None: ...

    @transition(field=state, source=State.DECIDING, target=State.DECIDED)
    def decide(self) -> None: ...

    @transition(field=state, source=list(ON_THE_WAY), target=GET_STATE(lambda self, to: to, states=list(ON_THE_WAY)))
    def send_back_to(self, to: str) -> str:
        return to

    @transition(field=state, source=list(ON_THE_WAY), target=GET_STATE(lambda self, to: to, states=list(ON_THE_WAY)))
    def hand_back(self, to: str) -> str:
        return to

    @transition(
        field=state, source=list(ON_THE_WAY), target=GET_STATE(lambda self, to: to, states=[State.DRAFT, *ON_THE_WAY])
    )
    def take_back(self, to: str) -> str:
        return to

    move_by_exception = moved_by_exception(state, ON_THE_WAY)
