"""Printed pages as they come back: a photo of a page with its code, turned, blurred, with a camera's notes in it."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

from forms_templates.coded_paper import QR_BOTTOM_MM, QR_MM, QR_RIGHT_MM, qr
from forms_templates.models import Document

PER_MM = 6  # about 150 dpi


def page_image(code: str, *, turned: int = 0, blur: float = 0.6, mark: str = "") -> Image.Image:
    """A white A4 page with the code where the footer prints it; `mark` makes one photo differ from another."""
    page = Image.new("RGB", (210 * PER_MM, 297 * PER_MM), "white")
    draw = ImageDraw.Draw(page)
    for line in range(20, 240, 12):
        draw.line((25 * PER_MM, line * PER_MM, 180 * PER_MM, line * PER_MM), fill="black", width=3)
    draw.text((30 * PER_MM, 250 * PER_MM), mark or "signed", fill="blue")
    if code:
        drawn = io.BytesIO()
        qr(code).save(drawn, kind="png", scale=8, border=0)
        side = round(QR_MM * PER_MM)
        place = (
            page.width - round((QR_RIGHT_MM + QR_MM) * PER_MM),
            page.height - round((QR_BOTTOM_MM + QR_MM) * PER_MM),
        )
        page.paste(Image.open(drawn).convert("RGB").resize((side, side), Image.Resampling.LANCZOS), place)
    page = page.filter(ImageFilter.GaussianBlur(blur))
    return page.rotate(turned, expand=True)


def photo(code: str, *, turned: int = 0, exif: bool = False, kind: str = "JPEG", mark: str = "") -> bytes:
    """The page as a file; with `exif` a camera's notes are in it, also that it must be turned by a quarter."""
    image = page_image(code, turned=turned, mark=mark)
    out = io.BytesIO()
    if exif:
        notes = Image.Exif()
        notes[0x0112] = 6  # turn clockwise by 90 degrees
        notes[0x0110] = "PhoneModel-XYZ"
        notes.get_ifd(0x8825)[1] = "N"
        image.save(out, kind, quality=80, exif=notes)
    else:
        image.save(out, kind, quality=80)
    return out.getvalue()


def upload(data: bytes, name: str = "签字页.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def code_of(document: Document) -> str:
    code: str = document.code.code
    return code
