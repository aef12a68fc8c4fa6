"""Counties and their organisations: departments, townships (区 and 管委 too) and villages."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from audit.append_only import AppendOnlyModel
from registry.roles import OrganisationKind


class County(models.Model):
    """Everything else belongs to a county: one installation can hold many."""

    code = models.CharField(
        "县代码", max_length=6, unique=True, validators=[RegexValidator(r"^[0-9]{6}$", "县代码是6位数字。")]
    )
    name = models.CharField("县名", max_length=50)
    demo = models.BooleanField("演示", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "县"

    def __str__(self) -> str:
        return self.name


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def existing(self, on: date) -> "OrganisationQuerySet":
        """Opened and not yet closed on the day; the day of closing still counts."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=on), opened_on__lte=on)

    def within(self, organisation: "Organisation") -> "OrganisationQuerySet":
        """The organisation itself and, for a township, its villages."""
        return self.filter(Q(pk=organisation.pk) | Q(parent_id=organisation.pk))


class Organisation(models.Model):
    # A plain parent key: with fixed levels "self and children" is one condition, no recursion is needed.
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="organisations", verbose_name="县")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="villages",
        verbose_name="所属乡镇",
    )
    kind = models.CharField("类别", max_length=20, choices=OrganisationKind)
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=60)
    full_name = models.CharField("全称", max_length=150)
    seal_name = models.CharField("印章名称", max_length=150)
    clerk_may_hold_seal = models.BooleanField("经办人可以掌管印章", default=False)
    opened_on = models.DateField("设立日期")
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["county_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "code"],
                name="organisation_code",
                violation_error_message="本县已有这个单位代码。",
            ),
            models.CheckConstraint(
                condition=Q(kind=OrganisationKind.VILLAGE, parent__isnull=False)
                | (~Q(kind=OrganisationKind.VILLAGE) & Q(parent__isnull=True)),
                name="organisation_levels",
                violation_error_message="行政村必须属于一个乡镇；乡镇和县直部门没有上级单位。",
            ),
            models.CheckConstraint(
                condition=Q(clerk_may_hold_seal=False) | Q(kind=OrganisationKind.VILLAGE),
                name="organisation_clerk_seal",
                violation_error_message="只有行政村的经办人可以掌管印章。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("opened_on")),
                name="organisation_dates",
                violation_error_message="撤销日期不能早于设立日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The level of the parent can't be a constraint of the table.
        self.clean()
        super().save(*args, **kwargs)

    @property
    def township(self) -> "Organisation | None":
        """The township this is or belongs to; None for a county department."""
        if self.kind == OrganisationKind.TOWNSHIP:
            return self
        return self.parent

    def clean(self) -> None:
        parent = self.parent
        if (self.kind == OrganisationKind.VILLAGE) != (parent is not None):
            raise ValidationError("行政村必须属于一个乡镇；乡镇和县直部门没有上级单位。")
        if parent is not None and parent.kind != OrganisationKind.TOWNSHIP:
            raise ValidationError({"parent": "行政村的上级单位必须是乡镇（区、管委）。"})
        if parent is not None and parent.county_id != self.county_id:
            raise ValidationError({"parent": "行政村和它的乡镇必须在同一个县。"})


class FormerName(AppendOnlyModel):
    """What an organisation was called until a day: papers of that time carry it."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="former_names", verbose_name="单位"
    )
    name = models.CharField("原名称", max_length=60)
    full_name = models.CharField("原全称", max_length=150)
    seal_name = models.CharField("原印章名称", max_length=150)
    renamed_on = models.DateField("更名日期")
    reason = models.CharField("更名依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "单位曾用名"

    def __str__(self) -> str:
        return self.full_name
