"""年度考核方案，和发给各村的签收件（《办法》第七条）。"""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django_fsm import GET_STATE, ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from workflows.core.round_about import handed_back, moved_by_exception, sent_back


class SchemeState(models.TextChoices):
    """States are only added, never renamed."""

    DRAFT = "draft", "草稿"
    RETURNED = "returned", "退回补正"
    AWAITING_REVIEW = "awaiting_review", "待审核"
    AWAITING_SEAL = "awaiting_seal", "待盖章"
    ISSUED = "issued", "已印发"
    VOIDED = "voided", "已作废"


BEFORE_ISSUED = (SchemeState.DRAFT, SchemeState.RETURNED, SchemeState.AWAITING_REVIEW, SchemeState.AWAITING_SEAL)

# What is judged, and how its points are counted. The points themselves are the township's, year by year.
CRITERIA = {
    "attendance": ("出勤", "出勤天数占应出勤天数的比例，准假的日子不算在内。"),
    "tasks": ("任务完成", "村、乡镇日常检查中任务完成的次数占检查次数的比例。"),
    "learning": ("学习", "参加学习次数占全年应参加次数的比例，最多计满分。"),
    "fit": ("人岗相符", "检查人岗相符的次数占检查次数的比例。"),
    "opinions": ("干部群众意见", "满意计全分，基本满意计一半，不满意不计分，取平均。"),
}
FULL_POINTS = 100
POINTS = tuple(f"{code}_points" for code in CRITERIA)
TEXTS = ("subjects", "grades", "procedure", "organisation", "timetable")


def _points(label: str) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(f"{label}分值", default=0, validators=[MaxValueValidator(FULL_POINTS)])


class Scheme(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One township's scheme of one year: whom, what for how many points, from how many on somebody passes."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="appraisal_scheme", verbose_name="办件")
    year = models.PositiveSmallIntegerField("考核年度")
    attendance_points = _points("出勤")
    tasks_points = _points("任务完成")
    learning_points = _points("学习")
    fit_points = _points("人岗相符")
    opinions_points = _points("干部群众意见")
    learning_target = models.PositiveSmallIntegerField("全年应参加学习次数", default=0)
    pass_mark = models.PositiveSmallIntegerField("合格分数线", default=0)
    subjects = models.TextField("考核对象", blank=True, default="")
    grades = models.TextField("等次和标准", blank=True, default="")
    procedure = models.TextField("考核程序", blank=True, default="")
    organisation = models.TextField("组织实施", blank=True, default="")
    timetable = models.TextField("时间安排", blank=True, default="")
    issued_on = models.DateField("印发日期", null=True)
    state = FSMField("状态", default=SchemeState.DRAFT, choices=SchemeState.choices, protected=True, max_length=20)
    policy_set = models.ForeignKey("registry.PolicySet", models.PROTECT, null=True, verbose_name="所依政策参数")

    class Meta:
        verbose_name = verbose_name_plural = "年度考核方案"
        constraints = [
            models.UniqueConstraint(
                fields=["township", "year"], condition=~Q(state="voided"), name="one_scheme_per_township_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年度考核方案"

    def points(self) -> dict[str, int]:
        """How many points each criterion is worth."""
        return {code: int(getattr(self, f"{code}_points")) for code in CRITERIA}

    @transition(field=state, source=[SchemeState.DRAFT, SchemeState.RETURNED], target=SchemeState.AWAITING_REVIEW)
    def submit(self) -> None:
        """乡镇经办人拟好方案，交审核人（《办法》第七条）。"""

    @transition(field=state, source=SchemeState.AWAITING_REVIEW, target=SchemeState.AWAITING_SEAL)
    def approve(self) -> None:
        """乡镇审核人签字。"""

    @transition(field=state, source=SchemeState.AWAITING_SEAL, target=SchemeState.ISSUED)
    def issue(self) -> None:
        """乡镇盖章印发，发给各村组织实施（《办法》第七条）。"""

    @transition(field=state, source=list(BEFORE_ISSUED), target=SchemeState.VOIDED)
    def void(self) -> None:
        """作废：印发以前由乡镇经办人撤销。"""

    @transition(
        field=state, source=list(BEFORE_ISSUED), target=GET_STATE(lambda self, to: to, states=list(BEFORE_ISSUED))
    )
    def take_back(self, to: str) -> str:
        """撤回：最后办理的人在下一环节办理以前收回。"""
        return to

    send_back_to = sent_back(state, BEFORE_ISSUED, BEFORE_ISSUED)
    hand_back = handed_back(state, BEFORE_ISSUED, BEFORE_ISSUED)
    move_by_exception = moved_by_exception(state, BEFORE_ISSUED)


class ReceiptState(models.TextChoices):
    """States are only added, never renamed."""

    AWAITING_RECEIPT = "awaiting_receipt", "待签收"
    RECEIVED = "received", "已签收"


class SchemeReceipt(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """The scheme as one village got it, with the village's receipt."""

    county = models.ForeignKey("registry.County", models.PROTECT, verbose_name="县")
    township = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="+", verbose_name="行政村")
    case = models.OneToOneField("core.Case", models.PROTECT, related_name="scheme_receipt", verbose_name="办件")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="receipts", verbose_name="考核方案")
    state = FSMField(
        "状态", default=ReceiptState.AWAITING_RECEIPT, choices=ReceiptState.choices, protected=True, max_length=20
    )

    class Meta:
        verbose_name = verbose_name_plural = "考核方案签收"
        constraints = [models.UniqueConstraint(fields=["scheme", "village"], name="scheme_sent_once_to_a_village")]

    def __str__(self) -> str:
        return f"考核方案签收{self.pk}"

    @transition(field=state, source=ReceiptState.AWAITING_RECEIPT, target=ReceiptState.RECEIVED)
    def receive(self) -> None:
        """村支部书记（村委会主任）签收考核方案（《办法》第七条）。"""
