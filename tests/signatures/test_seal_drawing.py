"""The demo seals: 42 mm, red, upright, with their name, and always 演示."""

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageChops

from signatures.seal_drawing import SIDE, SealDrawingError, draw_seal

TOWNSHIP = "昌黎县泥井镇人民政府"
VILLAGE = "昌黎县泥井镇青禾村村民委员会"


def ink(seal: bytes) -> Image.Image:
    return Image.open(io.BytesIO(seal)).convert("RGBA").getchannel("A")


def part(seal: bytes, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """A part of the seal, in hundredths of its side."""
    return ink(seal).crop(tuple(round(SIDE * edge / 100) for edge in (left, top, right, bottom)))  # type: ignore[arg-type]


def test_a_seal_is_forty_two_millimetres_of_red_on_nothing() -> None:
    picture = Image.open(io.BytesIO(draw_seal(TOWNSHIP)))
    assert picture.size == (496, 496)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    clear = picture.convert("RGBA")
    assert {colour[:3] for _, colour in clear.getcolors(1 << 18) or []} == {(0xC3, 0x16, 0x1C)}  # type: ignore[index]
    assert clear.getpixel((0, 0)) == (0xC3, 0x16, 0x1C, 0)
    assert ink(draw_seal(TOWNSHIP)).getbbox() == pytest.approx((3, 3, 493, 493), abs=2)


def test_the_star_stands_upright_in_the_middle() -> None:
    seal = draw_seal(TOWNSHIP)
    star = part(seal, 30, 30, 70, 66)
    box = star.point([0] * 60 + [255] * 196).getbbox()
    assert box is not None
    assert (box[0] + box[2]) / 2 == pytest.approx(star.width / 2, abs=2)
    assert star.getpixel((star.width // 2, box[1] + 12)), "its point is above"


def test_the_same_name_gives_the_same_bytes_even_in_another_process() -> None:
    code = f"import sys; from signatures.seal_drawing import draw_seal; sys.stdout.buffer.write(draw_seal('{VILLAGE}'))"
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert other.stdout == draw_seal(VILLAGE)
    assert draw_seal(TOWNSHIP) != draw_seal(VILLAGE)


def test_demo_stands_at_the_foot_and_can_be_replaced() -> None:
    foot = (35, 72, 65, 86)
    assert part(draw_seal(TOWNSHIP), *foot).getbbox() is not None
    assert part(draw_seal(TOWNSHIP, foot=""), *foot).getbbox() is None


def test_a_longer_name_takes_a_longer_arc() -> None:
    low_left = (14, 58, 28, 70)
    assert part(draw_seal(TOWNSHIP), *low_left).getbbox() is None
    assert part(draw_seal(VILLAGE), *low_left).getbbox() is not None


def test_twenty_four_characters_fit_and_leave_the_foot_free() -> None:
    longest = "昌黎县荒佃庄镇东腾各庄二村股份经济合作社村民委员会"[:24]
    with_foot, without = draw_seal(longest), draw_seal(longest, foot="")
    only_foot = ImageChops.difference(ink(with_foot), ink(without)).getbbox()
    assert only_foot is not None
    assert part(without, 36, 72, 64, 86).getbbox() is None
    with pytest.raises(SealDrawingError, match=r"^印章名称有25个字"):
        draw_seal(longest + "会")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_seal_without_a_name_is_not_drawn(name: str) -> None:
    with pytest.raises(SealDrawingError, match="请先填写印章名称"):
        draw_seal(name)


@pytest.mark.parametrize("character", ["𠮷", "ば", "龘", "\U0001f600", "\u200b"])
def test_a_character_the_font_lacks_is_named_and_never_a_box(character: str) -> None:
    with pytest.raises(SealDrawingError, match=f"没有“{character}”字"):
        draw_seal(f"昌黎县{character}村村民委员会")


@pytest.mark.parametrize(
    "township",
    [
        "昌黎镇", "靖安镇", "安山镇", "龙家店镇", "泥井镇", "大蒲河镇", "新集镇", "刘台庄镇", "茹荷镇", "朱各庄镇",
        "荒佃庄镇", "团林乡", "葛条港乡", "马坨店乡", "两山乡", "十里铺乡",
    ],
)  # fmt: skip
def test_every_township_of_the_county_has_its_seal(township: str) -> None:
    assert draw_seal(f"昌黎县{township}人民政府").startswith(b"\x89PNG")
