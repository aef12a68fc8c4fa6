"""Tables of the trail. Actors and subjects are plain values: no foreign key leads out of this app.

No column here may ever carry an ID number, a telephone number or a bank account in the clear: rows can't be
removed. Fields of a form are kept as salted digests only; the salt stands in a table of its own and may be
deleted when the law demands it. The digests then prove nothing about the person, and the chain stays whole.
"""

import json
from typing import Any

from django.db import models

from audit.append_only import AppendOnlyModel


class Event(AppendOnlyModel):
    """One change: the canonical bytes are the record, the columns repeat it so that it can be found."""

    county = models.CharField("县代码", max_length=12)
    sequence = models.BigIntegerField("序号")
    action = models.CharField("动作", max_length=100)
    at = models.DateTimeField("时间")
    actor_user_id = models.BigIntegerField("办理人编号", null=True)
    actor_name = models.CharField("办理人", max_length=100)
    actor_role = models.CharField("身份", max_length=50)
    actor_organisation_code = models.CharField("单位代码", max_length=50, blank=True)
    actor_organisation_name = models.CharField("单位", max_length=200, blank=True)
    subject_kind = models.CharField("对象类别", max_length=100)
    subject_key = models.CharField("对象", max_length=100)
    subject_number = models.CharField("编号", max_length=50, blank=True)
    case_key = models.CharField("事项", max_length=150, blank=True)
    from_state = models.CharField("原状态", max_length=50, blank=True)
    to_state = models.CharField("新状态", max_length=50, blank=True)
    reason = models.TextField("理由", blank=True)
    policy = models.CharField("政策参数", max_length=200, blank=True)
    details = models.JSONField("细节", default=dict)
    canonical = models.BinaryField("正本")
    previous_hash = models.CharField("上一条的哈希", max_length=64)
    hash = models.CharField("哈希", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        constraints = [models.UniqueConstraint(fields=["county", "sequence"], name="event_county_sequence")]
        indexes = [
            models.Index(fields=["case_key", "sequence"], name="event_case"),
            # Searches are read by time, newest first: each index ends in what the page is ordered by.
            models.Index(fields=["county", "at", "sequence"], name="event_at"),
            models.Index(fields=["county", "actor_user_id", "at", "sequence"], name="event_actor"),
            models.Index(fields=["county", "action", "at", "sequence"], name="event_action"),
            models.Index(fields=["county", "subject_number", "at", "sequence"], name="event_number"),
            models.Index(fields=["subject_kind", "subject_key", "sequence"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.county}第{self.sequence}条 {self.action}"

    @property
    def content(self) -> dict[str, Any]:
        """The record itself, parsed; also what has no column: fields, papers, signatures, organisations."""
        content: dict[str, Any] = json.loads(bytes(self.canonical))
        return content


class EventSalt(AppendOnlyModel):
    """Salt of one event's field digests; events without fields have none."""

    deletable = True

    event = models.OneToOneField(
        Event, on_delete=models.PROTECT, primary_key=True, related_name="salt", verbose_name="办理记录"
    )
    salt = models.BinaryField("盐")

    class Meta:
        verbose_name = verbose_name_plural = "办理记录的盐"

    def __str__(self) -> str:
        return f"办理记录{self.pk}的盐"


class EventOrganisation(AppendOnlyModel):
    """Which organisations an event concerns: lets the county's page be read per township from one index."""

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="organisations", verbose_name="办理记录", db_index=False
    )
    county = models.CharField("县代码", max_length=12)
    organisation_code = models.CharField("单位代码", max_length=50)
    sequence = models.BigIntegerField("序号")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "办理记录涉及的单位"
        constraints = [
            models.UniqueConstraint(fields=["event", "organisation_code"], name="eventorganisation_once"),
        ]
        indexes = [
            models.Index(fields=["county", "organisation_code", "at", "sequence"], name="eventorganisation_page"),
        ]


class ChainHead(models.Model):
    """End of a county's chain; its row is the lock under which the next event is appended."""

    county = models.CharField("县代码", max_length=12, primary_key=True)
    sequence = models.BigIntegerField("序号", default=0)
    hash = models.CharField("哈希", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "记录链的末端"

    def __str__(self) -> str:
        return f"{self.county}第{self.sequence}条"
