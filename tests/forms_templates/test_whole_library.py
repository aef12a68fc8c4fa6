"""Every form of the library says part by part what docxtpl would say, whatever is typed and whoever signed.

What may differ, by name: xml:space (docxtpl writes it only where a text begins or ends with a space), ids of drawings
(docxtpl numbers them anew), empty texts (docxtpl leaves them standing), and the ink in the rows of a list: docxtpl has
no pictures there, so those rows are compared without.
"""

import io
import zipfile
from typing import Any

import pytest
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from forms_templates.filters import FILTERS
from forms_templates.library import Form, form, versions
from forms_templates.ooxml import WP, A, R, W
from forms_templates.specification import FieldSpec
from forms_templates.values import clean_values
from tests.forms_templates.papers import picture

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
HOSTILE = {
    "markup": "王<小>&明]]>",
    "tags": "{{ county }} {% for x in y %} {# 注释 #}",
    "long": "很长的内容" * 400,
    "rare": "复姓欧阳𠮷，表情😀，藏文བོད",
    "lines": "第一行\n第二行\n\n第四行",
    "quotes": "“引号”‘单引号’\"'`",
}
WHOLE = [pytest.param(form(*each), id="{}-v{}".format(*each)) for each in versions()]


def environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    made.filters.update(FILTERS)
    return made


def by_docxtpl(sheet: Form, values: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    template = DocxTemplate(io.BytesIO(sheet.source.docx))
    template.render(values, environment())
    for name, content in pictures.items():
        template.replace_pic(name, io.BytesIO(content))
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def normal_parts(docx: bytes) -> dict[str, bytes]:
    """Every part of the container, XML in its normal form, without what says nothing."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    kept = {}
    for name, content in parts.items():
        if name.startswith("word/media/"):
            continue
        if not name.startswith("word/") or not name.endswith(".xml"):
            continue
        kept[name] = normal_form(content)
    return kept


def normal_form(xml: bytes) -> bytes:
    tree = etree.fromstring(xml)
    for drawing in tree.iter(f"{WP}docPr"):
        drawing.attrib.pop("id", "")
    for anchor in [*tree.iter(f"{WP}anchor")]:
        properties = anchor.find(f"{WP}docPr")
        blip = anchor.find(f".//{A}blip")
        if properties is not None and "." in properties.get("name", "") and blip is not None:
            properties.set("name", "in a row")
            blip.set(f"{R}embed", "in a row")
    for text in [*tree.iter(f"{W}t")]:
        text.attrib.pop(_SPACE, "")
        parent = text.getparent()
        if not text.text and parent is not None:
            parent.remove(text)
    etree.cleanup_namespaces(tree)
    return etree.tostring(tree, method="c14n2")


def media(docx: bytes) -> set[bytes]:
    """Every picture; how often one lies there is not compared: two copies of a place have two parts with us, with
    docxtpl one."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return {archive.read(name) for name in archive.namelist() if name.startswith("word/media/")}


def filled_with(sheet: Form, text: str) -> dict[str, Any]:
    """The sample with that text wherever anybody may type."""

    def put(spec: FieldSpec, value: Any) -> Any:
        if spec.kind == "rows":
            return [{name: put(column, row[name]) for name, column in spec.columns.items()} for row in value[:2]]
        if spec.series:
            return [text] * spec.series
        typed = spec.kind in ("text", "multiline", "phone", "id_number", "choice", "date") and not spec.derived
        return text if typed else value

    given = {name: put(spec, sheet.sample().get(name)) for name, spec in sheet.fields.items() if not spec.derived}
    return _clean(sheet, given)


def _clean(sheet: Form, values: dict[str, Any]) -> dict[str, Any]:
    """With the sums and words that are worked out: docxtpl knows nothing of them."""
    return dict(clean_values(sheet.fields, values))


def pictures_of(sheet: Form) -> dict[str, bytes]:
    return {
        name: picture(spec.width_mm, spec.height_mm, (195, 22, 28) if spec.kind == "seal" else (20, 40, 160))
        for name, spec in sheet.pictures.items()
        if "." not in name
    }


def same(sheet: Form, values: dict[str, Any], pictures: dict[str, bytes]) -> None:
    ours, theirs = sheet.render(values, pictures), by_docxtpl(sheet, values, pictures)
    assert normal_parts(ours) == normal_parts(theirs)
    if pictures:
        assert media(ours) == media(theirs)


@pytest.mark.parametrize("sheet", WHOLE)
def test_the_sample_signed_and_sealed_agrees(sheet: Form) -> None:
    same(sheet, _clean(sheet, sheet.sample()), pictures_of(sheet))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("sheet", WHOLE)
def test_whatever_is_typed_agrees(sheet: Form, text: str) -> None:
    same(sheet, filled_with(sheet, text), {})


@pytest.mark.parametrize("sheet", WHOLE)
def test_the_same_data_give_the_same_bytes(sheet: Form) -> None:
    assert sheet.render(sheet.sample(), pictures_of(sheet)) == sheet.render(sheet.sample(), pictures_of(sheet))
