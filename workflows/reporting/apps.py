from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "workflows.reporting"
    label = "reporting"
    verbose_name = "台账与报表"

    def ready(self) -> None:
        # Importing the flows' actions makes them known to the door, and the clock's work to the daily round.
        from .ledgers import actions, clock, handing_out, supplements  # noqa: F401
