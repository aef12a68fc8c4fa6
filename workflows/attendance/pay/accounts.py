"""银行账号: typed in by the township's clerk on the roster's desk, masked ever after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from registry.id_numbers import mask_account
from registry.models import Worker
from registry.roles import Role
from workflows.core.actions import Move, TaskAction, register
from workflows.core.paperwork import Page
from workflows.core.refusals import Refusal

from ..models import PayLine
from . import rules
from .facts import lines_of
from .steps import PREPARE

SHORTEST, LONGEST = 8, 30
"""Digits of a bank's number: cards have 16 to 19, old passbooks fewer, corporate accounts more."""


def parse_accounts(data: Mapping[str, Any]) -> tuple[dict[int, str], list[Refusal]]:
    """`account_<worker>` as typed, spaces and hyphens taken out; and what is no number."""
    found, slips = {}, []
    for name, typed in data.items():
        key = str(name).removeprefix("account_")
        number = "".join(str(typed).split()).replace("-", "")
        if key == name or not number or not (key.isascii() and key.isdigit() and len(key) < 18):
            continue
        if not (number.isascii() and number.isdigit() and SHORTEST <= len(number) <= LONGEST):
            text = f"请核对银行账号：只写数字，{SHORTEST}至{LONGEST}位。"
            slips.append(Refusal("no_account", text, anchor=str(name)))
        found[int(key)] = number
    return found, slips


@register
class SaveAccounts(TaskAction):
    """What the bank needs; whoever has an account already keeps it unless another is typed."""

    code = "pay.save_accounts"
    label = "登记账号"
    told = "登记银行账号"
    nodes = (PREPARE,)
    roles = (Role.TOWNSHIP_CLERK,)
    decides = False
    stays = True

    def parse(self, data: Mapping[str, Any], files: Any, context: Any = None) -> dict[str, Any]:
        accounts, slips = parse_accounts(data)
        return {"accounts": accounts, "slips": slips}

    def refusals(self, move: Move) -> Iterable[Refusal]:
        slips: list[Refusal] = move.data["slips"]
        if not slips and not move.data["accounts"]:
            return [Refusal("no_account", "请先在下面填写银行账号，再点“登记账号”。", rules.ARTICLE_15)]
        return slips

    def apply(self, move: Move) -> None:
        people = {line.worker_id for line in lines_of(move.entity)}
        wanted = {key: number for key, number in move.data["accounts"].items() if key in people}
        for worker in Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk"):
            worker.account = wanted[worker.pk]
            worker.save()
        move.case.forget("pay_lines")
        move.fields["accounts"] = sorted(wanted.items())
        move.details["accounts"] = len(wanted)


def accounts_panel(page: Page, lines: Sequence[PayLine]) -> SafeString:
    """One field for each person of the roster; what is known is shown masked beside it."""
    typed: Mapping[str, Any] = page.typed or {}
    workers = {line.worker_id: line.worker for line in lines}
    people = [
        {
            "key": key,
            "name": worker.name,
            "known": mask_account(worker.account) if worker.account else "",
            "value": typed.get(f"account_{key}", ""),
            "error": page.errors.get(f"account_{key}", ""),
        }
        for key, worker in workers.items()
    ]
    missing = sum(1 for person in people if not person["known"])
    return SafeString(render_to_string("attendance/_accounts.html", {"people": people, "missing": missing}))
