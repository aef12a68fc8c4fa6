"""A paper's code in the footer of its Word file, as text and as QR, on every page.

Published forms are never edited, so the code is written into the filled file: a footer is added (or added to) in
each section. Both stand in frames at fixed places of the page, the QR in the right margin, the text below the body:
they take no room from the body, so that no form breaks its pages differently because of them.
"""

import io
import posixpath

import segno
from lxml import etree
from PIL import Image

from forms_templates.codes import check_url, spaced
from forms_templates.ooxml import PKG_RELS, R, W, parse
from forms_templates.zip_container import Member, pack, unpack

QR_MM = 9.5
# From the page's right and lower edge to the QR's: inside what office printers can print.
QR_RIGHT_MM, QR_BOTTOM_MM = 4.6, 6.5
TEXT_LEFT_MM, TEXT_BOTTOM_MM, TEXT_POINTS = 15.0, 5.6, 7.5
_TWIPS, _EMU = 56.6929, 36000
_A4 = (11906, 16838)
_MARK = "PaperCode"
_NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_FOOTER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_DOCUMENT, _DOCUMENT_RELS, _TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
PICTURE = "word/media/paper_code.png"
_QR_SCALE = 10


def qr(code: str) -> segno.QRCode:
    return segno.make(check_url(code), error="m", micro=False, boost_error=False)


def qr_rows(docx_picture: bytes) -> list[list[int]]:
    """The dark and light squares of the QR a Word file carries: drawing it again costs more than all else of a page."""
    with Image.open(io.BytesIO(docx_picture)) as picture:
        side = picture.width // _QR_SCALE
        small = picture.convert("L").resize((side, side), Image.Resampling.NEAREST).tobytes()
    return [[int(shade < 128) for shade in small[start : start + side]] for start in range(0, side * side, side)]


def code_text(code: str) -> str:
    """What stands in the footer beside the QR."""
    return f"核对编码 {spaced(code)}　{check_url()}"


def with_code(docx: bytes, code: str) -> bytes:
    """The Word file with its code on every page; the same file and code give the same bytes."""
    writer = _Writer(docx, code)
    writer.write()
    return pack(writer.package.values())


class _Writer:
    def __init__(self, docx: bytes, code: str) -> None:
        self.package = {member.name: member for member in unpack(docx)}
        self.code = code
        self.relations = parse(self.package[_DOCUMENT_RELS].content())
        self.types = parse(self.package[_TYPES].content())
        self.written: set[str] = set()

    def write(self) -> None:
        png = io.BytesIO()
        qr(self.code).save(png, kind="png", scale=_QR_SCALE, border=0)
        self._put(PICTURE, png.getvalue())
        self._default("png", "image/png")
        document = parse(self.package[_DOCUMENT].content())
        size_before: tuple[int, int] | None = None
        goes_on: dict[str, str] = {}
        originals = dict(self.package)
        for section in document.iter(f"{W}sectPr"):
            size = _size_of(section)
            own = {reference.get(f"{W}type"): reference for reference in section.findall(f"{W}footerReference")}
            for reference in own.values():
                self._add_to(self._target(reference.get(f"{R}id", "")), size)
            goes_on |= {str(kind): self._target(each.get(f"{R}id", "")) for kind, each in own.items()}
            wanted = ["default"] if section.find(f"{W}titlePg") is None else ["default", "first"]
            for kind in wanted:
                # A section without a footer of its own continues the one before, if the page is the same.
                if kind not in own and size != size_before:
                    section.insert(0, self._reference(kind, size, goes_on.get(kind, ""), originals))
            size_before = size
        self._put(_DOCUMENT, _xml(document))
        self._put(_DOCUMENT_RELS, _xml(self.relations))
        self._put(_TYPES, _xml(self.types))

    def _reference(
        self, kind: str, size: tuple[int, int], continued: str, originals: dict[str, Member]
    ) -> etree._Element:
        """A footer for pages of this size; what the footer it goes on with says stands on them, too."""
        which = f"{size[0]}x{size[1]}{posixpath.basename(continued).removesuffix('.xml')}"
        name, identifier = f"footer_code_{which}.xml", f"rIdCode{which}"
        if f"word/{name}" not in self.package:
            body = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
            self._put(f"word/{name}", f"{_HEAD}<w:ftr {_NS}>{body}</w:ftr>".encode())
            if continued in originals:
                self._put(f"word/{name}", originals[continued].content())
            rels = f"word/_rels/{posixpath.basename(continued)}.rels"
            if rels in originals:
                self._put(f"word/_rels/{name}.rels", originals[rels].content())
            etree.SubElement(
                self.types, f"{_CONTENT_TYPES}Override", PartName=f"/word/{name}", ContentType=_FOOTER_TYPE
            )
            self._add_to(f"word/{name}", size)
            etree.SubElement(
                self.relations, f"{PKG_RELS}Relationship", Id=identifier, Type=f"{_RELATIONS}/footer", Target=name
            )
        reference = etree.Element(f"{W}footerReference")
        reference.set(f"{W}type", kind)
        reference.set(f"{R}id", identifier)
        return reference

    def _add_to(self, part: str, size: tuple[int, int]) -> None:
        """Put the two frames at the head of a footer, once: its own lines stay where they are."""
        if part in self.written:
            return
        self.written.add(part)
        footer = parse(self.package[part].content())
        for paragraph in reversed(_frames(self.code, size)):
            footer.insert(0, paragraph)
        self._put(part, _xml(footer))
        folder, file = posixpath.split(part)
        rels = f"{folder}/_rels/{file}.rels"
        relations = parse(self.package[rels].content()) if rels in self.package else parse(_NO_RELATIONS)
        etree.SubElement(
            relations, f"{PKG_RELS}Relationship", Id="rIdPaperCode", Type=f"{_RELATIONS}/image",
            Target="media/paper_code.png",
        )  # fmt: skip
        self._put(rels, _xml(relations))

    def _target(self, identifier: str) -> str:
        for relation in self.relations:
            if relation.get("Id") == identifier:
                return posixpath.normpath(posixpath.join("word", relation.get("Target", "")))
        raise KeyError(identifier)

    def _put(self, name: str, content: bytes) -> None:
        self.package[name] = Member.stored(name, content)

    def _default(self, extension: str, kind: str) -> None:
        if not any(each.get("Extension") == extension for each in self.types.findall(f"{_CONTENT_TYPES}Default")):
            default = etree.Element(f"{_CONTENT_TYPES}Default", Extension=extension, ContentType=kind)
            self.types.insert(0, default)


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'


