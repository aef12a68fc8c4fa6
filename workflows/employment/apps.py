from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    name = "workflows.employment"
    label = "employment"
    verbose_name = "岗位与在岗"

    def ready(self) -> None:
        # Importing the flows' actions makes them known to the door.
        from . import actions, post_list, service_list  # noqa: F401
        from .agreements import actions as agreement_actions  # noqa: F401
        from .agreements import renewing  # noqa: F401
        from .leaves import actions as leave_actions  # noqa: F401
        from .leaves import clock as leave_clock  # noqa: F401
        from .leaves import history as leave_history  # noqa: F401
        from .people import actions as people_actions  # noqa: F401
        from .posts import actions as post_actions  # noqa: F401
        from .tenures import actions as tenure_actions  # noqa: F401
