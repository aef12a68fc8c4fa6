"""Which version of a form a case is written on: the one in force when it began, to its end."""

from __future__ import annotations

from datetime import datetime

from forms_templates.library import Form, form
from forms_templates.uploaded import in_force, slot
from registry.models import County

from .models import Case
from .paperwork import Page

# A form as flows name it: its code and the shipped version whose fields they fill in.
Paper = tuple[str, int]


def case_form(paper: Paper, case: Case) -> Form:
    """The form of a case: when a flow's form has a new shipped version, cases that run go on with theirs."""
    code, newest = paper
    shipped = case.forms.get(code, newest)
    return form(code, case.forms.get(slot(code, shipped), shipped))


def form_today(paper: Paper, county: County, at: datetime) -> Form:
    """The form of a paper that belongs to no case (one query)."""
    code, shipped = paper
    return form(code, in_force(county.pk, at).get(slot(code, shipped), shipped))


def form_on_page(paper: Paper, page: Page) -> Form:
    """The form of the case that is looked at; a blank new one has today's (one query a page)."""
    if page.case is not None:
        return case_form(paper, page.case)
    code, shipped = paper
    if "_forms" not in page.__dict__:
        page.__dict__["_forms"] = in_force(page.village.county_id, page.at)
    return form(code, page.__dict__["_forms"].get(slot(code, shipped), shipped))
