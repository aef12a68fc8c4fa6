"""Where the seals of a paper stand in its PDF: found by their own picture, measured, and taken out of the page.

A seal that is signed becomes the appearance of its signature; if it stayed on the page it would be drawn twice.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, Operator
from PIL import Image

Matrix = tuple[float, float, float, float, float, float]
_WHOLE: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_INVERTED = bytes(range(255, -1, -1))


class SealNotFound(Exception):
    """The PDF does not show the seal where it should; the message is a Chinese sentence."""


@dataclass(frozen=True)
class SealBox:
    """Page (from 0) and box in points: left, bottom, right, top."""

    page: int
    box: tuple[float, float, float, float]


def take_out_seals(pdf: bytes, pictures: Mapping[str, bytes]) -> tuple[bytes, dict[str, SealBox]]:
    """The PDF without these seals (PNG by place), and where each one stood. Raises SealNotFound, pikepdf.PdfError."""
    masks = {place: _alpha_of(png) for place, png in pictures.items()}
    found: dict[str, SealBox] = {}
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for number, page in enumerate(opened.pages):
            wanted = {place: mask for place, mask in masks.items() if place not in found}
            if not wanted:
                break
            found |= _take_out_of(opened, page, number, wanted)
        lacking = [place for place in pictures if place not in found]
        if lacking:
            raise SealNotFound(f"PDF里没有找到应盖的印章（{'、'.join(lacking)}）。")
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
    return out.getvalue(), found


def _take_out_of(
    pdf: pikepdf.Pdf, page: pikepdf.Page, number: int, wanted: Mapping[str, tuple[tuple[int, int], bytes]]
) -> dict[str, SealBox]:
    objects = page.Resources.get(Name.XObject, Dictionary())
    seals: dict[str, list[str]] = {}
    for name, image in objects.items():
        mask = _mask_of(image)
        same = [place for place, alpha in wanted.items() if alpha == mask]
        if same:
            seals[str(name)] = same
    if not seals:
        return {}
    found: dict[str, SealBox] = {}
    kept: list[pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage] = []
    matrices = [_WHOLE]
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        if operator == Operator("q"):
            matrices.append(matrices[-1])
        elif operator == Operator("Q") and len(matrices) > 1:
            matrices.pop()
        elif operator == Operator("cm"):
            matrices[-1] = _times(tuple(float(each) for each in operands), matrices[-1])  # type: ignore[arg-type]
        elif operator == Operator("Do"):
            # The same seal in two places: they are met in the order of the paper.
            left = [place for place in seals.get(str(operands[0]), []) if place not in found]
            if left:
                a, _, _, d, e, f = matrices[-1]
                found[left[0]] = SealBox(number, (e, f, e + a, f + d))
                continue
        kept.append(instruction)
    if found:
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(kept))
        # The dictionary may be shared by all pages; none of them draws these pictures any more.
        remaining = {name: each for name, each in objects.items() if name not in seals}
        page.Resources[Name.XObject] = Dictionary(remaining)
    return found


def _mask_of(image: pikepdf.Object) -> tuple[tuple[int, int], bytes] | None:
    """Size and strength of a picture's transparency: kept without loss, whatever happens to its colours."""
    mask = image.get(Name.SMask)
    if image.get(Name.Subtype) != Name.Image or mask is None:
        return None
    size = int(mask.get(Name.Width, 0)), int(mask.get(Name.Height, 0))
    try:
        strength = mask.read_bytes()
    except pikepdf.PdfError:
        return None
    inverted = [int(each) for each in mask.get(Name.Decode, [0, 1])] == [1, 0]  # as LibreOffice writes it
    return size, strength.translate(_INVERTED) if inverted else strength


def _alpha_of(png: bytes) -> tuple[tuple[int, int], bytes]:
    with Image.open(io.BytesIO(png)) as opened:
        alpha = opened.convert("RGBA").getchannel("A")
    return alpha.size, alpha.tobytes()


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)
