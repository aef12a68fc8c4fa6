"""What stands beside signatures: signing for another, refusing to sign, and pages that were signed on paper."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.append_only import AppendOnlyModel


class ProxySigning(AppendOnlyModel):
    """代签: somebody signed for another, with an authority that is kept. The signature is the proxy's own hand."""

    signature = models.OneToOneField("signatures.Signature", models.PROTECT, related_name="proxy", verbose_name="签字")
    for_name = models.CharField("被代签人", max_length=50)
    by_name = models.CharField("代签人", max_length=50)
    relation = models.CharField("与被代签人的关系", max_length=30)
    why = models.CharField("代签原因", max_length=200)
    # The authority (委托书) as a file in the store, under the key of the person concerned.
    person_key = models.ForeignKey("registry.PersonKey", models.PROTECT, related_name="+", verbose_name="个人密钥")
    authority_digest = models.CharField("委托书摘要", max_length=64)
    authority_type = models.CharField("委托书类型", max_length=100)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "代签记录"
        constraints = [
            models.CheckConstraint(condition=~Q(for_name=F("by_name")), name="proxy_is_another"),
            models.CheckConstraint(condition=~Q(why="") & ~Q(authority_digest=""), name="proxy_has_authority"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name}代{self.for_name}签字"


class SigningRefusal(AppendOnlyModel):
    """拒签: the person would not sign; two witnesses say so with their own names and hands."""

    county = models.ForeignKey("registry.County", models.PROTECT, related_name="+", verbose_name="县")
    subject_kind = models.CharField("事项类别", max_length=100)
    subject_key = models.CharField("事项", max_length=100)
    place = models.CharField("签字处", max_length=60)
    content_digest = models.CharField("要签的内容摘要", max_length=64)
    form_digest = models.CharField("表样摘要", max_length=64)
    refused_by = models.CharField("拒签人", max_length=50)
    said = models.CharField("拒签人的说法", max_length=300)
    first_witness = models.OneToOneField(
        "signatures.Signature", models.PROTECT, related_name="+", verbose_name="见证人一"
    )
    second_witness = models.OneToOneField(
        "signatures.Signature", models.PROTECT, related_name="+", verbose_name="见证人二"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "拒签记录"
        indexes = [models.Index(fields=["subject_kind", "subject_key"], name="signing_refusal_subject")]
        constraints = [
            models.CheckConstraint(condition=~Q(first_witness=F("second_witness")), name="refusal_has_two_witnesses")
        ]

    def __str__(self) -> str:
        return f"{self.refused_by}拒绝签字"


class SigningRefusalRevocation(AppendOnlyModel):
    """The refusal no longer stands: what was to be signed changed, or the person signed after all."""

    refusal = models.OneToOneField(SigningRefusal, models.PROTECT, related_name="revocation", verbose_name="拒签")
    at = models.DateTimeField("作废时间")
    why = models.CharField("原因", max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="作废人")

    class Meta:
        verbose_name = verbose_name_plural = "拒签作废"

    def __str__(self) -> str:
        return f"{self.refusal}作废"


class PaperScan(AppendOnlyModel):
    """纸签回传: the scan or photo of a printed page that was signed (or sealed) by hand, found by the page's code.

    It belongs to one version of one paper, and to the step at which the case lay when it came back.
    """

    class FoundBy(models.TextChoices):
        QR = "qr", "二维码"
        TYPED = "typed", "手工输入编码"

    document = models.ForeignKey("forms_templates.Document", models.PROTECT, related_name="scans", verbose_name="文书")
    person_key = models.ForeignKey("registry.PersonKey", models.PROTECT, related_name="+", verbose_name="个人密钥")
    case_key = models.CharField("事项", max_length=150, db_index=True)
    step = models.CharField("环节", max_length=60)
    found_by = models.CharField("怎样对上", max_length=10, choices=FoundBy)
    file_digest = models.CharField("文件摘要", max_length=64)
    # Of the file as it was handed in: metadata are stripped from what is kept.
    original_digest = models.CharField("原文件摘要", max_length=64)
    content_type = models.CharField("类型", max_length=50)
    size = models.PositiveBigIntegerField("字节数")
    pages = models.PositiveSmallIntegerField("页数")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "纸签扫描件"
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints = [
            # The same photo twice is a slip, not a second signature.
            models.UniqueConstraint(fields=["document", "original_digest"], name="paper_scan_once"),
            models.CheckConstraint(condition=Q(pages__gte=1), name="paper_scan_pages"),
        ]

    def __str__(self) -> str:
        return f"{self.document}的纸签扫描件"
