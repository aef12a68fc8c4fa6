"""条款对照: which part of the program carries which article, read from the program itself.

A carrier is a guard, a transition, a flow (a report or a notice with receipt among them), a paper or a policy
parameter. Tests are listed beside them, but carry nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django_fsm import FSMField

from forms_templates.library import folder_of, form, versions
from registry.articles import Article, articles, references
from registry.policy_words import PARAMETERS
from workflows.core.guards import GUARDS
from workflows.core.procedure import flows

RULE, TRANSITION, FLOW, REPORT, NOTICE, PAPER, PARAMETER, TEST = (
    "规则",
    "状态变化",
    "流程",
    "报表",
    "告知回执",
    "文书",
    "政策参数",
    "测试",
)
# What a flow is, by its room; the others are plain flows.
KINDS_OF_FLOWS = {"reporting": REPORT, "briefings": NOTICE}
MARK = "article"


@dataclass(frozen=True)
class Carrier:
    """One part of the program that stands for an article: what it is, what it is called, where it stands."""

    kind: str
    title: str
    where: str
    basis: str


def guards() -> Iterator[Carrier]:
    for guard in GUARDS.values():
        yield Carrier(RULE, guard.title, f"{guard.module}.{guard.code}", guard.basis)


def transitions() -> Iterator[Carrier]:
    """A transition carries the articles its docstring names."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FSMField):
                for name, method in field.transitions[model].items():
                    told = " ".join((method.__doc__ or "").split())
                    yield Carrier(TRANSITION, told or name, f"{model.__module__}.{name}", told)


def procedures() -> Iterator[Carrier]:
    """A flow carries the articles its module's account of the paper procedure names."""
    for flow in flows().values():
        told = __import__(flow.__module__, fromlist=["x"]).__doc__ or ""
        kind = KINDS_OF_FLOWS.get(flow.entity_model._meta.app_label, FLOW)
        yield Carrier(kind, flow.paperwork.title, flow.__module__, told)


@lru_cache(maxsize=1)
def words_in_the_flows() -> frozenset[str]:
    """Every quoted identifier in the flows' code: a form that none of them names lies in the library for later."""
    code = (path.read_text(encoding="utf-8") for path in (Path(settings.BASE_DIR) / "workflows").rglob("*.py"))
    return frozenset(word for text in code for word in re.findall(r'"([a-z][a-z0-9_]*)"', text))


def papers() -> Iterator[Carrier]:
    """A form that a flow uses carries the articles the remarks of its form.toml and published.toml name."""
    for code, version in versions():
        if code not in words_in_the_flows():
            continue
        sheet = form(code, version)
        files = [folder_of(code, version) / name for name in ("form.toml", "published.toml")]
        lines = [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()]
        remarks = "".join(line for line in lines if line.startswith("#"))
        yield Carrier(PAPER, f"{sheet.title}（第{version}版）", f"forms_templates/library/{code}/v{version}", remarks)


def parameters() -> Iterator[Carrier]:
    for each in PARAMETERS:
        yield Carrier(PARAMETER, each.label, f"registry.policy_parameters.{each.name}", "、".join(each.basis))


def marked_tests() -> Iterator[Carrier]:
    """Tests that say `@pytest.mark.article("《办法》第十条")`, alone or for their whole module."""
    for path in sorted((Path(settings.BASE_DIR) / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if f".{MARK}(" not in text:
            continue
        tree = ast.parse(text)
        whole = [
            basis
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pytestmark"
            for basis in _marks(node.value)
        ]
        where = path.relative_to(settings.BASE_DIR).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = [basis for decorator in node.decorator_list for basis in _marks(decorator)]
                if own or whole:
                    title = node.name.removeprefix("test_").replace("_", " ")
                    yield Carrier(TEST, title, f"{where}::{node.name}", "、".join([*own, *whole]))


def _marks(node: ast.AST) -> Iterator[str]:
    """What the article marks in an expression name."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == MARK:
            yield from (
                each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )


def carriers() -> Iterator[Carrier]:
    """Everything that may carry an article."""
    for each in (guards, transitions, procedures, papers, parameters):
        yield from each()


@dataclass(frozen=True)
class Entry:
    """An article with what carries it and the tests that name it."""

    article: Article
    carriers: tuple[Carrier, ...]
    tests: tuple[Carrier, ...]


@lru_cache(maxsize=1)
def comparison() -> dict[str, Entry]:
    """Every article by its code. Built once: the program does not change while it runs."""
    carried: dict[str, list[Carrier]] = {code: [] for code in articles()}
    tested: dict[str, list[Carrier]] = {code: [] for code in articles()}
    for found, rows in ((carriers(), carried), (marked_tests(), tested)):
        for carrier in found:
            for code in references(carrier.basis):
                rows[code].append(carrier)
    return {code: Entry(each, tuple(carried[code]), tuple(tested[code])) for code, each in articles().items()}


def parts_of(code: str) -> list[str]:
    """The article and everything within it."""
    found = [code]
    for each in articles().values():
        if each.within in found:
            found.append(each.code)
    return found


def is_carried(code: str) -> bool:
    """Whether the article or a part of it is carried; what happens outside this system need not be."""
    entries = comparison()
    return bool(entries[code].article.outside) or any(entries[part].carriers for part in parts_of(code))


def uncarried() -> list[Article]:
    """The articles that nothing carries yet."""
    return [each for code, each in articles().items() if not is_carried(code)]


def of_law(law: str = "") -> list[Article]:
    """The articles of 办法 (附件2) or 方案; all of them without a name."""
    return [each for each in articles().values() if law in ("", each.law)]


def summary(law: str = "") -> dict[str, Any]:
    """How far the program has come, in numbers: with one of the two documents, or with both."""
    rows = of_law(law)
    open_ones = [each for each in uncarried() if each in rows]
    outside = [each for each in rows if each.outside]
    carried = len(rows) - len(open_ones) - len(outside)
    return {"law": law, "total": len(rows), "carried": carried, "outside": len(outside), "open": len(open_ones)}
