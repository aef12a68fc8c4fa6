"""Who applies becomes a worker of a household in the register, at submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.encryption import blind_index
from registry.id_numbers import IdNumber
from registry.models import Household, PersonKey, Worker

from .models import Application


def register_applicant(application: Application, answers: Mapping[str, Any]) -> Worker:
    """Find the person by ID number, or enter them and their household; bring what was typed up to date.

    The household is the one of its head's ID number; without another head the applicant is the head.
    """
    id_number = IdNumber.parse(str(answers["id_number"]))
    worker = (
        Worker.objects.select_for_update(of=("self",), no_key=True)
        .select_related("household", "person_key")
        .filter(county=application.county, id_index=blind_index(id_number.value))
        .first()
    )
    if worker is None:
        worker = Worker(
            county=application.county,
            household=_household(application, answers, id_number),
            village=application.village,
            id_number=id_number.value,
            sex=id_number.sex,
            birth_on=id_number.birth_on,
            person_key=_key_of_nobody_else(application),
        )
    worker.name = str(answers["name"])
    worker.phone = str(answers["phone"])
    worker.address = str(answers["address"])
    worker.health = str(answers["health"])
    worker.work_ability = str(answers["work_ability"])
    worker.skills = str(answers["skills"])
    worker.save()
    return worker


def _key_of_nobody_else(application: Application) -> PersonKey:
    """The case's key, unless an ID number typed wrongly before has already made somebody of it."""
    key = application.case.person_key
    if key is None or Worker.objects.filter(person_key=key).exists():
        return PersonKey.create(application.county)
    return key


def _household(application: Application, answers: Mapping[str, Any], id_number: IdNumber) -> Household:
    is_head = answers.get("head_is_self") != "no"
    head_number = id_number.value if is_head else str(answers["head_id_number"])
    household, _ = Household.objects.get_or_create(
        county=application.county,
        head_id_index=blind_index(head_number),
        defaults={
            "village": application.village,
            "head_name": str(answers["name"] if is_head else answers["head_name"]),
            "head_id_number": head_number,
            "category": str(answers["category"]),
        },
    )
    return household
