"""What the pad sends: taken when it is a name, refused in plain words when it is not."""

import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from signatures.demo_strokes import demo_signature
from signatures.strokes import MOST_BYTES, MOST_POINTS, MOST_STROKES, StrokeError, parse, png, svg


def sent(strokes: Any, w: Any = 340, h: Any = 96) -> str:
    return json.dumps({"w": w, "h": h, "strokes": strokes})


def line(length: float, top: float = 40) -> list[list[float]]:
    return [[10, top, 0], [10 + length, top, 30]]


def written(name: str = "林书平") -> bytes:
    return png(parse(demo_signature(name)), 46, 15)


def alpha(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGBA").getchannel("A")


@pytest.mark.parametrize("text", ["", "   ", sent([])])
def test_an_empty_pad_asks_for_a_signature(text: str) -> None:
    with pytest.raises(StrokeError, match=r"^请先在表上手写签字。$"):
        parse(text)


@pytest.mark.parametrize("strokes", [[[[50, 50, 0]]], [[[50, 50, 0]]] * 30, [line(24.9)], [line(12), line(12)]])
def test_a_dot_or_a_short_line_is_no_name(strokes: Any) -> None:
    in_order = [[[x, y, index * 100 + t] for x, y, t in stroke] for index, stroke in enumerate(strokes)]
    with pytest.raises(StrokeError, match=r"^请在签字框内写上姓名。$"):
        parse(sent(in_order))


def test_twenty_five_pixels_of_line_are_enough() -> None:
    assert len(parse(sent([line(25)])).strokes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[" * 100_000,
        "[]",
        "null",
        '{"w": 340, "h": 96}',
        '{"w": 340, "h": 96, "strokes": 7}',
        sent([[]]),
        sent(["M0 0"]),
        sent([[[1, 2]]]),
        sent([[[1, 2, 3, 4]]]),
        sent([[["1", "2", "3"]]]),
        sent([[[True, 2, 3]]]),
        sent([[[10, 10, 0.5], [90, 10, 1]]]),
        sent([[[10, 10, -1], [90, 10, 1]]]),
        sent([[[-1, 10, 0], [90, 10, 1]]]),
        sent([[[10, 10, 0], [340.2, 10, 1]]]),
        sent([[[10, 96.2, 0], [90, 10, 1]]]),
        sent([line(60)], w=0),
        sent([line(60)], w=10_000),
        sent([line(60)], w=340.5),
        sent([line(60)], h="96"),
        '{"w": 340, "h": 96, "strokes": [[[NaN, 1, 0], [90, 1, 5]]]}',
        '{"w": 340, "h": 96, "strokes": [[[1e999, 1, 0], [90, 1, 5]]]}',
        '{"w": 340, "h": 96, "strokes": [[[1' + "0" * 400 + ', 1, 0], [90, 1, 5]]]}',
        '{"w": 340, "h": 96, "strokes": [[[1' + "0" * 6000 + ', 1, 0], [90, 1, 5]]]}',
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(StrokeError, match=r"^签字没有完整收到，请点“重签”再写一次。$"):
        parse(text)


def test_time_never_runs_backwards_not_even_between_strokes() -> None:
    with pytest.raises(StrokeError, match="没有完整收到"):
        parse(sent([[[10, 10, 0], [90, 10, 50], [95, 10, 49]]]))
    with pytest.raises(StrokeError, match="没有完整收到"):
        parse(sent([[[10, 10, 0], [90, 10, 50]], [[10, 30, 49], [90, 30, 80]]]))
    assert parse(sent([[[10, 10, 0], [90, 10, 50]], [[10, 30, 50], [90, 30, 50]]]))


def test_the_limits_of_strokes_and_points_are_themselves_allowed() -> None:
    many = [[[10 + index, 10, index], [10 + index, 60, index]] for index in range(MOST_STROKES + 1)]
    assert len(parse(sent(many[:-1])).strokes) == MOST_STROKES
    with pytest.raises(StrokeError, match="笔画太多"):
        parse(sent(many))
    long = [[index % 300, index % 90, index] for index in range(MOST_POINTS + 1)]
    assert parse(sent([long[:-1]]))
    with pytest.raises(StrokeError, match="笔画太多"):
        parse(sent([long]))


def test_a_text_too_long_is_not_even_read() -> None:
    with pytest.raises(StrokeError, match="笔画太多"):
        parse("[" * (MOST_BYTES + 1))


def test_what_is_kept_reads_back_to_the_same_strokes() -> None:
    strokes = parse(demo_signature("何素琴"))
    again = parse(strokes.as_json())
    assert again == strokes
    assert again.digest == strokes.digest


def test_the_same_strokes_twice_are_noticed_and_a_tenth_of_a_pixel_or_a_millisecond_is_another_hand() -> None:
    first = parse(sent([[[10, 10, 0], [90, 10, 50]]]))
    assert parse(sent([[[10.0, 10.04, 0], [90, 10, 50]]])).digest == first.digest
    assert parse(sent([[[10.1, 10, 0], [90, 10, 50]]])).digest != first.digest
    assert parse(sent([[[10, 10, 0], [90, 10, 51]]])).digest != first.digest
    assert parse(sent([[[10, 10, 0]], [[90, 10, 50], [30, 10, 90]]])).digest != first.digest


def test_the_screen_shows_one_path_with_a_name_for_those_who_do_not_see_it() -> None:
    drawn = svg(parse(demo_signature("秦守义")), '秦守义"手写<签字>')
    assert drawn.startswith('<svg class="signature" viewBox="0 0 ')
    assert drawn.count("<path ") == 1
    assert 'role="img" aria-label="秦守义&quot;手写&lt;签字&gt;"' in drawn
    assert "style=" not in drawn


def test_the_screen_picture_is_trimmed_to_the_ink() -> None:
    small = svg(parse(sent([[[200, 60, 0], [230, 80, 40], [260, 60, 90]]])), "签字")
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', small)
    assert box is not None
    width, height = int(box[1]), int(box[2])
    assert 60 <= width <= 68
    assert 20 <= height <= 28
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d", small)]
    assert min(numbers) >= -0.1
    assert max(numbers) <= width + 0.1


def test_a_flat_signature_keeps_white_around_it_instead_of_growing_across_the_page() -> None:
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg(parse(sent([line(300)])), "签字"))
    assert box is not None
    assert int(box[1]) / int(box[2]) < 4.7


def test_the_picture_has_the_size_of_its_place_and_the_ink_of_the_design() -> None:
    picture = Image.open(io.BytesIO(written()))
    assert picture.size == (543, 177)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    clear = picture.convert("RGBA")
    assert clear.getpixel((542, 0)) == (0x17, 0x23, 0x2E, 0)
    assert max(alpha(written()).tobytes()) == 255


def test_the_ink_stands_at_the_left_fills_the_height_and_is_centred() -> None:
    box = alpha(written()).getbbox()
    assert box is not None
    assert box[0] <= 1
    assert box[1] <= 1
    assert box[3] >= 176
    flat = alpha(png(parse(sent([[[20, 40, 0], [170, 60, 90], [320, 40, 200]]])), 46, 15)).getbbox()
    assert flat is not None
    assert flat[0] <= 1
    assert flat[2] >= 541
    assert abs(flat[1] - (177 - flat[3])) <= 2


def test_the_proportions_of_the_hand_are_kept() -> None:
    strokes = parse(sent([[[100, 10, 0], [190, 10, 60], [190, 55, 120], [100, 55, 180], [100, 10, 240]]]))
    shapes = []
    for place in ((46, 15), (20, 30), (80, 15)):
        box = alpha(png(strokes, *place)).getbbox()
        assert box is not None
        shapes.append((box[2] - box[0]) / (box[3] - box[1]))
    assert shapes == pytest.approx([shapes[0]] * 3, rel=0.03)


def test_the_same_strokes_give_the_same_bytes() -> None:
    assert written("周桂兰") == written("周桂兰")
    assert written("周桂兰") != written("孙保田")


def test_a_slow_line_is_broader_than_a_quick_one() -> None:
    slow = [[20 + step * 3, 30, step * 60] for step in range(60)]
    quick = [[20 + step * 3, 70, 4000 + step * 4] for step in range(60)]
    ink = alpha(png(parse(sent([slow, quick])), 40, 15))
    middle = ink.width // 3
    column = list(ink.crop((middle, 0, middle + 1, ink.height)).tobytes())
    upper, lower = sum(column[: ink.height // 2]), sum(column[ink.height // 2 :])
    assert upper > lower * 1.3 > 0


def test_a_touch_without_any_timing_or_movement_can_still_be_drawn() -> None:
    text = sent([[[20, 20, 0]], [[30, 30, 0], [30, 30, 0]], [[40, 40, 0], [90, 40, 0]]])
    assert png(parse(text), 46, 15)
    assert "<path" in svg(parse(text), "签字")
