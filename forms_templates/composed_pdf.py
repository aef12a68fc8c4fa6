"""From one PDF of many papers to each paper's own: pages parted at the bookmarks, pictures and codes put in.

Pictures go in as they are in the Word file, without loss; the code is stamped as vectors, in the same place where the
footer of the Word file has it (coded_paper.py).
"""

import io
import zlib
from collections.abc import Sequence
from functools import lru_cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from forms_templates.coded_paper import (
    QR_BOTTOM_MM,
    QR_MM,
    QR_RIGHT_MM,
    TEXT_BOTTOM_MM,
    TEXT_LEFT_MM,
    TEXT_POINTS,
    qr_rows,
)
from forms_templates.codes import spaced
from forms_templates.composed import Composed, NotComposable, colour

_POINTS = 72 / 25.4
# Four characters and a space of the caption before it.
_CODE_LEFT = TEXT_LEFT_MM * _POINTS + 4.25 * TEXT_POINTS
_CODE_BASE = TEXT_BOTTOM_MM * _POINTS + 0.22 * TEXT_POINTS
Box = tuple[float, float, float, float]  # left, bottom, width, height in points


def part(pdf: bytes, composed: Composed, codes: Sequence[str]) -> list[tuple[bytes, int]]:
    """Each paper's PDF and number of pages, in order. Raises NotComposable when the PDF is not as expected."""
    with pikepdf.open(io.BytesIO(pdf)) as whole:
        splitter = _Splitter(whole, composed)
        return [splitter.paper(number, code) for number, code in enumerate(codes)]


