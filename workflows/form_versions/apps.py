from django.apps import AppConfig


class FormVersionsConfig(AppConfig):
    name = "workflows.form_versions"
    label = "form_versions"
    verbose_name = "表样"

    def ready(self) -> None:
        # Importing the actions makes them known to the door.
        from . import actions  # noqa: F401
