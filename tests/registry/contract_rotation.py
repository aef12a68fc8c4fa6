"""Run as a process with two keys: rotation rewrites exactly the columns it may, append-only rows included."""

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, connection, models  # noqa: E402

from audit.append_only import AppendOnlyModel, ensure_triggers, missing_triggers  # noqa: E402
from registry.encryption import EncryptedTextField  # noqa: E402
from registry.models import Worker  # noqa: E402
from tests.registry.people import ID_OLD_MAN, build_household, build_place, build_worker  # noqa: E402


class Note(AppendOnlyModel):
    reencrypted_fields = ("text",)
    number = models.IntegerField()
    text = EncryptedTextField()

    class Meta:
        app_label = "registry"

    def __str__(self) -> str:
        return str(self.number)


def main() -> None:
    new, old = settings.FIELD_KEYS
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    ensure_triggers(connection)
    settings.FIELD_KEYS = [old]
    place = build_place()
    worker = build_worker(place, build_household(place))
    token = worker.person_key.encrypt(b"paper")
    Note.objects.create(number=1, text="strokes")

    settings.FIELD_KEYS = [new, old]
    call_command("rotate_field_keys", verbosity=0)
    settings.FIELD_KEYS = [new]
    worker = Worker.objects.get()
    assert worker.id_number == ID_OLD_MAN
    assert worker.person_key.decrypt(token) == b"paper"
    assert Note.objects.get().text == "strokes"
    assert missing_triggers(connection) == []
    try:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE registry_note SET number = 2")
    except IntegrityError:
        print("kept")


main()