class _Splitter:
    def __init__(self, whole: Pdf, composed: Composed) -> None:
        self.whole = whole
        self.pictures = composed.pictures
        self.codes = composed.codes
        self.images: dict[bytes, Stream | None] = {}
        numbers = {page.obj.objgen: number for number, page in enumerate(whole.pages)}
        places = whole.Root.get(Name.Dests, Dictionary())
        self.marks: dict[str, tuple[int, float]] = {}
        for name, mark in places.items():
            target: pikepdf.Object = mark[0]
            self.marks[str(name)[1:]] = numbers[target.objgen], float(mark[3])
        try:
            self.firsts = [self.marks[f"paper{number}"][0] for number in range(len(composed.pictures))]
        except KeyError as error:
            raise NotComposable("PDF里找不到每份的开头") from error
        self.firsts.append(len(whole.pages))
        if self.firsts[0] != 0 or any(a >= b for a, b in zip(self.firsts, self.firsts[1:], strict=False)):
            raise NotComposable("每份没有从新的一页开始")
        self.offsets = self._measure()

    def paper(self, number: int, code: str) -> tuple[bytes, int]:
        boxes: dict[int, list[tuple[Stream, Box]]] = {}
        for place, picture in enumerate(self.pictures[number]):
            image = self._image(picture) if picture is not None else None
            if image is not None:
                on, top = self.marks[f"paper{number}place{place}"]
                left, down, width, height = self.offsets[place]
                boxes.setdefault(on, []).append((image, (left, top - down - height, width, height)))
        stamp = self._stamp(self.codes[number])
        single = Pdf.new()
        for page_number in range(self.firsts[number], self.firsts[number + 1]):
            page = self.whole.pages[page_number]
            self._put(page, boxes.get(page_number, []), code, stamp)
            single.pages.append(page)
        out = io.BytesIO()
        single.save(out)
        return out.getvalue(), len(single.pages)

    def _measure(self) -> list[Box]:
        """How the picture of each place lies to its bookmark: left edge, distance downwards, width, height."""
        offsets: dict[int, Box] = {}
        colours = {bytes(colour(place)): place for place in range(len(self.pictures[0]))}
        for number in range(self.firsts[0], self.firsts[1]):
            page = self.whole.pages[number]
            known = {}
            for name, image in page.Resources.get(Name.XObject, Dictionary()).items():
                if image.get(Name.Width) == 1 and image.get(Name.Height) == 1:
                    known[str(name)] = colours.get(image.read_bytes()[:3])
            kept: list[pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage] = []
            matrices = [(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)]
            for instruction in pikepdf.parse_content_stream(page):
                operands, operator = instruction.operands, instruction.operator
                if operator == pikepdf.Operator("q"):
                    matrices.append(matrices[-1])
                elif operator == pikepdf.Operator("Q") and len(matrices) > 1:
                    matrices.pop()
                elif operator == pikepdf.Operator("cm"):
                    matrices[-1] = _times([float(operand) for operand in operands], matrices[-1])
                elif operator == pikepdf.Operator("Do") and known.get(str(operands[0])) is not None:
                    place = known[str(operands[0])]
                    assert place is not None
                    a, _, _, d, e, f = matrices[-1]
                    on, top = self.marks[f"paper0place{place}"]
                    if on != number:
                        raise NotComposable("图片和它的段落不在同一页")
                    offsets[place] = (e, top - f - d, a, d)
                    continue
                kept.append(instruction)
            page.Contents = self.whole.make_stream(pikepdf.unparse_content_stream(kept))
        if len(offsets) != len(self.pictures[0]):
            raise NotComposable("PDF里找不到每处图片")
        return [offsets[place] for place in range(len(offsets))]

    def _put(self, page: pikepdf.Page, boxes: list[tuple[Stream, Box]], code: str, stamp: Stream) -> None:
        resources = page.Resources
        # LibreOffice gives all pages one dictionary: each paper would carry the pictures of all.
        objects = Dictionary(Code=stamp)
        fonts = Dictionary({str(name): font for name, font in resources.get(Name.Font, Dictionary()).items()})
        fonts[Name.CodeFont] = self._font()
        drawn = []
        for index, (image, (left, bottom, width, height)) in enumerate(boxes):
            objects[Name(f"/Ink{index}")] = image
            drawn.append(f"q /Over gs {width:.3f} 0 0 {height:.3f} {left:.3f} {bottom:.3f} cm /Ink{index} Do Q")
        # As wet ink does: what stands under a seal can still be read.
        over = Dictionary(Over=Dictionary(Type=Name.ExtGState, BM=Name.Multiply))
        page.Resources = Dictionary(Font=fonts, XObject=objects, ExtGState=over)
        right = float(page.MediaBox[2])
        side = QR_MM * _POINTS
        left = right - (QR_RIGHT_MM + QR_MM) * _POINTS
        drawn.append(f"q {side:.3f} 0 0 {side:.3f} {left:.3f} {QR_BOTTOM_MM * _POINTS:.3f} cm /Code Do Q")
        drawn.append(f"BT 0 g /CodeFont {TEXT_POINTS} Tf {_CODE_LEFT:.2f} {_CODE_BASE:.2f} Td ({spaced(code)}) Tj ET")
        page.contents_add(self.whole.make_stream("\n".join(drawn).encode()))

    def _font(self) -> pikepdf.Object:
        if "_helvetica" not in self.__dict__:
            self.__dict__["_helvetica"] = self.whole.make_indirect(
                Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
            )
        font: pikepdf.Object = self.__dict__["_helvetica"]
        return font

    def _stamp(self, code: bytes) -> Stream:
        """The QR as a form of one by one unit, its dark runs as rectangles."""
        if not code:
            raise NotComposable("一份没有核对编码")
        rows = qr_rows(code)
        side = len(rows)
        runs = [
            f"{start} {side - 1 - y} {length} 1 re" for y, row in enumerate(rows) for start, length in _dark_runs(row)
        ]
        scale = 1 / side
        drawing = f"{scale:.6f} 0 0 {scale:.6f} 0 0 cm 0 g {' '.join(runs)} f"
        return Stream(self.whole, drawing.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))

    def _image(self, png: bytes) -> Stream | None:
        """The picture as PDF has it, once per file; None for a place left blank."""
        if png not in self.images:
            pixels = _pixels(png)
            self.images[png] = None if pixels is None else self._embedded(*pixels)
        return self.images[png]

    def _embedded(self, size: tuple[int, int], colours: bytes, alpha: bytes) -> Stream:
        facts = {
            "Type": Name.XObject, "Subtype": Name.Image, "Width": size[0], "Height": size[1],
            "BitsPerComponent": 8, "Filter": Name.FlateDecode,
        }  # fmt: skip
        mask = Stream(self.whole, alpha, ColorSpace=Name.DeviceGray, **facts)
        return Stream(self.whole, colours, ColorSpace=Name.DeviceRGB, SMask=self.whole.make_indirect(mask), **facts)


@lru_cache(maxsize=256)
def _pixels(png: bytes) -> tuple[tuple[int, int], bytes, bytes] | None:
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    alpha = image.getchannel("A")
    if alpha.getextrema()[1] == 0:
        return None
    return image.size, zlib.compress(image.convert("RGB").tobytes(), 6), zlib.compress(alpha.tobytes(), 6)


def _dark_runs(row: Sequence[int]) -> list[tuple[int, int]]:
    runs, start = [], None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs


def _times(one: list[float], other: tuple[float, ...]) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)
