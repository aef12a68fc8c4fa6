"""The official forms: one Word file per form is the screen, the sheet, the printed page and the evidence."""
