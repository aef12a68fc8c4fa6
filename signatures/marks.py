"""Words beside or instead of ink on paper: that somebody signed for another, that the hand is on the printed page."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from signatures.pictures import colour_png, ink_png, pixels

_FONT_FILE = Path(__file__).parent / "fonts" / "seal_song.otf"
COLOUR = (0x17, 0x23, 0x2E)
PROXY_ROOM_MM = 13.0
SEAL_MM = 42.0
ON_PAPER = "纸签（见扫描件）"


@lru_cache(maxsize=1)
def sealed_on_paper() -> bytes:
    """What stands in a seal's place when the real seal is on the printed page: a ring of dashes, never red."""
    side = pixels(SEAL_MM)
    picture = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(picture)
    for start in range(0, 360, 6):
        draw.arc((4, 4, side - 4, side - 4), start, start + 3, fill=255, width=3)
    _write(picture, "实物盖章", side // 2, pixels(5), centre=side * 14 // 20)
    _write(picture, "（见扫描件）", side // 2, pixels(4), centre=side * 33 // 40)
    return ink_png(picture, COLOUR)


@lru_cache(maxsize=4)
def on_paper(width_mm: float, height_mm: float) -> bytes:
    """What stands in a signature's place when the signature is on the printed page: PNG at 300 dpi."""
    picture = Image.new("L", (pixels(width_mm), pixels(height_mm)), 0)
    size = min(pixels(5.2), picture.width * 10 // (9 * len(ON_PAPER)))
    _write(picture, ON_PAPER, 0, size)
    return ink_png(picture, COLOUR)


def with_proxy_mark(ink: bytes, width_mm: float, height_mm: float) -> bytes:
    """The proxy's ink (PNG that fits the place less PROXY_ROOM_MM) and 代签 after it, for the whole place."""
    mark = Image.new("L", (pixels(PROXY_ROOM_MM), pixels(height_mm)), 0)
    _write(mark, "代签", pixels(1), pixels(4.6))
    words = Image.new("RGBA", mark.size, (*COLOUR, 0))
    words.putalpha(mark)
    place = Image.new("RGBA", (pixels(width_mm), pixels(height_mm)), (255, 255, 255, 0))
    with Image.open(io.BytesIO(ink)) as opened:
        place.paste(opened.convert("RGBA"), (0, 0))
    place.paste(words, (place.width - words.width, 0))
    return colour_png(place)


def _write(picture: Image.Image, text: str, left: int, size: int, *, centre: int | None = None) -> None:
    """At mid height from `left`; with `centre` (the height in pixels) around `left`."""
    font = ImageFont.truetype(str(_FONT_FILE), size)
    anchor, top = ("lm", picture.height // 2) if centre is None else ("mm", centre)
    ImageDraw.Draw(picture).text((left, top), text, font=font, fill=255, anchor=anchor)
