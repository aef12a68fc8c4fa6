"""Dated policy sets: a decision stores the set it used, old forms reprint with the old words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from audit.append_only import AppendOnlyModel
from registry.models.organisations import County
from registry.policy_parameters import Policy, PolicyError, parse_policy


class PolicySet(AppendOnlyModel):
    """Written once: decisions and papers of a day lean on it, so a change is always a new set from a later day."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="policy_sets", verbose_name="县")
    effective_on = models.DateField("生效日期")
    document_number = models.CharField("文号", max_length=150)
    title = models.CharField("标题", max_length=150)
    parameters = models.JSONField("参数")
    approved_by = models.CharField("批准人", max_length=100)
    note = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策参数"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "effective_on"],
                name="policy_set_day",
                violation_error_message="这一天已有一套生效的政策参数。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.effective_on.isoformat()}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Every decision of the county reads these rows: nonsense must not get in by any way.
        self.clean()
        super().save(*args, **kwargs)

    def policy(self) -> Policy:
        """The typed parameters. Raises PolicyError."""
        return parse_policy(
            self.parameters,
            effective_on=self.effective_on,
            document_number=self.document_number,
            title=self.title,
            set_id=self.pk,
        )

    def clean(self) -> None:
        try:
            self.policy()
        except PolicyError as error:
            raise ValidationError({"parameters": str(error)}) from error
