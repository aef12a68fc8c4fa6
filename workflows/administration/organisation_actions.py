"""Organisations and their seals: founded, renamed, closed, registered, retired. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils import timezone

from audit.personal_numbers import mask_numbers
from registry.models import FormerName, Organisation
from registry.roles import OrganisationKind, Role
from signatures.models import Seal, SealUse
from workflows.core.actions import Move, register
from workflows.core.models import DeskTask
from workflows.core.refusals import Refusal
from workflows.core.registry_actions import RegistryAction

from . import rules
from .row_action import RowAction

NAMES = ("name", "full_name", "seal_name")


def composed_names(kind: str, name: str, county_name: str, parent: Organisation | None) -> dict[str, str]:
    """Full name and seal name as the county usually writes them; 区 and 管委 write their own."""
    full_name = f"{parent.full_name if parent is not None else county_name}{name}"
    if kind == OrganisationKind.VILLAGE:
        seal_name = f"{full_name}村民委员会"
    elif kind == OrganisationKind.TOWNSHIP and name.endswith(("镇", "乡")):
        seal_name = f"{full_name}人民政府"
    else:
        seal_name = full_name
    return {"full_name": full_name, "seal_name": seal_name}


@register
class EstablishOrganisation(RegistryAction):
    """A department, a township or a village; names left blank are composed."""

    code = "registry.establish_organisation"
    label = "设立单位"
    told = "设立单位"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        same = Organisation.objects.filter(county=move.county, code=move.data["code"]).first()
        if same is not None:
            return [Refusal("code_taken", f"请换一个代码：{same.full_name}已用了“{same.code}”。", anchor="code")]
        parent = move.data.get("parent")
        if parent is not None and parent.closed_on is not None and parent.closed_on < move.data["opened_on"]:
            return [Refusal("parent_closed", f"{parent.name}已经撤销，不能再设立村。", anchor="opened_on")]
        return ()

    def make(self, move: Move) -> Organisation:
        organisation = Organisation(county=move.county, **move.data)
        composed = composed_names(organisation.kind, organisation.name, move.county.name, organisation.parent)
        for field, text in composed.items():
            if not getattr(organisation, field):
                setattr(organisation, field, text)
        organisation.full_clean(exclude=["parent", "county"])
        organisation.save()
        move.organisations = [organisation]
        move.details["organisation"] = mask_numbers(organisation.full_name)
        return organisation


class OrganisationAction(RowAction):
    acts_on = (Organisation,)
    model = Organisation

    def make(self, move: Move) -> Organisation:
        organisation: Organisation = move.subject
        move.organisations = [organisation, *filter(None, [organisation.parent])]
        move.details["organisation"] = mask_numbers(organisation.full_name)
        self.change(move, organisation)
        organisation.full_clean(exclude=["parent", "county"])
        organisation.save()
        return organisation

    def change(self, move: Move, organisation: Organisation) -> None:
        raise NotImplementedError


@register
class RenameOrganisation(OrganisationAction):
    """A new name from the day of its document on; the old one is kept, filed papers stay as they are."""

    code = "registry.rename_organisation"
    label = "更名"
    told = "单位更名"

    def rules(self, move: Move) -> Iterable[Refusal]:
        on: date = move.data["renamed_on"]
        if on > move.on:
            return [
                Refusal("not_yet", "请在更名生效的那天再办：名称改了以后，新文书马上用新名称。", anchor="renamed_on")
            ]
        organisation: Organisation = move.subject
        if on < organisation.opened_on:
            day = rules.chinese(organisation.opened_on)
            return [Refusal("before_it_opened", f"更名日期请不早于设立日期{day}。", anchor="renamed_on")]
        if all(move.data[field] == getattr(organisation, field) for field in NAMES):
            return [Refusal("same_names", "请先改名称：现在填的和原来一样。", anchor="name")]
        return ()

    def change(self, move: Move, organisation: Organisation) -> None:
        old = {field: getattr(organisation, field) for field in NAMES}
        FormerName.objects.create(
            organisation=organisation, renamed_on=move.data["renamed_on"], reason=move.data["reason"], **old
        )
        move.reason = move.data["reason"]
        for field in NAMES:
            setattr(organisation, field, move.data[field])
        move.details["renamed_to"] = mask_numbers(organisation.full_name)
        move.details["renamed_on"] = move.data["renamed_on"].isoformat()


@register
class CloseOrganisation(OrganisationAction):
    """The last day of an organisation; until it has passed, the day may be moved or taken back."""

    code = "registry.close_organisation"
    label = "撤销单位"
    told = "登记单位撤销日期"

    def rules(self, move: Move) -> Iterable[Refusal]:
        organisation: Organisation = move.subject
        last_day: date | None = move.data["closed_on"]
        villages = Organisation.objects.filter(parent=organisation)
        if last_day is not None:
            villages = villages.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=last_day))
        facts = rules.ClosingFacts(
            on=move.on,
            place=organisation.name,
            opened_on=organisation.opened_on,
            closed_on=organisation.closed_on,
            last_day=last_day,
            villages_open=villages.count(),
            papers_open=DeskTask.objects.filter(office=organisation, finished__isnull=True).count(),
        )
        return rules.refusals(rules.CLOSING, facts)

    def change(self, move: Move, organisation: Organisation) -> None:
        last_day: date | None = move.data["closed_on"]
        move.reason = move.data["reason"]
        move.details["closed_on"] = last_day.isoformat() if last_day is not None else ""
        organisation.closed_on = last_day


@register
class LetClerkHoldSeal(OrganisationAction):
    """A small village's clerk may keep the seal, too; every use says so in the register."""

    code = "registry.let_clerk_hold_seal"
    label = "改掌印办法"
    told = "改经办人可否掌管印章"

    def rules(self, move: Move) -> Iterable[Refusal]:
        organisation: Organisation = move.subject
        if organisation.kind != OrganisationKind.VILLAGE:
            return [Refusal("not_a_village", "只有行政村的经办人可以掌管印章。", rules.SEAL_RULE)]
        return ()

    def change(self, move: Move, organisation: Organisation) -> None:
        move.reason = move.data["reason"]
        organisation.clerk_may_hold_seal = bool(move.data["allowed"])
        move.details["clerk_may_hold_seal"] = "可以" if organisation.clerk_may_hold_seal else "不可以"


