"""会签 and 票签: several required actors at one step, one open task for each of them.

A round is carried when all (会签) or `needed` of them (票签) have agreed, and fails at once and for all when that can
no longer be. What the others have signed by then is not lost: it stands in the next round while the fields they were
shown read the same, and they are not asked again.

A paper returned to a round that was carried is signed by all of them anew. Until the first of them signs, what they
signed before stays as it is, so that the return can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .actions import Move, TaskAction
from .models import Case, DeskTask, Opinion
from .opinions import give_opinion, valid_opinions, void_opinions
from .procedure import Desk, Lying, Place
from .refusals import Refusal
from .returning import note_return
from .ways import CaseReturn, ReturnMode

Outcome = Literal["open", "carried", "failed"]


@dataclass(frozen=True)
class Seat:
    """One required actor. `name` is stable and in English: tasks and opinions keep it."""

    name: str
    title: str
    place: Place
    role: str


class Countersign(Desk):
    """A step at which several people must act, each at a task of their own.

    `seats` are the required actors (or a function of the case that gives them), `needed` how many must agree (None:
    all). `carried` and `failed` name the transitions of the entity: a failed round ends the case when `failed` leads to
    a closed state, and returns it when it leads to an earlier step.
    The seats' opinions have the steps `<node>.<seat>`; the round's own are `Countersign.votes`.
    """

    def __init__(
        self,
        title: str,
        *,
        seats: Sequence[Seat] | Callable[[Case], Sequence[Seat]],
        carried: str,
        failed: str,
        while_in: Iterable[str],
        name_lines: str,
        todo: str,
        needed: int | None = None,
        role: str = "",
        by_exception: bool = False,
        shown: Iterable[str] = (),
        returned_state: str = "",
    ) -> None:
        declared = () if callable(seats) else tuple(seats)
        super().__init__(
            title,
            place=declared[0].place if declared else _nowhere,
            role=role or (declared[0].role if declared else ""),
            while_in=while_in,
            name_lines=name_lines,
            todo=todo,
            by_exception=by_exception,
            shown=shown,
            returned_state=returned_state,
        )
        self.declared_seats = declared
        self.seats_of: Callable[[Case], Sequence[Seat]] = seats if callable(seats) else (lambda case: declared)
        self.needed = needed
        self.carried = carried
        self.failed = failed

    def step_of(self, seat: str) -> str:
        return f"{self.name}.{seat}"

    def votes(self, case: Case) -> dict[str, Opinion]:
        """What the seats have said in this round and stands, by seat."""
        said = self._said(case)
        return {} if self._is_asked_again(case, said) else said

    def _said(self, case: Case) -> dict[str, Opinion]:
        opinions = valid_opinions(case)
        return {
            seat.name: opinions[self.step_of(seat.name)]
            for seat in self.seats_of(case)
            if self.step_of(seat.name) in opinions
        }

    def _is_asked_again(self, case: Case, said: dict[str, Opinion]) -> bool:
        """Whether the paper came back to this round after it was carried (one query, and only then)."""
        if not said or self._outcome_of(case, said) != "carried":
            return False
        back = CaseReturn.objects.filter(case=case, to_step=self.name, undone_at__isnull=True)
        return back.filter(at__gt=max(opinion.at for opinion in said.values())).exists()

    def lying(self, case: Case) -> list[Lying]:
        voted = self.votes(case)
        return [self._lying_at(seat, case) for seat in self.seats_of(case) if seat.name not in voted]

    def _lying_at(self, seat: Seat, case: Case) -> Lying:
        office = seat.place(case)
        if office is None:
            raise LookupError(f"no office for {seat.name} of {self.name} of {case.key}")
        return Lying(office, str(seat.role), seat.name)

    def office_id_of(self, case: Case) -> int:
        return self._lying_at(self.seats_of(case)[0], case).office_id

    def outcome(self, case: Case) -> Outcome:
        """How the round stands."""
        return self._outcome_of(case, self.votes(case))

    def _outcome_of(self, case: Case, votes: dict[str, Opinion]) -> Outcome:
        seats = self.seats_of(case)
        needed = len(seats) if self.needed is None else min(self.needed, len(seats))
        agreed = sum(1 for opinion in votes.values() if opinion.verdict == "agree")
        refused = len(votes) - agreed
        if agreed >= needed:
            return "carried"
        return "failed" if refused > len(seats) - needed else "open"

    def open_round(self, move: Move) -> None:
        """A new round: refusals of the last one are spent; what would carry it without anybody is asked again."""
        votes = self.votes(move.case)
        spent = [seat for seat, opinion in votes.items() if opinion.verdict != "agree"]
        if spent:
            void_opinions(move, why="重新会签", steps=[self.step_of(seat) for seat in spent])
        if self.outcome(move.case) == "carried":
            void_opinions(move, why="重新逐级审批", steps=[self.step_of(seat) for seat in votes])

    def begin_anew(self, move: Move) -> None:
        """The first signature after a return: what was signed in the round before is void."""
        said = self._said(move.case)
        if self._is_asked_again(move.case, said):
            void_opinions(move, why="退回后重新会签", steps=[self.step_of(seat) for seat in said])

    def title_of(self, case: Case, seat: str) -> str:
        return next((each.title for each in self.seats_of(case) if each.name == seat), seat)

    def said_of(self, case: Case, waiting: int) -> str:
        """How many of how many have spoken, while so many are waited for."""
        seats = len(self.seats_of(case))
        return f"已签{seats - waiting}/{seats}"

    @property
    def rule(self) -> str:
        """What carries the round, in words."""
        return "都要同意" if self.needed is None else f"{self.needed}人同意即可"


def _nowhere(case: Case) -> int | None:
    return None


class Vote(TaskAction):
    """One required actor says yes or no. A flow gives `code`, `label`, `told`, `nodes`, `form` and `verdict`, and
    writes its paper in `written`."""

    verdict: ClassVar[str] = "agree"
    weight: ClassVar[str] = "primary"
    finishes: ClassVar[bool] = True
    # Whether who opened the case may sit here too: for a sheet that its maker signs as well.
    opener_may_sign: ClassVar[bool] = False

    def guards(self, move: Move) -> Iterable[Refusal]:
        """The flow's own rules."""
        return ()

    def text_of(self, move: Move) -> str:
        return str(move.data.get("opinion") or move.data.get("reason") or self.label).strip()

    def refusals(self, move: Move) -> Iterable[Refusal]:
        desk: Countersign = move.task.flow_task
        found = list(self.guards(move))
        if not self.opener_may_sign and move.case.opened_by_id == move.user.pk:
            found.append(Refusal("own_submission", "请由别人签署：这一件是您提交的，您不能自己签署。"))
        if any(opinion.written_by_id == move.user.pk for opinion in desk.votes(move.case).values()):
            found.append(Refusal("signed_already", "请由另一个人签署：本轮您已经签过，每人只签一次。"))
        return found

    def apply(self, move: Move) -> None:
        desk: Countersign = move.task.flow_task
        desk.begin_anew(move)
        opinion = give_opinion(move, verdict=self.verdict, text=self.text_of(move))
        outcome = desk.outcome(move.case)
        move.details["seat"] = move.task.seat
        move.fields["opinion"] = opinion.text
        if self.verdict != "agree":
            move.reason = str(move.data.get("reason") or opinion.text)
        if outcome != "open":
            move.details["round"] = outcome
            getattr(move.entity, desk.carried if outcome == "carried" else desk.failed)()
            move.entity.save()
        if outcome == "failed":
            for returned_to in move.case.flow_class.implied(move.entity.state):
                note_return(move, returned_to, ReturnMode.WALK_AGAIN, move.reason)
        self.written(move, opinion, outcome)

    def written(self, move: Move, opinion: Opinion, outcome: Outcome) -> None:
        """Sign the paper and file its version; called when the state is settled."""


def in_one_round(task: DeskTask) -> bool:
    """Whether the task is one of several required actors'."""
    return isinstance(task.flow_task, Countersign)
