"""A Word template, compiled once: docxtpl joins the tags Word has split, Jinja2 compiles them, rendering is
substitution plus a raw copy of everything that did not change.

docxtpl itself compiles seven times and parses the XML anew for every paper, blanks what is missing and lets
"王<小>&明" come out as "王"; here a missing value is an error and every character survives.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, UndefinedError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from forms_templates.filters import FILTERS
from forms_templates.ooxml import PKG_RELS, WP, A, R, parse
from forms_templates.permitted import not_permitted
from forms_templates.shared_pictures import unshared
from forms_templates.specification import FormTemplateError
from forms_templates.tags import changes_columns, joined_tags, not_filled, print_braces, wrong
from forms_templates.zip_container import Member, pack, unpack

_TAGGED_PARTS = re.compile(r"word/(document|header\w*|footer\w*|footnotes)\.xml|docProps/core\.xml")
# What can go wrong while a tag is worked out: text compared with a number, an amount that is none.
_NOT_WORKED_OUT = (TemplateError, TypeError, ValueError, ArithmeticError, AssertionError, LookupError, AttributeError)
# What depends on a value, apart from the separators and the chosen words of a choice.
_CONDITION = re.compile(r"{%\w*\s*(?:if|elif)\s+(?!not loop\.first|loop\.|word\.chosen)")
_RELATIONS = "word/_rels/document.xml.rels"
_LINE_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


def _written(value: object) -> object:
    """The characters of a value as Word's XML; line breaks and tabs become Word's own."""
    # Only what the template itself has put together is Markup: a value never is (values.py, filters.py).
    trusted = isinstance(value, Undefined) or type(value) is Markup
    return value if trusted else Markup(_escaped(value))  # noqa: S704 -- escaped


def _escaped(value: object) -> str:
    """Text with what XML needs escaped and Word's own line breaks; not a Markup, and never trusting one."""
    # Not markupsafe.escape: it would trust a SafeString, and what a form holds is never markup.
    text = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\n", _LINE_BREAK) if "\n" in text else text


def _own_run(value: object) -> object:
    """A plain value as {{r }} prints it: a run of its own, as docxtpl's RichText."""
    if isinstance(value, Undefined):
        return value
    return Markup(f'<w:r><w:t xml:space="preserve">{_escaped(value)}</w:t></w:r>')  # noqa: S704 -- escaped


def _own_paragraph(value: object) -> object:
    run = _own_run(value)
    return run if isinstance(run, Undefined) else Markup(f"<w:p>{run}</w:p>")  # noqa: S704 -- escaped


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True, finalize=_written)
    environment.globals.clear()
    environment.filters.update(FILTERS, own_run=_own_run, own_paragraph=_own_paragraph)
    return environment


_ENVIRONMENT = _environment()


@dataclass(frozen=True, slots=True)
class Passage:
    """A loop, a condition or a filter, with the names of the values it asks for."""

    template: Template
    names: tuple[str, ...]

    def render(self, values: Mapping[str, object]) -> bytes:
        return self.template.render({name: values[name] for name in self.names if name in values}).encode()


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """One part of the Word file in pieces: bytes that never change, names of values, and what Jinja must work out."""

    pieces: tuple[bytes | str | Passage, ...]
    # Whether there may be more or fewer columns than the grid of a table says.
    columns_vary: bool = False

    def render(self, values: Mapping[str, object]) -> bytes:
        """The filled part. Raises TemplateError."""
        filled = b"".join([_piece(piece, values) for piece in self.pieces])
        if b"\t" in filled:
            # A tab ends its run, and the next has to look the same: docxtpl knows how.
            filled = DocxTemplate("").resolve_listing(filled.decode()).encode()
        if self.columns_vary:
            tree = DocxTemplate("").fix_tables(filled)
            filled = etree.tostring(tree, encoding="UTF-8", standalone=True)
        return filled


