"""`make bench` finds its benches by itself and says which there are; what they measure is never a test."""

import ast

import pytest

from bench import ROOT, side_by_side
from bench.__main__ import main, names, shown


def test_every_module_of_the_folder_is_a_bench() -> None:
    for name in names():
        tree = ast.parse((ROOT / f"{name}.py").read_text())
        assert "figures" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


def test_a_name_that_is_none_is_answered_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "door" in capsys.readouterr().err


def test_figures_are_short_and_plain() -> None:
    assert [shown(number) for number in (0.00123456, 12.345, 123456.7)] == ["0.00123", "12.3", "123457"]


def test_works_take_turns() -> None:
    turns: list[str] = []
    taken = side_by_side({"one": lambda: turns.append("one"), "two": lambda: turns.append("two")}, rounds=2)
    assert turns == ["one", "two"] * 3
    assert set(taken) == {"one", "two"}
