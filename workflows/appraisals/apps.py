from django.apps import AppConfig


class AppraisalsConfig(AppConfig):
    name = "workflows.appraisals"
    label = "appraisals"
    verbose_name = "年度考核与续签"

    def ready(self) -> None:
        # Importing the flows' actions makes them known to the door, and the clock's work to the clock.
        from . import alarms, history, records  # noqa: F401
        from .grading import actions as grading_actions  # noqa: F401
        from .grading import confirming, settling  # noqa: F401
        from .schemes import actions as scheme_actions  # noqa: F401
        from .schemes import receipts  # noqa: F401
        from .summaries import actions as summary_actions  # noqa: F401
