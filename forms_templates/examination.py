"""May this Word file become a form's template? One sentence for each thing that stands against it.

The container is read without unpacking what is too large; then it is compiled, linted and filled with the sample in a
process of its own, which has so much time and memory and no more: a template can loop for ever, and nothing a
stranger uploads runs where cases are kept.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from lxml import etree

from forms_templates.library import Form
from forms_templates.ooxml import PKG_RELS, parse

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_MEMBERS = 200
SECONDS = 10
MEGABYTES = 512
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = re.compile(r"vbaProject|vbaData|macroEnabled|/embeddings/|/activeX/", re.IGNORECASE)
_REACHES_OUT = re.compile(
    rb"(?:<w:instrText[^>]*>|w:instr=\")[^<\"]*\b(INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK|DATABASE|IMPORT)\b"
    rb"|<w:(altChunk|attachedTemplate|mailMerge|subDoc)\b"
)
_WORK = "from forms_templates.examination import in_the_cell; in_the_cell()"


def examine(docx: bytes, form: Form) -> list[str]:
    """Chinese sentences, none when the file may take the place of the form's template; nothing is changed."""
    return list(_container(docx)) or list(_filled(docx, form))


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
        if relation.get("TargetMode") == "External" or "://" in target or kind in ("attachedTemplate", "aFChunk"):
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
            parse(content)
        except etree.XMLSyntaxError:
            yield f"{name}读不出来，请用Word或WPS重新保存再上传。"


def _filled(docx: bytes, form: Form) -> Iterator[str]:
    """Compiled, linted and filled in a process with limits; the process prints a sentence a line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in ("form.toml", "sample.json"):
            (folder / each).write_bytes((form.folder / each).read_bytes())
        (folder / "template.docx").write_bytes(docx)
        try:
            done = subprocess.run(  # noqa: S603 -- our own interpreter and a fixed command
                [sys.executable, "-c", _WORK, str(folder), form.code, str(form.version)],
                capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False,
                cwd=Path(__file__).parent.parent,
                env={"PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            yield f"模板里的标记{SECONDS}秒还没有填完（是否有停不下来的循环？），已经停止。"
            return
    if done.returncode:
        yield "模板里的标记填写时用去的内存或时间超过限度，已经停止，请检查循环。"
    else:
        yield from done.stdout.splitlines()


def in_the_cell() -> None:
    """The work of the process: no more memory, time or files than it needs, no database, no settings of ours."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    from django.conf import settings

    settings.configure(USE_TZ=True)
    from forms_templates.library import load
    from forms_templates.lint import lint_form
    from forms_templates.specification import FormTemplateError

    folder, code, version = sys.argv[1:4]
    try:
        form = load(Path(folder), code, int(version))
        faults = lint_form(form)
        if not faults:
            form.render(form.sample(), {})
    except FormTemplateError as error:
        faults = [str(error)]
    for fault in faults:
        print(fault.replace("\n", " "))
