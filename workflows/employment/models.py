"""扶贫专岗岗位与在岗经历：每一个流程最后都落到这里。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition


class PostState(models.TextChoices):
    PLANNED = "planned", "拟设"
    VACANT = "vacant", "空缺"
    OCCUPIED = "occupied", "在用"
    ABOLISHED = "abolished", "撤销"


class Post(FSMModelMixin, models.Model):
    """A welfare post of a village (三（二）1 就近设置；三（二）4). `places` people may work on it at once."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="posts", verbose_name="行政村")
    type_name = models.CharField("岗位", max_length=20)
    duties = models.TextField("职责范围")
    standard = models.TextField("工作标准")
    hours = models.TextField("工作时间")
    places = models.PositiveSmallIntegerField("人数", default=1)
    state = FSMField("状态", default=PostState.PLANNED, choices=PostState.choices, protected=True)

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        constraints = [models.CheckConstraint(condition=Q(places__gte=1), name="post_has_a_place")]

    def __str__(self) -> str:
        return self.type_name

    @property
    def is_described(self) -> bool:
        """Duties, standard and hours are stated (《办法》第四条第3项)."""
        return bool(self.duties.strip() and self.standard.strip() and self.hours.strip())

    @transition(field=state, source=PostState.PLANNED, target=PostState.VACANT)
    def approve(self) -> None:
        """The township has settled type, village, duties and places."""

    @transition(field=state, source=PostState.VACANT, target=PostState.OCCUPIED)
    def occupy(self) -> None:
        """Every place is taken."""

    @transition(field=state, source=PostState.OCCUPIED, target=PostState.VACANT)
    def vacate(self) -> None:
        """A place is free again."""

    @transition(field=state, source=[PostState.PLANNED, PostState.VACANT], target=PostState.ABOLISHED)
    def abolish(self) -> None:
        """The post is no longer needed; nobody works on it."""


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
