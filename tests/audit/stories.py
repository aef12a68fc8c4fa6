"""One event of an application's life, as most stories of the trail need it."""

from datetime import datetime, timedelta, timezone
from typing import Any

from audit.models import Event
from audit.trail import ActorStamp, PaperStamp, SubjectStamp, append

COUNTY = "130322"
CASE = "applications.application:17"
AT = datetime(2020, 9, 17, 16, 5, tzinfo=timezone(timedelta(hours=8)))
REVIEWER = ActorStamp(7, "林书平", "township_reviewer", "130322104000", "泥井镇")
APPLICATION = SubjectStamp("applications.application", "17", "2020-104-0031")
PAPER = PaperStamp("post_application", 1, "a" * 64, "b" * 64)


def write(**changes: Any) -> Event:
    """Append the township's agreement, with some of its parts changed."""
    parts: dict[str, Any] = {
        "county": COUNTY,
        "action": "application.agree_township",
        "at": AT,
        "actor": REVIEWER,
        "subject": APPLICATION,
        "case_key": CASE,
        "from_state": "awaiting_township_opinion",
        "to_state": "awaiting_township_seal",
        "reason": "情况属实，同意安置。",
        "papers": [PAPER],
        "signatures": ["c" * 64],
        "policy": "2019-06-20 昌黎县2019年度就业扶贫工作实施方案",
        "details": {"post": "保洁", "edge_households": 4},
        "organisation_codes": ["130322104000", "130322104203"],
    }
    return append(**parts | changes)
