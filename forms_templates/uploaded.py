"""Versions of forms a county has put in by itself: from the database, so that every process knows them at once."""

from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from forms_templates.library import UPLOADED, Source, UnknownFormError, version_name
from forms_templates.models import FormVersion
from forms_templates.specification import FormTemplateError


def source_of(code: str, version: int) -> Source:
    """The files of an uploaded version. Raises UnknownFormError, FormTemplateError for one that is not what was
    approved."""
    row = FormVersion.objects.filter(code=code, version=version).first()
    if row is None:
        raise UnknownFormError(f"没有这种表：{version_name(code, version)}。")
    source = Source(docx=bytes(row.template), toml=row.toml, sample=row.sample, labels=row.labels)
    if source.digest != row.digest:
        raise FormTemplateError(f"{version_name(code, version)}与批准时不一致，请从备份恢复。")
    return source


def next_version(code: str) -> int:
    """The number of the next uploaded version; the caller holds the lock that lets only one be made at a time."""
    last: int | None = FormVersion.objects.filter(code=code).aggregate(last=Max("version"))["last"]
    return (last or UPLOADED - 1) + 1


def in_force(county_id: int, at: datetime) -> dict[str, int]:
    """The uploaded versions on which something is written that begins at this moment, by the shipped version whose
    place they take (`slot`); whatever is not named has the shipped one. One query.

    The latest day counts; of two for one day the one approved last.
    """
    return _latest(county_id, timezone.localtime(at).date(), approved_at__lte=at)


def version_on(county_id: int, code: str, shipped: int, on: date) -> int:
    """The version for what begins on this day, as far as is known now."""
    return _latest(county_id, on, code=code).get(slot(code, shipped), shipped)


def slot(code: str, shipped: int) -> str:
    """A form as flows know it, in one word: agreement.1."""
    return f"{code}.{shipped}"


def _latest(county_id: int, on: date, **known: object) -> dict[str, int]:
    rows = FormVersion.objects.filter(county_id=county_id, effective_on__lte=on, **known)
    found = rows.order_by("effective_on", "version").values_list("code", "based_on", "version")
    return {slot(code, based_on): version for code, based_on, version in found}
