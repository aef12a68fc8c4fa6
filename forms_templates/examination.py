"""May this Word file become a form's template? One sentence for each thing that stands against it.

The container is read without unpacking what is too large; then it is compiled, linted and filled with the sample in a
process of its own, which has so much time and memory and no more: a template can loop for ever, and nothing a
stranger uploads runs where cases are kept.
"""

import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from forms_templates.library import Form
from forms_templates.word_container import container_faults

SECONDS = 10  # of the processor's time: a busy server says nothing against a file
PATIENCE = 60
MEGABYTES = 512
_WORK = "from forms_templates.examination import in_the_cell; in_the_cell()"


@dataclass(frozen=True)
class Finding:
    """What an examination found: the sentences against the file; the fields it calls by other words."""

    faults: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


def examine(docx: bytes, form: Form) -> Finding:
    """May the file take the place of this shipped form's template? Chinese sentences if not; nothing is changed."""
    faults = list(container_faults(docx))
    return Finding(faults) if faults else _filled(docx, form)


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
                capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False,
                cwd=Path(__file__).parent.parent,
                env={"PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Finding(["请过几分钟再上传：服务器正忙，文件没有检查完，什么也没有改变。"])
    if done.returncode == -signal.SIGXCPU:
        return Finding([f"模板里的标记{SECONDS}秒还没有填完（是否有停不下来的循环？），已经停止。"])
    if done.returncode:
        return Finding(["模板里的标记填写时用去的内存或时间超过限度，已经停止，请检查循环。"])
    return Finding(**json.loads(done.stdout))


def in_the_cell() -> None:
    """The work of the process: no more memory, time or files than it needs, no database, no settings of ours."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
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
