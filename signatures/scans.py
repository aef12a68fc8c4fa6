"""Signatures on paper, scanned or photographed: the paper is taken away, the ink keeps its colour.

A thumb print (按手印) is red and a pen may be blue, so nothing is turned black.
"""

import io
import warnings

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

from signatures.paper_scans import PaperScanError, pages_of_pdf
from signatures.pictures import HEIC, colour_png, fitted, is_heic

MOST_BYTES = 5 * 1024 * 1024
LONGEST_SIDE = 6000
_MOST_PIXELS = 25_000_000  # a side of 6000 both ways would take a hundred megabytes to open
_WORKING_SIDE = 1800  # enough for 15 cm at 300 dpi
_KEPT_SIDE = 900
_FAINTEST = 38  # of 255: shadows of folds and the grain of paper stay below
_MARGIN = 3
_SHORTEST_SIDE = 16
_TOO_LARGE = "图片太大，请把长边缩小到6000像素以内，或裁剪到只剩签字后再上传。"
# In how many ways Pillow tells of a broken file.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError, TypeError)


class ScanError(ValueError):
    """The uploaded picture can't serve as a signature; the message is a Chinese sentence that says what to do."""


def clean(data: bytes, most_bytes: int = MOST_BYTES) -> bytes:
    """The ink of a scanned signature as PNG: paper transparent, trimmed, turned upright, nothing else in the file.

    Takes JPEG, PNG and a scanned PDF of one page up to `most_bytes`. Raises ScanError when it is no such picture, too
    large, or shows no ink.
    """
    if not data:
        raise ScanError("请先选择签字扫描件。")
    if len(data) > most_bytes:
        raise ScanError(f"图片超过{most_bytes // (1024 * 1024)}MB，请裁剪到只剩签字后再上传。")
    paper = _page_of_pdf(data) if data.startswith(b"%PDF-") else _opened(data)
    ink = _without_paper(paper)
    box = _ink_box(ink.getchannel("A"))
    picture = ink.crop(box)
    picture.thumbnail((_KEPT_SIDE, _KEPT_SIDE), Image.Resampling.LANCZOS)
    return colour_png(picture)


def fit(scan: bytes, width_mm: float, height_mm: float) -> bytes:
    """A cleaned scan for a place on paper: PNG of exactly that size at 300 dpi, at the left, vertically centred."""
    with Image.open(io.BytesIO(scan), formats=["PNG"]) as opened:
        picture = opened.convert("RGBA")
    width, height, scale, top = fitted(picture.width, picture.height, width_mm, height_mm)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    place = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    place.paste(picture.resize(size, Image.Resampling.LANCZOS), (0, round(top)))
    return colour_png(place)


def _page_of_pdf(data: bytes) -> Image.Image:
    """A phone's scanner makes a PDF of what it sees."""
    try:
        pages = pages_of_pdf(data)
    except PaperScanError as error:
        raise ScanError(str(error)) from None
    if len(pages) != 1:
        raise ScanError(f"这份PDF有{len(pages)}页，请只上传有签字的一页。")
    pages[0].thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.LANCZOS)
    return pages[0]


def _opened(data: bytes) -> Image.Image:
    """The picture upright on white, without transparency, at working size."""
    if is_heic(data):
        raise ScanError(HEIC)
    try:
        # Our own limit stands far below Pillow's; its warning for large pictures must not pass unseen.
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
            _require_size(opened)
            # A JPEG can be opened at a fraction of its size, which spares the memory.
            opened.draft("RGB", (_WORKING_SIDE, _WORKING_SIDE))
            opened.load()
            picture = _on_white(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ScanError(_TOO_LARGE) from None
    except _BROKEN as error:
        if isinstance(error, ScanError):
            raise
        raise ScanError("打不开这个文件：请选扫描或拍照得到的JPG、PNG图片，或扫描得到的PDF。") from None
    picture.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.LANCZOS)
    if min(picture.size) < _SHORTEST_SIDE:
        raise ScanError("图片太小，看不清签字，请重新扫描或拍照后上传。")
    return picture


def _require_size(opened: Image.Image) -> None:
    """Before a single pixel is read."""
    if max(opened.size) > LONGEST_SIDE or opened.width * opened.height > _MOST_PIXELS:
        raise ScanError(_TOO_LARGE)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16 bits of grey; convert() would cut them off at 255 instead of scaling.
        return picture.convert("I").point(lambda value: value * (1 / 257), "L").convert("RGB")
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, clear).convert("RGB")
    return picture.convert("RGB")


def _without_paper(paper: Image.Image) -> Image.Image:
    """The ink alone: each colour measured against the paper around it, then the white taken out of it."""
    channels = [_evened(channel) for channel in paper.split()]
    darkest = ImageChops.darker(ImageChops.darker(channels[0], channels[1]), channels[2])
    strength = ImageOps.invert(darkest)
    faint = max(_FAINTEST, _threshold(strength.histogram()) // 2)
    full = min(255, faint * 2 + 30)
    alpha = strength.point([max(0, min(255, (value - faint) * 255 // (full - faint))) for value in range(256)])
    pure = [
        ImageMath.lambda_eval(
            lambda args: args["convert"](255 - (255 - args["seen"]) * 255 / args["max"](args["strength"], 1), "L"),
            seen=channel,
            strength=strength,
        )
        for channel in channels
    ]
    ink = Image.merge("RGBA", (*pure, alpha))
    # Unseen colours under full transparency would be most of the file, and somebody's paper.
    ink.paste((255, 255, 255, 0), None, alpha.point([255, *[0] * 255]))
    return ink


def _evened(channel: Image.Image) -> Image.Image:
    """The channel as if the paper were evenly lit and white: divided by its brightest surroundings."""
    small = channel.resize((max(1, channel.width // 12), max(1, channel.height // 12)), Image.Resampling.BOX)
    light = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(4))
    light = light.resize(channel.size, Image.Resampling.BICUBIC)
    return ImageMath.lambda_eval(
        lambda args: args["convert"](args["min"](args["seen"] * 255 / args["max"](args["light"], 1), 255), "L"),
        seen=channel,
        light=light,
    )


def _threshold(histogram: list[int]) -> int:
    """Otsu's threshold between paper and ink."""
    count, total = sum(histogram), sum(value * number for value, number in enumerate(histogram))
    below = below_total = 0
    best, threshold = -1.0, 0
    for value, number in enumerate(histogram):
        below += number
        below_total += value * number
        if 0 < below < count:
            apart = below_total / below - (total - below_total) / (count - below)
            spread = below * (count - below) * apart * apart
            if spread > best:
                best, threshold = spread, value
    return threshold


def _ink_box(alpha: Image.Image) -> tuple[int, int, int, int]:
    """Where the ink is, single specks aside. Raises ScanError when there is none, or hardly any paper."""
    solid = alpha.point([255 if value > 110 else 0 for value in range(256)]).filter(ImageFilter.MedianFilter(3))
    share = solid.histogram()[255] / (solid.width * solid.height)
    box = solid.getbbox()
    if box is None or share < 0.0002:
        raise ScanError("图上没有看到签字，请在白纸上用深色笔签字，再扫描或拍照上传。")
    if share > 0.5:
        raise ScanError("图上分不清纸和字，请在白纸上签字，光线均匀地重新扫描或拍照。")
    left, top, right, bottom = box
    return (
        max(0, left - _MARGIN),
        max(0, top - _MARGIN),
        min(alpha.width, right + _MARGIN),
        min(alpha.height, bottom + _MARGIN),
    )
