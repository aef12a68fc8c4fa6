"""Draws the demo seals: a red circle, a star, the organisation's name along the ring, 演示 at the foot.

The measures are those of the round official seal, on a grid of 160 units for its 42 mm. The font lies beside this
file, so that the same name gives the same bytes on every machine, with or without Chinese fonts.
"""

import math
import random
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from signatures.pictures import ink_png, pixels

DIAMETER_MM = 42
SIDE = pixels(DIAMETER_MM)
COLOUR = (0xC3, 0x16, 0x1C)
MOST_CHARACTERS = 24

_FINE = 4  # drawn this much larger, then reduced: smooth edges
_UNIT = SIDE * _FINE / 160
_CENTRE = 80.0
_RING_RADIUS, _RING_WIDTH = 76.5, 5.0
_TEXT_RADIUS = 60.0
_STAR_RADIUS = 27.0
_STAR_INNER = math.sin(math.radians(18)) / math.sin(math.radians(54))  # the regular five-pointed star
_FOOT_CENTRE, _FOOT_SIZE, _FOOT_ADVANCE = 125.2, 16.0, 20.0
_FONT_FILE = Path(__file__).parent / "fonts" / "seal_song.otf"
_GLYPH = 256  # pixels of the em square a character is drawn in before it is bent into the ring


class SealDrawingError(ValueError):
    """The seal can't be drawn from this text; the message is a Chinese sentence."""


def draw_seal(ring_text: str, foot: str = "演示") -> bytes:
    """PNG of a round seal: 42 mm at 300 dpi, red on transparency, always the same bytes for the same text.

    Raises SealDrawingError when the text is empty, too long or holds a character the font lacks.
    """
    ring = "".join(ring_text.split())
    if not ring:
        raise SealDrawingError("请先填写印章名称，再画印章。")
    if len(ring) > MOST_CHARACTERS:
        raise SealDrawingError(f"印章名称有{len(ring)}个字，一圈最多排{MOST_CHARACTERS}个字，请用实物印章的扫描图片。")
    if len(foot) > 4:
        raise SealDrawingError("印章下方的字最多4个，请写短一些。")
    _require_glyphs(ring + foot)

    canvas = _without_name(foot).copy()
    _write_ring(canvas, ring)

    ink = ImageChops.multiply(canvas.reduce(_FINE), _ink_texture(ring))
    return ink_png(ink, COLOUR)


def _px(units: float) -> float:
    return units * _UNIT


@lru_cache(maxsize=2)
def _without_name(foot: str) -> Image.Image:
    canvas = Image.new("L", (SIDE * _FINE, SIDE * _FINE), 0)
    draw = ImageDraw.Draw(canvas)
    outer = _RING_RADIUS + _RING_WIDTH / 2
    draw.ellipse(
        [_px(_CENTRE - outer), _px(_CENTRE - outer), _px(_CENTRE + outer), _px(_CENTRE + outer)],
        outline=255,
        width=round(_px(_RING_WIDTH)),
    )
    draw.polygon(_star(), fill=255)
    _write_foot(canvas, foot)
    return canvas


def _star() -> list[tuple[float, float]]:
    points = []
    for corner in range(10):
        radius = _STAR_RADIUS * (1 if corner % 2 == 0 else _STAR_INNER)
        angle = math.radians(36 * corner)
        points.append((_px(_CENTRE + radius * math.sin(angle)), _px(_CENTRE - radius * math.cos(angle))))
    return points


def _ring_measures(count: int) -> tuple[float, float, float]:
    """Degrees from one character to the next, and width and height of a character in units.

    A longer name takes a longer arc, never closing the circle: the foot stays free.
    """
    if count <= 10:
        step, size = min(24.0, 174.6 / max(count - 1, 1)), 18.4
    elif count <= 14:
        share = (count - 10) / 4
        step, size = (174.6 + share * 70.4) / (count - 1), 18.4 - share * 0.8
    else:
        share = (count - 14) / 10
        step, size = (245.0 + share * 37.0) / (count - 1), 17.6 - share * 1.0
    along = math.radians(step) * _TEXT_RADIUS
    return step, min(size * 0.84, along * 0.78), size * 1.14


def _write_ring(canvas: Image.Image, text: str) -> None:
    step, width, height = _ring_measures(len(text))
    first = -step * (len(text) - 1) / 2
    for index, character in enumerate(text):
        angle = first + step * index
        radians = math.radians(angle)
        x = _CENTRE + _TEXT_RADIUS * math.sin(radians)
        y = _CENTRE - _TEXT_RADIUS * math.cos(radians)
        _stamp(canvas, _turned(character, round(_px(width)), round(_px(height)), angle), x, y)


# Villages of one township share most of their characters, and their places in the ring.
@lru_cache(maxsize=128)
def _turned(character: str, width: int, height: int, angle: float) -> Image.Image:
    glyph = _glyph(character).resize((width, height), Image.Resampling.LANCZOS)
    return glyph.rotate(-angle, Image.Resampling.BICUBIC, expand=True)


def _write_foot(canvas: Image.Image, text: str) -> None:
    side = round(_px(_FOOT_SIZE))
    first = _CENTRE - _FOOT_ADVANCE * (len(text) - 1) / 2
    for index, character in enumerate(text):
        glyph = _glyph(character).resize((side, side), Image.Resampling.LANCZOS)
        _stamp(canvas, glyph, first + _FOOT_ADVANCE * index, _FOOT_CENTRE)


def _stamp(canvas: Image.Image, glyph: Image.Image, x: float, y: float) -> None:
    corner = (round(_px(x) - glyph.width / 2), round(_px(y) - glyph.height / 2))
    canvas.paste(255, corner, glyph)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    # Basic layout: the advanced one may be missing, and single characters need none.
    return ImageFont.truetype(str(_FONT_FILE), _GLYPH, layout_engine=ImageFont.Layout.BASIC)


def _glyph(character: str) -> Image.Image:
    """One character in its em square, white on black; the square keeps 一 and 会 in proportion."""
    tile = Image.new("L", (_GLYPH, _GLYPH), 0)
    # 0.88 em above the baseline and 0.12 below: the ideographic em square of the font.
    ImageDraw.Draw(tile).text((_GLYPH / 2, _GLYPH * 0.88), character, fill=255, font=_font(), anchor="ms")
    return tile


def _require_glyphs(text: str) -> None:
    for character in text:
        if not _has_glyph(character):
            raise SealDrawingError(f"印文字体里没有“{character}”字，请用实物印章的扫描图片。")


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    # A missing character shows itself as the font's empty box.
    return _glyph(character).tobytes() != _glyph("\U0010fffd").tobytes()


def _ink_texture(seed: str) -> Image.Image:
    """Uneven ink as of a rubber stamp; the name itself is the seed."""
    dice = random.Random(seed)  # noqa: S311 - speckles of ink, nothing secret
    texture = Image.new("L", (SIDE, SIDE), 0)
    for grain, share in ((3, 0.5), (7, 0.5)):
        cells = SIDE // grain + 2
        noise = Image.frombytes("L", (cells, cells), dice.randbytes(cells * cells))
        noise = noise.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        texture = ImageChops.add(texture, noise.point([int(value * share) for value in range(256)]))
    # Mostly full ink with pale spots; few shades, because fine noise would treble the file.
    return texture.point([max(150, min(255, 255 - 15 * ((value - 150) // 8))) for value in range(256)])
