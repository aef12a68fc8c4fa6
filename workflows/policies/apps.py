from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "workflows.policies"
    label = "policies"
    verbose_name = "政策参数"

    def ready(self) -> None:
        # Importing the actions makes them known to the door.
        from . import actions  # noqa: F401
