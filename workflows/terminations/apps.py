from django.apps import AppConfig


class TerminationsConfig(AppConfig):
    name = "workflows.terminations"
    label = "terminations"
    verbose_name = "离岗"

    def ready(self) -> None:
        # Importing the flow's actions makes them known to the door.
        from . import actions, clock, handling, history  # noqa: F401
        from .reviews import actions as review_actions  # noqa: F401
