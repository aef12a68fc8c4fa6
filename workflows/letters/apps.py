from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "workflows.letters"
    label = "letters"
    verbose_name = "用印申请"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the actions makes them known to the door.
        from . import actions  # noqa: F401
