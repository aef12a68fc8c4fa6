from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "workflows.applications"
    label = "applications"
    verbose_name = "扶贫专岗申请"

    def ready(self) -> None:
        # Importing the flow's actions makes them known to the door.
        from . import actions, agreeing, decisions, flow_v2  # noqa: F401
