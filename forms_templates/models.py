"""What was filed: one row per stored file, one row per version of a paper. Both are written once."""

import json
from typing import Any

from django.conf import settings
from django.db import models

from audit.append_only import AppendOnlyModel
from audit.trail import PaperStamp
from registry.models import County, PersonKey


class StoredFile(AppendOnlyModel):
    """A file of the store that a committed transaction knows; files without a row are orphans."""

    person_key = models.ForeignKey(PersonKey, on_delete=models.PROTECT, verbose_name="个人密钥")
    digest = models.CharField("文件摘要", max_length=64)
    size = models.PositiveBigIntegerField("字节数")

    class Meta:
        verbose_name = verbose_name_plural = "留存文件"
        constraints = [models.UniqueConstraint(fields=["person_key", "digest"], name="stored_file_once")]

    def __str__(self) -> str:
        return self.digest[:12]


class Document(AppendOnlyModel):
    """One version of one paper: the Word file in the store, and the values it was made from.

    The values are encrypted with the person's key, as the file is: a deletion the law demands reaches both.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, verbose_name="县")
    person_key = models.ForeignKey(PersonKey, on_delete=models.PROTECT, verbose_name="个人密钥")
    subject_kind = models.CharField("对象类别", max_length=100)
    subject_key = models.CharField("对象", max_length=100)
    case_key = models.CharField("事项", max_length=150, blank=True)
    form_code = models.CharField("表样", max_length=50)
    form_version = models.PositiveIntegerField("表样版本")
    number = models.PositiveIntegerField("第几版")
    label = models.CharField("版本名称", max_length=100)
    encrypted_values = models.BinaryField("填写内容")
    content_digest = models.CharField("内容摘要", max_length=64)
    file_digest = models.CharField("文件摘要", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        ordering = ["subject_kind", "subject_key", "form_code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_key", "form_code", "number"], name="document_number_once"
            )
        ]
        indexes = [
            models.Index(fields=["case_key"], name="document_case"),
            models.Index(fields=["form_code", "created_at"], name="document_form_created"),
        ]

    def __str__(self) -> str:
        return f"{self.form_code}第{self.number}版（{self.label}）"

    @property
    def values(self) -> dict[str, Any]:
        """The values of the fields as they were printed; raises KeyDestroyed, DecryptionError."""
        decrypted: dict[str, Any] = json.loads(self.person_key.decrypt(bytes(self.encrypted_values)))
        return decrypted

    @property
    def stamp(self) -> PaperStamp:
        """What the trail says of this paper."""
        return PaperStamp(
            form=self.form_code,
            version=self.form_version,
            file_digest=self.file_digest,
            content_digest=self.content_digest,
        )


class PaperCode(AppendOnlyModel):
    """The code printed on every page of one version, by which anybody checks it."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="code", verbose_name="文书")
    code = models.CharField("核对编码", max_length=10, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "核对编码"

    def __str__(self) -> str:
        return self.code


class PaperPdf(AppendOnlyModel):
    """The PDF of one version of a paper, made from its Word file in the background.

    Two conversions of one Word file differ, so it is made once, stored beside the Word file, and has an event of
    its own on the trail.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="pdf", verbose_name="文书")
    file_digest = models.CharField("文件摘要", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    pages = models.PositiveIntegerField("页数")
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "PDF"
        constraints = [models.CheckConstraint(condition=models.Q(pages__gte=1), name="paper_pdf_pages")]

    def __str__(self) -> str:
        return f"{self.document}的PDF"

    @property
    def stamp(self) -> PaperStamp:
        """What the trail says of this PDF: its own digest, the content of the paper."""
        return PaperStamp(
            form=self.document.form_code,
            version=self.document.form_version,
            file_digest=self.file_digest,
            content_digest=self.document.content_digest,
        )


class PdfTrouble(AppendOnlyModel):
    """One attempt to make a PDF that did not succeed, and why."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="pdf_troubles", verbose_name="文书")
    why = models.CharField("原因", max_length=300)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "PDF未生成"
        ordering = ["document", "pk"]

    def __str__(self) -> str:
        return f"{self.document}：{self.why}"


class PrintRun(models.Model):
    """Many papers asked for as one PDF, made in the background. What is in it is written once (PrintRunPaper)."""

    class State(models.TextChoices):
        WAITING = "waiting", "正在制作"
        DONE = "done", "已做好"
        CANCELLED = "cancelled", "已取消"
        FAILED = "failed", "没有做成"

    county = models.ForeignKey(County, on_delete=models.PROTECT, verbose_name="县")
    # A key of its own: the copy can be destroyed without touching the papers.
    person_key = models.ForeignKey(PersonKey, on_delete=models.PROTECT, verbose_name="密钥")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="打印人"
    )
    asked_at = models.DateTimeField("时间")
    title = models.CharField("名称", max_length=100)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField("份数")
    ready = models.PositiveIntegerField("已做好的份数", default=0)
    pages = models.PositiveIntegerField("页数", default=0)
    file_digest = models.CharField("文件摘要", max_length=64, blank=True)
    troubles = models.JSONField("没有做成的", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "成批打印"
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="print_run_asked_by")]

    def __str__(self) -> str:
        return self.title


class PrintRunPaper(AppendOnlyModel):
    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="papers", verbose_name="成批打印")
    position = models.PositiveIntegerField("次序")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", verbose_name="文书")

    class Meta:
        verbose_name = verbose_name_plural = "成批打印的文书"
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="print_run_position")]

    def __str__(self) -> str:
        return f"{self.run}第{self.position}份"


class FormVersion(AppendOnlyModel):
    """A version of a form that a county has put in by itself: what was approved, byte for byte, for ever.

    It holds no personal data and is not encrypted. `based_on` is the shipped version whose fields it has: when the
    programme brings a version with other fields, cases begin with that one again.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    code = models.CharField("表样", max_length=50)
    version = models.PositiveIntegerField("表样版本")
    based_on = models.PositiveIntegerField("以哪一版为底")
    template = models.BinaryField("Word模板")
    toml = models.TextField("栏目说明")
    sample = models.TextField("样例")
    labels = models.JSONField("改了名的栏目", default=dict)
    digest = models.CharField("表样摘要", max_length=64)
    effective_on = models.DateField("启用日期")
    approved_at = models.DateTimeField("批准时间")
    approved_by = models.CharField("批准", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "本县表样"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="form_version_once")]
        indexes = [models.Index(fields=["county", "code", "-effective_on"], name="form_version_by_day")]

    def __str__(self) -> str:
        return f"{self.code}第{self.version}版"
