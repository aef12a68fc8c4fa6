"""The PDF of many papers at once: composed by form, converted once per file, parted again.

What cannot be composed, or does not come out as expected, is tried in halves and at last converted as its own Word
file: slower, never worse.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from zipfile import BadZipFile, is_zipfile

import pikepdf
from lxml.etree import XMLSyntaxError

from forms_templates.composed import Composed, NotComposable, compose
from forms_templates.composed_pdf import part
from forms_templates.libreoffice import word_to_pdf

# Longer files save little: starting costs a second, every page the same again.
MOST_IN_ONE_FILE = 150
_AT_ONCE = min(2, os.cpu_count() or 1)
# Where one paper spoils a file, or LibreOffice was killed over it: three quarters of the file are spared from being
# converted one by one. A paper that hangs costs its whole time at each halving, so there are not more of them.
_HALVINGS = 2


@dataclass(frozen=True)
class Paper:
    """A filed Word file, its code (empty for papers from before there were codes), and the form it was made from."""

    name: str
    docx: bytes
    code: str
    form: tuple[str, int]


@dataclass
class Made:
    """By the paper's name: its PDF and number of pages, or a sentence that says why there is none."""

    pdfs: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)


def make_pdfs(papers: Sequence[Paper]) -> Made:
    """Every paper's PDF. Raises LibreOfficeMissing, OSError."""
    chunks = list(_chunks(papers))
    made = Made()
    if len(chunks) == 1:
        _add(made, _together(chunks[0]))
    else:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for each in pool.map(_together, chunks):
                _add(made, each)
    return made


def _chunks(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    by_form: dict[tuple[str, int], list[Paper]] = {}
    for paper in papers:
        by_form.setdefault(paper.form, []).append(paper)
    for group in by_form.values():
        count = -(-len(group) // MOST_IN_ONE_FILE)
        # Two files at least where two can be made at once, of equal length.
        if len(group) >= 2 * _AT_ONCE * 10:
            count = -(-count // _AT_ONCE) * _AT_ONCE
        size = -(-len(group) // count)
        for start in range(0, len(group), size):
            yield group[start : start + size]


def _together(papers: Sequence[Paper], halvings: int = _HALVINGS) -> Made:
    if not any(paper.code for paper in papers):
        return _apart(papers)
    parted = _parted(papers) if all(paper.code for paper in papers) else None
    if parted is not None:
        return Made(pdfs={paper.name: each for paper, each in zip(papers, parted, strict=True)})
    if len(papers) == 1 or not halvings:
        return _apart(papers)
    made = Made()
    middle = len(papers) // 2
    for half in (papers[:middle], papers[middle:]):
        _add(made, _together(half, halvings - 1))
    return made


def _parted(papers: Sequence[Paper]) -> list[tuple[bytes, int]] | None:
    """Each paper's PDF and pages out of one file; None when that file cannot be made or does not come out whole."""
    try:
        composed: Composed = compose([paper.docx for paper in papers])
        pdf = word_to_pdf({"composed": composed.docx}).pdfs.get("composed")
        return None if pdf is None else part(pdf, composed, [paper.code for paper in papers])
    except (NotComposable, pikepdf.PdfError, BadZipFile, XMLSyntaxError, KeyError):
        # Also where one of them is no Word file: that one is reported, the others are not held up.
        return None


def _apart(papers: Sequence[Paper]) -> Made:
    # LibreOffice would take what is no Word file for plain text and print it.
    broken = {paper.name: "这个Word文件打不开。" for paper in papers if not is_zipfile(io.BytesIO(paper.docx))}
    converted = word_to_pdf({paper.name: paper.docx for paper in papers if paper.name not in broken})
    made = Made(troubles=converted.troubles | broken)
    for name, pdf in converted.pdfs.items():
        try:
            with pikepdf.open(io.BytesIO(pdf)) as opened:
                made.pdfs[name] = pdf, len(opened.pages)
        except pikepdf.PdfError:
            made.troubles[name] = "LibreOffice做出的PDF打不开。"
    return made


def _add(made: Made, more: Made) -> None:
    made.pdfs |= more.pdfs
    made.troubles |= more.troubles
