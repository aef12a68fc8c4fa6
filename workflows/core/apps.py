from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "workflows.core"
    label = "core"
    verbose_name = "办理"

    def ready(self) -> None:
        # Importing them makes the actions known to the door.
        from . import (  # noqa: F401
            claims,
            companions,
            deadline_actions,
            desk_actions,
            flow_versions,
            list_actions,
            notices_view,
            paper_actions,
            print_actions,
            registry_actions,
            scan_actions,
            seal_register_actions,
            signing_actions,
            sittings,
            standing_in,
            supervision,
        )
