"""How long a page takes when a thousand real papers are printed together, and how much longer one at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from bench import NotMeasured
from forms_templates.bulk_pdf import Paper, make_pdfs
from forms_templates.coded_paper import with_code
from forms_templates.codes import fresh_code
from forms_templates.library import form
from forms_templates.libreoffice import what_is_missing, word_to_pdf
from signatures.demo_strokes import demo_signature
from signatures.seal_drawing import draw_seal
from signatures.strokes import parse, png

PAPERS, ALONE = 1000, 12
NAMES = "王李张刘陈杨赵黄周吴", "桂秀素玉兰英芝梅琴珍", "兰英芝梅琴珍霞云萍荣"


def figures() -> Iterator[tuple[str, float]]:
    if missing := what_is_missing():
        raise NotMeasured(missing)
    papers = list(real_papers(PAPERS))
    word_to_pdf({"warm": papers[0].docx})
    # In turns, so that a busy moment of the machine falls on both.
    alone = [seconds_alone(paper) for paper in papers[: ALONE // 2]]
    began = time.perf_counter()
    made = make_pdfs(papers)
    together = time.perf_counter() - began
    alone += [seconds_alone(paper) for paper in papers[ALONE // 2 : ALONE]]
    if len(made.pdfs) != len(papers):
        raise NotMeasured(f"{len(papers) - len(made.pdfs)}份没有做成：{next(iter(made.troubles.values()), '')}")
    pages = sum(count for _, count in made.pdfs.values())
    yield "pages", pages
    yield "ms_per_page", 1000 * together / pages
    yield "ms_one_by_one", 1000 * sum(alone) / len(alone)
    yield "times_one_by_one", sum(alone) / len(alone) / (together / len(papers))
    yield "kilobytes_per_paper", sum(len(pdf) for pdf, _ in made.pdfs.values()) / len(papers) / 1024


def seconds_alone(paper: Paper) -> float:
    began = time.perf_counter()
    word_to_pdf({"alone": paper.docx})
    return time.perf_counter() - began


def real_papers(count: int) -> Iterator[Paper]:
    """附件5, all different: name, number, opinion, hand, seal and code."""
    sheet = form("post_application", 1)
    draw = random.Random(2019)
    seals = [draw_seal(f"昌黎县{name}人民政府") for name in ("泥井镇", "靖安镇", "安山镇")]
    hands = [png(parse(demo_signature(name)), 46, 15) for name in ("秦守义", "林书平", "郝振国", "段玉洁")]
    for number in range(count):
        name = "".join(draw.choice(part) for part in NAMES)
        values = sheet.sample() | {
            "name": name,
            "number": f"2020-104-{number:04d}",
            "village_opinion": f"经入户核实，{name}家庭情况属实，第{number}户，同意推荐。",
        }
        pictures = {
            "village_signature": draw.choice(hands),
            "village_seal": draw.choice(seals),
            "township_signature": draw.choice(hands),
            "township_seal": draw.choice(seals),
        }
        code = fresh_code()
        docx = with_code(sheet.render(values, pictures), code)
        yield Paper(f"paper{number}", docx, code, (sheet.code, sheet.version))
