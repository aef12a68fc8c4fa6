"""未生效 across every page of a paper that is taken out before its last decision, in Word and in PDF.

The filed paper stays as it is; what goes out is a copy with the mark, always with the same bytes, so that the page
where a printed paper is checked can know it.
"""

import io
import re

import pikepdf
from lxml import etree

from forms_templates.ooxml import W, parse
from forms_templates.zip_container import Member, pack, unpack

WORDS = "未生效"
_FOOTER = re.compile(r"word/footer[^/]*\.xml")
_GREY = 0.78
_POINTS = 130.0  # of one character, on A4
_A4_WIDTH = 595.0
_COS, _SIN = 0.8192, 0.5736  # 35 degrees
# The three characters in Noto Serif CJK SC Bold (1000 units to the em), so that no PDF needs a font for them.
_OUTLINES = (
    (
        "436 849 m 436 658 l 120 658 l 128 630 l 436 630 l 436 447 l 38 447 l 46 419 l 367 419 l 301 263 179 "
        "99 25 -7 c 33 -18 l 204 56 341 162 436 291 c 436 -89 l 459 -89 l 504 -89 556 -60 556 -47 c 556 419 l "
        "618 221 723 80 875 -3 c 891 55 928 93 974 103 c 976 115 l 822 162 661 272 577 419 c 933 419 l 948 "
        "419 960 424 962 435 c 914 475 835 534 835 534 c 766 447 l 556 447 l 556 630 l 860 630 l 874 630 886 "
        "635 889 646 c 843 686 767 742 767 742 c 700 658 l 556 658 l 556 805 l 583 809 590 819 592 833 c h"
    ),
    (
        "207 814 m 173 634 98 453 21 338 c 33 330 l 119 390 194 471 255 574 c 432 574 l 432 318 l 150 318 l "
        "158 290 l 432 290 l 432 -11 l 31 -11 l 39 -39 l 941 -39 l 956 -39 967 -34 970 -23 c 920 19 839 80 "
        "839 80 c 766 -11 l 561 -11 l 561 290 l 856 290 l 871 290 882 295 884 306 c 836 346 756 406 756 406 c "
        "686 318 l 561 318 l 561 574 l 885 574 l 900 574 911 579 914 590 c 864 633 788 688 788 688 c 718 602 "
        "l 561 602 l 561 800 l 588 804 595 814 597 828 c 432 844 l 432 602 l 271 602 l 295 646 317 693 336 "
        "744 c 360 743 372 752 376 764 c h"
    ),
    (
        "315 603 m 307 596 l 356 554 414 483 434 422 c 543 362 607 577 315 603 c h 309 555 m 172 612 l 140 "
        "502 82 400 25 337 c 36 327 l 125 369 208 439 269 538 c 291 536 304 544 309 555 c h 167 843 m 159 837 "
        "l 200 797 243 732 256 672 c 371 601 458 825 167 843 c h 474 738 m 413 658 l 31 658 l 39 630 l 557 "
        "630 l 571 630 582 635 585 646 c 544 684 474 738 474 738 c h 770 815 m 611 848 l 597 657 553 453 498 "
        "314 c 511 307 l 553 353 590 408 622 470 c 634 374 653 285 680 206 c 621 95 532 -3 403 -82 c 411 -92 "
        "l 546 -42 646 27 719 111 c 759 31 812 -37 883 -89 c 898 -37 930 -8 983 4 c 986 14 l 898 57 829 114 "
        "775 186 c 850 302 887 440 905 592 c 957 592 l 972 592 982 597 985 608 c 944 646 875 701 875 701 c "
        "814 620 l 685 620 l 703 674 719 731 732 791 c 755 792 767 801 770 815 c h 675 592 m 781 592 l 773 "
        "482 753 377 715 282 c 681 348 657 423 639 506 c 652 533 664 562 675 592 c h 476 393 m 330 441 l 326 "
        "399 317 347 296 290 c 253 315 200 339 136 361 c 126 353 l 170 313 218 262 261 208 c 217 121 145 26 "
        "30 -69 c 40 -84 l 172 -15 258 61 315 132 c 341 93 362 53 376 16 c 475 -46 538 94 379 231 c 408 287 "
        "422 337 433 374 c 459 372 471 381 476 393 c h"
    ),
)

_SHAPE = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>'
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
    'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
    '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
    '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    f'<v:shape id="NotInForce" o:spid="_x0000_s2049" type="#_x0000_t136" alt="{WORDS}" '
    f'style="position:absolute;width:{3 * _POINTS:g}pt;height:{_POINTS:g}pt;rotation:325;z-index:-251658752;'
    "mso-position-horizontal:center;mso-position-horizontal-relative:page;"
    'mso-position-vertical:center;mso-position-vertical-relative:page" '
    'o:allowincell="f" fillcolor="#c7c7c7" stroked="f">'
    f'<v:textpath style="font-family:&quot;宋体&quot;;font-size:1pt;font-weight:bold" string="{WORDS}"/>'
    "</v:shape></w:pict></w:r>"
)


def marked_word(docx: bytes) -> bytes:
    """The Word file with the mark behind the text of every page: it stands in the footers, which hold the code, too."""
    members = []
    for member in unpack(docx):
        if _FOOTER.fullmatch(member.name):
            footer = parse(member.content())
            # The frames of the code come first; the mark belongs to a line of its own.
            footer.findall(f"{W}p")[-1].append(etree.fromstring(_SHAPE))
            members.append(Member.stored(member.name, etree.tostring(footer, encoding="UTF-8", standalone=True)))
        else:
            members.append(member)
    return pack(members)


def marked_pdf(pdf: bytes) -> bytes:
    """The PDF with the mark under the print of every page, as vectors."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        mark_pages(opened)
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def mark_pages(pdf: pikepdf.Pdf) -> None:
    """Put the mark under every page of an open PDF."""
    for page in pdf.pages:
        left, bottom, right, top = (float(edge) for edge in page.MediaBox)
        page.contents_add(pdf.make_stream(_drawn((left + right) / 2, (bottom + top) / 2, right - left)), prepend=True)


def _drawn(x: float, y: float, width: float) -> bytes:
    scale = _POINTS / 1000 * min(1.0, width / _A4_WIDTH)
    turned = f"{_COS * scale:.5f} {_SIN * scale:.5f} {-_SIN * scale:.5f} {_COS * scale:.5f} {x:.2f} {y:.2f} cm"
    characters = [
        f"q 1 0 0 1 {1000 * (index - 1.5):.0f} -380 cm {outline} f Q" for index, outline in enumerate(_OUTLINES)
    ]
    return f"q {_GREY} g {turned} {' '.join(characters)} Q".encode()
