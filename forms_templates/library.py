"""The library of official forms: library/<form>/v<N>/ holds template.docx, form.toml, sample.json,
published.toml.

A published version is never edited: its digest stands in published.toml and is compared when it is loaded.
A changed form is a new version; old papers keep theirs.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from forms_templates.specification import FieldSpec, FormTemplateError, PictureSpec, read_specification
from forms_templates.template import CompiledTemplate, compile_template
from forms_templates.values import FormDataError, Value, clean_values

LIBRARY = Path(__file__).parent / "library"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class UnknownFormError(LookupError):
    """The library has no such form or version."""


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
    folder: Path

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
        loaded: dict[str, Any] = json.loads((self.folder / "sample.json").read_text(encoding="utf-8"))
        return loaded


@cache
def form(code: str, version: int) -> Form:
    """A form of the library, compiled once per process. Raises UnknownFormError, FormTemplateError."""
    folder = LIBRARY / code / f"v{version}"
    if not code.isidentifier() or not (folder / "form.toml").is_file():
        raise UnknownFormError(f"没有这种表：{code}第{version}版。")
    return load(folder, code, version)


def load(folder: Path, code: str, version: int) -> Form:
    """Read and compile one version from its folder.

    Raises FormTemplateError, also for a version that was changed after it was published.
    """
    place = f"{code}第{version}版"
    docx = (folder / "template.docx").read_bytes()
    # Universal newlines: a checkout that turns line ends around is the same form.
    toml = (folder / "form.toml").read_text(encoding="utf-8")
    digest = hashlib.sha256(hashlib.sha256(docx).digest() + hashlib.sha256(toml.encode()).digest()).hexdigest()
    published = folder / "published.toml"
    if published.is_file() and tomllib.loads(published.read_text(encoding="utf-8")).get("digest") != digest:
        raise FormTemplateError(f"{place}已经发布，不得再改：请恢复原文件，另立第{version + 1}版。")
    specification = read_specification(toml, f"{place}的form.toml")
    return Form(
        code=code,
        version=version,
        title=specification.title,
        number=specification.number,
        digest=digest,
        fields=specification.fields,
        pictures=specification.pictures,
        template=compile_template(docx, f"{place}的template.docx"),
        folder=folder,
    )


def versions() -> Iterator[tuple[str, int]]:
    """Code and version of everything in the library, in order."""
    for path in sorted(LIBRARY.glob("*/v*/form.toml")):
        yield path.parent.parent.name, int(path.parent.name.removeprefix("v"))
