"""How long the pages take with 500 and with 50,000 workers, and how often the most curious of them asks.

The demo county is loaded through the door; then everything that hangs on a worker is copied by plain SQL, a hundred
times over, into the same villages. Everybody's pages are found as a person finds them, by following links from the
home page: of each address and each set of its filters, one. WORKERS and TIMES say how many and how often.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from django.db.models import Model

WORKERS = int(os.environ.get("WORKERS", "500"))
TIMES = int(os.environ.get("TIMES", "100"))
STRIDE = 10_000_000  # between the keys of one copy and those of the next
MOST_PAGES = 400  # of one person; a guard against a link that leads on for ever

# What hangs on a worker, or on a case of theirs; what a village or township has one of each month is not copied.
COPIED = [
    "registry.PersonKey",
    "registry.Household",
    "registry.Worker",
    "core.Case",
    "core.CaseVersion",
    "signatures.Signature",
    "signatures.SealUse",
    "core.DeskTask",
    "core.Opinion",
    "core.Comment",
    "core.Notice",
    "employment.Post",
    "applications.Application",
    "employment.Tenure",
    "employment.Agreement",
    "employment.Leave",
    "terminations.Termination",
    "appraisals.DailyRecord",
    "attendance.AttendanceRow",
    "attendance.PayLine",
    "reporting.LedgerRow",
    "forms_templates.StoredFile",
    "forms_templates.Document",
    "forms_templates.PaperCode",
    "audit.Event",
    "audit.EventSalt",
    "audit.EventOrganisation",
]
_OF_FLOWS = " OR ".join(f"flow_class LIKE '{flow}%'" for flow in ("applications/", "employment/", "terminations/exits"))
_OF_FLOWS = f"({_OF_FLOWS})"
HEAVY = {"strokes", "picture_base64", "canonical"}  # read by no list
FILES = ("paper", "scan", "attachment")
KEYS = {"subject_key", "case_key"}
_LINK = re.compile(r'href="(/[^"#]*)')


def figures() -> Iterator[tuple[str, float]]:
    """Workers, pages, statements, and milliseconds of the median and the slowest page, before and after."""
    from django.core.management import call_command

    from registry.models import Worker

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo_county", workers=WORKERS, seed=1, stdout=sys.stderr)
    for copies in (1, TIMES):
        if copies > 1:
            multiply(copies)
        visits = list(everybodys_pages())
        slowest = max(visits, key=lambda visit: visit.seconds)
        most = max(visits, key=lambda visit: visit.statements)
        for visit in sorted(visits, key=lambda visit: -visit.seconds)[:20]:
            print(visit, file=sys.stderr)
        print(f"most statements: {most}", file=sys.stderr)
        workers = Worker.objects.count()
        yield f"pages_with_{workers}_workers", len(visits)
        yield f"median_milliseconds_with_{workers}_workers", median(visit.seconds for visit in visits) * 1000
        yield f"slowest_milliseconds_with_{workers}_workers", slowest.seconds * 1000
        yield f"most_statements_with_{workers}_workers", most.statements


@dataclass(frozen=True)
class Visit:
    """One page, as one person saw it."""

    who: str
    url: str
    statements: int
    seconds: float


def everybodys_pages() -> Iterator[Visit]:
    from registry.models import User
    from registry.roles import Role

    for role in Role.values:
        user = User.objects.filter(appointments__role=role).order_by("pk").first()
        if user is not None:
            yield from pages_of(user)


def pages_of(user: Any) -> Iterator[Visit]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import Resolver404, resolve

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="registry.backends.OfficialBackend")
    waiting = ["/"]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.pop(0)
        parts = urlsplit(url)
        try:
            found = resolve(parts.path)
        except Resolver404:
            continue
        kind = (found.view_name, tuple(sorted(key for key, _ in parse_qsl(parts.query))))
        # Copies of papers have no file of their own.
        is_copied_file = found.view_name.startswith(FILES) and found.kwargs.get("pk", 0) >= STRIDE
        if kind in seen or found.view_name == "logout" or is_copied_file:
            continue
        seen.add(kind)
        answer = client.get(url)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        waiting += [link.replace("&amp;", "&") for link in _LINK.findall(page)]
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            client.get(url)
            seconds = time.perf_counter() - begun
        yield Visit(f"{user.name}", url, len(asked), seconds)


def multiply(times: int) -> None:
    """Every row of COPIED another `times` - 1 times, with keys of its own, beside the same offices."""
    from django.apps import apps
    from django.db import connection, transaction

    models = [apps.get_model(label) for label in COPIED]
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:
            begun = time.perf_counter()
            for number in range(1, times):
                cursor.execute(_copying(model, models, number))
            print(f"{model._meta.label} ×{times}: {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copying(model: type[Model], models: list[type[Model]], number: int) -> str:
    """INSERT of one more copy of what the county began with."""
    kept, shift, uniques = model._meta.local_concrete_fields, number * STRIDE, _uniques(model)
    values, conditions = [], [f"{model._meta.pk.column} < {STRIDE}"]
    for field in kept:
        column = f'"{field.column}"'
        target = field.related_model if field.is_relation else None
        if target is model:
            values.append("NULL")
        elif field.primary_key or target in models:
            there = f'SELECT "{target._meta.pk.column}" FROM "{target._meta.db_table}"' if target is not None else ""
            is_there = f"{column} + {shift} IN ({there})"  # what a row belongs to was copied before it, or never is
            if target is not None and field.null:
                values.append(f"CASE WHEN {is_there} THEN {column} + {shift} END")
            else:
                values.append(f"{column} + {shift}")
                conditions += [is_there] if target is not None else []
        elif field.column in HEAVY:
            values.append("''")
        elif field.column in ("case_key", "subject_key"):
            digits = f"CAST(NULLIF(REPLACE({column}, 'case:', ''), '') AS BIGINT)"
            head = "'case:'" if field.column == "case_key" else "''"
            values.append(f"COALESCE({head} || ({digits} + {shift}), '')")
        elif field.column == "subject_kind":
            kinds = ", ".join(f"'{each._meta.label_lower}'" for each in models)
            conditions.append(f"{column} IN ({kinds})")
            values.append(column)
        elif field in uniques and field.get_internal_type() == "CharField":
            # A digest stays as long as it was; a number becomes one that was never given out.
            rest = f"SUBSTR({column}, 6)" if field.max_length == 64 else column
            values.append(f"CASE WHEN {column} = '' THEN '' ELSE '{number:04}-' || {rest} END")
        elif field in uniques:
            values.append(f"{column} + {number * STRIDE // 100}")
        else:
            values.append(column)
    if model._meta.label == "core.Case":
        conditions.append(_OF_FLOWS)
    columns = ", ".join(f'"{field.column}"' for field in kept)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {", ".join(values)}'
        f' FROM "{model._meta.db_table}" WHERE {" AND ".join(conditions)}'
    )


def _uniques(model: type[Model]) -> set[Any]:
    """Columns that must differ from copy to copy, where no key that is shifted makes the difference."""
    from django.apps import apps
    from django.db.models import UniqueConstraint

    copied = {apps.get_model(label) for label in COPIED}
    own = {field.name: field for field in model._meta.local_concrete_fields}
    groups: list[tuple[str, ...]] = [(name,) for name, field in own.items() if field.unique]
    groups += [tuple(each.fields) for each in model._meta.constraints if isinstance(each, UniqueConstraint)]
    found: set[Any] = set()
    for group in groups:
        fields = [own[name] for name in group]
        if any(field.primary_key or field.related_model in copied or field.column in KEYS for field in fields):
            continue
        plain = [field for field in fields if not field.is_relation]
        found.add(next((field for field in reversed(plain) if "Integer" in field.get_internal_type()), plain[-1]))
    return found
