"""May this Word file become a form's template? One sentence for each thing that stands against it.

The container is read without unpacking what is too large; then it is compiled, linted and filled with the sample in a
process of its own, which has so much time and memory and no more: a template can loop for ever, and nothing a
stranger uploads runs where cases are kept.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from lxml import etree

from forms_templates.library import Form
from forms_templates.ooxml import PKG_RELS, V, W, parse

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_MEMBERS = 200
SECONDS = 10
MEGABYTES = 512
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = re.compile(r"vbaProject|vbaData|macroEnabled|/embeddings/|/activeX/", re.IGNORECASE)
_REACHES_OUT = re.compile(rb"<w:(altChunk|attachedTemplate|mailMerge|subDoc|object|control)\b|<o:(OLEObject)\b")
# Word reads a field's name whatever its case, and in however many pieces it is written.
_FIELD_REACHES_OUT = re.compile(
    r"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|DDEAUTO|DDE|LINK|DATABASE|RD|HYPERLINK)\b", re.IGNORECASE
)
# An address, a drive, or a place on another computer.
_ELSEWHERE = re.compile(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|\\\\|//)")
_PICTURE_SOURCES = ("src", "href")
_WORK = "from forms_templates.examination import in_the_cell; in_the_cell()"


@dataclass(frozen=True)
class Finding:
    """What an examination found: the sentences against the file; the fields it calls by other words."""

    faults: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


def examine(docx: bytes, form: Form) -> Finding:
    """May the file take the place of this shipped form's template? Chinese sentences if not; nothing is changed."""
    faults = list(_container(docx))
    return Finding(faults) if faults else _filled(docx, form)


