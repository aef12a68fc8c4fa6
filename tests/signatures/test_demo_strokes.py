"""The demo people sign by hand: the same name always alike, never printed, never a box."""

import io

import pytest
from PIL import Image

from signatures.demo_strokes import demo_signature
from signatures.strokes import parse, png

PEOPLE = [
    "何素琴",
    "秦守义",
    "宋敏",
    "林书平",
    "罗晓敏",
    "沈静",
    "程远",
    "韩继成",
    "赵秀敏",
    "唐立",
    "周桂兰",
    "孙保田",
]
NEVER_DRAWN = ["龚燚", "欧阳翠屏", "A", "", "阿卜杜拉·买买提·艾力"]


@pytest.mark.parametrize("name", PEOPLE + NEVER_DRAWN)
def test_every_name_passes_the_pads_own_checks(name: str) -> None:
    strokes = parse(demo_signature(name))
    assert demo_signature(name) == strokes.as_json()
    assert strokes.strokes[-1][-1].t > 300, "a hand takes its time"


def test_two_people_never_share_a_signature_and_one_person_always_does() -> None:
    everybody = PEOPLE + NEVER_DRAWN
    assert len({parse(demo_signature(name)).digest for name in everybody}) == len(everybody)


def test_the_same_character_is_written_differently_by_different_people() -> None:
    one, other = parse(demo_signature("宋敏")), parse(demo_signature("赵秀敏"))
    assert one.strokes[-1] != other.strokes[-1]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_ink_is_lines_and_not_a_blot(name: str) -> None:
    ink = Image.open(io.BytesIO(png(parse(demo_signature(name)), 46, 15))).convert("RGBA").getchannel("A")
    box = ink.getbbox()
    assert box is not None
    covered = sum(ink.crop(box).tobytes()) / 255 / ((box[2] - box[0]) * (box[3] - box[1]))
    assert 0.06 < covered < 0.3
