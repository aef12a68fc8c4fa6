"""A place holder that was copied in Word is kept once in the file: two places would get one picture, a signature as a
seal. Each place gets its own."""

import posixpath
import re
from collections.abc import Sequence

from lxml import etree

from forms_templates.ooxml import PKG_RELS, WP, A, R, parse
from forms_templates.sheet_layout import is_blank
from forms_templates.zip_container import Member

_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")


def unshared(members: Sequence[Member]) -> list[Member]:
    """The members of a template, no two blank places on the same picture; the same list when none were."""
    known = {member.name: member for member in members}
    taken: set[str] = set()
    changed: dict[str, Member] = {}
    added: list[Member] = []
    for part in filter(_PARTS.fullmatch, known):
        folder, file = posixpath.split(part)
        rels = f"{folder}/_rels/{file}.rels"
        if rels not in known:
            continue
        tree, relations = parse(known[part].content()), parse(known[rels].content())
        by_id = {each.get("Id"): each for each in relations.iter(f"{PKG_RELS}Relationship")}
        again = False
        for drawing in tree.iter(f"{WP}anchor", f"{WP}inline"):
            blip = drawing.find(f".//{A}blip")
            relation = by_id.get(blip.get(f"{R}embed")) if blip is not None else None
            if blip is None or relation is None:
                continue
            target = posixpath.normpath(posixpath.join(folder, relation.get("Target", "")))
            if target not in known or not is_blank(known[target].content()):
                continue
            if target not in taken:
                taken.add(target)
                continue
            name = f"place_of_its_own_{len(added) + 1}.png"
            added.append(Member.stored(f"{folder}/media/{name}", known[target].content()))
            own = {"Id": f"rIdOwn{len(added)}", "Type": relation.get("Type", ""), "Target": f"media/{name}"}
            etree.SubElement(relations, f"{PKG_RELS}Relationship", own)
            blip.set(f"{R}embed", own["Id"])
            again = True
        if again:
            for name, xml in ((part, tree), (rels, relations)):
                changed[name] = Member.stored(name, etree.tostring(xml, encoding="UTF-8", standalone=True))
    return [*(changed.get(member.name, member) for member in members), *added]
