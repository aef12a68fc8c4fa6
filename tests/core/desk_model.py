"""The desk as it should be, in plain Python: what lies where, who may act, what stands. No database, no Django.

One small flow (tests/slips): filled in, checked, signed by all three, voted by two of three, decided; its second
version wants two signatures and every vote. The model knows the rules of the desk and nothing of how they are kept; the
real service is run beside it, act by act.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STEPS = ("fill_in", "check", "sign_all", "vote", "decide")
VOTERS = ("officer", "supervisor", "auditor")
SEATS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {"sign_all": ("keeper", "clerk", "reviewer"), "vote": VOTERS},
    2: {"sign_all": ("keeper", "clerk"), "vote": VOTERS},
}
NEEDED: dict[int, dict[str, int]] = {1: {"sign_all": 3, "vote": 2}, 2: {"sign_all": 2, "vote": 3}}
SHOWN = {"check": ("amount",), "sign_all": ("amount", "note", "check"), "vote": ("amount", "note"),
         "decide": ("amount", "note", "remark")}  # fmt: skip


@dataclass
class Act:
    """One deciding act: by whom, at which step and seat, from where the paper came, what was shown."""

    who: str
    step: str
    seat: str
    verb: str
    before: str
    after: str
    shown: tuple[Any, ...] = ()
    number: int = 0
    reopened: bool = False  # a return after which the other had begun


@dataclass
class Return:
    to: str
    back: str
    straight: bool
    by: Act
    answered_by: Act | None = None


@dataclass
class DeskModel:
    """One paper on its way."""

    at: str = "fill_in"  # a step, "done" or "rejected"
    version: int = 1  # of the flow by which it runs, whatever is published meanwhile
    fields: dict[str, Any] = field(default_factory=lambda: {"amount": "", "note": "", "remark": ""})
    checks: int = 0  # how often it was checked: each check is another opinion
    signed: dict[str, tuple[str, str, tuple[Any, ...]]] = field(default_factory=dict)  # place → who, verdict, shown
    numbers: dict[str, int] = field(default_factory=dict)  # place → the act by which it was signed
    acts: list[Act] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    events: int = 1  # the opening
    begun_at: int = 0  # when who has the paper now last asked another office, or withdrew it

    def open_tasks(self) -> set[str]:
        """One per required actor, and one per office asked."""
        if self.seats(self.at):
            return {f"{self.at}.{seat}" for seat in self.seats(self.at)} - self.standing(self.at)
        return ({self.at} if self.at in STEPS else set()) | {f"consult.{office}" for office in self.asked}

    def shown(self, step: str) -> tuple[Any, ...]:
        check = f"{self.signed['check'][0]} {self.checks}" if "check" in self.signed else ""
        facts = {**self.fields, "check": check}
        return tuple(facts[name] for name in SHOWN.get(step, ()))

    # --- versions -------------------------------------------------------------------------------------

    def seats(self, step: str, version: int = 0) -> tuple[str, ...]:
        return SEATS[version or self.version].get(step, ())

    def standing(self, step: str) -> set[str]:
        """The places signed in this round; none when the paper came back to a round that was carried."""
        return set() if self._is_asked_again(step) else self._signed_at(step)

    def _signed_at(self, step: str, version: int = 0) -> set[str]:
        return {f"{step}.{seat}" for seat in self.seats(step, version)} & set(self.signed)

    def _is_asked_again(self, step: str, version: int = 0) -> bool:
        here = self._signed_at(step, version)
        if not here or self.outcome(step, version) != "carried":
            return False
        last = max(self.numbers[place] for place in here)
        return any(sent.to == step and sent.by.number > last for sent in self.returns)

    def outcome(self, step: str, version: int = 0) -> str:
        """How a round stands, counted by the seats of the version."""
        seats, needed = self.seats(step, version), NEEDED[version or self.version][step]
        said = [self.signed[f"{step}.{seat}"][1] for seat in seats if f"{step}.{seat}" in self.signed]
        if said.count("agree") >= needed:
            return "carried"
        return "failed" if said.count("reject") > len(seats) - needed else "open"

    def move_to(self, version: int) -> bool:
        """Same step, other steps and seats to come; a round that would be over by them is waited for."""
        if version == self.version or self.at not in STEPS:
            return False
        over = self.seats(self.at) and self.outcome(self.at, version) != "open"
        if over and not self._is_asked_again(self.at, version):
            return False
        self.version = version
        self.events += 1
        return True

    # --- acts; each returns whether it may be done ----------------------------------------------------

    def submit(self, who: str, fields: dict[str, str]) -> bool:
        if self.at != "fill_in":
            return False
        self.fields = dict(fields)
        self._go_on(Act(who, "fill_in", "", "submit", self.at, ""), "check")
        return True

    def check(self, who: str) -> bool:
        if self.at != "check":
            return False
        self._go_on(Act(who, "check", "", "check", self.at, "", self.shown("check")), "sign_all", rewrites="check")
        return True

    def vote(self, who: str, step: str, seat: str, verdict: str) -> bool:
        place = f"{step}.{seat}"
        if (
            self.at != step
            or place in self.standing(step)
            or any(self.signed[other][0] == who for other in self.standing(step))
        ):
            return False
        act = Act(who, step, seat, "vote", step, step, self.shown(step))
        if not self.standing(step):
            for other in self.seats(step):
                self.signed.pop(f"{step}.{other}", None)
        self.numbers[place] = self.events + 1
        self.signed[place] = (who, verdict, act.shown)
        if self.outcome(step) == "carried":
            act.after = STEPS[STEPS.index(step) + 1]
        elif self.outcome(step) == "failed":
            act.after = "fill_in" if step == "sign_all" else "rejected"
            if act.after == "fill_in":
                self.returns.append(Return("fill_in", step, straight=False, by=act))
        self._done(act)
        return True

    def decide(self, who: str) -> bool:
        if self.at != "decide" or self.asked:
            return False
        self._done(Act(who, "decide", "", "decide", self.at, "done"))
        return True

    def send_back(self, who: str, step: str, seat: str, to: str, *, straight: bool) -> bool:
        if self.at != step or self.asked or to not in STEPS[: STEPS.index(step)]:
            return False
        if f"{step}.{seat}" in self.standing(step):
            return False
        act = Act(who, step, seat, "send_back", step, to, self.shown(step))
        for old in self.returns:
            if old.to == to and old.answered_by is None:
                self.returns.remove(old)
                break
        self.returns.append(Return(to, step, straight, act))
        self._done(act)
        return True

    def ask(self, office: str) -> bool:
        if self.at != "decide" or office in self.asked:
            return False
        self.asked.add(office)
        self.events += 1
        self.begun_at = self.events
        return True

    def withdraw(self) -> bool:
        if self.at != "decide" or not self.asked:
            return False
        self.asked.clear()
        self.events += 1
        self.begun_at = self.events
        return True

    def answer(self, who: str, office: str) -> bool:
        if office not in self.asked:
            return False
        self.asked.discard(office)
        self.events += 1
        self.acts.append(Act(who, "consult", office, "answer", self.at, self.at, number=self.events))
        return True

    def last_act(self) -> Act | None:
        """One of several signatures that fell meanwhile, by a return to their round, is nothing to take back."""
        for act in reversed(self.acts):
            if act.verb != "vote" or act.before != act.after or f"{act.step}.{act.seat}" in self.signed:
                return act
        return None

    def take_back(self, who: str) -> bool:
        """The last one to act, while the next has not begun; a return that was answered once is not fetched back."""
        last = self.last_act()
        if last is None or self.at in ("done", "rejected") or last.who != who or last.reopened:
            return False
        if self.begun_at > last.number:
            return False
        self.acts = [act for act in self.acts if act is not last]
        self.events += 1
        if last.verb == "answer":
            self.asked.add(last.seat)
            return True
        self.at, self.begun_at = last.before, 0
        if last.verb in ("vote", "check"):
            self.signed.pop(f"{last.step}.{last.seat}" if last.seat else last.step, None)
        self.returns = [each for each in self.returns if each.by is not last]
        for each in self.returns:
            if each.answered_by is last:
                each.answered_by = None
        if self.acts and self.acts[-1].verb == "send_back":
            self.acts[-1].reopened = True
        return True

    # --- what follows from an act ---------------------------------------------------------------------

    def _go_on(self, act: Act, plain: str, rewrites: str = "") -> None:
        """Straight back to who returned it, if nobody who is skipped saw it otherwise; else the plain way."""
        act.after = plain
        for sent in self.returns:
            if sent.to == act.step and sent.answered_by is None:
                sent.answered_by = act
                between = STEPS[STEPS.index(sent.to) + 1 : STEPS.index(sent.back)]
                if sent.straight and all(self._saw_this(step, rewrites) for step in between):
                    act.after = sent.back
        self._done(act)

    def _saw_this(self, step: str, rewrites: str) -> bool:
        last = {act.seat: act for act in self.acts if act.step == step}
        return all(
            act.verb != "send_back" and rewrites not in SHOWN[step] and act.shown == self.shown(step)
            for act in last.values()
        )

    def _done(self, act: Act) -> None:
        self.events += 1
        act.number = self.events
        self.acts.append(act)
        moved, self.at = self.at != act.after, act.after
        if moved:
            self.begun_at = 0
        if act.verb == "check":
            self.checks += 1
            self.signed["check"] = (act.who, "agree", act.shown)
        if moved:
            for step in STEPS[1:]:  # a signature stands while what its signer was shown reads the same
                for place, (_, _, shown) in list(self.signed.items()):
                    if place.partition(".")[0] == step and shown != self.shown(step):
                        del self.signed[place]
            self._open_round()

    def _open_round(self) -> None:
        if self._is_asked_again(self.at):
            return  # what they signed before falls with the first signature of the new round
        here = [place for place in (f"{self.at}.{seat}" for seat in self.seats(self.at)) if place in self.signed]
        for place in here:
            if self.signed[place][1] == "reject":
                del self.signed[place]
        if self.seats(self.at) and self.outcome(self.at) == "carried":
            for place in here:
                self.signed.pop(place, None)
