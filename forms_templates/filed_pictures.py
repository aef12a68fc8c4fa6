"""The ink and seals of a filed paper, taken from the Word file itself."""

from forms_templates.sheet_layout import Picture, read_layout


def pictures_in(docx: bytes) -> dict[str, bytes]:
    """PNG bytes by place; a blank place is not among them."""
    return {
        item.name: item.data
        for paragraph in read_layout(docx).paragraphs()
        for item in paragraph.items
        if isinstance(item, Picture) and item.data is not None
    }
