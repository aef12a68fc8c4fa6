"""A Word file from outside as a container: whole, plain, and reaching for nothing outside itself.

Everything is asked of the parsed parts, never of their bytes: a name has many spellings, a text many encodings.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from forms_templates.ooxml import PKG_RELS, V, W, parse

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_MEMBERS = 200
_ZIP = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_BYTES = 22
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (
    (b"%PDF", "这是PDF文件改了名"),
    (b"\xff\xd8\xff", "这是图片改了名"),
    (b"\x89PNG", "这是图片改了名"),
    (b"{\\rtf", "这是RTF文件改了名"),
)
_WHOLE = "这不是完好的Word文件（.docx），请用Word或WPS重新保存再上传。"
_PLAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MACROS = re.compile(r"vba(Project|Data)|macroEnabled|/embeddings/|/activeX/|customUI", re.IGNORECASE)
# What Word puts into a document without macros and objects.
_KNOWN_PARTS = re.compile(
    r".+\.(xml|rels|png|jpe?g|gif|bmp|tiff?|emf|wmf|odttf)|(.*/)?printerSettings\d*\.bin", re.IGNORECASE
)
_NOT_A_NAME = re.compile(r"^/|\\|:|(^|/)\.\.(/|$)")
# By local name: a namespace may have any prefix.
_REACH_OUT = frozenset(
    ("altChunk", "attachedTemplate", "mailMerge", "subDoc", "object", "control", "OLEObject", "frameset", "movie")
)
_OWN_CODE = ("vbaProject", "wordVbaData", "oleObject", "package", "control", "activeXControlBinary", "extensibility")
_FETCHED = ("attachedTemplate", "aFChunk", "subDocument", "frame", "mailMergeSource", "recipientData")
# Word reads a field's name whatever its case, and in however many pieces it is written.
_FIELD_REACHES_OUT = re.compile(
    r"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|DDEAUTO|DDE|LINK|DATABASE|RD|HYPERLINK|MACROBUTTON)\b", re.IGNORECASE
)
# An address, a drive, or a place on another computer.
_ELSEWHERE = re.compile(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|\\\\|//)")
_OFFICE = "{urn:schemas-microsoft-com:office:office}"
_PICTURE_SOURCES = frozenset(("src", "href", "althref"))


def container_faults(docx: bytes) -> Iterator[str]:
    """What stands against the file, each as a Chinese sentence; nothing is unpacked that is too large."""
    if not docx:
        yield "文件是空的，请重新选择。"
        return
    if docx.startswith(_OLD_WORD):
        encrypted = _ENCRYPTED in docx
        yield (
            "文件加了密码，请去掉密码再上传。"
            if encrypted
            else "这是旧格式的Word文件（.doc）改了名，请在Word里另存为.docx再上传。"
        )
        return
    if kind := next((said for start, said in _OTHER_KINDS if docx.startswith(start)), ""):
        yield f"{kind}，不是Word文件，请选择.docx文件。"
        return
    if len(docx) > MOST_BYTES:
        yield f"文件有{len(docx) // 1024}KB，模板最多{MOST_BYTES // 1024}KB，请去掉大图片再上传。"
        return
    try:
        with zipfile.ZipFile(BytesIO(docx)) as archive:
            # Nothing before and nothing after: it would be another file in the same bytes.
            ends = docx.rfind(_END) + _END_BYTES + len(archive.comment)
            if not docx.startswith(_ZIP) or ends != len(docx):
                yield _WHOLE
                return
            yield from _members(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        yield _WHOLE


def _members(archive: zipfile.ZipFile) -> Iterator[str]:
    listed = [info for info in archive.infolist() if not info.is_dir()]
    names = [info.filename for info in listed]
    if len(archive.infolist()) > MOST_MEMBERS or sum(info.file_size for info in listed) > MOST_UNPACKED:
        yield f"文件解开后超过{MOST_UNPACKED // 1024 // 1024}MB或{MOST_MEMBERS}个部分，不像一份表样，没有打开。"
        return
    # Word knows no difference between large and small letters in them.
    if len({name.lower() for name in names}) != len(names) or any(map(_NOT_A_NAME.search, names)):
        yield "文件里有重名或指向文件外面的部分，请用Word或WPS重新保存再上传。"
        return
    if "word/document.xml" not in names or "[Content_Types].xml" not in names:
        yield "这不是Word文件（里面没有正文），请选择.docx文件。"
        return
    if any(info.flag_bits & 1 for info in listed):
        yield "文件加了密码，请去掉密码再上传。"
        return
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in listed):
        yield _WHOLE
        return
    yield from _kinds(archive, names)
    for name in names:
        if name.lower().endswith((".rels", ".xml")):
            yield from _part(name, _read(archive, name))


def _kinds(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    """A plain document, of nothing but the parts of one."""
    types = _read(archive, "[Content_Types].xml")
    if any(_MACROS.search(name) for name in names) or _MACROS.search(types.decode("utf-8", "replace")):
        yield "文件带有宏或嵌入的对象，请另存为不带宏的.docx再上传。"
    elif _PLAIN.encode() not in types:
        yield "这是Word模板（.dotx）或别的文件改了名，请在Word里另存为.docx再上传。"
    elif unknown := next((name for name in names if not _KNOWN_PARTS.fullmatch(name)), ""):
        yield f"文件里有Word文件不该有的部分（{unknown[:60]}），请删去再上传。"


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, never more of it than the container may hold whatever its header says."""
    with archive.open(name) as part:
        content = part.read(MOST_UNPACKED + 1)
    if len(content) > MOST_UNPACKED:
        raise zipfile.BadZipFile("larger than its header says")
    return content


