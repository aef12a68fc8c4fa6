"""Foreign keys written as strings escape import-linter: here they are walked."""

import re
import tomllib
from pathlib import Path

from django.apps import apps
from django.db.models import Model

# From the lowest room to the highest; rooms of one number don't know each other. As in the contract of pyproject.toml.
FLOORS = {
    "audit": 0,
    "registry": 1,
    "forms_templates": 2,
    "signatures": 3,
    "core": 4,
    "employment": 5,
    "administration": 5,
    "policies": 5,
    "briefings": 5,
    "form_versions": 5,
    "letters": 5,
    "attendance": 6,
    "applications": 7,
    "inspections": 7,
    "appraisals": 7,
    "terminations": 8,
    "reporting": 9,
    "project": 10,
}

ROOMS = {"audit", "registry", "forms_templates", "signatures", "workflows", "evidence", "project"}
ROOT = Path(__file__).resolve().parents[2]


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.partition(".")[0] in ROOMS]


def test_every_room_with_models_has_its_floor() -> None:
    assert {model._meta.app_label for model in own_models()} <= FLOORS.keys()


def test_no_model_points_to_a_room_above_or_beside_its_own() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {target._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created
        if isinstance(target := field.related_model, type) and target._meta.app_label in FLOORS
        if target._meta.app_label != model._meta.app_label
        and FLOORS[target._meta.app_label] >= FLOORS[model._meta.app_label]
    ]
    assert wrong == []


def test_the_trail_points_to_nothing() -> None:
    pointing = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        if model._meta.app_label == "audit"
        for field in model._meta.get_fields()
        if field.is_relation
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_label != "audit"
    ]
    assert pointing == []


def test_every_room_is_watched_by_the_import_contract_and_by_the_type_check() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(contract["root_packages"]) == rooms
    checked = re.search(r"^PACKAGES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert checked is not None
    assert set(checked.group(1).split()) == rooms