def _xml(tree: etree._Element) -> bytes:
    return _HEAD.encode() + etree.tostring(tree, encoding="UTF-8")


def _size_of(section: etree._Element) -> tuple[int, int]:
    size = section.find(f"{W}pgSz")
    if size is None:
        return _A4
    return int(size.get(f"{W}w", _A4[0])), int(size.get(f"{W}h", _A4[1]))


def _frames(code: str, size: tuple[int, int]) -> list[etree._Element]:
    width, height = size
    side = round(QR_MM * _TWIPS)
    qr_at = (width - round((QR_RIGHT_MM + QR_MM) * _TWIPS), height - round((QR_BOTTOM_MM + QR_MM) * _TWIPS))
    line = round(TEXT_POINTS * 28)
    text_at = (round(TEXT_LEFT_MM * _TWIPS), height - round(TEXT_BOTTOM_MM * _TWIPS) - line)
    extent = round(QR_MM * _EMU)
    picture = (
        '<w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        f'distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{extent}" cy="{extent}"/>'
        f'<wp:docPr id="90001" name="{_MARK}" descr="{code_text(code)}"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>'
        f'<pic:cNvPr id="90001" name="{_MARK}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        '<a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'r:embed="rIdPaperCode"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext cx="{extent}" cy="{extent}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
    words = (
        f'<w:rPr><w:rFonts w:ascii="仿宋_GB2312" w:hAnsi="仿宋_GB2312" w:eastAsia="仿宋_GB2312"/>'
        f'<w:sz w:val="{round(TEXT_POINTS * 2)}"/><w:szCs w:val="{round(TEXT_POINTS * 2)}"/></w:rPr>'
        f'<w:t xml:space="preserve">{code_text(code)}</w:t>'
    )
    return [
        _frame(qr_at, (side + 20, side + 20), "20", "atLeast", picture),
        _frame(text_at, (round(150 * _TWIPS), line), str(line), "exact", words),
    ]


def _frame(at: tuple[int, int], size: tuple[int, int], line: str, rule: str, run: str) -> etree._Element:
    return parse(
        (
            f'<w:p {_NS}><w:pPr><w:framePr w:w="{size[0]}" w:h="{size[1]}" w:hRule="exact" w:wrap="around" '
            f'w:vAnchor="page" w:hAnchor="page" w:x="{at[0]}" w:y="{at[1]}"/>'
            f'<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="{rule}"/>'
            f'<w:ind w:left="0" w:right="0" w:firstLine="0"/><w:jc w:val="left"/></w:pPr><w:r>{run}</w:r></w:p>'
        ).encode()
    )
