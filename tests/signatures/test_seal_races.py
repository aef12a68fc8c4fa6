"""Two processes at one seal: numbers without gaps or doubles, one stamp in one place; on both databases."""

import json
from collections.abc import Callable

from tests.processes import Running, release_together

RunPython = Callable[..., Running]

FOUND = """
from datetime import date
from registry.roles import Role
from signatures.models import Seal
from tests.registry.people import build_place, build_user
from registry.models import Appointment
place = build_place()
Appointment.objects.create(
    user=build_user("沈静"), organisation=place.township, role=Role.TOWNSHIP_SEAL_KEEPER,
    from_on=date(2019, 6, 20), made_by="测试",
)
Seal.objects.create(organisation=place.township, name="公章（演示）", picture=b"png", valid_from=date(2019, 6, 20))
"""

SEAL = """
from django.db import transaction
from registry.models import Appointment
from signatures.models import Seal
from signatures.sealing import SealRefused, apply_seal
from tests.signatures.cast import AT
keeper = Appointment.objects.select_related("user", "organisation").get()
seal = Seal.objects.get()
ready()
refused = 0
for key in KEYS:
    try:
        with transaction.atomic():
            apply_seal(
                seal=seal, keeper=keeper.user, appointment=keeper, decided=True, content_digest="a" * 64,
                document_form="post_application", subject_kind="applications.application", subject_key=str(key),
                place="township_seal", requested_by="何素琴", approved_by="林书平", at=AT,
            )
    except SealRefused:
        refused += 1
print(refused)
"""

COUNT = """
import json
from signatures.models import SealUse
print(json.dumps(list(SealUse.objects.order_by("number").values_list("number", "subject_key"))))
"""


def test_two_processes_share_one_register(any_database_url: str, run_python: RunPython) -> None:
    run_python(FOUND, any_database_url).finish()
    mine, theirs = range(20), range(10, 30)
    first = run_python(f"KEYS = {list(mine)}\n{SEAL}", any_database_url)
    second = run_python(f"KEYS = {list(theirs)}\n{SEAL}", any_database_url)
    release_together(first, second)
    refused = int(first.finish()) + int(second.finish())
    lines = json.loads(run_python(COUNT, any_database_url).finish())
    assert [number for number, _ in lines] == list(range(1, 31))
    assert {key for _, key in lines} == {str(key) for key in range(30)}
    assert refused == 10
