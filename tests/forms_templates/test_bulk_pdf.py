"""Many papers at once look as one by one: same places, own pages, own code, own ink."""

import io
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pikepdf
import pytest
from django.test import override_settings

from forms_templates import bulk_pdf
from forms_templates.bulk_pdf import Made, Paper, make_pdfs
from forms_templates.coded_paper import qr, qr_rows, with_code
from forms_templates.codes import fresh_code, spaced
from forms_templates.composed import NotComposable, compose
from forms_templates.library import Form, form
from forms_templates.libreoffice import word_to_pdf
from tests.forms_templates.papers import application_form, picture, pictures, sample
from tests.forms_templates.pdf_preview import BLUE, RED, PageImage, pages_of

LONG = "经入户核实，本人家庭情况属实，确无其他就业门路，同意推荐。" * 29


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(VAR_DIR=tmp_path / "var"):
        yield


def paper(name: str, changed: dict[str, str], given: dict[str, bytes], sheet: Form | None = None) -> Paper:
    sheet = sheet or application_form()
    code = fresh_code()
    values = sheet.sample() | changed
    return Paper(name, with_code(sheet.render(values, given), code), code, (sheet.code, sheet.version))


def text_of(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "text.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", str(file), "-"], check=True, capture_output=True, text=True, timeout=60).stdout


def images(pdf: bytes, name: str, tmp_path: Path, pdftoppm: str) -> list[PageImage]:
    file = tmp_path / f"{name}.pdf"
    file.write_bytes(pdf)
    return pages_of(file, pdftoppm)


def test_each_paper_has_its_pages_its_words_its_code_and_its_ink_where_one_alone_has_them(
    need_tool: Callable[[str], str], tmp_path: Path
) -> None:
    need_tool("libreoffice")
    pdftoppm = need_tool("pdftoppm")
    village_only = {name: drawn for name, drawn in pictures().items() if name.startswith("village")}
    papers = [
        paper("first", {"name": "王秀兰"}, {}),
        paper("sealed", {"name": "李桂英"}, pictures()),
        paper("long", {"name": "赵<小>&明", "village_opinion": LONG}, pictures()),
        paper("half", {"name": "周桂芝"}, village_only),
    ]
    made = make_pdfs(papers)
    assert made.troubles == {}
    assert {name: pages for name, (_, pages) in made.pdfs.items()} == {"first": 1, "sealed": 1, "long": 2, "half": 1}
    for each, said in zip(papers, ("王秀兰", "李桂英", "赵<小>&明", "周桂芝"), strict=True):
        text = text_of(made.pdfs[each.name][0], tmp_path)
        assert said in text
        assert text.count(spaced(each.code)) == made.pdfs[each.name][1], "on every page"
        assert not any(other.code != each.code and spaced(other.code) in text for other in papers)
    alone = word_to_pdf({"alone": papers[1].docx}).pdfs["alone"]
    one, other = (
        images(pdf, name, tmp_path, pdftoppm)[0] for pdf, name in ((alone, "alone"), (made.pdfs["sealed"][0], "sealed"))
    )
    for lines, others in zip(one.grid(), other.grid(), strict=True):
        assert lines == pytest.approx(others, abs=0.4)
    for colour in (RED, BLUE):
        frames = list(zip(one.frames(colour), other.frames(colour), strict=True))
        assert len(frames) == 2
        for mine, theirs in frames:
            assert mine == pytest.approx(theirs, abs=0.4)
    assert len(images(made.pdfs["half"][0], "half", tmp_path, pdftoppm)[0].frames(RED)) == 1
    assert images(made.pdfs["first"][0], "first", tmp_path, pdftoppm)[0].frames(RED) == []
    pages = images(made.pdfs["long"][0], "long", tmp_path, pdftoppm)
    assert [len(page.frames(RED)) for page in pages] == [0, 2]


def test_a_paper_carries_only_its_own_pictures(need_tool: Callable[[str], str]) -> None:
    need_tool("libreoffice")
    signatures = [{"village_signature": picture(46, 15, (0, 40, 100 + shade))} for shade in range(3)]
    made = make_pdfs([paper(f"p{number}", {}, given) for number, given in enumerate(signatures)])
    for pdf, _ in made.pdfs.values():
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            pictured = [o for o in opened.objects if isinstance(o, pikepdf.Stream) and o.get("/SMask") is not None]
            assert len(pictured) == 1


def test_forms_are_not_mixed_in_one_file() -> None:
    sheets = [("post_application", 1), ("post_application", 1), ("agreement", 1)]
    papers = [Paper(str(number), b"", "", sheet) for number, sheet in enumerate(sheets)]
    assert [[each.name for each in chunk] for chunk in bulk_pdf._chunks(papers)] == [["0", "1"], ["2"]]


def test_what_cannot_be_composed_is_made_alone(
    need_tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need_tool("libreoffice")

    def refuse(papers: list[bytes]) -> None:
        raise NotComposable("这一种不行")

    monkeypatch.setattr(bulk_pdf, "compose", refuse)
    made = make_pdfs([paper("alone", {}, {})])
    assert made.pdfs["alone"][1] == 1


def test_one_that_is_no_word_file_is_reported_and_the_others_go_on(need_tool: Callable[[str], str]) -> None:
    need_tool("libreoffice")
    broken = Paper("broken", b"PK no Word file", "K7QF2M9X3T", ("post_application", 1))
    made = make_pdfs([paper("whole", {}, {}), broken])
    assert made.pdfs.keys() >= {"whole"}
    assert "broken" not in made.pdfs
    assert "broken" in made.troubles


def test_one_that_spoils_a_file_leaves_only_its_quarter_to_be_made_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [Paper(f"paper{number}", b"", "K7QF2M9X3T", ("post_application", 1)) for number in range(16)]
    alone: list[str] = []

    def spoiled(together: Sequence[Paper]) -> list[tuple[bytes, int]] | None:
        return None if papers[5] in together else [(b"", 1)] * len(together)

    def one_by_one(apart: Sequence[Paper]) -> Made:
        alone.extend(paper.name for paper in apart)
        return Made(pdfs={paper.name: (b"", 1) for paper in apart})

    monkeypatch.setattr(bulk_pdf, "_parted", spoiled)
    monkeypatch.setattr(bulk_pdf, "_apart", one_by_one)
    made = make_pdfs(papers)
    assert alone == ["paper4", "paper5", "paper6", "paper7"]
    assert list(made.pdfs) == [paper.name for paper in papers]


def test_an_agreement_counts_its_own_pages(need_tool: Callable[[str], str], tmp_path: Path) -> None:
    need_tool("libreoffice")
    sheet = form("agreement", 1)
    made = make_pdfs([paper(name, {}, {}, sheet) for name in ("one", "two")])
    (first, pages), (second, same) = made.pdfs["one"], made.pdfs["two"]
    assert pages == same > 1
    for pdf in (first, second):
        numbers = [line.replace(" ", "") for line in text_of(pdf, tmp_path).splitlines() if line.startswith("—")]
        assert numbers == [f"—{number}—" for number in range(1, pages + 1)]


def test_the_code_stamped_on_the_pdf_is_the_word_file_s_own() -> None:
    code = fresh_code()
    docx = with_code(application_form().render(sample(), pictures()), code)
    assert qr_rows(compose([docx, docx]).codes[1]) == [list(row) for row in qr(code).matrix]


def test_composing_is_the_same_every_time() -> None:
    docx = application_form().render(sample(), pictures())
    assert compose([docx, docx]).docx == compose([docx, docx]).docx
