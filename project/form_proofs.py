"""Proofs of the library's forms: each sample finished, with invented ink and seals, as LibreOffice prints it."""

import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

import forms_templates
from forms_templates.close_set import closely_set
from forms_templates.library import Form
from signatures.sample_ink import sample_pictures

_FONTS = Path(forms_templates.__file__).parent / "fonts" / "fonts.conf"
_COLOURS = 32


def finished_sample(form: Form) -> bytes:
    """The Word file of the form's sample, signed and sealed by invented people."""
    return form.render(form.sample(), sample_pictures(form))


def pages_of(docx: bytes, dpi: int) -> list[Image.Image]:
    """The pages of a Word file as LibreOffice prints them. Raises CalledProcessError, TimeoutExpired."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.docx").write_bytes(closely_set(docx))
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
