"""Scans and photos of printed pages that were signed by hand: opened, turned upright, stripped, and their code read.

What is kept is drawn anew from the pixels: no metadata (place, camera, time), no script, nothing hidden in a PDF.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass

import pikepdf
import zxingcpp
from PIL import Image, ImageOps

from forms_templates.codes import typed_code
from signatures.pictures import HEIC, is_heic

MOST_BYTES = 12 * 1024 * 1024
MOST_PAGES = 10
MOST_PIXELS = 60_000_000  # the larger phones of the day
READ_SIDE = 4200  # the printed QR is 9.5 mm: below that its squares run together
KEPT_SIDE = 2400  # A4 at 200 dpi
_QUALITY = 82
_ADDRESS = re.compile(r"/c/([0-9A-Za-z-]{10,12})/?$")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError, TypeError)
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_NOT_OPEN = "打不开这个文件：请选扫描或拍照得到的JPG、PNG图片，或扫描得到的PDF。"
_TOO_LARGE = "图片太大，请用手机的普通清晰度重拍，或把扫描精度调到300dpi以下。"


class PaperScanError(ValueError):
    """The file can't serve as a scan; the message is a Chinese sentence that says what to do."""


@dataclass(frozen=True)
class ReadScan:
    """A cleaned scan: what is kept of it, and the codes that stand on its pages (each once, in order)."""

    content: bytes
    content_type: str
    pages: int
    original_digest: str
    codes: tuple[str, ...]


def read_scan(data: bytes) -> ReadScan:
    """Clean a JPEG, PNG or scanned PDF. Raises PaperScanError."""
    if not data:
        raise PaperScanError("这个文件是空的，请重新选择。")
    if len(data) > MOST_BYTES:
        raise PaperScanError(f"文件超过{MOST_BYTES // (1024 * 1024)}MB，请压缩后再上传。")
    pictures = pages_of_pdf(data) if data.startswith(b"%PDF-") else [_opened(data)]
    codes: list[str] = []
    upright = []
    for picture in pictures:
        found, turn = codes_on(picture)
        codes += [code for code in found if code not in codes]
        turned = picture.rotate(turn, expand=True) if turn else picture
        turned.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
        upright.append(turned)
    out = io.BytesIO()
    if len(upright) == 1:
        upright[0].save(out, "JPEG", quality=_QUALITY)
        kind = "image/jpeg"
    else:
        upright[0].save(out, "PDF", save_all=True, append_images=upright[1:], resolution=200, quality=_QUALITY)
        kind = "application/pdf"
    return ReadScan(out.getvalue(), kind, len(upright), hashlib.sha256(data).hexdigest(), tuple(codes))


def codes_on(picture: Image.Image) -> tuple[list[str], int]:
    """The codes printed on a page, and by how many degrees (counter-clockwise) it must be turned to stand upright."""
    grey = picture.convert("L")
    for part in _looks(grey):
        found = [
            (code, barcode) for barcode in zxingcpp.read_barcodes(part, formats=_QR) if (code := code_in(barcode.text))
        ]
        if found:
            # How the QR lies tells how the page lies; a slightly slanted photo stays as it is.
            return [code for code, _ in found], round(found[0][1].orientation / 90) * 90 % 360
    return [], 0


def code_in(text: str) -> str:
    """The code in what a QR says: the address of the public page, or the code alone; "" for anything else."""
    match = _ADDRESS.search(text.strip())
    return typed_code(match.group(1) if match else text)


def _looks(page: Image.Image) -> list[Image.Image]:
    """The whole page, then each corner enlarged: the code stands in one of them, however the page lies."""
    width, height = page.size
    side = (round(width * 0.4), round(height * 0.4))
    corners = [(x, y) for x in (width - side[0], 0) for y in (height - side[1], 0)]
    crops = [page.crop((x, y, x + side[0], y + side[1])) for x, y in corners]
    scale = max(1, min(3, 4000 // max(1, *side)))
    larger = [each.resize((each.width * scale, each.height * scale), Image.Resampling.LANCZOS) for each in crops]
    return [page, *larger]


def _opened(data: bytes) -> Image.Image:
    if is_heic(data):
        raise PaperScanError(HEIC)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Several phones put a second picture behind the first (MPO).
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "MPO"]) as opened:
                _require_size(opened.width, opened.height)
                opened.draft("RGB", (READ_SIDE, READ_SIDE))
                return _page(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PaperScanError(_TOO_LARGE) from None
    except PaperScanError:
        raise
    except _BROKEN:
        raise PaperScanError(_NOT_OPEN) from None


def pages_of_pdf(data: bytes) -> list[Image.Image]:
    """The scanned picture of each page. Raises PaperScanError."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            _require_few(len(pdf.pages))
            pages = [_picture_of(page) for page in pdf.pages]
    except pikepdf.PasswordError:
        raise PaperScanError("这份PDF加了密码，请去掉密码再上传。") from None
    except PaperScanError:
        raise
    except (pikepdf.PdfError, NotImplementedError, *_BROKEN):
        raise PaperScanError(_NOT_OPEN) from None
    return pages


def _picture_of(page: pikepdf.Page) -> Image.Image:
    """The scanned picture that fills a page; a PDF that was not scanned has none."""
    pictures = sorted(
        page.get_images().values(), key=lambda each: int(each.get("/Width", 0)) * int(each.get("/Height", 0))
    )
    if not pictures:
        raise PaperScanError("这份PDF不是扫描得到的。请把签了字的纸扫描或拍照，再上传。")
    # Typed as any object; only streams are pictures.
    largest = pikepdf.PdfImage(pictures[-1])  # type: ignore[arg-type]
    _require_size(largest.width, largest.height)
    picture = _page(largest.as_pil_image())
    turn = int(page.obj.get("/Rotate", 0)) % 360
    return picture.rotate(-turn, expand=True) if turn else picture


def _require_few(pages: int) -> None:
    if not pages:
        raise PaperScanError(_NOT_OPEN)
    if pages > MOST_PAGES:
        raise PaperScanError(f"这份PDF有{pages}页，一次最多{MOST_PAGES}页，请分开上传。")


def _require_size(width: int, height: int) -> None:
    """Before a single pixel is read."""
    if width * height > MOST_PIXELS:
        raise PaperScanError(_TOO_LARGE)
    if min(width, height) < 600:
        raise PaperScanError("图片太小，看不清字，请重新扫描或拍照。")


def _page(picture: Image.Image) -> Image.Image:
    """On white, in colour, no larger than the code needs."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, clear)
    page = picture.convert("RGB")
    page.thumbnail((READ_SIDE, READ_SIDE), Image.Resampling.LANCZOS)
    page.info.clear()
    return page
