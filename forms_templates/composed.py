"""Many papers of one form as one Word file, so that LibreOffice opens, lays out and closes once.

Pictures are what costs most there. So only the first paper keeps its picture places, filled with single pixels of a
colour of their own, and every place gets a bookmark at the head of its paragraph. From the first paper's PDF one
reads how far each place lies from its bookmark; from the others' bookmarks where theirs are (composed_pdf.py).
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from forms_templates.coded_paper import PICTURE as CODE_PICTURE
from forms_templates.zip_container import Member, pack, unpack

_BODY, _BODY_END = "<w:body>", "</w:body>"
_DRAWING = re.compile(r"<w:drawing>.*?</w:drawing>", re.DOTALL)
_PARAGRAPH = re.compile(r"<w:p[ >]")
_EMBED = re.compile(r'r:embed="([^"]+)"')
_RELATION = re.compile(r"<Relationship [^>]*/>")
_FROM_PARAGRAPH = re.compile(r'<wp:positionV relativeFrom="(?:paragraph|line)"')
_FROM_COLUMN = re.compile(r'<wp:positionH relativeFrom="(?:column|page|margin)"')
_OWN_FOOTER = re.compile(r"word/(?:footer|header)(?!_code)[^/]*\.xml")
_CODE_PARTS = re.compile(r"word/(?:_rels/)?footer_code_[^/]*|word/media/.*")
_COUNTS_ALL = re.compile(r"NUMPAGES|SECTIONPAGES|<w:numPr>|<w:footnoteReference")
_CODE_FRAME = re.compile(r"<w:p>(?:(?!</w:p>).)*?<w:framePr(?:(?!</w:p>).)*?</w:p>", re.DOTALL)
_PRINTED_CODE = re.compile(r"核对编码 [0-9A-Z]{5}-[0-9A-Z]{5}")
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
# The room where each page's own code is stamped afterwards.
CODE_GAP = "　" * 8


class NotComposable(Exception):
    """These papers differ in more than their body, or count pages or lists through the whole file."""


@dataclass
class Composed:
    """One Word file; `pictures[paper][place]` is the PNG that belongs there, None for a blank place.

    `codes[paper]` is the PNG of its QR, empty where a paper has none.

    Bookmarks: "paper<n>" at the head of each paper, "paper<n>place<k>" at each picture's paragraph.
    """

    docx: bytes
    pictures: list[list[bytes | None]] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)


def compose(papers: Sequence[bytes]) -> Composed:
    """One Word file of papers of one version of one form. Raises NotComposable."""
    packages = [{member.name: member for member in unpack(docx)} for docx in papers]
    first = packages[0]
    xml = first["word/document.xml"].content().decode()
    head, tail = xml[: xml.index(_BODY) + len(_BODY)], xml[xml.rindex("<w:sectPr") :]
    sections = any(_OWN_FOOTER.fullmatch(name) for name in first)
    same = _rest(first)
    if sections:
        tail = _counting(tail)
    writer = _Bodies(tail[: tail.index(_BODY_END)] if sections else "")
    pictures = []
    for number, package in enumerate(packages):
        if number and _rest(package) != same:
            raise NotComposable("页眉页脚或样式不同")
        pictures.append(writer.add(package))
    relations = first["word/_rels/document.xml.rels"].content().decode()
    made = "".join(
        f'<Relationship Id="rIdPlace{place}" Type="{_IMAGE}" Target="media/place{place}.png"/>'
        for place in range(writer.places)
    )
    replaced = {
        "word/document.xml": (head + "".join(writer.bodies) + tail).encode(),
        "word/_rels/document.xml.rels": relations.replace("</Relationships>", f"{made}</Relationships>").encode(),
    }
    for name, member in first.items():
        if re.fullmatch(r"word/footer[^/]*\.xml", name):
            replaced[name] = _without_code(member.content().decode()).encode()
    members = [Member.stored(name, replaced[name]) if name in replaced else member for name, member in first.items()]
    pixels = [Member.stored(f"word/media/place{place}.png", pixel(place)) for place in range(writer.places)]
    codes = [package[CODE_PICTURE].content() if CODE_PICTURE in package else b"" for package in packages]
    return Composed(pack([*members, *pixels]), pictures, codes)


def colour(place: int) -> tuple[int, int, int]:
    """The colour by which a place is known again in the PDF."""
    return (11, 211, place + 1)


def pixel(place: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1, 1), colour(place)).save(out, "PNG")
    return out.getvalue()


class _Bodies:
    def __init__(self, section: str) -> None:
        self.section = section
        self.bodies: list[str] = []
        self.places = 0
        self._mark = 0

    def add(self, package: dict[str, Member]) -> list[bytes | None]:
        """Take in the next paper's body; its pictures in the order of their places."""
        number = len(self.bodies)
        xml = package["word/document.xml"].content().decode()
        if _COUNTS_ALL.search(xml):
            raise NotComposable("有全文连续的编号")
        end = xml.rindex("<w:sectPr")
        if xml.count("<w:sectPr") > 1:
            raise NotComposable("一份里有几节")
        body = xml[xml.index(_BODY) + len(_BODY) : end]
        drawings = [found.group() for found in _DRAWING.finditer(body)]
        if number == 0:
            self.places = len(drawings)
        elif len(drawings) != self.places:
            raise NotComposable("图片处的数目不同")
        if not all(_FROM_PARAGRAPH.search(each) and _FROM_COLUMN.search(each) for each in drawings):
            raise NotComposable("有的图片不随段落")
        body = self._mark_places(body, number)
        body = self._begin(body, number)
        self.bodies.append(body)
        return _pictures(package, drawings)

    def _mark_places(self, body: str, number: int) -> str:
        parts: list[str] = []
        at = 0
        for place, found in enumerate(_DRAWING.finditer(body)):
            piece = body[at : found.start()]
            start = [each.start() for each in _PARAGRAPH.finditer(piece)]
            mark = self._bookmark(f"paper{number}place{place}")
            if start:
                piece = piece[: start[-1]] + _with_mark(piece[start[-1] :], mark)
            else:  # a second picture in the same paragraph
                piece += mark
            drawing = _EMBED.sub(f'r:embed="rIdPlace{place}"', found.group()) if number == 0 else ""
            parts += [piece, drawing]
            at = found.end()
        return "".join([*parts, body[at:]])

    def _begin(self, body: str, number: int) -> str:
        if not _PARAGRAPH.match(body):
            # A form that begins with a table: a line of no height carries the bookmark.
            body = f'<w:p><w:pPr><w:spacing w:line="2" w:lineRule="exact"/></w:pPr></w:p>{body}'
        breaks = "" if number == 0 or self.section else "<w:pageBreakBefore/>"
        end = body.index("</w:p>") + len("</w:p>")
        opening = body[:end]
        if breaks:
            opening = _with_break(opening, breaks)
        body = _with_mark(opening, self._bookmark(f"paper{number}")) + body[end:]
        if not self.section:
            return body
        # Each paper a section of its own, counting its pages from one; the last one's stands at the end of the file.
        if number:
            self.bodies[-1] += f"<w:p><w:pPr>{_TINY}{self.section}</w:pPr></w:p>"
        return body

    def _bookmark(self, name: str) -> str:
        self._mark += 1
        return f'<w:bookmarkStart w:id="{self._mark}" w:name="{name}"/><w:bookmarkEnd w:id="{self._mark}"/>'


