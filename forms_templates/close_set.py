"""A Word file as LibreOffice must be given it to set it as Word does. A filed paper is never changed.

LibreOffice 7.4 reads past three things our forms say (each was tried, and lines ended elsewhere than in Word and in
the browser):

- No gap between Chinese characters and figures (autoSpaceDE off: official papers set 2020年9月7日 closely). A break
  of no width between the two keeps it from making one, and leaves no trace in the text of the PDF.
- No punctuation beyond the right edge (overflowPunct off): it takes the switch the wrong way round.
- Figures are not Chinese words: in text whose western language is said to be Chinese it breaks 800.00 after the 80.

It overlooks the last section's page where a table ends the file, and prints it upright though it lies across.

And it counts a floating picture's place from above the space before its paragraph, not from its first line, and does
not centre what stands in a cell with such a picture.
"""

import re
import zipfile

from lxml import etree

from forms_templates.ooxml import WP, W, parse
from forms_templates.word_styles import TWIPS_PER_MM, WordStyles, merge, mm
from forms_templates.zip_container import Member, pack, unpack

_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\w*)\.xml")
_STYLES = "word/styles.xml"
_ENDS_IN_TABLE = re.compile(rb"(?<=</w:tbl>)\s*<w:sectPr(?:(?!<w:sectPr).)*</w:sectPr>\s*</w:body>", re.DOTALL)
_LAST_PARAGRAPH = b'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
_CHINESE, _WESTERN = "[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]", "[0-9A-Za-z]"
_EMU_PER_POINT = 12700
_NO_WIDTH = "\u200b"
_TEXT = re.compile(r"(<w:t(?: [^>]*)?>)([^<]*)(?=</w:t>)")
_NEXT_RUN = r"</w:t></w:r><w:r(?: [^>]*)?>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t(?: [^>]*)?>"
_MEETING = re.compile(f"(?<={_CHINESE})(?={_WESTERN})|(?<={_WESTERN})(?={_CHINESE})")
# Between two runs that follow each other, too.
_RUNS_MEET = re.compile(
    f"(?<={_CHINESE})({_NEXT_RUN})(?={_WESTERN})|(?<={_WESTERN})({_NEXT_RUN})(?={_CHINESE})", re.DOTALL
)
_NO_OVERFLOW = re.compile(r'<w:overflowPunct w:val="(?:0|false|off)"/>')
_WESTERN_CHINESE = re.compile(r'(<w:lang (?:[^>]*\s)?w:val=")zh-CN"')


def closely_set(docx: bytes) -> bytes:
    """The Word file for LibreOffice; the very same where gaps are wanted, as in a form drawn with Word's own styles."""
    try:
        members = unpack(docx)
    except zipfile.BadZipFile:
        return docx  # LibreOffice says that it cannot open it
    styles = next((member.content() for member in members if member.name == _STYLES), b"")
    ended = [_ended(member) for member in members]
    if b"autoSpaceDE" not in styles or WordStyles(styles).usual().autospace:
        return docx if ended == members else pack(ended)
    looks = WordStyles(styles)
    return pack(_changed(member, looks) for member in ended)


def _ended(member: Member) -> Member:
    """With the paragraph after its last table that Word itself always writes."""
    if member.name != "word/document.xml" or not (found := _ENDS_IN_TABLE.search(member.content())):
        return member
    content = member.content()
    return Member.stored(member.name, content[: found.start()] + _LAST_PARAGRAPH + content[found.start() :])


def _changed(member: Member, looks: WordStyles) -> Member:
    if member.name == _STYLES:
        xml = _NO_OVERFLOW.sub('<w:overflowPunct w:val="1"/>', member.content().decode())
        return Member.stored(member.name, _WESTERN_CHINESE.sub(r'\1en-US"', xml).encode())
    if _TEXT_PARTS.fullmatch(member.name):
        content = member.content()
        xml = (_placed(content, looks) if b"<wp:anchor" in content else content).decode()
        xml = _TEXT.sub(lambda found: found.group(1) + _apart(found.group(2)), xml)
        return Member.stored(member.name, _RUNS_MEET.sub(lambda found: found.group() + _NO_WIDTH, xml).encode())
    return member


def _apart(text: str) -> str:
    return _MEETING.sub(_NO_WIDTH, text)


def _placed(xml: bytes, looks: WordStyles) -> bytes:
    """The part with its floating pictures counted from their first lines, and what stands around them in the middle."""
    tree = parse(xml)
    cells: dict[etree._Element, None] = {}
    for anchor in tree.iter(f"{WP}anchor"):
        paragraph = next(anchor.iterancestors(f"{W}p"))
        before = looks.paragraph(paragraph).before
        vertical = anchor.find(f"{WP}positionV")
        offset = None if vertical is None else vertical.find(f"{WP}posOffset")
        if before and offset is not None and vertical is not None and vertical.get("relativeFrom") == "paragraph":
            offset.text = str(int(offset.text or "0") + round(before * _EMU_PER_POINT))
        if (cell := next(anchor.iterancestors(f"{W}tc"), None)) is not None:
            cells[cell] = None
    for cell in cells:
        _centre(cell, looks)
    return etree.tostring(tree, encoding="UTF-8", standalone=True)


def _centre(cell: etree._Element, looks: WordStyles) -> None:
    """In the middle by a margin above, where every line has its height and the row is as high as it says."""
    upright = cell.find(f"{W}tcPr/{W}vAlign")
    row = cell.getparent()
    if upright is None or upright.get(f"{W}val") != "center" or row is None:
        return
    height = mm(merge([row.find(f"{W}trPr")]).get("trHeight", {}).get("val", "0"))
    lines = [looks.paragraph(paragraph) for paragraph in cell.iterfind(f"{W}p")]
    if any(look.line is None for look in lines):
        return
    free = height - sum((look.line or 0) + look.before + look.after for look in lines) * 25.4 / 72
    if free > 0 and (shape := upright.getparent()) is not None and shape.find(f"{W}tcMar") is None:
        margins = etree.Element(f"{W}tcMar")
        etree.SubElement(margins, f"{W}top", {f"{W}w": str(round(free / 2 * TWIPS_PER_MM)), f"{W}type": "dxa"})
        shape.replace(upright, margins)
