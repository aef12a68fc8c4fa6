"""A draft as a Word file: slim, with real styles, to be opened and edited in Word or WPS from then on."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from forms_templates.drafting.look import SHEETS, TWIPS, Sheet, styles_xml, twips
from forms_templates.drafting.markup import Box, Draft, DraftError, Grid, Line, Piece
from forms_templates.specification import PictureSpec, Specification

_EMU_PER_MM = 36000
_MM_PER_PT = 25.4 / 72
# One transparent pixel: a place for ink or a seal that nobody has given yet.
BLANK_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000b49444154789c6360000200000500017a5eab3f0000000049454e44ae426082"
)
_TIGHT = {"tight": "ListTight", "tight label": "ListTightHead"}
_SMALL = {"label": "ListHead", "left": "ListText", "right": "ListAmount", "centre": "ListValue", **_TIGHT}
_LARGE = {"label": "CellLabel", "left": "CellText", "right": "CellText", "centre": "CellValue", **_TIGHT}
_PLAIN = {**_LARGE, "left": "FootLine", "right": "FootDate"}
# Where a draft says [[category]], the words of that choice stand.
_MARKS = re.compile(r"\[\[([a-z_]+)\]\]")
_TAG = re.compile(r"{{.*?}}")
_FOOT_MARGINS = (
    '<w:tcMar><w:top w:w="40" w:type="dxa"/><w:left w:w="113" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tcMar>'
)
_MIDDLE = '<w:vAlign w:val="center"/>'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_OFFICE}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)


def draw(draft: Draft, specification: Specification) -> bytes:
    """The template.docx of a draft; the places for ink and seals are as large as form.toml says."""
    writer = _Writer(SHEETS[draft.page], specification.pictures)
    body = ""
    for block, following in zip(draft.blocks, [*draft.blocks[1:], None], strict=True):
        if isinstance(block, Grid):
            # Word joins two tables that nothing parts, and a document never ends with one.
            parted = following is not None and not isinstance(following, Grid)
            kept = block.lines[-1].boxes[0].pieces[0].keeps if block.lines[-1].boxes else None
            body += writer.grid(block) + ("" if parted else writer.piece(Piece("AfterTable", "", keeps=kept)))
        else:
            body += writer.piece(block)
    return _container(writer, body, specification.title)


@dataclass(slots=True)
class _Writer:
    sheet: Sheet
    specs: Mapping[str, PictureSpec]
    used: list[str] = field(default_factory=list)

    def piece(self, piece: Piece, width: float | None = None) -> str:
        """A paragraph; `width` (mm) when it stands in a cell."""
        runs = "".join(self._anchor(name, piece, width) for name in piece.pictures)
        left, tab, right = piece.text.partition(" >> ")
        runs += _run(left) if left else ""
        runs += f"<w:r><w:tab/></w:r>{_run(right)}" if tab else ""
        keeps = (
            "" if piece.keeps is None else "<w:keepNext/><w:keepLines/>" if piece.keeps else '<w:keepNext w:val="0"/>'
        )
        return f'<w:p><w:pPr><w:pStyle w:val="{piece.style}"/>{keeps}</w:pPr>{runs}</w:p>'

    def grid(self, grid: Grid) -> str:
        widths = [twips(width) for width in grid.columns]
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        style = {"list": "ListGrid", "plain": "PlainGrid"}.get(grid.word, "FormGrid")
        rows = "".join(
            self._row(line, grid, widths, above=before, below=after)
            for before, line, after in zip([None, *grid.lines], grid.lines, [*grid.lines[1:], None], strict=False)
        )
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0000"/></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
        )

    def _row(self, line: Line, grid: Grid, widths: list[int], *, above: Line | None, below: Line | None) -> str:
        if line.tag:
            value = _SMALL["centre"] if grid.small else _LARGE["centre"]
            paragraph = self.piece(Piece(value, line.tag))
            shape = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/>'
            return f"<w:tr><w:tc><w:tcPr>{shape}</w:tcPr>{paragraph}</w:tc></w:tr>"
        splits = line.word in ("opinion", "area")
        shape = "" if splits else "<w:cantSplit/>"
        shape += f'<w:trHeight w:val="{twips(line.height)}" w:hRule="atLeast"/>'
        shape += "<w:tblHeader/>" if line.word == "head" else ""
        if line.word in ("opinion", "area", "signs", "closing"):
            cells = self._wide(line, widths, above, below)
        else:
            cells, column = "", 0
            for box in line.boxes:
                cells += self._cell(box, sum(widths[column : column + box.span]), line, grid)
                column += box.span
        return f"<w:tr><w:trPr>{shape}</w:trPr>{cells}</w:tr>"

    def _cell(self, box: Box, width: int, line: Line, grid: Grid) -> str:
        span = f'<w:gridSpan w:val="{box.span}"/>' if box.span > 1 else ""
        foot = line.word == "foot"
        styles = _PLAIN if grid.word == "plain" or foot else _SMALL if grid.small else _LARGE
        shape = _FOOT_MARGINS if foot else _MIDDLE
        lines = [replace(piece, style=styles[piece.style]) for piece in box.pieces]
        paragraphs = "".join(self.piece(each, width / TWIPS) for each in lines)
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shape}</w:tcPr>{paragraphs}</w:tc>'

    def _wide(self, line: Line, widths: list[int], above: Line | None, below: Line | None) -> str:
        joined_above = line.word == "signs" and above is not None and above.word == "opinion"
        joined_below = line.word == "opinion" and below is not None and below.word == "signs"
        open_sides = ("top",) * joined_above + ("bottom",) * joined_below
        open_sides += ("left", "bottom", "right") * (line.word == "closing")
        borders = "".join(f'<w:{side} w:val="nil"/>' for side in open_sides)
        borders = f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
        top, side = (220, 0) if line.word == "signs" else (0, 0) if line.word == "closing" else (120, 198)
        margins = (
            f'<w:tcMar><w:top w:w="{top}" w:type="dxa"/><w:left w:w="{side}" w:type="dxa"/>'
            f'<w:right w:w="{side}" w:type="dxa"/></w:tcMar>'
        )
        paragraphs = "".join(self.piece(piece) for box in line.boxes for piece in box.pieces)
        span = f'<w:gridSpan w:val="{len(widths)}"/>' if len(widths) > 1 else ""
        shape = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/>{span}{borders}{margins}'
        return f"<w:tc><w:tcPr>{shape}</w:tcPr>{paragraphs}</w:tc>"

    def _anchor(self, name: str, piece: Piece, width: float | None) -> str:
        if name not in self.specs:
            raise DraftError(f"@{name}在form.toml的pictures里没有。")
        spec = self.specs[name]
        self.used.append(name)
        number = len(self.used)
        size, line = (10.5, 15.0) if piece.style in _SMALL.values() else (self.sheet.size, self.sheet.line)
        if width is not None and piece.style not in _SMALL.values():
            size, line = 14, 22
        if spec.kind == "seal" and width is not None and piece.style == "CellValue":
            # Over a date in the middle of its cell.
            x = (width - spec.width_mm) / 2
        elif spec.kind == "seal" and width is not None:
            # Over a date at the right of its cell.
            x = width - spec.width_mm - 3.5
        elif spec.kind == "seal":
            # Upright, centred on the date.
            x = self.sheet.measure - (self.sheet.stamp + 6) / 2 - spec.width_mm / 2
        elif piece.style == "SignLine":
            x = self.sheet.measure / 4 + _width(piece.text, size) + 2
        elif piece.text:
            x = _width(piece.text, size) + 3
        else:
            x = 0.5 if width is not None and width - spec.width_mm < 10 else 6
        y = (line * _MM_PER_PT - spec.height_mm) / 2
        wide, high = round(spec.width_mm * _EMU_PER_MM), round(spec.height_mm * _EMU_PER_MM)
        names = f"name={quoteattr(name)} descr={quoteattr(spec.label)}"
        return (
            "<w:r><w:rPr><w:noProof/></w:rPr><w:drawing>"
            '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" '
            f'relativeHeight="{number}" behindDoc="{int(spec.kind == "seal")}" locked="0" layoutInCell="1" '
            'allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column">'
            f"<wp:posOffset>{round(x * _EMU_PER_MM)}</wp:posOffset></wp:positionH>"
            f'<wp:positionV relativeFrom="paragraph"><wp:posOffset>{round(y * _EMU_PER_MM)}</wp:posOffset>'
            f'</wp:positionV><wp:extent cx="{wide}" cy="{high}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
            f'<wp:wrapNone/><wp:docPr id="{number}" {names}/><wp:cNvGraphicFramePr/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" {names}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="rIdPic{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
            f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:anchor></w:drawing></w:r>"
        )


def _width(text: str, size: float) -> float:
    """About how wide a line of Chinese text is (mm); a tag counts as a name of three characters."""
    return len(_TAG.sub("三个字", text)) * size * _MM_PER_PT


def _run(text: str) -> str:
    if found := _MARKS.fullmatch(text):
        return _marks(found[1])
    # Word takes □ and ☑ for western: both from the one face of Windows that has both. LibreOffice and we do not.
    letters = '<w:rPr><w:rFonts w:hAnsi="Segoe UI Symbol"/></w:rPr>' if "|boxes" in text else ""
    return f'<w:r>{letters}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _marks(name: str) -> str:
    """All words of a choice, the chosen one in the style 选中项."""

    def styled(style: str) -> str:
        return (
            f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr><w:t xml:space="preserve">{{{{ word.label }}}}</w:t></w:r>'
        )

    return (
        _run(f"{{%r for word in {name} %}}") + _run("{%r if not loop.first %}") + _run("、") + _run("{%r endif %}")
        + _run("{%r if word.chosen %}") + styled("MarkChosen") + _run("{%r else %}") + styled("Mark")
        + _run("{%r endif %}") + _run("{%r endfor %}")
    )  # fmt: skip


def _container(writer: _Writer, body: str, title: str) -> bytes:
    sheet = writer.sheet
    top, right, bottom, left = (twips(margin) for margin in sheet.margins)
    across = ' w:orient="landscape"' if sheet.width > sheet.height else ""
    footer = '<w:footerReference w:type="default" r:id="rIdFooter"/>' if sheet.numbered else ""
    document = (
        f"{_HEAD}<w:document {_NAMESPACES}><w:body>{body}<w:sectPr>{footer}"
        f'<w:pgSz w:w="{twips(sheet.width)}" w:h="{twips(sheet.height)}"{across}/>'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="567" w:footer="454" '
        'w:gutter="0"/></w:sectPr></w:body></w:document>'
    )
    parts = {
        "word/document.xml": document,
        "word/styles.xml": styles_xml(sheet),
        "word/settings.xml": _SETTINGS,
        "word/fontTable.xml": _FONTS,
        "docProps/core.xml": _CORE.format(title=escape(title)),
        "docProps/app.xml": _APP,
    }
    if sheet.numbered:
        parts["word/footer1.xml"] = _FOOTER
    relations = [("styles", "styles.xml"), ("settings", "settings.xml"), ("fontTable", "fontTable.xml")]
    linked = [(f"rId{index}", kind, target) for index, (kind, target) in enumerate(relations, 1)]
    linked += [("rIdFooter", "footer", "footer1.xml")] if sheet.numbered else []
    linked += [(f"rIdPic{index}", "image", f"media/{name}.png") for index, name in enumerate(writer.used, 1)]
    files: dict[str, bytes] = {
        "[Content_Types].xml": _types(parts).encode(),
        "_rels/.rels": _relations(_ROOT).encode(),
        **{name: content.encode() for name, content in parts.items()},
        "word/_rels/document.xml.rels": _relations(
            [(key, f"{_OFFICE}/{kind}", target) for key, kind, target in linked]
        ).encode(),
        **{f"word/media/{name}.png": BLANK_PNG for name in writer.used},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _types(parts: Mapping[str, str]) -> str:
    kinds = {
        "word/document.xml": f"{_WORD_TYPE}.document.main+xml",
        "word/styles.xml": f"{_WORD_TYPE}.styles+xml",
        "word/settings.xml": f"{_WORD_TYPE}.settings+xml",
        "word/fontTable.xml": f"{_WORD_TYPE}.fontTable+xml",
        "word/footer1.xml": f"{_WORD_TYPE}.footer+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kinds[name]}"/>' for name in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{overrides}</Types>'
    )


def _relations(relations: list[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in relations)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


_ROOT = [
    ("rId1", f"{_OFFICE}/officeDocument", "word/document.xml"),
    ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    ("rId3", f"{_OFFICE}/extended-properties", "docProps/app.xml"),
]
_SETTINGS = (
    f'{_HEAD}<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:doNotExpandShiftReturn/>'
    '<w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
)
_FONTS = (
    f'{_HEAD}<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font>'
    '<w:font w:name="方正小标宋简体"><w:charset w:val="86"/><w:family w:val="script"/></w:font>'
    '<w:font w:name="黑体"><w:altName w:val="SimHei"/><w:charset w:val="86"/></w:font>'
    '<w:font w:name="楷体_GB2312"><w:altName w:val="楷体"/><w:charset w:val="86"/></w:font></w:fonts>'
)
_CORE = (
    f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>zh-CN</dc:language>'
    "</cp:coreProperties>"
)
_APP = (
    f'{_HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Office Word</Application></Properties>"
)
# GB/T 9704: the page's number between two dashes, 宋体 14 pt.
_FOOTER = (
    f'{_HEAD}<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr>'
    '<w:pStyle w:val="FooterText"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>'
)
