"""How drafted papers look: page sizes and Word styles after GB/T 9704 and the county's own attachments."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

TWIPS = 1440 / 25.4

SONG, TITLE, SANS, KAI = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page in mm, its margins (top, right, bottom, left), its body type in pt (size and line)."""

    width: float
    height: float
    margins: tuple[float, float, float, float]
    size: float
    line: float
    numbered: bool = False

    @property
    def measure(self) -> float:
        """The width of a line of text."""
        return self.width - self.margins[1] - self.margins[3]

    @property
    def stamp(self) -> float:
        """From the right margin, how wide the place for the office's name, its date and its seal is."""
        return 58 if self.size == 14 else 80


SHEETS = {
    # The county's own attachments: a table that fills the page.
    "form": Sheet(210, 297, (23, 15, 12, 15), 14, 22),
    "card": Sheet(210, 297, (17, 13, 12, 13), 14, 22),
    # GB/T 9704: 37 mm above, 28 mm at the left, 156 mm of text, 28 characters a line.
    "letter": Sheet(210, 297, (37, 26, 35, 28), 16, 28, numbered=True),
    # One page that is read out and signed: the letter with smaller margins.
    "statement": Sheet(210, 297, (24, 23, 18, 25), 16, 25),
    # A notice of many parts: smaller type, so that it mostly stays on one page; numbered, for when it goes on.
    "notice": Sheet(210, 297, (24, 24, 20, 26), 14, 23, numbered=True),
    "contract": Sheet(210, 297, (30, 23, 25, 25), 16, 27, numbered=True),
    "wide": Sheet(297, 210, (18, 14, 18, 14), 14, 22, numbered=True),
}


def twips(mm: float) -> int:
    """mm in Word's own measure."""
    return round(mm * TWIPS)


def styles_xml(sheet: Sheet) -> str:
    """The whole styles.xml of a paper on this sheet."""
    both = _fonts(SONG)
    size = round(sheet.size * 2)
    seal_from = sheet.measure - sheet.stamp
    # A signature is 15 mm high; nothing stands before an anchor's paragraph, or programs place it differently.
    room = 20
    parts = [
        _STYLES.format(fonts=both, size=size, line=round(sheet.line * 20), keep=_KEEP, grid=_grid_styles()),
        _style("PaperTitle", "表题", 22, 32, font=TITLE, align="center", after=14),
        _style("PaperSubtitle", "副题", 16, 28, font=KAI, align="center", after=10),
        _style("PaperLine", "表头行", None, None, after=4, left=1, tab=sheet.measure - 1),
        _style("PaperNote", "附注", 12, 18, align="left", before=4),
        _style("Heading1", "一级标题", sheet.size, sheet.line, font=SANS, first=sheet.size * 2, keep=True),
        _style("Heading2", "二级标题", sheet.size, sheet.line, font=KAI, first=sheet.size * 2, keep=True),
        _style("BodyText", "正文文字", None, None, first=sheet.size * 2, align="both"),
        _style("BodyFlush", "正文顶格", None, None, align="both"),
        _style("BodyRight", "正文靠右", None, None, align="right"),
        _style("BodyCentre", "正文居中", None, None, align="center"),
        _style("CellLabel", "栏目", 14, 22, align="center"),
        _style("CellValue", "填写", 14, 22, align="center"),
        _style("CellText", "填写（靠左）", 14, 22, align="left", left=2.2, right=1),
        _style("ListHead", "清单栏目", 10.5, 15, align="center"),
        _style("ListValue", "清单填写", 10.5, 15, align="center"),
        _style("ListText", "清单填写（靠左）", 10.5, 15, align="left", left=0.8),
        _style("ListAmount", "清单填写（靠右）", 10.5, 15, align="right"),
        _style("OpinionHead", "意见栏目", 14, 22, align="left"),
        _style("OpinionText", "意见", 14, 22, first=28, align="left"),
        _style("AreaText", "栏目内容", 14, 22, align="left", left=5),
        _style("SignLine", "签字行", None, None, left=sheet.measure / 4, after=room, keep=True),
        _style("StampWord", "公章", None, None, align="center", keep=True, left=seal_from, right=6),
        # The seal reaches 17 mm below the date.
        _style("StampDate", "落款日期", None, None, align="center", after=48, left=seal_from, right=6),
        _style("SignDate", "签字日期", None, None, align="center", after=10, left=seal_from, right=6),
        _style("FootLine", "落款", 14, 22, align="left"),
        _style("FootDate", "落款日期（靠右）", 14, 22, align="right", right=2),
        _style("ListTight", "清单小字", 9, 13, align="center"),
        _style("ListTightHead", "清单小字栏目", 9, 13, align="center"),
        _style("AfterTable", "表后", 1, 1),
        _style("FooterText", "页脚", 14, 18, align="center"),
        _MARKS,
    ]
    return "".join(parts)


