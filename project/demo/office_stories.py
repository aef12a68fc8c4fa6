"""What the offices of the demo do beside the applications: posts declared and settled, and a change of the policy that
waits for its approval."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from project.demo import words
from project.demo.office_hours import OfficeHours
from project.demo.places import Village
from project.demo.stories import County, Story
from registry.models import PolicySet
from registry.policies import policy_on
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.core.door import Step, perform, perform_together
from workflows.core.models import Case
from workflows.core.procedure import open_tasks

# The acts after a post was reported to the township, on the way to each state.
_POST_WAYS: Mapping[str, tuple[str, ...]] = {
    "planned": (),
    "awaiting_approval": (),
    "vacant": ("approve",),
    "returned": ("send_back",),
    "rejected": ("reject",),
    "voided": ("void",),
    "abolished": ("approve", "abolish"),
}
_SHOWN_POSTS = (
    ("青禾村", "awaiting_approval", 3), ("青禾村", "planned", 1), ("榆荫村", "awaiting_approval", 1),
    ("柳溪村", "returned", 2), ("柳溪村", "vacant", 20), ("云杉村", "rejected", 17), ("云杉村", "abolished", 9),
    ("石磨村", "voided", 12), ("石磨村", "vacant", 30), ("枫桥村", "awaiting_approval", 4),
)  # fmt: skip
# Every so many villages one has declared a post in the system.
_POST_EVERY = 18


class PostStory:
    """A post that a village declares: 拟设, and what its township makes of it."""

    def __init__(self, county: County, village: Village, goal: str, ago: int, hours: OfficeHours, seed: int) -> None:
        self.county, self.village, self.goal = county, village, goal
        self.dice = random.Random(f"post {seed} {village.code} {goal}")  # noqa: S311 - invented posts
        self.kind = words.POSTS[self.dice.randrange(len(words.POSTS))]
        self.moments = hours.moments(1 + len(_POST_WAYS[goal]), ago, self.dice)

    def tell(self) -> Story:
        first, *times = self.moments
        at = yield first
        clerk = self.county.holder(Role.VILLAGE_CLERK, self.village.code, self.dice)
        type_name, duties, standard, hours = self.kind
        fields = {
            "type_name": type_name,
            "places": str(self.dice.choice((1, 1, 2))),
            "duties": duties,
            "standard": standard,
            "hours": hours,
            "near": words.said(self.dice, words.NEAR, village=self.village.name),
        }
        village = self.county.organisation(self.village.code)
        key = f"demo-post-{self.village.code}-{self.goal}"
        steps = [Step("posts.open", village, {**fields, "opening_key": key})]
        if self.goal != "planned":
            steps.append(Step("posts.submit", None, fields))
        case: Case = perform_together(steps, clerk, at=at)[0].result
        for act, moment in zip(_POST_WAYS[self.goal], times, strict=True):
            at = yield moment
            reviewer = self.county.holder(Role.TOWNSHIP_REVIEWER, self.village.township, self.dice)
            data = self._said(act, demo_signature(reviewer.name, int(at.timestamp())))
            if act in ("void", "abolish"):
                perform(f"posts.{act}", case, clerk if act == "void" else reviewer, data, at=at)
            else:
                perform(f"posts.{act}", open_tasks(case)[0], reviewer, data, at=at)

    def _said(self, act: str, strokes: str) -> dict[str, Any]:
        said = words.said(self.dice, words.OF_POSTS[act], village=self.village.name)
        if act == "approve":
            return {"opinion": said, "strokes": strokes}
        return {"reason": said, "strokes": strokes}


class PolicyStory:
    """The bureau proposes a change of the policy; it waits for the second person."""

    def __init__(self, county: County, hours: OfficeHours, seed: int) -> None:
        self.county, self.dice = county, random.Random(seed)  # noqa: S311 - nothing secret
        self.moments = [hours.moment(2, 75)]

    def tell(self) -> Story:
        at = yield self.moments[0]
        supervisor = self.county.holder(Role.BUREAU_SUPERVISOR, "bureau", self.dice)
        county = self.county.organisation("bureau").county
        effective_on = (at.date().replace(day=1) + timedelta(days=62)).replace(day=1)
        parameters = dict(PolicySet.objects.get(pk=policy_on(county, at.date()).set_id).parameters)
        parameters["edge_household_quota"] += 1
        data = {
            "effective_on": effective_on,
            "document_number": f"昌人社字〔{at.year}〕27号（演示）",
            "title": f"关于调整{at.year + 1}年就业扶贫专岗边缘户名额的通知（演示）",
            "note": words.POLICY_NOTE,
            "parameters": parameters,
        }
        perform("policies.propose", county, supervisor, data, at=at)


def office_stories(
    county: County, villages: Sequence[Village], hours: OfficeHours, seed: int
) -> Iterator[PostStory | PolicyStory]:
    """All of them, for a county of these villages."""
    by_name = {village.name: village for village in villages}
    for name, goal, ago in _SHOWN_POSTS:
        yield PostStory(county, by_name[name], goal, ago, hours, seed)
    dice = random.Random(f"posts {seed}")  # noqa: S311 - invented posts
    shown = {name for name, *_ in _SHOWN_POSTS}
    for village in villages[_POST_EVERY::_POST_EVERY]:
        if village.name not in shown:
            goal = dice.choice(("vacant", "vacant", "vacant", "awaiting_approval", "returned"))
            yield PostStory(county, village, goal, dice.randint(1, 25), hours, seed)
    yield PolicyStory(county, hours, seed)
