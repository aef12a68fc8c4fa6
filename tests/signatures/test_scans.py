"""Signatures on paper: the ink is kept in its colour, everything else of the upload is thrown away."""

import io
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from signatures import scans
from signatures.demo_strokes import demo_signature
from signatures.scans import ScanError, clean, fit
from signatures.strokes import parse, png

BLUE, RED, BLACK = (30, 60, 170), (190, 25, 35), (25, 25, 30)
SECRET = b"GPS-of-somebodys-home"


def photo(ink: tuple[int, int, int] = BLUE, size: tuple[int, int] = (1200, 800)) -> Image.Image:
    """A signature on yellowish, grainy paper, lit from the right."""
    drawn = Image.open(io.BytesIO(png(parse(demo_signature("林书平")), 46, 15))).convert("RGBA")
    paper = Image.new("RGB", size, (238, 233, 220))
    paper.paste(Image.new("RGB", drawn.size, ink), (300, 400), drawn.getchannel("A"))
    light = Image.linear_gradient("L").rotate(90).resize(size).point([130 + v * 125 // 255 for v in range(256)])
    grain = random.Random(7).randbytes(size[0] * size[1] // 4)
    noise = Image.frombytes("L", (size[0] // 2, size[1] // 2), grain).resize(size)
    noise = noise.point([255 - v * 10 // 255 for v in range(256)])
    return ImageChops.multiply(paper, Image.merge("RGB", [ImageChops.multiply(light, noise)] * 3))


def saved(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_paper_is_gone_and_the_ink_is_trimmed(kind: str) -> None:
    ink = opened(clean(saved(photo(), kind)))
    assert ink.mode == "RGBA"
    assert 430 < ink.width < 560
    assert 160 < ink.height < 200
    alpha = ink.getchannel("A")
    assert max(alpha.tobytes()) == 255
    clear = alpha.histogram()[0] / (ink.width * ink.height)
    assert clear > 0.6, "no grain of the paper stays behind"


@pytest.mark.parametrize(("colour", "strongest"), [(BLUE, 2), (RED, 0)])
def test_blue_ink_stays_blue_and_a_thumb_print_red(colour: tuple[int, int, int], strongest: int) -> None:
    ink = opened(clean(saved(photo(colour))))
    solid = ink.getchannel("A").point([0] * 250 + [255] * 6)
    sums = [sum(ImageChops.multiply(channel, solid).tobytes()) for channel in ink.split()[:3]]
    assert max(range(3), key=lambda index: sums[index]) == strongest
    assert sums[strongest] > 2 * max(value for index, value in enumerate(sums) if index != strongest)


def test_nothing_of_the_uploaded_file_survives_but_pixels() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    data = saved(photo(), exif=exif, comment=SECRET)
    assert SECRET in data
    cleaned = clean(data)
    assert SECRET not in cleaned
    assert set(opened(cleaned).info) == {"dpi"}


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = photo().transpose(Image.Transpose.ROTATE_90)
    upright, turned = opened(clean(saved(photo()))), opened(clean(saved(sideways, exif=exif)))
    assert turned.width == pytest.approx(upright.width, abs=6)
    assert turned.height == pytest.approx(upright.height, abs=6)


def test_the_same_upload_gives_the_same_bytes() -> None:
    data = saved(photo())
    assert clean(data) == clean(data)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA", "RGBA", "I;16"])
def test_every_kind_of_jpeg_and_png_is_understood(mode: str) -> None:
    sheet = Image.new("L", (600, 300), 255)
    ImageDraw.Draw(sheet).line([(80, 200), (200, 80), (320, 210), (500, 90)], fill=10, width=9)
    if mode == "I;16":
        wide = b"".join(struct.pack("<H", value * 257) for value in sheet.tobytes())
        sheet = Image.frombytes("I;16", sheet.size, wide)
    elif mode in ("LA", "RGBA"):
        clear = Image.new(mode, sheet.size, 0)
        clear.putalpha(ImageChops.invert(sheet))
        sheet = clear
    else:
        sheet = sheet.convert(mode)
    ink = opened(clean(saved(sheet, "JPEG" if mode == "CMYK" else "PNG")))
    assert ink.width == pytest.approx(430, abs=14)
    assert ink.height == pytest.approx(140, abs=14)


@pytest.mark.parametrize(
    "data",
    [
        b"not a picture",
        b"%PDF-1.7 and so on",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        saved(Image.new("RGB", (300, 300), "white"), "GIF"),
        saved(Image.new("RGB", (300, 300), "white"), "BMP"),
        saved(Image.new("RGB", (300, 300), "white"), "WEBP"),
        saved(photo())[:3000],
        saved(photo(), "PNG")[:3000],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
        b"\xff\xd8\xff\xe0" + b"\x00" * 200,
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ScanError, match=r"^打不开这个文件：请选扫描或拍照得到的JPG、PNG图片"):
        clean(data)


def test_no_file_asks_for_one() -> None:
    with pytest.raises(ScanError, match=r"^请先选择签字扫描件。$"):
        clean(b"")


def test_five_megabytes_are_taken_and_one_byte_more_is_not() -> None:
    data = saved(photo(), "PNG")
    exactly = data + b"\x00" * (scans.MOST_BYTES - len(data))
    assert clean(exactly)
    with pytest.raises(ScanError, match=r"^图片超过5MB"):
        clean(exactly + b"\x00")


def test_six_thousand_pixels_are_taken_and_one_more_is_not() -> None:
    def strip(width: int) -> bytes:
        sheet = Image.new("L", (width, 400), 255)
        ImageDraw.Draw(sheet).line([(1000, 300), (3000, 100), (5000, 300)], fill=0, width=30)
        return saved(sheet, "PNG")

    assert clean(strip(6000))
    with pytest.raises(ScanError, match="6000像素"):
        clean(strip(6001))


@pytest.mark.parametrize("side", [5990, 60_000])
def test_a_small_file_that_would_unpack_to_gigabytes_is_refused_before_it_is_unpacked(side: int) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    # The pixels are rubbish: whoever tries to read them gets another sentence.
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"rubbish") + chunk(b"IEND", b"")
    with pytest.raises(ScanError, match=r"^图片太大"):
        clean(bomb)


def test_a_thumbnail_is_too_small_to_read() -> None:
    with pytest.raises(ScanError, match=r"^图片太小"):
        clean(saved(Image.new("L", (40, 15), 255), "PNG"))


@pytest.mark.parametrize(
    "sheet",
    [
        Image.new("L", (900, 500), 255),
        Image.new("L", (900, 500), 118),
        photo(ink=(238, 233, 220)),
        Image.new("RGBA", (900, 500), (0, 0, 0, 0)),
    ],
    ids=["white", "grey", "grain and shadow only", "transparent"],
)
def test_a_blank_page_is_no_signature(sheet: Image.Image) -> None:
    with pytest.raises(ScanError, match=r"^图上没有看到签字"):
        clean(saved(sheet, "PNG"))


def test_two_specks_of_dust_are_no_signature() -> None:
    sheet = Image.new("L", (900, 500), 255)
    sheet.putpixel((300, 200), 0)
    sheet.putpixel((600, 300), 0)
    with pytest.raises(ScanError, match=r"^图上没有看到签字"):
        clean(saved(sheet, "PNG"))


def test_a_page_all_dark_is_no_signature() -> None:
    with pytest.raises(ScanError, match=r"^图上分不清纸和字"):
        clean(saved(Image.new("L", (900, 500), 0), "PNG"))


def test_the_scan_is_brought_into_its_place() -> None:
    cleaned = clean(saved(photo()))
    placed = opened(fit(cleaned, 46, 15))
    assert placed.size == (543, 177)
    box = placed.getchannel("A").getbbox()
    assert box is not None
    assert box[0] < 12
    assert box[3] - box[1] > 150
    whole, part = opened(cleaned), (box[2] - box[0]) / (box[3] - box[1])
    assert part == pytest.approx(whole.width / whole.height, rel=0.08)


def as_pdf(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def test_a_phones_scanner_gives_a_pdf_of_one_page() -> None:
    ink = opened(clean(as_pdf(photo())))
    assert ink.width == pytest.approx(opened(clean(saved(photo()))).width, abs=12)
    with pytest.raises(ScanError, match="这份PDF有2页，请只上传有签字的一页"):
        clean(as_pdf(photo(), photo()))
    with pytest.raises(ScanError, match="打不开这个文件"):
        clean(b"%PDF-1.7 broken")


def test_an_iphones_own_photo_is_told_how_to_be_taken_again() -> None:
    with pytest.raises(ScanError, match=r"HEIC照片.*兼容性最佳"):
        clean(b"\x00\x00\x00\x18ftypheic" + bytes(200))
