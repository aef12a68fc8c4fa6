"""Which policy is in force on a day. Limits come from here, never from a literal."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from registry.models import County, PolicySet
from registry.policy_parameters import (
    Category,
    Policy,
    PolicyError,
    PublicNotice,
    Stipend,
    jsonable,
    parse_policy,
    shipped_2019,
    shipped_2019_source,
)

__all__ = [
    "POLICY_2019",
    "Category",
    "NoPolicy",
    "Policy",
    "PolicyError",
    "PublicNotice",
    "Stipend",
    "add_shipped_2019",
    "beside_in_force",
    "parse_policy",
    "policy_beside",
    "policy_by_id",
    "policy_on",
    "shipped_2019",
]

POLICY_2019 = shipped_2019()


class NoPolicy(LookupError):
    """The county has no policy set in force on that day; the message is a Chinese sentence."""


def policy_on(county: County, on: date) -> Policy:
    """The newest set effective on or before the day. One query. Raises NoPolicy."""
    found = PolicySet.objects.filter(county=county, effective_on__lte=on).order_by("-effective_on").first()
    if found is None:
        raise NoPolicy(f"{county.name}在{on.year}年{on.month}月{on.day}日没有生效的政策参数，请先录入政策参数。")
    return found.policy()


_COLUMNS = ("pk", "parameters", "effective_on", "document_number", "title")


def beside_in_force(county: str, on: date) -> dict[str, Subquery]:
    """The set in force on the day as annotations of rows whose county is named so: for a page that reads it in the
    query of something else. `policy_beside` gives it."""
    newest = PolicySet.objects.filter(county=OuterRef(county), effective_on__lte=on).order_by("-effective_on")
    return {f"policy_{name}": Subquery(newest.values(name)[:1]) for name in _COLUMNS}


def policy_beside(row: Any) -> Policy | None:
    """The set that was read with the row; None when none is in force."""
    if row.policy_pk is None:
        return None
    return parse_policy(
        row.policy_parameters,
        effective_on=row.policy_effective_on,
        document_number=row.policy_document_number,
        title=row.policy_title,
        set_id=row.policy_pk,
    )


def policy_by_id(set_id: int) -> Policy:
    """The set an earlier decision used. Raises PolicySet.DoesNotExist."""
    return PolicySet.objects.get(pk=set_id).policy()


def add_shipped_2019(county: County) -> PolicySet:
    """The shipped 2019 set as a row of the county; the row that is there already is returned as it stands."""
    source = shipped_2019_source()
    row, _ = PolicySet.objects.get_or_create(
        county=county,
        effective_on=source["effective_on"],
        defaults={
            "document_number": source["document_number"],
            "title": source["title"],
            "parameters": jsonable(source["parameters"]) | {"county_name": county.name},
            "approved_by": source["approved_by"],
        },
    )
    return row
