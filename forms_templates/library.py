"""The library of official forms: library/<form>/v<N>/ holds template.docx, form.toml, sample.json,
published.toml.

A published version is never edited: its digest stands in published.toml and is compared when it is loaded.
A changed form is a new version; old papers keep theirs. Versions a county has put in by itself lie in the database
(uploaded.py) and are numbered from UPLOADED on.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from forms_templates.specification import FieldSpec, FormTemplateError, PictureSpec, read_specification, relabelled
from forms_templates.template import CompiledTemplate, compile_template
from forms_templates.values import FormDataError, Value, clean_values

LIBRARY = Path(__file__).parent / "library"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The shipped versions of a form count from 1; far away from them count those a county uploads, so that a later
# delivery never takes the number of one of those.
UPLOADED = 1001


class UnknownFormError(LookupError):
    """The library has no such form or version."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a version is made from: template.docx, form.toml, sample.json, and by which other words the Word file calls
    a field than form.toml does (`labels`, by field or "list.column")."""

    docx: bytes
    toml: str
    sample: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that decides what is printed."""
        parts = [self.docx, self.toml.encode()]
        if self.labels:
            parts.append(json.dumps(dict(self.labels), ensure_ascii=False, sort_keys=True).encode())
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One version of one official form.

    `number` is its number in the document that issued it (附件5), `digest` the SHA-256 (hex) of template.docx
    and form.toml together: what is signed names the form by it.
    """

    code: str
    version: int
    title: str
    number: str
    digest: str
    fields: Mapping[str, FieldSpec]
    pictures: Mapping[str, PictureSpec]
    template: CompiledTemplate
    source: Source

    def render(self, values: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
        """The filled Word file: the same form and data give the same bytes.

        `values` must hold every field (an undecided one explicitly empty), `pictures` PNG bytes by place; a
        place without a picture stays blank. Raises FormDataError with a sentence that names the field.
        """
        cleaned = clean_values(self.fields, values)
        for name, picture in pictures.items():
            spec = self.picture_spec(name, cleaned)
            if spec is None:
                raise FormDataError(f"表上没有这些签字盖章处：{name}。")
            if not picture.startswith(PNG_SIGNATURE):
                raise FormDataError(f"“{spec.label}”的图片应是PNG格式。")
        return self.template.render(cleaned, pictures)

    def picture_spec(self, name: str, values: Mapping[str, object]) -> PictureSpec | None:
        """What form.toml says of a place; one in the second row of a list is called "workers.1.signature"."""
        if "." not in name:
            return self.pictures.get(name)
        rows, _, rest = name.partition(".")
        index, dot, place = rest.partition(".")
        if not dot:
            return None
        lines = values.get(rows)
        inside = (
            isinstance(lines, Sequence) and index.isdecimal() and index == str(int(index)) and int(index) < len(lines)
        )
        return self.pictures.get(f"{rows}.{place}") if inside else None

    def content_digest(self, values: Mapping[str, object]) -> str:
        """SHA-256 (hex) of the values and their form: what a signature binds. Raises FormDataError."""
        cleaned: dict[str, Value] = clean_values(self.fields, values)
        canonical = json.dumps(
            {"form": self.digest, "values": cleaned},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def sample(self) -> dict[str, Any]:
        """Invented values of an ordinary, finished paper, for tests and for proofs on paper."""
        loaded: dict[str, Any] = json.loads(self.source.sample)
        return loaded


@cache
def form(code: str, version: int) -> Form:
    """A form of the library, compiled once per process. Raises UnknownFormError, FormTemplateError."""
    if version >= UPLOADED:
        # Not above: forms are also compiled where there is no database (examination.py).
        from forms_templates.uploaded import source_of

        return compile_form(source_of(code, version), code, version)
    folder = LIBRARY / code / f"v{version}"
    if not code.isidentifier() or not (folder / "form.toml").is_file():
        raise UnknownFormError(f"没有这种表：{code}第{version}版。")
    return load(folder, code, version)


def load(folder: Path, code: str, version: int) -> Form:
    """Read and compile one version from its folder.

    Raises FormTemplateError, also for a version that was changed after it was published.
    """
    sample = folder / "sample.json"
    source = Source(
        docx=(folder / "template.docx").read_bytes(),
        # Universal newlines: a checkout that turns line ends around is the same form.
        toml=(folder / "form.toml").read_text(encoding="utf-8"),
        sample=sample.read_text(encoding="utf-8") if sample.is_file() else "",
    )
    published = folder / "published.toml"
    if published.is_file() and tomllib.loads(published.read_text(encoding="utf-8")).get("digest") != source.digest:
        raise FormTemplateError(
            f"{version_name(code, version)}已经发布，不得再改：请恢复原文件，另立第{version + 1}版。"
        )
    return compile_form(source, code, version)


def compile_form(source: Source, code: str, version: int) -> Form:
    """The form these files make. Raises FormTemplateError."""
    place = version_name(code, version)
    specification = relabelled(read_specification(source.toml, f"{place}的form.toml"), source.labels)
    return Form(
        code=code,
        version=version,
        title=specification.title,
        number=specification.number,
        digest=source.digest,
        fields=specification.fields,
        pictures=specification.pictures,
        template=compile_template(source.docx, f"{place}的template.docx"),
        source=source,
    )


def version_name(code: str, version: int) -> str:
    """A version in words: agreement第1版, agreement本县第2版."""
    return f"{code}{version_words(version)}"


def version_words(version: int) -> str:
    """第1版 for a shipped one, 本县第1版 for the first the county has put in."""
    return f"第{version}版" if version < UPLOADED else f"本县第{version - UPLOADED + 1}版"


def shipped(code: str) -> Form:
    """The newest version of a form that came with the programme. Raises UnknownFormError."""
    return form(code, max((version for known, version in versions() if known == code), default=0))


def versions() -> Iterator[tuple[str, int]]:
    """Code and version of everything that came with the programme, in order."""
    for path in sorted(LIBRARY.glob("*/v*/form.toml")):
        yield path.parent.parent.name, int(path.parent.name.removeprefix("v"))


def folder_of(code: str, version: int) -> Path:
    """Where a shipped version lies."""
    return LIBRARY / code / f"v{version}"
