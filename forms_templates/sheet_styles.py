"""The styles of our Word files by what they mean on a sheet: the whole dictionary."""

# Word's paragraph style → element and class.
PIECES = {
    "PaperTitle": ("h2", "paper__title"),
    "PaperSubtitle": ("div", "paper__subtitle"),
    "PaperLine": ("div", "paper__line"),
    "PaperNote": ("p", "paper__small"),
    "Heading1": ("h3", "paper__head"),
    "Heading2": ("h4", "paper__head"),
    "BodyText": ("p", "paper__text"),
    "BodyFlush": ("p", "paper__text paper__text--flush"),
    "BodyRight": ("p", "paper__text paper__text--end"),
    "BodyCentre": ("p", "paper__text paper__text--middle"),
    "OpinionHead": ("div", "opinion__head"),
    "OpinionText": ("div", "opinion__text"),
    "AreaText": ("div", "area__text"),
    "SignLine": ("div", "sign__line"),
    "StampWord": ("div", "stamp__word"),
    "StampDate": ("div", "num"),
    "SignDate": ("div", "num"),
}
LABEL_STYLE, LINE, HEAD = "CellLabel", "PaperLine", "OpinionHead"
HEADINGS = ("Heading1", "Heading2")
STAMP = ("StampWord", "StampDate", "SignDate")
MARKS = {"Mark": False, "MarkChosen": True}

LABELS = frozenset((LABEL_STYLE, "ListHead", "ListTightHead"))
