from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "workflows.briefings"
    label = "briefings"
    verbose_name = "规定传达与回执"

    def ready(self) -> None:
        # Importing the flow's actions makes them known to the door.
        from . import actions  # noqa: F401