def _piece(piece: bytes | str | Passage, values: Mapping[str, object]) -> bytes:
    if isinstance(piece, bytes):
        return piece
    if isinstance(piece, str):
        if piece not in values:
            raise UndefinedError(f"没有{piece}的值")
        return _escaped(values[piece]).encode()
    return piece.render(values)


def _compiled_part(parsed: nodes.Template) -> CompiledPart:
    """Plain tags are filled without Jinja's help; loops, conditions and filters are left to it, piece by piece."""
    if any(parsed.find_all((nodes.Assign, nodes.AssignBlock, nodes.Macro, nodes.Import, nodes.FromImport))):
        # What one piece defines, another may use.
        return CompiledPart((_passage(parsed.body),))
    pieces: list[bytes | str | Passage] = []
    for node in parsed.body:
        for each in node.nodes if isinstance(node, nodes.Output) else [node]:
            if isinstance(each, nodes.TemplateData):
                pieces.append(each.data.encode())
            elif isinstance(each, nodes.Name):
                pieces.append(each.name)
            elif isinstance(each, nodes.Expr):
                pieces.append(_passage([nodes.Output([each], lineno=each.lineno)]))
            else:
                pieces.append(_passage([each]))
    return CompiledPart(tuple(pieces))


def _passage(body: list[nodes.Node]) -> Passage:
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(_ENVIRONMENT)
    template = Template.from_code(_ENVIRONMENT, _ENVIRONMENT.compile(tree), {}, None)
    return Passage(template, tuple(sorted(meta.find_undeclared_variables(tree))))


