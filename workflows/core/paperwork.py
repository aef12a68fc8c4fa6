"""How a flow shows itself: its sheet, its checks, its words. Every flow gives one Paperwork (documents.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.safestring import SafeString

from registry.models import County
from registry.policies import Policy, policy_beside, policy_on

from .actions import ACTIONS, Move
from .actors import Actor
from .models import Case, DeskTask
from .opinions import void_act

if TYPE_CHECKING:
    from .story import Entry


@dataclass
class Page:
    """One look at a case: who looks, on which desk they stand (None: only reading), what they typed, what was wrong."""

    actor: Actor
    at: datetime
    case: Case | None = None
    entity: Any = None
    task: DeskTask | None = None
    village: Any = None
    typed: Mapping[str, Any] | None = None
    errors: dict[str, str] = field(default_factory=dict)
    # Numbers asked for with a reason a moment ago, by field: shown in full this once.
    full: dict[str, str] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return timezone.localtime(self.at).date()

    def policy(self, county: County) -> Policy:
        """The policy set in force on the day of this look, read once."""
        if "_policy" not in self.__dict__:
            self.__dict__["_policy"] = self._read_with_the_case(county) or policy_on(county, self.on)
        policy: Policy = self.__dict__["_policy"]
        return policy

    def _read_with_the_case(self, county: County) -> Policy | None:
        """The set that came along in the query of the case, when it was asked for the day of this look."""
        on, row = ((self.case.remembered or {}) if self.case is not None else {}).get("policy", (None, None))
        return policy_beside(row) if on == self.on and self.on_case.county_id == county.pk else None

    @property
    def on_case(self) -> Case:
        """The case that is looked at; a page without one is a blank new form."""
        if self.case is None:
            raise LookupError("a blank form has no case")
        return self.case

    @property
    def at_task(self) -> DeskTask:
        """The task at whose desk the reader stands."""
        if self.task is None:
            raise LookupError("this page is only read")
        return self.task

    @property
    def step(self) -> str:
        """The name of the node at which the reader may write; empty when only reading."""
        return self.task.flow_task.name if self.task is not None else ""


@dataclass(frozen=True)
class Button:
    """A button of the action bar, in the words of the template."""

    value: str
    label: str
    weight: str
    needs_reason: bool = field(default=False, kw_only=True)
    reason_label: str = field(default="", kw_only=True)
    fields: list[dict[str, Any]] = field(default_factory=list, kw_only=True)


class Paperwork:
    """What the desk asks of a flow."""

    flow_label = ""
    title = ""
    checks_hint = "填表时自动核对，不必等全表填完。"  # what stands in the checks panel of an empty form
    form: tuple[str, int] = ("", 0)
    sealed_by_hand = True  # the paper that is sealed can be printed before: a real seal may be set on it (实物盖章)
    across_pages = False  # 骑缝章: its seals go over the edges of all pages as well
    # Files the flow's sheet as it stands, with a label: for a case that a supervisor moved.
    refile: Callable[[Move, str], None] | None = None
    scripts: tuple[str, ...] = ()  # comforts of this flow's own sheet, beside those of every desk

    def describe(self, case: Case, entity: Any) -> None:
        """Bring the case's title and headline (for lists) up to date; the door saves the case."""
        raise NotImplementedError

    def shown(self, case: Case, entity: Any) -> dict[str, Any]:
        """The facts a reader decides on: a change of one of them is a conflict (409)."""
        raise NotImplementedError

    def form_of(self, entity: Any) -> tuple[str, int]:
        """The form of this case, where a flow has several."""
        return self.form

    def facts(self, case: Case, entity: Any) -> dict[str, Any]:
        """The fields steps are shown, by name, as plain values: what a desk's `shown` names (see procedure.py)."""
        return {}

    fact_labels: Mapping[str, str] = MappingProxyType({})

    def fact_label(self, name: str) -> str:
        return self.fact_labels.get(name, name)

    def fact_text(self, case: Case, name: str, value: Any) -> str:
        """A field's value for people, masked where it is personal; of an opinion (`opinion_facts`) its text."""
        of_opinion = isinstance(value, list) and len(value) == 2 and isinstance(value[0], int)
        return str(value[1] if of_opinion else value)

    def state_tag(self, entity: Any) -> dict[str, str]:
        raise NotImplementedError

    def heading(self, page: Page) -> str:
        raise NotImplementedError

    def form_on(self, page: Page) -> tuple[str, int]:
        """Which form the sheet of this look is: the flow's own, unless a step has a paper of its own."""
        return self.form_of(page.entity)

    def sheet(self, page: Page) -> SafeString:
        raise NotImplementedError

    def side_panels(self, page: Page) -> list[Any]:
        return []

    def checks(self, page: Page) -> list[dict[str, Any]]:
        return []

    def check_url(self, page: Page) -> str:
        """Where this page's sheet is checked while it is being filled in; empty when it is not."""
        return ""

    def drafts(self, page: Page) -> bool:
        """Whether what is typed at this desk may be kept before it is handed in."""
        return any(action.stays for action in ACTIONS.at_desk(self.flow_label, page.step))

    def can_send_back(self, tasks: list[DeskTask]) -> bool:
        """Whether the paper may be sent back from where it lies."""
        return any(action.returns for task in tasks for action in ACTIONS.at_desk(self.flow_label, task.flow_task.name))

    def consequence(self, page: Page) -> tuple[str, str]:
        """The two lines at the left of the action bar: what to do, and what will happen then."""
        return "", ""

    def help(self, page: Page) -> tuple[str, ...]:
        """Three to six plain sentences for this desk: what it is for, what to do now, what happens then."""
        now, then = self.consequence(page)
        return (
            "有底色的格子由您填，别的格子不用管；手机上点“看表样”，能看到整张表。",
            *(f"{sentence.rstrip('。')}。" for sentence in (now, then) if sentence),
        )

    def unmasked(self, entity: Any) -> dict[str, str]:
        """Full values of the masked fields, by field name."""
        raise NotImplementedError

    def can_return_to(self, case: Case, acted: DeskTask) -> bool:
        """Whether everything that stood before that act still stands, so that taking it back leaves nothing out."""
        return True

    def can_lie_in(self, case: Case, state: str) -> bool:
        """Whether nothing outside the case forbids that an exception lays it there (supervision.py)."""
        return True

    def take_back(self, move: Move, acted: DeskTask) -> None:
        """Undo on the entity what the act of `acted` did: the state returns, what was signed or sealed is void."""
        void_act(move, acted, why="撤回")
        move.entity.take_back(acted.from_state)
        move.entity.save()

    def buttons(self, page: Page) -> list[Button]:
        """The actions of this desk: irreversible, return, primary at the right."""
        if page.task is None:
            return []
        actions = [action for action in ACTIONS.at_desk(self.flow_label, page.step) if action.offered(page)]
        order = {"final": 0, "quiet": 1, "plain": 2, "seal": 3, "primary": 4}
        return [
            Button(
                action.code,
                action.label,
                action.weight,
                needs_reason=action.needs_reason,
                reason_label=action.reason_label,
                fields=action.fields(page),
            )
            for action in sorted(actions, key=lambda action: order[action.weight])
        ]

    def export_url(self, page: Page) -> str:
        """Where whoever reads the case may fetch a file made of it; the panel's controls name the form `export`."""
        return ""

    def elsewhere(self, page: Page) -> list[Entry]:
        """What became of the matter in other cases, to be told in this one's timeline, too."""
        return []

    def case_buttons(self, page: Page) -> list[Button]:
        """What may be done with the case as a whole by whoever reads it."""
        return []
