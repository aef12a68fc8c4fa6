"""Our rendering says what docxtpl would say with the same template: run by run, property by property."""

import io
from typing import Any

import pytest
from docxtpl import DocxTemplate
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from forms_templates.ooxml import W
from forms_templates.zip_container import unpack
from tests.forms_templates.papers import application_form, document_xml, pictures, sample

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# What XML can hold, without the characters docxtpl gives meanings of its own (\a \f \t {_{ %_}) and without
# what we refuse or turn into line breaks.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Cn"], exclude_characters="_\u2028\u2029")
    | st.just("\n"),
    max_size=60,
)


def by_docxtpl(values: dict[str, Any], given_pictures: dict[str, bytes]) -> bytes:
    template = DocxTemplate(io.BytesIO(application_form().source.docx))
    template.render(values, SandboxedEnvironment(undefined=StrictUndefined, autoescape=True))
    for name, content in given_pictures.items():
        template.replace_pic(name, io.BytesIO(content))
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def normal_form(docx: bytes) -> bytes:
    """The body without what says nothing: xml:space, ids of drawings, empty text, split text."""
    body = document_xml(docx)
    for drawing in body.iter("{*}docPr"):
        del drawing.attrib["id"]
    for text in [*body.iter(f"{W}t")]:
        text.attrib.pop(_SPACE, "")
        if not text.text:
            parent = text.getparent()
            assert parent is not None
            parent.remove(text)
    etree.cleanup_namespaces(body)
    return etree.tostring(body, method="c14n2")


@pytest.mark.parametrize("given_pictures", [{}, pictures()], ids=["blank", "sealed"])
def test_the_sample_agrees(given_pictures: dict[str, bytes]) -> None:
    ours, theirs = application_form().render(sample(), given_pictures), by_docxtpl(sample(), given_pictures)
    assert normal_form(ours) == normal_form(theirs)
    contents = [{m.name: m.content() for m in unpack(docx) if "media" in m.name} for docx in (ours, theirs)]
    assert sorted(contents[0].values()) == sorted(contents[1].values())


# docxtpl takes its time, and the machine may be busy.
@settings(deadline=None, max_examples=40)
@given(opinion=TEXT, name=TEXT, word=TEXT.filter(bool))
def test_whatever_is_typed_agrees(opinion: str, name: str, word: str) -> None:
    category = [{"label": word, "chosen": True}, {"label": "边缘户", "chosen": False}]
    values = sample(village_opinion=opinion, name=name, category=category)
    assert normal_form(application_form().render(values, {})) == normal_form(by_docxtpl(values, {}))
