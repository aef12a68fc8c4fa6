"""Running numbers without gaps."""

from __future__ import annotations

from registry.models import County

from .models import NumberSeries


def next_number(county: County, scope: str) -> str:
    """The next number of a series, e.g. `2020-104-0031`. Its row stays locked to the end of the transaction,
    so a number that is not used is not taken."""
    NumberSeries.objects.get_or_create(county=county, scope=scope)
    series = NumberSeries.objects.select_for_update().get(county=county, scope=scope)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{scope}-{series.last:04d}"
