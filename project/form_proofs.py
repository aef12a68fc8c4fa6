"""Proofs of the library's forms: each sample finished, with invented ink and seals, as LibreOffice prints it."""

import io
import os
import shutil
import subprocess
import tempfile
from itertools import cycle
from pathlib import Path

from PIL import Image

import forms_templates
from forms_templates.library import Form
from forms_templates.specification import PictureSpec
from signatures.demo_strokes import demo_signature
from signatures.seal_drawing import draw_seal
from signatures.strokes import parse, png

_FONTS = Path(forms_templates.__file__).parent / "fonts" / "fonts.conf"
_SIGNERS = ("林书平", "秦守义", "何素琴", "周桂兰", "罗晓敏")
_SEALS = {"村": "昌黎县泥井镇榆荫村村民委员会", "乡镇": "昌黎县泥井镇人民政府", "甲方": "昌黎县泥井镇人民政府"}
_ELSEWHERE = "昌黎县就业服务中心"
_COLOURS = 32


def finished_sample(form: Form) -> bytes:
    """The Word file of the form's sample, signed and sealed by invented people."""
    return form.render(form.sample(), sample_pictures(form))


def sample_pictures(form: Form) -> dict[str, bytes]:
    """Invented ink and seals for every place of the form's sample."""
    names = cycle(_SIGNERS)
    values = form.sample()
    pictures = {}
    for name, spec in form.pictures.items():
        rows, in_rows, place = name.partition(".")
        for each in [f"{rows}.{index}.{place}" for index in range(len(values[rows]))] if in_rows else [name]:
            pictures[each] = _picture(spec, next(names))
    return pictures


def _picture(spec: PictureSpec, signer: str) -> bytes:
    if spec.kind == "seal":
        return draw_seal(next((seal for who, seal in _SEALS.items() if spec.who.startswith(who)), _ELSEWHERE))
    return png(parse(demo_signature(signer)), spec.width_mm, spec.height_mm)


def pages_of(docx: bytes, dpi: int) -> list[Image.Image]:
    """The pages of a Word file as LibreOffice prints them. Raises CalledProcessError, TimeoutExpired."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.docx").write_bytes(docx)
        subprocess.run(  # noqa: S603 -- our own files and a fixed command
            [_tool("soffice"), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
             "--outdir", str(folder), str(folder / "paper.docx")],
            check=True, capture_output=True, timeout=120, env=os.environ | {"FONTCONFIG_FILE": str(_FONTS)},
        )  # fmt: skip
        command = [_tool("pdftoppm"), "-r", str(dpi), "-png", str(folder / "paper.pdf"), str(folder / "page")]
        subprocess.run(command, check=True, timeout=120)  # noqa: S603 -- as above
        pages = [Image.open(page) for page in sorted(folder.glob("page-*.png"))]
        return [page.convert("RGB") for page in pages]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"没有找到{name}，请先安装LibreOffice Writer和poppler-utils。")
    return found


def side_by_side(pages: list[Image.Image]) -> bytes:
    """The pages of a paper in one small PNG."""
    gap = 8
    width = sum(page.width for page in pages) + gap * (len(pages) - 1)
    sheet = Image.new("RGB", (width, max(page.height for page in pages)), (226, 228, 224))
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + gap
    out = io.BytesIO()
    sheet.quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
