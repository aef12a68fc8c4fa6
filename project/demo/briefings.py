"""The rules as two townships of the demo passed them on to their villages; some have not signed their receipt yet."""

from __future__ import annotations

import random

from project.demo.office_hours import OfficeHours
from project.demo.places import SHOWN, Village
from project.demo.stories import County, Story
from registry.models import PolicySet
from registry.roles import Role
from signatures.demo_strokes import demo_signature
from workflows.core.door import perform
from workflows.core.models import Case
from workflows.core.procedure import open_tasks

TOWNSHIPS = ("104", "101")  # those with logins on the first page
SENT_AGO = 130  # working days
SIGNED = 0.8
WORDS = (
    "已在村两委会议上逐条传达，并在村务公开栏张贴。",
    "召开村两委和村民代表会议宣读，入户告知专岗人员。",
    "用村广播传达三次，并在村务公开栏张贴。",
)


class BriefingStory:
    """One notice to one village, and its receipt some days later."""

    def __init__(self, county: County, village: Village, hours: OfficeHours, seed: int) -> None:
        self.county, self.village = county, village
        self.dice = random.Random(f"briefing {seed} {village.code}")  # noqa: S311 - invented lives
        shown = {name for names in SHOWN.values() for name in names}
        signs = village.name in shown or self.dice.random() < SIGNED
        minute = self.dice.randrange(300)
        self.moments = [hours.moment(SENT_AGO, minute)]
        if signs:
            self.moments.append(hours.moment(SENT_AGO - self.dice.randint(1, 9), minute + self.dice.randrange(60)))

    def tell(self) -> Story:
        sent, *receipts = self.moments
        at = yield sent
        clerk = self.county.holder(Role.TOWNSHIP_CLERK, self.village.township, self.dice)
        village = self.county.organisation(self.village.code)
        policy_set = PolicySet.objects.filter(county=village.county_id).earliest("effective_on")
        notice = {"policy_set": policy_set, "strokes": demo_signature(clerk.name)}
        case: Case = perform("briefings.send", village, clerk, notice, at=at).result
        for moment in receipts:
            at = yield moment
            head = self.county.holder(Role.VILLAGE_HEAD, self.village.code, self.dice)
            receipt = {"opinion": self.dice.choice(WORDS), "strokes": demo_signature(head.name)}
            perform("briefings.receive", open_tasks(case)[0], head, receipt, at=at)
