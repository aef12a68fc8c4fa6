"""Scans of signed pages: the code is read however the page lies, and nothing but the picture is kept."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from signatures.paper_scans import KEPT_SIDE, MOST_BYTES, PaperScanError, code_in, read_scan
from tests.core.scanned import page_image, photo

CODE = "K7QF2M9X3T"


@pytest.mark.parametrize("turned", [0, 90, 180, 270, 4])
def test_the_code_is_read_however_the_page_lies_and_the_page_is_kept_upright(turned: int) -> None:
    found = read_scan(photo(CODE, turned=turned))
    assert found.codes == (CODE,)
    with Image.open(io.BytesIO(found.content)) as kept:
        assert kept.height > kept.width
        assert max(kept.size) <= KEPT_SIDE
    again = read_scan(found.content)
    with Image.open(io.BytesIO(again.content)) as kept, Image.open(io.BytesIO(found.content)) as before:
        assert kept.size == before.size, "already upright"


def test_the_cameras_notes_turn_the_page_and_are_left_out() -> None:
    data = photo(CODE, turned=90, exif=True)
    assert b"PhoneModel-XYZ" in data
    found = read_scan(data)
    assert found.codes == (CODE,)
    assert b"PhoneModel-XYZ" not in found.content
    with Image.open(io.BytesIO(found.content)) as kept:
        assert not kept.getexif()
        assert kept.height > kept.width


def test_a_page_without_a_code_is_kept_with_none() -> None:
    found = read_scan(photo("", kind="PNG"))
    assert (found.codes, found.content_type, found.pages) == ((), "image/jpeg", 1)


def scanned_pdf(*codes: str) -> bytes:
    out = io.BytesIO()
    first, *rest = [page_image(code) for code in codes]
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=200)
    return out.getvalue()


def test_a_scanned_pdf_of_several_pages_keeps_its_pages_and_nothing_that_runs() -> None:
    with pikepdf.open(io.BytesIO(scanned_pdf(CODE, ""))) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.docinfo["/Author"] = "PhoneModel-XYZ"
        out = io.BytesIO()
        pdf.save(out)
    found = read_scan(out.getvalue())
    assert (found.codes, found.content_type, found.pages) == ((CODE,), "application/pdf", 2)
    with pikepdf.open(io.BytesIO(found.content)) as kept:
        assert "/OpenAction" not in kept.Root
        assert len(kept.pages) == 2
    assert b"PhoneModel-XYZ" not in found.content


def blank_pdf(pages: int = 1) -> bytes:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(scanned_pdf(CODE))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def huge_png() -> bytes:
    """A picture of a billion pixels in a few bytes: only its head is read."""
    data = bytearray(photo("", kind="PNG"))
    data[16:24] = (40_000).to_bytes(4, "big") + (30_000).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "是空的"),
        (b"x" * (MOST_BYTES + 1), "超过12MB"),
        (b"GIF89a" + b"0" * 200, "打不开这个文件"),
        (b"%PDF-1.4 broken", "打不开这个文件"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(200), "HEIC照片.*兼容性最佳"),
        (photo(CODE)[:3000], "打不开这个文件|图片太小"),
        (blank_pdf(), "不是扫描得到的"),
        (blank_pdf(11), "一次最多10页"),
        (locked_pdf(), "加了密码"),
        (huge_png(), "图片太大|打不开"),
    ],
)
def test_what_is_no_scan_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(PaperScanError, match=sentence):
        read_scan(data)


def test_only_our_own_codes_count() -> None:
    assert code_in("http://127.0.0.1:8000/c/K7QF2M9X3T") == CODE
    assert code_in("https://elsewhere.example/c/K7QF2M9X3T") == CODE, "the county's address may have changed"
    assert code_in("https://elsewhere.example/pay?x=1") == ""
    assert code_in("WIFI:S:office;;") == ""
