"""What every flow shares: the case, the desk it lies on, opinions, comments, numbers and messages.

Where a case stands is the state of its own entity (an application, a sheet …); a DeskTask says only on
whose desk it lies, and follows from the state (`consistency.py` proves it).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from viewflow.workflow.models import AbstractProcess, AbstractTask
from viewflow.workflow.status import STATUS

from audit.append_only import AppendOnlyModel
from forms_templates.uploaded import in_force
from registry.roles import SEES, OrganisationKind, Role, Sight

if TYPE_CHECKING:
    from .actors import Actor

Found = TypeVar("Found")

OPEN_STATUSES = (STATUS.NEW, STATUS.ASSIGNED, STATUS.STARTED)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor, *, copied: bool = True) -> CaseQuerySet:
        """Only cases of one's own offices; a draft is nobody's but the village's. One indexed condition per office.

        `copied`: also what was 抄送 to this person, to read and nothing else. Whoever acts, or lists an office's
        cases, asks without.
        """
        seen = Q(pk__in=[])
        for appointment in actor.appointments:
            organisation = appointment.organisation
            scope = SEES[Role(appointment.role)]
            if scope == Sight.NOTHING:
                continue
            if scope == Sight.COUNTY:
                seen |= Q(county_id=organisation.county_id, submitted_at__isnull=False)
            elif organisation.kind == OrganisationKind.VILLAGE:
                seen |= Q(village_id=organisation.pk)
            elif organisation.kind == OrganisationKind.TOWNSHIP:
                # What the township opens itself has no village, and its own drafts it sees.
                seen |= Q(township_id=organisation.pk, submitted_at__isnull=False)
                seen |= Q(township_id=organisation.pk, village__isnull=True)
        if copied and actor.user is not None and actor.appointments:
            mine = CaseReader.objects.filter(user=actor.user, copied_by__isnull=False)
            seen |= Q(pk__in=mine.values("case"), submitted_at__isnull=False)
        return self.filter(seen)


class Case(AbstractProcess):
    """One matter on its way through a flow (viewflow's process with our columns)."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey(
        "registry.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="乡镇"
    )
    village = models.ForeignKey("registry.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="村")
    number = models.CharField("编号", max_length=40, blank=True)
    title = models.CharField("办理对象", max_length=60, blank=True)
    headline = models.CharField("摘要", max_length=120, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    opening_key = models.CharField("开启标记", max_length=64, unique=True)
    person_key = models.ForeignKey(
        "registry.PersonKey", models.PROTECT, null=True, related_name="+", verbose_name="个人密钥"
    )
    submitted_at = models.DateTimeField("首次提交时间", null=True)
    revision = models.PositiveIntegerField("修订号", default=0)
    # The versions of forms with which it began, which it keeps to its end: of its flow's own form the shipped one, and
    # whatever the county has put in their place (forms_templates/uploaded.py).
    forms = models.JSONField("表样版本", default=dict)

    # The moment of the change that is being made: set by the door, read by the nodes. Not a column.
    moment: datetime
    # While a page is drawn nothing changes: what was read once (opinions) is kept here. The door never sets it.
    remembered: dict[str, Any] | None = None
    # While a move is made under the case's lock: what it has read once. Whoever writes such a row forgets it here.
    within_move: dict[str, Any] | None = None

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "办件"
        verbose_name_plural = "办件"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "number"], condition=~Q(number=""), name="case_number_once_per_county"
            )
        ]
        indexes = [
            models.Index(fields=["village", "-created"], name="case_by_village"),
            models.Index(fields=["township", "-created"], name="case_by_township"),
            models.Index(fields=["county", "-created"], name="case_by_county"),
            models.Index(fields=["opened_by", "-created"], name="case_by_opener"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.number or '未编号'}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            code, shipped = self.flow_class.paperwork.form
            self.forms = {code: shipped, **in_force(self.county_id, self.created)}
        super().save(*args, **kwargs)

    def forget(self, name: str) -> None:
        """What was read once in this move has been written."""
        if self.within_move is not None:
            self.within_move.pop(name, None)

    def notes(self) -> dict[str, Any]:
        """Where what was read once is kept; a new one each time when there is neither a page nor a move."""
        if self.within_move is not None:
            return self.within_move
        return self.remembered if self.remembered is not None else {}

    def once(self, name: str, read: Callable[[], Found]) -> Found:
        """What a page reads once; a move, which may have just changed it, reads it each time."""
        if self.remembered is None or self.within_move is not None:
            return read()
        if name not in self.remembered:
            self.remembered[name] = read()
        found: Found = self.remembered[name]
        return found

    @property
    def key(self) -> str:
        """The case as the trail names it."""
        return f"case:{self.pk}"

    @property
    def entity(self) -> Any:
        """What the case is about: the row that carries the state (loaded once)."""
        if "_entity" not in self.__dict__:
            self.bind(self.flow_class.entity_of(self))
        return self.__dict__["_entity"]

    @entity.setter
    def entity(self, entity: Any) -> None:
        self.__dict__["_entity"] = entity

    def bind(self, entity: Any) -> None:
        """Take the entity that was read for this case; the same rows under two names are asked for once."""
        for name in ("county", "township", "village"):
            if getattr(entity, f"{name}_id", None) == getattr(self, f"{name}_id") is not None:
                setattr(entity, name, getattr(self, name))
        entity.case = self
        self.__dict__["_entity"] = entity


class DeskTask(AbstractTask):
    """A paper lying on a desk (viewflow's task with our office). Named so because `Task` clashes with viewflow's."""

    process = models.ForeignKey(Case, models.CASCADE, related_name="task_set", verbose_name="办件")
    # viewflow writes `data` and `seed` on every task it makes.
    data = models.JSONField(default=dict, blank=True)
    seed: Any = None

    office = models.ForeignKey(
        "registry.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="办理单位"
    )
    office_role = models.CharField("办理岗位", max_length=40, blank=True)
    # The last day by the policy set in force when the paper was laid here; no page reckons it anew.
    due_on = models.DateField("办理期限", null=True)
    reminded_at = models.DateTimeField("到期提醒时间", null=True)
    urged_at = models.DateTimeField("催办时间", null=True)
    escalated_at = models.DateTimeField("超期上报时间", null=True)
    revision = models.PositiveIntegerField("修订号", default=0)
    outcome = models.CharField("办理结果", max_length=60, blank=True)
    from_state = models.CharField("办理前状态", max_length=40, blank=True)
    to_state = models.CharField("办理后状态", max_length=40, blank=True)
    acted_as = models.ForeignKey(
        "registry.Appointment", models.PROTECT, null=True, related_name="+", verbose_name="以何任职办理"
    )
    # Which of several required actors of the step this is for (会签 seats, a consultation); "" where there is one.
    seat = models.CharField("席位", max_length=40, blank=True)
    # What the case had been through when this act was done: acts of one moment are told apart by it.
    act_number = models.PositiveIntegerField("办理序号", default=0)
    # What was shown to who acted: the digest of the fields the flow declares for the step, and the whole content.
    shown_digest = models.CharField("所见内容摘要", max_length=64, blank=True)
    version = models.ForeignKey(
        "core.CaseVersion", models.PROTECT, null=True, related_name="+", verbose_name="所见内容"
    )

    class Meta:
        verbose_name = "待办"
        verbose_name_plural = "待办"
        indexes = [
            # The inbox: one office's open papers, longest wait first.
            models.Index(
                fields=["office", "office_role", "created", "id"],
                condition=Q(finished__isnull=True),
                name="desk_open_by_office",
            ),
            # What the clock looks for: open papers by their last day.
            models.Index(
                fields=["due_on"],
                condition=Q(finished__isnull=True) & Q(due_on__isnull=False),
                name="desk_open_by_due_day",
            ),
            models.Index(
                fields=["owner", "-finished", "-id"],
                condition=Q(finished__isnull=False),
                name="desk_done_by_person",
            ),
        ]
        constraints = [
            # Two equal open tasks are two ghosts in an inbox: the database refuses the second.
            models.UniqueConstraint(
                fields=["process", "flow_task", "office", "office_role", "seat"],
                condition=Q(finished__isnull=True) & Q(office__isnull=False),
                name="one_open_task_per_required_actor",
            )
        ]

    @property
    def case(self) -> Case:
        return self.process

    @property
    def is_open(self) -> bool:
        return self.finished is None


class Opinion(models.Model):
    """What an office wrote and signed in its cell of the paper. A later return voids it; nothing deletes it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions", verbose_name="办件")
    step = models.CharField("环节", max_length=40)
    verdict = models.CharField("结论", max_length=20)
    text = models.TextField("意见")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="签署人")
    acted_as = models.ForeignKey("registry.Appointment", models.PROTECT, related_name="+", verbose_name="以何任职签署")
    signature = models.OneToOneField(
        "signatures.Signature", models.PROTECT, null=True, related_name="+", verbose_name="签字"
    )
    seal_use = models.OneToOneField(
        "signatures.SealUse", models.PROTECT, null=True, related_name="+", verbose_name="用印"
    )
    at = models.DateTimeField("签署时间")
    voided_at = models.DateTimeField("作废时间", null=True)
    task = models.ForeignKey(
        DeskTask, models.PROTECT, null=True, related_name="opinions", verbose_name="在哪件待办签署"
    )
    # The digest of the fields that were shown to the signer: while they read the same, the signature stands.
    shown_digest = models.CharField("所见内容摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = "意见"
        verbose_name_plural = "意见"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step"],
                condition=Q(voided_at__isnull=True),
                name="one_valid_opinion_per_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step}：{self.verdict}"


class Comment(AppendOnlyModel):
    """A remark on a case; it decides nothing."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="comments", verbose_name="办件")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="留言人")
    text = models.TextField("留言", blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "留言"
        verbose_name_plural = "留言"


class Attachment(AppendOnlyModel):
    """A file handed in with a comment; the bytes lie encrypted in the store under their digest."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="attachments", verbose_name="留言")
    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=80)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    person_key = models.ForeignKey("registry.PersonKey", models.PROTECT, related_name="+", verbose_name="个人密钥")

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"


class NumberSeries(models.Model):
    """A running number without gaps: taken under its row's lock, in the transaction that uses it."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    scope = models.CharField("号段", max_length=40)
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = "编号序列"
        verbose_name_plural = "编号序列"
        constraints = [models.UniqueConstraint(fields=["county", "scope"], name="one_series_per_scope")]

    def __str__(self) -> str:
        return self.scope


class Notice(models.Model):
    """A message to an office or to one person, written in the transaction of the change it tells of."""

    office = models.ForeignKey(
        "registry.Organisation", models.CASCADE, null=True, related_name="+", verbose_name="单位"
    )
    office_role = models.CharField("岗位", max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name="收件人"
    )
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="notices", verbose_name="办件")
    text = models.CharField("内容", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        indexes = [
            models.Index(fields=["office", "office_role", "-at"], name="notice_by_office"),
            models.Index(fields=["user", "-at"], condition=Q(user__isnull=False), name="notice_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(office__isnull=False, user__isnull=True) | Q(office__isnull=True, user__isnull=False),
                name="notice_to_an_office_or_a_person",
            )
        ]

    def __str__(self) -> str:
        return self.text


class NoticeReading(models.Model):
    """One person has read a message; in an office each reads it for themselves."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="readings", verbose_name="消息")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="阅读人")
    at = models.DateTimeField("阅读时间")

    class Meta:
        verbose_name = "已读消息"
        verbose_name_plural = "已读消息"
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]

    def __str__(self) -> str:
        return self.notice.text


# The rest of what a case has been through: its versions, returns, consultations, and the flows in force.
from .readers import CaseReader  # noqa: E402
from .sitting_models import Sitting, SittingItem  # noqa: E402
from .ways import CaseReturn, CaseVersion, Consultation, PublishedFlow  # noqa: E402

__all__ = [
    "OPEN_STATUSES",
    "Attachment",
    "Case",
    "CaseQuerySet",
    "CaseReader",
    "CaseReturn",
    "CaseVersion",
    "Comment",
    "Consultation",
    "DeskTask",
    "Notice",
    "NoticeReading",
    "NumberSeries",
    "Opinion",
    "PublishedFlow",
    "Sitting",
    "SittingItem",
]
