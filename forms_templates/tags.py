"""The tags of one part of a Word file: joined as docxtpl understands them, and in Chinese what is wrong with one."""

import re
from collections.abc import Iterator

from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateSyntaxError, nodes
from lxml import etree

from forms_templates.ooxml import W

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_COLUMNS = re.compile(r"{[{%]\s*tc\s|{%\s*(?:colspan|hm)\b")
# What docxtpl does first of all, so that {{r and {{p are seen however Word has split them.
_BRACES_APART = re.compile(r"(?<={)(<[^>]*>)+(?=[\{%\#])|(?<=[%\}\#])(<[^>]*>)+(?=\})", re.DOTALL)
_VALUE = re.compile(r"{{(?:(?!}}).)*", re.DOTALL)
_MARKUP_INSIDE = re.compile("</w:t>.*?(<w:t>|<w:t [^>]*>)", re.DOTALL)
_OF_ITS_OWN = re.compile(r"{{([rp])\s(.*?)}}", re.DOTALL)
_MAKES = {"r": "own_run", "p": "own_paragraph"}
# docxtpl's way to print two braces.
_PRINTED_BRACES = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))

_STATEMENT = re.compile(r"{%-?\s*(?:(?:tr|tc|p|r)\s)?\s*(\w+)(.*?)%}", re.DOTALL)
_ENDS = {"endif": "if", "endfor": "for", "endmacro": "macro", "endfilter": "filter", "endwith": "with"}
_SAID = (
    (re.compile(r"No filter named '(.+)'"), "没有叫“{}”的过滤器"),
    (re.compile(r"No test named '(.+)'"), "没有叫“{}”的判断"),
    (re.compile(r"Encountered unknown tag '(end\w+|else|elif)'"), "“{{% {} %}}”和前面的开头不成对"),
    (re.compile(r"Encountered unknown tag '(.+?)'"), "没有“{}”这种标记"),
    (re.compile(r"Missing end of (?:comment|raw)"), "注释或原样（raw）没有写结尾的标记"),
    (re.compile(r"[Uu]nexpected char '(.+)' at"), "有不能用的字符“{}”（是否用了中文标点？）"),
    (re.compile(r"[Uu]nexpected '(?:/|<|end of template)'|expected token|unexpected"), "没有写完整或多了字符"),
)
_NOT_FILLED = (
    (re.compile(r"'(?:dict object|.*\.RowValues)' has no attribute '(.+)'"), "清单里没有“{}”这一栏"),
    (re.compile(r"'(.+)' is undefined"), "没有“{}”的值"),
    (re.compile(r"not supported between instances|unsupported operand|can only concatenate"),
     "文字和数目不能比较或计算，金额要先写“|float”"),
)  # fmt: skip


def joined_tags(tree: etree._Element) -> str:
    """The part's XML with its tags in one piece each, as docxtpl understands them."""
    xml = etree.tostring(tree, encoding="unicode")
    if "{{r" in _said_in(tree) or "{{p" in _said_in(tree):
        xml = _own_runs(xml)
    patched: str = DocxTemplate("").patch_xml(xml)
    return _DECLARATION + patched


def changes_columns(tree: etree._Element) -> bool:
    """Whether the tags make more or fewer columns than the table's grid says."""
    return _COLUMNS.search(_said_in(tree)) is not None


def print_braces(parsed: nodes.Template) -> None:
    """What docxtpl writes as {_{ is printed as {{; only in the template, never in what somebody typed."""
    for printed in parsed.find_all(nodes.TemplateData):
        for written, braces in _PRINTED_BRACES:
            printed.data = printed.data.replace(written, braces)


def _said_in(tree: etree._Element) -> str:
    return "".join(text.text or "" for text in tree.iter(f"{W}t"))


def _own_runs(xml: str) -> str:
    """{{r name }} and {{p name }}: docxtpl takes the run away and wants a RichText; a plain value becomes one here."""
    xml = _BRACES_APART.sub("", xml)
    xml = _VALUE.sub(lambda found: _MARKUP_INSIDE.sub("", found.group()), xml)
    return _OF_ITS_OWN.sub(lambda found: f"{{{{{found[1]} ({found[2]})|{_MAKES[found[1]]} }}}}", xml)


def wrong(error: TemplateSyntaxError, source: str, environment: Environment) -> str:
    """What is wrong with a tag and in which paragraph, for somebody who knows Word and not Jinja."""
    message = str(error.message)
    if "Unexpected end of template" in message:
        return "、".join(f"“{tag}”没有写结尾的标记" for tag in _open(source)) or "有一处没有写结尾的标记"
    words = next((said.format(*found.groups()) for known, said in _SAID if (found := known.search(message))), message)
    return f"{words}{_paragraph(source, environment)}"


def not_filled(error: Exception) -> str:
    """Why a tag could not be filled."""
    message = str(getattr(error, "message", None) or error)
    return next(
        (said.format(*found.groups()) for known, said in _NOT_FILLED if (found := known.search(message))), message
    )


def _open(source: str) -> Iterator[str]:
    """The tags that were opened and never closed."""
    waiting: list[tuple[str, str]] = []
    for found in _STATEMENT.finditer(source):
        word = found[1]
        if word in _ENDS.values():
            waiting.append((word, f"{{% {word}{found[2].rstrip(' -')} %}}"))
        elif word in _ENDS and waiting and waiting[-1][0] == _ENDS[word]:
            waiting.pop()
    yield from (tag for _, tag in waiting)


def _paragraph(source: str, environment: Environment) -> str:
    """The words of the paragraph a tag is wrong in: parsed once more, a line for each paragraph."""
    lines = re.sub(r"<w:p(?=[ >])", "\n<w:p", source)
    try:
        environment.compile(lines)
    except TemplateSyntaxError as error:
        found = lines.splitlines()[error.lineno - 1]
        # The tag that was not finished may have swallowed the end of its paragraph.
        words = re.sub(r"<[^>]*>", "", found).strip() or re.sub(r"<[^>]*>", "", lines.splitlines()[error.lineno - 2])
        return f"（在“{words.strip()[:40]}”这一段）" if words.strip() else ""
    return ""
