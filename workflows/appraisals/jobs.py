"""What follows a seal or a filing in the background: each step by the system through the door. Safe to run twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import django

from workflows.core.actors import Actor
from workflows.core.clock import now
from workflows.core.door import Step, perform
from workflows.core.refusals import Overtaken, Refused

from .models import Scheme, SchemeState

# Django has the same tasks of its own from 6.0 on.
if TYPE_CHECKING or django.VERSION < (6, 0):
    from django_tasks import task
else:
    from django.tasks import task

ACTOR = "年度考核"


def do_all(steps: Iterable[Step]) -> int:
    """Do each; what somebody else has done meanwhile is done. The daily round does what is left."""
    done = 0
    for step in steps:
        try:
            perform(step.action, step.subject, Actor.system(ACTOR), step.data, at=now())
            done += 1
        except (Overtaken, Refused):
            continue
    return done


@task()
def send_scheme(scheme_pk: int) -> str:
    """Every village of the township gets its copy."""
    from .schemes.receipts import copies_due

    scheme = Scheme.objects.get(pk=scheme_pk)
    if scheme.state != SchemeState.ISSUED:
        return "已撤回"
    return f"{do_all(list(copies_due(scheme, now())))}个村"


@task()
def file_results(summary_pk: int) -> str:
    """Every result of the filed summary learns that it is filed."""
    from .grading.settling import filed_but_not_told

    steps = [Step("appraisals.file", case, {}) for case in filed_but_not_told(summary=summary_pk)]
    return f"{do_all(steps)}人"
