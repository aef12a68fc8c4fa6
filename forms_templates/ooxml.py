"""The names Word's XML uses, and one careful parser for it."""

from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
V = "{urn:schemas-microsoft-com:vml}"
_WRAPPERS = ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")
PKG_RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"


def parse(xml: bytes) -> etree._Element:
    """Parse one part; no entities, no network: a Word file may come from anywhere."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(xml, parser)


def is_not_shown(run: etree._Element, paragraph: etree._Element) -> bool:
    """Taken out by tracked changes, or Word's second version of a drawing for older readers."""
    for around in run.iterancestors():
        if around is paragraph:
            return False
        if isinstance(around.tag, str) and etree.QName(around).localname in ("Fallback", "del", "moveFrom"):
            return True
    return False


def is_control(element: etree._Element) -> bool:
    """Whether a row or paragraph of a template holds nothing but a control tag."""
    text = "".join(node.text or "" for node in element.iter(f"{W}t")).strip()
    return text.startswith("{%") and text.endswith("%}") and text.count("{%") == 1


def inside(element: etree._Element, *kinds: str) -> Iterator[etree._Element]:
    """The children of these kinds, also those in content controls and the like."""
    for child in element:
        kind = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if kind in kinds:
            yield child
        elif kind in _WRAPPERS:
            yield from inside(child, *kinds)