def _container(docx: bytes) -> Iterator[str]:
    if docx.startswith(_OLD_WORD):
        yield "这是旧格式的Word文件（.doc）改了名，请在Word里另存为.docx再上传。"
        return
    if len(docx) > MOST_BYTES:
        yield f"文件有{len(docx) // 1024}KB，模板最多{MOST_BYTES // 1024}KB，请去掉大图片再上传。"
        return
    try:
        with zipfile.ZipFile(BytesIO(docx)) as archive:
            yield from _members(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        yield "这不是完好的Word文件（.docx），请用Word或WPS重新保存再上传。"


def _members(archive: zipfile.ZipFile) -> Iterator[str]:
    listed = archive.infolist()
    names = [info.filename for info in listed]
    if len(listed) > MOST_MEMBERS or sum(info.file_size for info in listed) > MOST_UNPACKED:
        yield f"文件解开后超过{MOST_UNPACKED // 1024 // 1024}MB或{MOST_MEMBERS}个部分，不像一份表样，没有打开。"
        return
    if len(set(names)) != len(names) or any(".." in name.split("/") or name.startswith("/") for name in names):
        yield "文件里有重名或指向文件外面的部分，请用Word或WPS重新保存再上传。"
        return
    if "word/document.xml" not in names or "[Content_Types].xml" not in names:
        yield "这不是Word文件（里面没有正文），请选择.docx文件。"
        return
    if any(info.flag_bits & 1 for info in listed):
        yield "文件加了密码，请去掉密码再上传。"
        return
    if any(_MACROS.search(name) for name in names) or b"macroEnabled" in _read(archive, "[Content_Types].xml"):
        yield "文件带有宏或嵌入的对象，请另存为不带宏的.docx再上传。"
    for name in names:
        if name.endswith(".rels"):
            yield from _outside(name, _read(archive, name))
        elif name.endswith(".xml"):
            yield from _part(name, _read(archive, name))


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, never more of it than the container may hold whatever its header says."""
    with archive.open(name) as part:
        content = part.read(MOST_UNPACKED + 1)
    if len(content) > MOST_UNPACKED:
        raise zipfile.BadZipFile("larger than its header says")
    return content


def _outside(name: str, content: bytes) -> Iterator[str]:
    try:
        relations = [*parse(content).iter(f"{PKG_RELS}Relationship")]
    except etree.XMLSyntaxError:
        yield f"{name}读不出来，请用Word或WPS重新保存再上传。"
        return
    for relation in relations:
        target, kind = relation.get("Target", ""), relation.get("Type", "").rpartition("/")[2]
        outside = relation.get("TargetMode", "").lower() == "external" or _ELSEWHERE.search(target)
        if outside or kind in ("attachedTemplate", "aFChunk"):
            what = {"hyperlink": "超链接", "image": "链接的图片", "attachedTemplate": "附加的模板"}.get(
                kind, "外部内容"
            )
            yield f"文件里有指向文件外面的{what}（{target[:60]}），请删去或改为嵌入再上传。"


def _part(name: str, content: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        yield f"{name}里有文档类型定义，Word不会写出这样的内容，请用Word重新保存再上传。"
    elif found := _REACHES_OUT.search(content):
        word = next(group for group in found.groups() if group).decode()
        yield f"{name}里有从文件外面取内容的域或部件（{word}），请删去再上传。"
    else:
        try:
            tree = parse(content)
        except etree.XMLSyntaxError:
            yield f"{name}读不出来，请用Word或WPS重新保存再上传。"
            return
        yield from _fields(name, tree)
        yield from _sources(name, tree)


def _fields(name: str, tree: etree._Element) -> Iterator[str]:
    """Fields that fetch something, also those written in several runs."""
    said = ["".join(node.text or "" for node in p.iter(f"{W}instrText")) for p in tree.iter(f"{W}p")]
    said += [field.get(f"{W}instr", "") for field in tree.iter(f"{W}fldSimple")]
    for each in said:
        if found := _FIELD_REACHES_OUT.search(each):
            yield f"{name}里有从文件外面取内容的域或部件（{found.group().upper()}），请删去再上传。"


def _sources(name: str, tree: etree._Element) -> Iterator[str]:
    """Pictures of Word's older kind that name an address of their own."""
    for element in tree.iter(f"{V}*"):
        if any(element.get(attribute) for attribute in _PICTURE_SOURCES):
            yield f"{name}里有指向文件外面的图片或链接，请删去或改为嵌入再上传。"


def _filled(docx: bytes, form: Form) -> Finding:
    """Compiled, linted and filled in a process with limits, which prints what it found."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "form.toml").write_text(form.source.toml, encoding="utf-8")
        (folder / "sample.json").write_text(form.source.sample, encoding="utf-8")
        (folder / "template.docx").write_bytes(docx)
        try:
            done = subprocess.run(  # noqa: S603 -- our own interpreter and a fixed command
                [sys.executable, "-c", _WORK, str(folder), form.code, str(form.version)],
                capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False,
                cwd=Path(__file__).parent.parent,
                env={"PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Finding([f"模板里的标记{SECONDS}秒还没有填完（是否有停不下来的循环？），已经停止。"])
    if done.returncode:
        return Finding(["模板里的标记填写时用去的内存或时间超过限度，已经停止，请检查循环。"])
    return Finding(**json.loads(done.stdout))


def in_the_cell() -> None:
    """The work of the process: no more memory, time or files than it needs, no database, no settings of ours."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    from django.conf import settings

    settings.configure(USE_TZ=True)
    folder, code, version = sys.argv[1:4]
    print(json.dumps(_found_in(Path(folder), code, int(version))))


def _found_in(folder: Path, code: str, version: int) -> dict[str, object]:
    from forms_templates.library import Source, compile_form, load
    from forms_templates.lint import labels_of, lint_form
    from forms_templates.specification import FormTemplateError
    from forms_templates.template import forbidden_tags
    from forms_templates.values import FormDataError

    labels: dict[str, str] = {}
    try:
        # Before anything is compiled: compiling already works out what is constant.
        if forbidden := forbidden_tags((folder / "template.docx").read_bytes()):
            return {"faults": [f"{words}，表样里不能用，请改掉再上传。" for words in forbidden], "labels": {}}
        form = load(folder, code, version)
        faults = lint_form(form, from_outside=True)
        if faults and (labels := labels_of(form)):
            # The Word file is the source: a field goes by the words that stand beside it.
            source = form.source
            form = compile_form(Source(source.docx, source.toml, source.sample, labels), code, version)
            faults = lint_form(form, from_outside=True)
        if not faults:
            form.render(form.sample(), {})
    except (FormTemplateError, FormDataError) as error:
        faults = [str(error)]
    except (zipfile.BadZipFile, etree.XMLSyntaxError):
        faults = ["这不是完好的Word文件（.docx），请用Word或WPS重新保存再上传。"]
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, StopIteration) as error:
        # A part Word would have written is not there, or says something it never says.
        faults = [f"Word文件里缺少或多出了系统读不懂的部分（{error}），请在现行模板上修改，用Word或WPS保存再上传。"]
    return {"faults": [_for_readers(fault, code, version) for fault in faults], "labels": {} if faults else labels}


def _for_readers(fault: str, code: str, version: int) -> str:
    """The sentence for somebody who knows the Word file and no other of ours."""
    from forms_templates.library import version_name

    place = version_name(code, version)
    for ours, theirs in ((f"{place}：", ""), (f"{place}的", ""), (place, "")):
        fault = fault.replace(ours, theirs)
    words = {
        "template.docx": "Word文件",
        "form.toml": "这种表的栏目",
        "sample.json": "样例",
        "word/document.xml": "正文",
    }
    for ours, theirs in words.items():
        fault = fault.replace(ours, theirs)
    return " ".join(fault.split())