_TINY = '<w:spacing w:before="0" w:after="0" w:line="2" w:lineRule="exact"/>'


def _counting(section: str) -> str:
    """The section with its pages counted from one."""
    start = '<w:pgNumType w:start="1"/>'
    return re.sub(r"(<w:pgMar [^>]*/>)", rf"\1{start}", section, count=1)


def _with_mark(paragraph: str, mark: str) -> str:
    """The mark at the head of a paragraph's content."""
    properties = paragraph.find("</w:pPr>")
    at = properties + len("</w:pPr>") if properties >= 0 else paragraph.index(">") + 1
    return paragraph[:at] + mark + paragraph[at:]


def _with_break(paragraph: str, breaks: str) -> str:
    if "<w:pPr>" not in paragraph:
        at = paragraph.index(">") + 1
        return f"{paragraph[:at]}<w:pPr>{breaks}</w:pPr>{paragraph[at:]}"
    at = paragraph.index("<w:pPr>") + len("<w:pPr>")
    style = re.match(r"<w:pStyle [^>]*/>", paragraph[at:])
    at += style.end() if style else 0
    return paragraph[:at] + breaks + paragraph[at:]


def _pictures(package: dict[str, Member], drawings: list[str]) -> list[bytes | None]:
    targets = {}
    for relation in _RELATION.findall(package["word/_rels/document.xml.rels"].content().decode()):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', relation))
        targets[facts["Id"]] = f"word/{facts['Target']}"
    found: list[bytes | None] = []
    for drawing in drawings:
        embedded = _EMBED.search(drawing)
        found.append(package[targets[embedded.group(1)]].content() if embedded else None)
    return found


def _rest(package: dict[str, Member]) -> dict[str, object]:
    """What all papers of one file must have in common."""
    rest: dict[str, object] = {}
    for name, member in package.items():
        if name.startswith(("word/document.xml", "word/_rels/")) or _CODE_PARTS.fullmatch(name):
            continue
        rest[name] = _without_code(member.content().decode()) if _OWN_FOOTER.fullmatch(name) else member.crc
    return rest


def _without_code(footer: str) -> str:
    """A footer as it is on every page: the words stay, the code and its QR are stamped page by page."""
    if _COUNTS_ALL.search(footer):
        raise NotComposable("页脚里有总页数")

    def blank(found: re.Match[str]) -> str:
        frame = found.group()
        if "<w:drawing>" in frame:
            return "" if "PaperCode" in frame else frame
        return _PRINTED_CODE.sub(f"核对编码 {CODE_GAP}", frame)

    return _CODE_FRAME.sub(blank, footer)
