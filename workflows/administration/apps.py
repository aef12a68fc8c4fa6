from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "workflows.administration"
    label = "administration"
    verbose_name = "单位与任职管理"

    def ready(self) -> None:
        # Importing the actions makes them known to the door.
        from . import (  # noqa: F401
            appointment_actions,
            certificate_actions,
            login_actions,
            official_list,
            organisation_actions,
            organisation_list,
        )
