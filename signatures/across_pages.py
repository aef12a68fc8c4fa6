"""骑缝章: one seal cut into strips over the right edges of all pages, so that no page can be exchanged.

Only the PDF can bear it: in a Word file nobody knows how many pages there are before it is laid out, and a picture in
the header is the same on every page. As on paper: laid over one another like a fan, the pages show the whole seal.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pikepdf
from pikepdf import Dictionary, Name, Stream
from PIL import Image

DIAMETER_MM = 42.0
MOST_PAGES = 12
"""A strip of a seal over more pages would be narrower than 3.5 mm: then the next pages get a seal of their own."""
_POINTS = 72 / 25.4
_APART_MM = 60.0


def across_pages(pdf: bytes, seals: Sequence[bytes]) -> bytes:
    """The PDF with each seal (PNG) over its pages; one page alone stays as it is. Raises pikepdf.PdfError."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = list(opened.pages)
        if len(pages) < 2 or not seals:
            return pdf
        for number, seal in enumerate(seals):
            with Image.open(io.BytesIO(seal)) as picture:
                whole = picture.convert("RGBA")
            for group in _groups(pages):
                _over(opened, group, whole, up=_APART_MM * number)
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def _groups(pages: list[pikepdf.Page]) -> list[list[pikepdf.Page]]:
    """As even as can be, none of a single page."""
    count = -(-len(pages) // MOST_PAGES)
    size = -(-len(pages) // count)
    return [pages[start : start + size] for start in range(0, len(pages), size)]


def _over(pdf: pikepdf.Pdf, pages: list[pikepdf.Page], seal: Image.Image, *, up: float) -> None:
    edges = [round(seal.width * number / len(pages)) for number in range(len(pages) + 1)]
    height = DIAMETER_MM * _POINTS
    for page, left, right in zip(pages, edges, edges[1:], strict=False):
        strip = seal.crop((left, 0, right, seal.height))
        width = height * (right - left) / seal.width
        box = [float(each) for each in page.MediaBox]
        bottom = (box[1] + box[3] - height) / 2 + up * _POINTS
        name = Name(f"/Across{len(page.Resources.get(Name.XObject, Dictionary()))}")
        # The page's own dictionaries: LibreOffice gives all pages the same ones.
        resources = Dictionary({str(key): value for key, value in page.Resources.items()})
        objects = Dictionary({str(key): value for key, value in resources.get(Name.XObject, Dictionary()).items()})
        states = Dictionary({str(key): value for key, value in resources.get(Name.ExtGState, Dictionary()).items()})
        objects[name] = _embedded(pdf, strip)
        states[Name.OverAll] = Dictionary(Type=Name.ExtGState, BM=Name.Multiply)
        resources[Name.XObject], resources[Name.ExtGState] = objects, states
        page.Resources = resources
        drawing = f"q /OverAll gs {width:.3f} 0 0 {height:.3f} {box[2] - width:.3f} {bottom:.3f} cm {name} Do Q"
        page.contents_add(pdf.make_stream(b"q"), prepend=True)
        page.contents_add(pdf.make_stream(f"Q\n{drawing}".encode()))


def _embedded(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Object:
    facts = {
        "Type": Name.XObject, "Subtype": Name.Image, "Width": picture.width, "Height": picture.height,
        "BitsPerComponent": 8, "Filter": Name.FlateDecode,
    }  # fmt: skip
    alpha = zlib.compress(picture.getchannel("A").tobytes(), 6)
    mask = pdf.make_indirect(Stream(pdf, alpha, ColorSpace=Name.DeviceGray, **facts))
    colours = zlib.compress(picture.convert("RGB").tobytes(), 6)
    return pdf.make_indirect(Stream(pdf, colours, ColorSpace=Name.DeviceRGB, SMask=mask, **facts))
