from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    name = "workflows.employment"
    label = "employment"
    verbose_name = "岗位与在岗"

    def ready(self) -> None:
        from . import actions  # noqa: F401
