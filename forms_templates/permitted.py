"""What the tags of a Word file from outside may say: values, their lists, conditions and the filters below.

The sandbox keeps Python out and the process of the examination has its limits; but a file that was examined is later
filled where cases are kept, with values it could not be tried with. So nothing may stand in it whose cost does not
follow from the size of what is filled in: no call, no multiplication, no filter that makes long texts, no loop within
a loop within a loop.
"""

from collections.abc import Iterator

from jinja2 import nodes

from forms_templates.filters import FILTERS

PLAIN_FILTERS = frozenset(
    {"length", "count", "default", "d", "join", "first", "last", "upper", "lower", "trim", "int", "abs"}
)
MOST_LOOPS_DEEP = 2
LONGEST_SEPARATOR = 4
_FORBIDDEN: dict[type[nodes.Node], str] = {
    nodes.Call: "调用“{}”",
    nodes.CallBlock: "调用",
    nodes.Macro: "宏“{}”",
    nodes.Import: "引用别的文件",
    nodes.FromImport: "引用别的文件",
    nodes.Include: "引用别的文件",
    nodes.Extends: "引用别的文件",
    nodes.Block: "块“{}”",
    nodes.Assign: "变量赋值（set）",
    nodes.AssignBlock: "变量赋值（set）",
    nodes.FilterBlock: "整段过滤（filter）",
    nodes.With: "局部变量（with）",
    nodes.Mul: "乘法",
    nodes.Pow: "乘方",
    nodes.Mod: "取余或格式化（%）",
    nodes.Test: "判断“is {}”",
}
_PLAIN_TESTS = frozenset({"defined", "none", "odd", "even", "divisibleby"})


def not_permitted(parsed: nodes.Template) -> Iterator[str]:
    """What stands in a template and must not, each as a few Chinese words."""
    yield from _walk(parsed, 0)


def _walk(node: nodes.Node, loops: int) -> Iterator[str]:
    loops += isinstance(node, nodes.For)
    if words := _said_of_loop(node, loops) if isinstance(node, nodes.For) else _said_of(node):
        yield words
    for child in node.iter_child_nodes():
        yield from _walk(child, loops)


def _said_of(node: nodes.Node) -> str:
    words = _FORBIDDEN.get(type(node), "").format(_name(node))
    match node:
        case nodes.Test():
            return "" if node.name in _PLAIN_TESTS else words
        case nodes.Filter() if node.name not in PLAIN_FILTERS | set(FILTERS):
            return f"过滤器“{node.name}”"
        case nodes.Filter() if node.name == "join" and not _is_short(node.args):
            return f"过滤器“join”的分隔符超过{LONGEST_SEPARATOR}个字"
        case nodes.Getattr() if node.attr.startswith("_"):
            return f"够到程序内部的“{_name(node)}”"
        case nodes.Getitem(arg=nodes.Const(value=value)) if str(value).startswith("_"):
            return f"够到程序内部的“{value}”"
        case nodes.Getitem() if not isinstance(node.arg, (nodes.Const, nodes.Name, nodes.Getattr)):
            return "方括号里的算式"
    return words


def _said_of_loop(loop: nodes.For, loops: int) -> str:
    if loop.recursive:
        return "递归的循环"
    if loops > MOST_LOOPS_DEEP:
        return f"{loops}层套在一起的循环"
    return "" if isinstance(loop.iter, (nodes.Name, nodes.Getattr, nodes.Getitem)) else "不是按清单走的循环"


def _is_short(arguments: list[nodes.Expr]) -> bool:
    return all(isinstance(each, nodes.Const) and len(str(each.value)) <= LONGEST_SEPARATOR for each in arguments)


def _name(node: nodes.Node) -> str:
    """The words of a tag as they were typed, as far as they are names."""
    if isinstance(node, nodes.Call):
        return _name(node.node)
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node)}.{node.attr}"
    return str(getattr(node, "name", "") or getattr(node, "value", ""))
