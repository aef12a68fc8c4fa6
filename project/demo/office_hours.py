"""When the offices of the demo work: mornings and afternoons of working days, without the public holidays."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.core.working_days import is_working_day

CHINA = ZoneInfo("Asia/Shanghai")
MORNING, NOON = time(8, 40), time(11, 50)
AFTERNOON, EVENING = time(14, 10), time(17, 20)
_MORNING_MINUTES = 190
_DAY_MINUTES = 2 * _MORNING_MINUTES


class OfficeHours:
    """The working days before a day, and moments in them."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._days: list[date] = []

    def day(self, ago: int) -> date:
        """The working day so many working days ago; 1 is the last one before today."""
        while len(self._days) < ago:
            last = self._days[-1] if self._days else self.today
            last -= timedelta(days=1)
            while not is_working_day(last):
                last -= timedelta(days=1)
            self._days.append(last)
        return self._days[ago - 1]

    def moment(self, ago: int, minute: int) -> datetime:
        """The n-th minute of office hours of that day."""
        begin = MORNING if minute < _MORNING_MINUTES else AFTERNOON
        start = datetime.combine(self.day(ago), begin, CHINA)
        return start + timedelta(minutes=minute % _MORNING_MINUTES)

    def moments(self, count: int, last_ago: int, dice: random.Random) -> list[datetime]:
        """So many acts in a row, one after the other, the last one `last_ago` working days ago.

        Between two acts lie as many days as a paper needs from desk to desk.
        """
        agos = [last_ago]
        for _ in range(count - 1):
            agos.append(agos[-1] + dice.choice((0, 1, 1, 2, 2, 3, 5)))
        thrown = sorted((-ago, dice.randrange(_DAY_MINUTES - count)) for ago in agos)
        # Two acts of a day stand at least a minute apart.
        return [self.moment(-ago, minute + position) for position, (ago, minute) in enumerate(thrown)]
