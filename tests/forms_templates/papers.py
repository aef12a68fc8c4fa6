"""What the stories of this room are told with: 附件5, its sample, invented pictures, the words in a Word file."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from lxml import etree
from PIL import Image, ImageDraw

from forms_templates.library import Form, form
from forms_templates.ooxml import W

PLACES = ("village_signature", "village_seal", "township_signature", "township_seal")


def application_form() -> Form:
    return form("post_application", 1)


def sample(**changed: Any) -> dict[str, Any]:
    return application_form().sample() | changed


def picture(width_mm: float, height_mm: float, colour: tuple[int, int, int]) -> bytes:
    """A frame of that size at 150 dpi, its middle clear, as a seal leaves the date readable."""
    size = (round(width_mm / 25.4 * 150), round(height_mm / 25.4 * 150))
    image = Image.new("RGBA", size, (255, 255, 255, 0))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] - 1, size[1] - 1), outline=(*colour, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pictures() -> dict[str, bytes]:
    ink, red, form = (20, 40, 160), (195, 22, 28), application_form()
    return {
        name: picture(spec.width_mm, spec.height_mm, red if spec.kind == "seal" else ink)
        for name, spec in form.pictures.items()
    }


def document_xml(docx: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def words(docx: bytes) -> str:
    """All text of the body; line breaks as \\n, a new paragraph as |."""
    said = {f"{W}br": "\n", f"{W}tab": "\t", f"{W}p": "|"}
    nodes = document_xml(docx).iter(f"{W}t", *said)
    return "".join(node.text or "" if node.tag == f"{W}t" else said[str(node.tag)] for node in nodes)


DOCUMENT, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"


def template(changes: dict[str, Callable[[str], str]] | None = None, added: dict[str, bytes] | None = None) -> bytes:
    """附件5's Word file after these changes of its parts and with these parts added."""
    with zipfile.ZipFile(io.BytesIO(application_form().source.docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, change in (changes or {}).items():
        before = parts[name].decode()
        after = change(before)
        assert after != before
        parts[name] = after.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (added or {})).items():
            archive.writestr(name, content)
    return out.getvalue()


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda xml: xml.replace(old, new, 1)