def _part(name: str, content: bytes) -> Iterator[str]:
    try:
        tree = parse(content)
    except etree.XMLSyntaxError:
        yield f"{name}读不出来，请用Word或WPS重新保存再上传。"
        return
    if tree.getroottree().docinfo.internalDTD is not None:
        yield f"{name}里有文档类型定义，Word不会写出这样的内容，请用Word重新保存再上传。"
    elif name.lower().endswith(".rels"):
        yield from _outside(tree)
    else:
        yield from _elements(name, tree)
        yield from _fields(name, tree)
        yield from _sources(name, tree)


def _outside(tree: etree._Element) -> Iterator[str]:
    for relation in tree.iter(f"{PKG_RELS}Relationship"):
        target, kind = relation.get("Target", ""), relation.get("Type", "").rpartition("/")[2]
        outside = relation.get("TargetMode", "").lower() == "external" or _ELSEWHERE.search(target)
        if outside or kind in _FETCHED:
            what = {"hyperlink": "超链接", "image": "链接的图片", "attachedTemplate": "附加的模板"}.get(
                kind, "外部内容"
            )
            yield f"文件里有指向文件外面的{what}（{target[:60]}），请删去或改为嵌入再上传。"
        elif kind in _OWN_CODE:
            yield "文件带有宏或嵌入的对象，请另存为不带宏的.docx再上传。"


def _elements(name: str, tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        if (word := etree.QName(element).localname) in _REACH_OUT:
            yield f"{name}里有从文件外面取内容的域或部件（{word}），请删去再上传。"
            return


def _fields(name: str, tree: etree._Element) -> Iterator[str]:
    """Fields that fetch something, also those written in several runs."""
    said = ["".join(node.text or "" for node in p.iter(f"{W}instrText")) for p in tree.iter(f"{W}p")]
    said += [field.get(f"{W}instr", "") for field in tree.iter(f"{W}fldSimple")]
    for each in said:
        if found := _FIELD_REACHES_OUT.search(each):
            yield f"{name}里有从文件外面取内容的域或部件（{found.group().upper()}），请删去再上传。"


def _sources(name: str, tree: etree._Element) -> Iterator[str]:
    """Pictures of Word's older kind that name an address of their own."""
    for element in tree.iter(f"{V}*", f"{_OFFICE}*"):
        if any(etree.QName(attribute).localname in _PICTURE_SOURCES for attribute in element.attrib):
            yield f"{name}里有指向文件外面的图片或链接，请删去或改为嵌入再上传。"
