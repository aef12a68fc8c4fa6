"""What the racing processes do: find the task, read it, wait at the line, act, say how it ended."""

from collections.abc import Callable
from typing import Any

from registry.models import User
from signatures.demo_strokes import demo_signature
from workflows.core.actors import Actor
from workflows.core.clock import now, today
from workflows.core.door import Step, perform, perform_together
from workflows.core.models import Case, DeskTask
from workflows.core.refusals import DoorError, Refused
from workflows.core.seen import seen_of

Ready = Callable[[], None]


def actor(name: str) -> Actor:
    return Actor.of(User.objects.get(name=name), today())


def tasks_at(step: str, village: str = "青禾村") -> list[DeskTask]:
    """Open tasks of a step in a village's cases, in order."""
    found = DeskTask.objects.filter(finished__isnull=True, process__village__name=village).order_by("pk")
    return [task for task in found.select_related("process") if task.flow_task.name == step]


def tell(act: Callable[[], Any]) -> None:
    """Print `done <number>` or why not."""
    try:
        outcome = act()
    except Refused as refused:
        print("refused", *(refusal.code for refusal in refused.refusals))
    except DoorError as error:
        print(type(error).__name__.lower(), str(error))
    else:
        print("done", outcome.case.number, outcome.case.entity.state)


def decide(ready: Ready, task_pk: int, name: str, action: str, **data: Any) -> None:
    """Read the task as a page does, wait at the line, then decide on it."""
    task = DeskTask.objects.select_related("process").get(pk=task_pk)
    who, seen = actor(name), seen_of(task, task.process)
    data = {"opinion": "情况属实，同意。", "strokes": demo_signature(name), **data}
    ready()
    tell(lambda: perform(action, task, who, data, seen, at=now()))


def take_back(ready: Ready, case_pk: int, name: str) -> None:
    case = Case.objects.get(pk=case_pk)
    who = actor(name)
    ready()
    tell(lambda: perform("desk.take_back", case, who, {}, str(case.revision), at=now()))


def apply(ready: Ready, name: str, answers: dict[str, Any], key: str) -> None:
    """A new application, opened and handed in at once, as the clerk's form does."""
    who = actor(name)
    village = next(each.organisation for each in who.appointments)
    steps = [
        Step("applications.open", village, {**answers, "opening_key": key}),
        Step("applications.submit", None, answers),
    ]
    ready()
    tell(lambda: perform_together(steps, who, at=now())[-1])


def answers(village: str, number: int) -> dict[str, Any]:
    """An invented applicant for a post of the village."""
    from datetime import date

    from project.demo.people import id_number
    from workflows.employment.models import Post

    post = Post.objects.filter(village__name=village, type_name="绿化").get()
    return {
        "name": "秋实",
        "phone": f"1390335{number:04d}",
        "id_number": id_number(date(1980, 5, 6), number),
        "address": f"昌黎县{village}一组",
        "health": "良好",
        "work_ability": "有",
        "category": "poverty_relieved",
        "post": str(post.pk),
        "is_willing": "on",
        "market_verification": "入户核实，照看老人，难以外出务工。",
    }
