from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "workflows.attendance"
    label = "attendance"
    verbose_name = "考勤与薪酬"

    def ready(self) -> None:
        # Importing the flows' actions makes them known to the door, and the clock's work to the daily round.
        from . import history  # noqa: F401
        from .pay import actions as pay_actions  # noqa: F401
        from .sheets import actions, clock, corrections, signing  # noqa: F401
