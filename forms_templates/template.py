"""A Word template, compiled once: docxtpl joins the tags Word has split, Jinja2 compiles them, rendering is
substitution plus a raw copy of everything that did not change.

docxtpl itself compiles seven times and parses the XML anew for every paper, blanks what is missing and lets
"王<小>&明" come out as "王"; here a missing value is an error and every character survives.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from forms_templates.ooxml import PKG_RELS, WP, A, R, parse
from forms_templates.specification import FormTemplateError
from forms_templates.zip_container import Member, pack, unpack

_TAGGED_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
# docxtpl repairs the grid of tables whose columns are looped by parsing every rendered paper once more.
_COLUMN_LOOP = re.compile(r"{[{%]\s*tc\s|{%\s*(?:colspan|hm)\s")


def _written(value: object) -> object:
    """The characters of a value as Word's XML; line breaks and tabs become Word's own."""
    if isinstance(value, Undefined):
        return value
    # Not markupsafe.escape: it would trust a SafeString, and what a form holds is never markup.
    text = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\n" in text or "\t" in text:
        text = text.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
        text = text.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return Markup(text)  # noqa: S704 -- escaped three lines above


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True, finalize=_written)
    environment.globals.clear()
    return environment


_ENVIRONMENT = _environment()


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """One template.docx, ready to be filled; `tags` it asks for, `pictures`: member by named place."""

    members: tuple[Member, ...]
    parts: Mapping[str, Template]
    tags: frozenset[str]
    pictures: Mapping[str, str]

    def render(self, values: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
        """The filled Word file; FormTemplateError for a tag without a value, a picture without a place."""
        replaced: dict[str, bytes] = {}
        for name, picture in pictures.items():
            if name not in self.pictures:
                raise FormTemplateError(f"模板里没有名为{name}的图片位置。")
            replaced[self.pictures[name]] = picture
        try:
            replaced |= {name: part.render(values).encode() for name, part in self.parts.items()}
        except TemplateError as error:
            raise FormTemplateError(f"模板里的标记无法填写：{error.message}。") from error
        return pack(
            Member.stored(member.name, replaced[member.name]) if member.name in replaced else member
            for member in self.members
        )


def compile_template(docx: bytes, place: str) -> CompiledTemplate:
    """Compile a Word file; `place` names it in the FormTemplateError a broken tag raises."""
    members = unpack(docx)
    parts: dict[str, Template] = {}
    tags: set[str] = set()
    pictures: dict[str, str] = {}
    for member in members:
        if not _TAGGED_PARTS.fullmatch(member.name):
            continue
        tree = parse(member.content())
        pictures |= _picture_places(tree, member.name, members)
        source = _joined_tags(tree)
        if "{{" not in source and "{%" not in source:
            continue
        if _COLUMN_LOOP.search(source):
            raise FormTemplateError(f"{place}：不支持按列循环的标记，请改为固定的列。")
        try:
            tags |= meta.find_undeclared_variables(_ENVIRONMENT.parse(source))
            parts[member.name] = _ENVIRONMENT.from_string(source)
        except TemplateSyntaxError as error:
            raise FormTemplateError(f"{place}（{member.name}）的标记写法有误：{error.message}。") from error
    return CompiledTemplate(tuple(members), parts, frozenset(tags), pictures)


def _joined_tags(tree: etree._Element) -> str:
    """The part's XML with its tags in one piece each, as docxtpl understands them."""
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    patched: str = DocxTemplate("").patch_xml(etree.tostring(tree, encoding="unicode"))
    return declaration + patched


def _picture_places(tree: etree._Element, part: str, members: list[Member]) -> dict[str, str]:
    """Picture name → member that holds it, for the named pictures of one part."""
    folder, file = posixpath.split(part)
    relations = next((m for m in members if m.name == f"{folder}/_rels/{file}.rels"), None)
    if relations is None:
        return {}
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join(folder, relation.get("Target", "")))
        for relation in parse(relations.content()).iter(f"{PKG_RELS}Relationship")
    }
    places: dict[str, str] = {}
    for drawing in tree.iter(f"{WP}anchor", f"{WP}inline"):
        blip, properties = drawing.find(f".//{A}blip"), drawing.find(f"{WP}docPr")
        if blip is not None and properties is not None:
            places[properties.get("name", "")] = targets[blip.get(f"{R}embed")]
    return places
