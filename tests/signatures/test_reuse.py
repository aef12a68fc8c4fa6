"""Strokes used before are known again, also moved, enlarged or shaken; a hand's next writing is not taken for one."""

import random
from itertools import combinations

import pytest

from signatures.demo_strokes import demo_signature
from signatures.reuse import ALIKE, distance, earlier_like, shape_of
from signatures.strokes import Point, Strokes, parse
from tests.signatures.cast import Office

NAMES = ("林书平", "周桂兰", "何素琴", "秦守义", "欧阳建国", "沈静", "王某某", "赵秀敏")


def copied(drawn: Strokes, *, shake: float = 1.0, scale: float = 1.3, seed: int = 1) -> Strokes:
    """A copy on a larger pad, moved, enlarged and shaken by up to so many pixels."""
    dice = random.Random(seed)

    def at(point: Point) -> Point:
        x, y = (each * scale + 20 + dice.uniform(-shake, shake) for each in (point.x, point.y))
        return Point(round(x, 1), round(y, 1), point.t * 2)

    return Strokes(2000, 1000, tuple(tuple(at(point) for point in stroke) for stroke in drawn.strokes))


@pytest.mark.parametrize("name", NAMES)
def test_a_shaken_copy_is_nearer_than_any_two_writings_of_one_hand(name: str) -> None:
    writings = [parse(demo_signature(name, time)) for time in range(6)]
    nearest = min(distance(shape_of(one), shape_of(other)) for one, other in combinations(writings, 2))
    copies = [distance(shape_of(writings[0]), shape_of(copied(writings[0], seed=seed))) for seed in range(5)]
    assert max(copies) < ALIKE < nearest


def test_a_dot_has_a_shape_too() -> None:
    dot = Strokes(100, 100, ((Point(5, 5, 0),),))
    assert distance(shape_of(dot), shape_of(dot)) == 0


def test_a_reused_signature_names_the_first_one(office: Office) -> None:
    drawn = parse(demo_signature("林书平"))
    first = office.sign(drawn=drawn)
    assert first.resembles is None
    assert office.sign(drawn=drawn, subject_key="18").resembles == first, "the very same strokes"
    shaken = office.sign(drawn=copied(drawn), subject_key="19")
    assert shaken.resembles is not None
    assert shaken.strokes_digest != first.strokes_digest
    assert office.sign(drawn=parse(demo_signature("林书平", 7))).resembles is None


def test_the_very_same_strokes_are_known_under_any_name(office: Office) -> None:
    drawn = parse(demo_signature("林书平"))
    first = office.sign(drawn=drawn)
    other = office.sign(drawn=drawn, signer=None, appointment=None, signer_name="周桂兰")
    assert other.resembles == first
    assert earlier_like(copied(drawn), office.place.county, "没有签过字的人") is None