@register
class RegisterSeal(RegistryAction):
    """An organisation's seal with its picture and dates; who may apply it follows from the appointments."""

    code = "registry.register_seal"
    label = "登记印章"
    told = "登记印章"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if move.data["organisation"].county_id != move.county.pk:
            return [Refusal("elsewhere", "请选择本县的单位。")]
        if move.county.demo and not move.data["demo"]:
            return [Refusal("demo_seal", "演示县的印章必须带“演示”字样。")]
        valid_from, valid_to = move.data["valid_from"], move.data["valid_to"]
        others = Seal.objects.filter(organisation=move.data["organisation"])
        others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
        if valid_to is not None:
            others = others.filter(valid_from__lte=valid_to)
        standing = others.first()
        if standing is not None:
            return [
                Refusal(
                    "seal_in_use",
                    f"请先登记“{standing.name}”的停用日期：同一单位同一天只用一枚印章。",
                    rules.SEAL_RULE,
                    "valid_from",
                )
            ]
        return ()

    def make(self, move: Move) -> Seal:
        seal = Seal(**move.data)
        seal.full_clean(exclude=["organisation", "picture"])
        seal.save()
        move.organisations = [seal.organisation]
        move.details["seal"] = mask_numbers(seal.name)
        move.details["valid_from"] = seal.valid_from.isoformat()
        return seal


@register
class RetireSeal(RowAction):
    """The last day on which a seal may be applied; what it stamped stays as it is."""

    code = "registry.retire_seal"
    label = "停用印章"
    told = "登记印章停用日期"
    acts_on = (Seal,)
    model = Seal

    def rules(self, move: Move) -> Iterable[Refusal]:
        seal: Seal = move.subject
        last_day: date = move.data["valid_to"]
        if seal.valid_to is not None and seal.valid_to < move.on:
            return [
                Refusal("retired", f"这枚印章已于{rules.chinese(seal.valid_to)}停用，不能再改。", anchor="valid_to")
            ]
        if last_day < seal.valid_from:
            day = rules.chinese(seal.valid_from)
            return [Refusal("before_it_began", f"停用日期请不早于启用日期{day}。", anchor="valid_to")]
        used = SealUse.objects.filter(seal=seal).order_by("-at").values_list("at", flat=True).first()
        if used is not None and timezone.localtime(used).date() > last_day:
            day = rules.chinese(timezone.localtime(used).date())
            return [Refusal("used_after", f"停用日期请不早于{day}：那天还盖过章。", rules.SEAL_RULE, "valid_to")]
        return ()

    def make(self, move: Move) -> Seal:
        seal: Seal = move.subject
        seal.valid_to = move.data["valid_to"]
        seal.save(update_fields=["valid_to"])
        move.reason = move.data["reason"]
        move.organisations = [seal.organisation]
        move.details["seal"] = mask_numbers(seal.name)
        move.details["valid_to"] = move.data["valid_to"].isoformat()
        return seal
