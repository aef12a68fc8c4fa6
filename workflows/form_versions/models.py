"""表样的更换：一人上传改过的Word文件，系统检查，另一人对照新旧样张批准，从写明的那天起使用。

一、系统管理员或人社局监督员下载现行模板，在Word里改好，写明从哪一天起用、依据什么，上传。
二、系统先检查：宏、外部链接、写错或漏掉的标记等，逐条指出，有一处就不收；没有问题的，填上样例，和现行的并排放好。
三、另一位有权批准的人（人社局监督员或领导小组成员）对照新旧样张，批准或不批准；上传人不能批准自己上传的。
四、从启用日期起，新开始的事项用新表；办理中的用到办结为止还是开始时的那一版。
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django_fsm import FSMField, FSMModelMixin, transition

from forms_templates.library import Form, Source, compile_form, form, shipped
from forms_templates.uploaded import version_on


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", "待批准"
    APPROVED = "approved", "已批准"
    REJECTED = "rejected", "不批准"
    WITHDRAWN = "withdrawn", "已撤回"


class FormProposal(FSMModelMixin, models.Model):
    """A changed form that passed the examination and waits for a second person. What was uploaded is never edited."""

    county = models.ForeignKey("registry.County", models.PROTECT, related_name="+", verbose_name="县")
    code = models.CharField("表样", max_length=50)
    based_on = models.PositiveIntegerField("以哪一版为底")
    file_name = models.CharField("文件名", max_length=100)
    template = models.BinaryField("Word模板")
    labels = models.JSONField("改了名的栏目", default=dict)
    toml = models.TextField("栏目说明")
    sample = models.TextField("样例")
    digest = models.CharField("表样摘要", max_length=64)
    effective_on = models.DateField("启用日期")
    why = models.CharField("改动的依据", max_length=300)
    state = FSMField("状态", default=ProposalState.PROPOSED, choices=ProposalState.choices, protected=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    proposed_at = models.DateTimeField("上传时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    reason = models.TextField("理由", blank=True)
    version = models.OneToOneField(
        "forms_templates.FormVersion", models.PROTECT, null=True, related_name="+", verbose_name="本县表样"
    )

    class Meta:
        verbose_name = verbose_name_plural = "表样提案"
        indexes = [models.Index(fields=["county", "state", "-id"], name="form_proposal_by_state")]

    def __str__(self) -> str:
        return f"{self.code}（{self.file_name}）"

    def form(self) -> Form:
        """The proposed form, compiled; it passed the examination when it was handed in."""
        source = Source(bytes(self.template), self.toml, self.sample, self.labels)
        return compile_form(source, self.code, self.based_on)

    def follows(self) -> Form:
        """The form whose place the proposed one would take on its day."""
        newest = shipped(self.code).version
        return form(self.code, version_on(self.county_id, self.code, newest, self.effective_on))

    @transition(field=state, source=ProposalState.PROPOSED, target=ProposalState.APPROVED)
    def approve(self) -> None:
        """另一位有权的人对照新旧样张批准。"""

    @transition(field=state, source=ProposalState.PROPOSED, target=ProposalState.REJECTED)
    def reject(self) -> None:
        """不批准，写明理由。"""

    @transition(field=state, source=ProposalState.PROPOSED, target=ProposalState.WITHDRAWN)
    def withdraw(self) -> None:
        """批准以前，上传人自己撤回。"""


class FormProof(models.Model):
    """How LibreOffice prints the sample of one form, or why it could not. Made again whenever it is needed."""

    county = models.ForeignKey("registry.County", models.CASCADE, related_name="+", verbose_name="县")
    digest = models.CharField("表样摘要", max_length=64)
    trouble = models.TextField("没有做成的原因", blank=True)
    drawn_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "样张"
        constraints = [models.UniqueConstraint(fields=["county", "digest"], name="form_proof_once")]

    def __str__(self) -> str:
        return self.digest[:12]


class FormProofPage(models.Model):
    """One printed page of a sample, as a picture."""

    proof = models.ForeignKey(FormProof, models.CASCADE, related_name="pages", verbose_name="样张")
    number = models.PositiveIntegerField("第几页")
    png = models.BinaryField("图片")
    digest = models.CharField("图片摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "样张页"
        ordering = ["proof", "number"]
        constraints = [models.UniqueConstraint(fields=["proof", "number"], name="form_proof_page_once")]

    def __str__(self) -> str:
        return f"{self.proof}第{self.number}页"
