"""岗位可以报送、核定的条件。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registry.policies import Policy
from workflows.core.guards import Guard, GuardsOn
from workflows.core.refusals import Refusal

MOST_PLACES = 99


@dataclass(frozen=True)
class PostFacts:
    """Everything the rules may ask about one post on one day."""

    on: date
    policy: Policy
    type_name: str
    duties: str
    standard: str
    hours: str
    near: str
    places: int
    actor_submitted: bool = False


guard = GuardsOn(PostFacts)
PostGuard = Guard[PostFacts]


@guard(title="岗位名称", basis="《方案》三（二）4", says=lambda f: f"{f.type_name}，在县里规定的岗位之内。")
def of_known_type(facts: PostFacts) -> Refusal | None:
    """保洁、保安、绿化、养路、巡逻员、食堂工人等；名单在政策参数里。"""
    if facts.type_name not in facts.policy.post_types:
        return Refusal("no_type", "请选择岗位名称。", "《方案》三（二）4", "type_name")
    return None


def _described(facts: PostFacts) -> list[tuple[str, str, str]]:
    return [
        ("duties", "职责范围", facts.duties),
        ("standard", "工作标准", facts.standard),
        ("hours", "工作时间", facts.hours),
    ]


@guard(title="职责、标准、时间", basis="《办法》第四条", says=lambda f: "三项都已写明。")
def describes_duties(facts: PostFacts) -> Refusal | None:
    """《办法》第四条第3项：岗位的职责范围、工作标准、工作时间。"""
    missing = [(name, label) for name, label, text in _described(facts) if len(text.strip()) < 4]
    if missing:
        labels = "、".join(label for _, label in missing)
        return Refusal("not_described", f"请写清楚{labels}，劳动者照着做。", "《办法》第四条", missing[0][0])
    return None


@guard(title="就近设置", basis="《方案》三（二）1", says=lambda f: "写明了就近安置哪里的劳动者。")
def is_near_home(facts: PostFacts) -> Refusal | None:
    """就近就地：岗位设在劳动者家门口。"""
    if len(facts.near.strip()) < 4:
        return Refusal("not_near", "请写明就近安置哪里的劳动者（哪几个组、离家多远）。", "《方案》三（二）1", "near")
    return None


@guard(title="人数", basis="《方案》三（二）4", says=lambda f: f"{f.places}人。")
def has_places(facts: PostFacts) -> Refusal | None:
    if not 1 <= facts.places <= MOST_PLACES:
        return Refusal("no_places", f"请填写人数，1至{MOST_PLACES}人。", "《方案》三（二）4", "places")
    return None


post_not_own_submission = guard.done_by_another(
    "post_not_own_submission",
    title="谁提交谁不审批",
    says="申报人和核定人不是同一人。",
    mine=lambda f: f.actor_submitted,
    asks="请由别人核定：这个岗位是您申报的，您不能自己核定。",
)


SUBMISSION: tuple[PostGuard, ...] = (of_known_type, describes_duties, is_near_home, has_places)
REVIEWER: tuple[PostGuard, ...] = (post_not_own_submission,)
APPROVAL: tuple[PostGuard, ...] = (*SUBMISSION, *REVIEWER)