@dataclass(frozen=True, slots=True)
class RowPicture:
    """A place for a picture in every row of a list, as the signatures of an attendance sheet."""

    rows: str
    place: str
    blank: str

    def relation(self, index: int) -> str:
        """The id of its relationship in that row."""
        return f"rIdRow_{self.rows}_{self.place}_{index}"


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """One template.docx, ready to be filled.

    `tags` it asks for, `columns`: what it asks of each line of a list, `pictures`: member by named place.
    """

    members: tuple[Member, ...]
    parts: Mapping[str, CompiledPart]
    tags: frozenset[str]
    columns: Mapping[str, frozenset[str]]
    pictures: Mapping[str, str]
    row_pictures: tuple[RowPicture, ...] = ()
    # The tags that stand in headers and footers.
    beside_the_body: frozenset[str] = frozenset()
    # Whether what is printed beside a value depends on it.
    conditional: bool = False

    def render(self, values: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
        """The filled Word file; FormTemplateError for a tag without a value, a picture without a place."""
        replaced: dict[str, bytes] = {}
        added: dict[str, bytes] = {}
        given = dict(pictures)
        if self.row_pictures:
            replaced[_RELATIONS], added = self._in_rows(values, given)
        for name, picture in given.items():
            if name not in self.pictures:
                raise FormTemplateError(f"模板里没有名为{name}的图片位置。")
            replaced[self.pictures[name]] = picture
        try:
            replaced |= {name: part.render(values) for name, part in self.parts.items()}
        except _NOT_WORKED_OUT as error:
            raise FormTemplateError(f"模板里的标记无法填写：{not_filled(error)}。") from error
        members = [
            Member.stored(member.name, replaced[member.name]) if member.name in replaced else member
            for member in self.members
        ]
        return pack([*members, *(Member.stored(name, picture) for name, picture in added.items())])

    def _in_rows(self, values: Mapping[str, object], given: dict[str, bytes]) -> tuple[bytes, dict[str, bytes]]:
        """The relationships with one for each row's picture, and the pictures given there (taken out of `given`)."""
        added: dict[str, bytes] = {}
        relations: list[str] = []
        for each in self.row_pictures:
            rows = values.get(each.rows)
            for index in range(len(rows) if isinstance(rows, list) else 0):
                picture = given.pop(f"{each.rows}.{index}.{each.place}", None)
                target = each.blank
                if picture is not None:
                    target = f"word/media/{each.rows}_{index}_{each.place}.png"
                    added[target] = picture
                relations.append(
                    f'<Relationship Id="{each.relation(index)}" Type="{_IMAGE}" '
                    f'Target="{target.removeprefix("word/")}"/>'
                )
        base = next(member for member in self.members if member.name == _RELATIONS).content()
        return base.replace(b"</Relationships>", "".join(relations).encode() + b"</Relationships>"), added


def forbidden_tags(docx: bytes) -> list[str]:
    """What a Word file from outside says in its tags and must not, by part; [] also where it can't be parsed at all."""
    found: list[str] = []
    for member in unpack(docx):
        if not _TAGGED_PARTS.fullmatch(member.name):
            continue
        try:
            parsed = _ENVIRONMENT.parse(joined_tags(parse(member.content())))
        except TemplateSyntaxError:
            continue  # compiling says it
        found += [f"{member.name}的标记里有{words}" for words in dict.fromkeys(not_permitted(parsed))]
    return found


def compile_template(docx: bytes, place: str) -> CompiledTemplate:
    """Compile a Word file; `place` names it in the FormTemplateError a broken tag raises."""
    members = unshared(unpack(docx))
    parts: dict[str, CompiledPart] = {}
    tags: set[str] = set()
    beside: set[str] = set()
    columns: dict[str, set[str]] = {}
    pictures: dict[str, str] = {}
    in_rows: list[RowPicture] = []
    conditional = False
    for member in members:
        if not _TAGGED_PARTS.fullmatch(member.name):
            continue
        tree = parse(member.content())
        for name, target in _picture_places(tree, member.name, members).items():
            rows, dot, position = name.partition(".")
            if dot:
                in_rows.append(RowPicture(rows, position, target))
            else:
                pictures[name] = target
        source = joined_tags(tree)
        if "{{" not in source and "{%" not in source:
            continue
        try:
            parsed = _ENVIRONMENT.parse(source)
            print_braces(parsed)
            found = meta.find_undeclared_variables(parsed)
            tags |= found
            if member.name != "word/document.xml":
                beside |= found
            for rows, column in _columns(parsed):
                columns.setdefault(rows, set()).add(column)
            conditional = conditional or _CONDITION.search(source) is not None
            parts[member.name] = replace(_compiled_part(parsed), columns_vary=changes_columns(tree))
        except TemplateSyntaxError as error:
            said = wrong(error, source, _ENVIRONMENT)
            raise FormTemplateError(f"{place}（{member.name}）的标记写法有误：{said}。") from error
    return CompiledTemplate(
        members=tuple(members),
        parts=parts,
        tags=frozenset(tags),
        columns={rows: frozenset(found) for rows, found in columns.items()},
        pictures=pictures,
        row_pictures=tuple(in_rows),
        beside_the_body=frozenset(beside),
        conditional=conditional,
    )


def _columns(parsed: nodes.Template) -> Iterator[tuple[str, str]]:
    """(list, column) for whatever a loop over a list asks of its lines."""
    for loop in parsed.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and isinstance(loop.target, nodes.Name):
            for asked in loop.find_all(nodes.Getattr):
                if isinstance(asked.node, nodes.Name) and asked.node.name == loop.target.name:
                    yield loop.iter.name, asked.attr


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
    for number, drawing in enumerate(tree.iter(f"{WP}anchor", f"{WP}inline"), 1):
        blip, properties = drawing.find(f".//{A}blip"), drawing.find(f"{WP}docPr")
        if blip is None or properties is None:
            continue
        name = properties.get("name", "")
        places[name] = targets[blip.get(f"{R}embed")]
        rows, dot, position = name.partition(".")
        if dot:
            # Every row has a relationship, a name and a number of its own.
            blip.set(f"{R}embed", f"rIdRow_{rows}_{position}_{{{{ loop.index0 }}}}")
            properties.set("name", f"{rows}.{{{{ loop.index0 }}}}.{position}")
            properties.set("id", f"{number}{{{{ 1000 + loop.index0 }}}}")
    return places
