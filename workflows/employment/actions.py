"""Posts of the villages, and service from before this system: what an application names and counts."""

from __future__ import annotations

from typing import Any

from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.registry_actions import RegistryAction

from .models import Post, Tenure, TenureState


@register
class EstablishPost(RegistryAction):
    """三（二）1: the township settles a post near the workers' homes: type, duties, standard, hours, places."""

    code = "employment.establish_post"
    label = "核定岗位"
    told = "核定岗位"
    roles = (Role.TOWNSHIP_REVIEWER,)

    def make(self, move: Move) -> Post:
        post = Post(county=move.county, **move.data)
        post.full_clean(exclude=["county", "village", "state", "case", "policy_set"])
        post.approve()
        post.save()
        move.organisations = [post.village, *filter(None, [post.village.parent])]
        return post


@register
class RecordService(RegistryAction):
    """Work on a welfare post before this system began: Article 10 counts it, too."""

    code = "employment.record_service"
    label = "补录在岗经历"
    told = "补录在岗经历"
    roles = (Role.TOWNSHIP_REVIEWER, Role.EMPLOYMENT_SERVICE_OFFICER)

    def make(self, move: Move) -> Tenure:
        data: dict[str, Any] = dict(move.data)
        post, worker = data.get("post"), data["worker"]
        tenure = Tenure(
            county=move.county,
            village=post.village if post is not None else worker.village,
            state=TenureState.ENDED if data.get("end_on") else TenureState.WORKING,
            **data,
        )
        tenure.save()
        move.organisations = [tenure.township]
        move.details["start_on"] = tenure.start_on.isoformat()
        move.details["end_on"] = tenure.end_on.isoformat() if tenure.end_on else ""
        return tenure