def _fonts(font: str) -> str:
    return f'w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"'


def _style(
    code: str,
    name: str,
    size: float | None,
    line: float | None,
    *,
    font: str = "",
    align: str = "",
    first: float = 0,
    left: float = 0,
    right: float = 0,
    before: float = 0,
    after: float = 0,
    tab: float = 0,
    keep: bool = False,
) -> str:
    """One paragraph style; sizes, lines, `first`, `before` and `after` in pt, `left`, `right` and `tab` in mm."""
    spacing = f' w:line="{round(line * 20)}" w:lineRule="exact"' if line else ""
    indent = f' w:firstLine="{round(first * 20)}" w:firstLineChars="200"' if first else ""
    sides = "".join(f' w:{side}="{twips(value)}"' for side, value in (("left", left), ("right", right)) if value)
    shape = [
        "<w:keepNext/>" if keep else "",
        f'<w:tabs><w:tab w:val="right" w:pos="{twips(tab)}"/></w:tabs>' if tab else "",
        f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}"{spacing}/>',
        f"<w:ind{sides}{indent}/>" if sides or indent else "",
        f'<w:jc w:val="{align}"/>' if align else "",
    ]
    letters = f"<w:rFonts {_fonts(font)}/>" if font else ""
    if size:
        letters += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{code}"><w:name w:val="{escape(name)}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{"".join(shape)}</w:pPr>'
        f"<w:rPr>{letters}</w:rPr></w:style>"
    )


def _grid_styles() -> str:
    def lines(code: str, name: str, frame: int, inner: int, margin: int) -> str:
        sides = [
            *((side, frame) for side in ("top", "left", "bottom", "right")),
            ("insideH", inner),
            ("insideV", inner),
        ]
        borders = "".join(
            f'<w:{side} w:val="{"single" if sz else "nil"}" w:sz="{sz}" w:space="0" w:color="000000"/>'
            for side, sz in sides
        )
        cells = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
        return (
            f'<w:style w:type="table" w:customStyle="1" w:styleId="{code}"><w:name w:val="{name}"/>'
            f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{borders}</w:tblBorders>'
            f"<w:tblCellMar>{cells}</w:tblCellMar></w:tblPr></w:style>"
        )

    return (
        lines("FormGrid", "表格", 12, 6, 57)
        + lines("ListGrid", "清单表格", 8, 4, 28)
        + lines("PlainGrid", "无框表格", 0, 0, 0)
    )


# Nothing hangs over the margin: lines end where the browser ends them, too.
_KEEP = '<w:widowControl w:val="0"/><w:overflowPunct w:val="0"/>'
_STYLES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault>'
    '<w:rPr><w:rFonts {fonts}/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    '<w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr>{keep}'
    '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    '<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/></w:pPr></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:semiHidden/>'
    '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>{grid}"
)
_MARKS = (
    '<w:style w:type="character" w:customStyle="1" w:styleId="Mark"><w:name w:val="备选项"/>'
    '<w:basedOn w:val="DefaultParagraphFont"/></w:style>'
    '<w:style w:type="character" w:customStyle="1" w:styleId="MarkChosen"><w:name w:val="选中项"/>'
    '<w:basedOn w:val="Mark"/><w:rPr><w:b/><w:bCs/>'
    '<w:bdr w:val="single" w:sz="8" w:space="0" w:color="000000"/></w:rPr></w:style></w:styles>'
)
