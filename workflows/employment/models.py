"""扶贫专岗岗位与在岗经历：每一个流程最后都落到这里。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition


class PostState(models.TextChoices):
    """States are only added, never renamed."""

    PLANNED = "planned", "拟设"
    AWAITING_APPROVAL = "awaiting_approval", "待乡镇核定"
    RETURNED = "returned", "退回补正"
    REJECTED = "rejected", "未核定"
    VOIDED = "voided", "已作废"
    VACANT = "vacant", "空缺"
    OCCUPIED = "occupied", "在用"
    ABOLISHED = "abolished", "撤销"


SETTLED = (PostState.VACANT, PostState.OCCUPIED)
BEFORE_SETTLED = (PostState.PLANNED, PostState.AWAITING_APPROVAL, PostState.RETURNED)


class Post(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """A welfare post of a village (三（二）1 就近设置；三（二）4). `places` people may work on it at once."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="posts", verbose_name="行政村")
    # Empty for a post that was settled on paper before this system began.
    case = models.OneToOneField("core.Case", models.PROTECT, null=True, related_name="post", verbose_name="办件")
    type_name = models.CharField("岗位", max_length=20)
    duties = models.TextField("职责范围")
    standard = models.TextField("工作标准")
    hours = models.TextField("工作时间")
    near = models.TextField("就近安置", blank=True, default="")
    places = models.PositiveSmallIntegerField("人数", default=1)
    state = FSMField("状态", default=PostState.PLANNED, choices=PostState.choices, protected=True)
    submitted_by = models.CharField("村申报人", max_length=50, blank=True, default="")
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        constraints = [models.CheckConstraint(condition=Q(places__gte=1), name="post_has_a_place")]
        indexes = [models.Index(fields=["village", "state"], name="post_by_village")]

    def __str__(self) -> str:
        return self.type_name

    @property
    def is_live(self) -> bool:
        """The village may still write."""
        return self.state in (PostState.PLANNED, PostState.RETURNED)

    @property
    def is_described(self) -> bool:
        """Duties, standard and hours are stated (《办法》第四条第3项)."""
        return bool(self.duties.strip() and self.standard.strip() and self.hours.strip())

    @transition(field=state, source=[PostState.PLANNED, PostState.RETURNED], target=PostState.AWAITING_APPROVAL)
    def submit(self) -> None:
        """村里报乡镇核定。"""

    @transition(field=state, source=[PostState.PLANNED, PostState.AWAITING_APPROVAL], target=PostState.VACANT)
    def approve(self) -> None:
        """乡镇核定岗位的类别、所在村、职责和人数；从此可以安置人。"""

    @transition(field=state, source=PostState.AWAITING_APPROVAL, target=PostState.RETURNED)
    def send_back(self) -> None:
        """退回补正：写明要补什么。"""

    @transition(field=state, source=PostState.AWAITING_APPROVAL, target=PostState.REJECTED)
    def reject(self) -> None:
        """乡镇不予核定，本件办结。"""

    @transition(field=state, source=list(BEFORE_SETTLED), target=PostState.VOIDED)
    def void(self) -> None:
        """作废：核定以前由村里撤销；不删除。"""

    @transition(
        field=state,
        source=list(BEFORE_SETTLED),
        target=GET_STATE(lambda self, to: to, states=list(BEFORE_SETTLED)),
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    @transition(field=state, source=PostState.VACANT, target=PostState.OCCUPIED)
    def occupy(self) -> None:
        """每个名额都有人在用。"""

    @transition(field=state, source=PostState.OCCUPIED, target=PostState.VACANT)
    def vacate(self) -> None:
        """又有空出的名额。"""

    @transition(field=state, source=PostState.VACANT, target=PostState.ABOLISHED)
    def abolish(self) -> None:
        """撤销：不再需要，也没有人在用。"""


class Tenure(models.Model):
    """One stretch of work on a welfare post: what Article 10 counts.

    `end_on` is the last day worked; empty while it lasts.
    """

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    worker = models.ForeignKey("registry.Worker", models.PROTECT, related_name="tenures", verbose_name="劳动者")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="tenures", verbose_name="岗位")
    start_on = models.DateField("上岗日期")
    end_on = models.DateField("离岗日期", null=True, blank=True)

    class Meta:
        verbose_name = "在岗经历"
        verbose_name_plural = "在岗经历"
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")),
                name="tenure_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["worker"], condition=Q(end_on__isnull=True), name="one_running_tenure_per_worker"
            ),
        ]
        indexes = [models.Index(fields=["township", "end_on"], name="tenure_by_township")]

    def __str__(self) -> str:
        return f"{self.start_on}至{self.end_on or '今'}"
