"""Small PDFs with seals on them, as a converter would make them: for tests that need no LibreOffice."""

import io
import zlib
from collections.abc import Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

POINTS = 72 / 25.4


def pdf_with(pictures: Mapping[str, bytes], pages: int = 2, at_mm: tuple[float, float] = (120, 60)) -> bytes:
    """Blank A4 pages; on the last one each picture at 42 mm, one above the other."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595.3, 841.9))
    last = pdf.pages[-1]
    objects, drawn = Dictionary(), []
    for index, png in enumerate(pictures.values()):
        with Image.open(io.BytesIO(png)) as opened:
            picture = opened.convert("RGBA")
        facts = {
            "Type": Name.XObject, "Subtype": Name.Image, "Width": picture.width, "Height": picture.height,
            "BitsPerComponent": 8, "Filter": Name.FlateDecode,
        }  # fmt: skip
        alpha = zlib.compress(picture.getchannel("A").tobytes())
        mask = pdf.make_indirect(Stream(pdf, alpha, ColorSpace=Name.DeviceGray, **facts))
        colours = zlib.compress(picture.convert("RGB").tobytes())
        objects[Name(f"/Seal{index}")] = pdf.make_indirect(
            Stream(pdf, colours, ColorSpace=Name.DeviceRGB, SMask=mask, **facts)
        )
        left, bottom, side = at_mm[0] * POINTS, (at_mm[1] + 60 * index) * POINTS, 42 * POINTS
        drawn.append(f"q {side:.3f} 0 0 {side:.3f} {left:.3f} {bottom:.3f} cm /Seal{index} Do Q")
    last.Resources = Dictionary(XObject=objects)
    last.Contents = pdf.make_stream("\n".join(drawn).encode())
    last.MediaBox = Array([0, 0, 595.3, 841.9])
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def widgets_in(pdf: bytes) -> dict[str, tuple[int, list[float]]]:
    """Signature fields by name: page from 0, and their box in millimetres."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {
            str(widget.T): (number, [float(each) / POINTS for each in widget.Rect])
            for number, page in enumerate(opened.pages)
            for widget in page.get(Name.Annots, [])
        }


def images_on(pdf: bytes) -> list[int]:
    """How many pictures each page itself draws."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            sum(1 for each in pikepdf.parse_content_stream(page) if str(each.operator) == "Do") for page in opened.pages
        ]
