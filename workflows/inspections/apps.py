from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "workflows.inspections"
    label = "inspections"
    verbose_name = "督查"

    def ready(self) -> None:
        # Importing the flows' actions makes them known to the door.
        from . import history  # noqa: F401
        from .checks import actions as check_actions  # noqa: F401
        from .findings import actions as finding_actions  # noqa: F401
        from .recoveries import actions as recovery_actions  # noqa: F401
        from .recoveries import differences  # noqa: F401
