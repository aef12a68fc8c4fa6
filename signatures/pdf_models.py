"""Certificates of organisations, and the PDFs signed with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from audit.append_only import AppendOnlyModel
from audit.trail import PaperStamp
from registry.encryption import EncryptedTextField


class CertificateQuerySet(models.QuerySet["SealCertificate"]):
    def in_use(self, on: date) -> CertificateQuerySet:
        """Those with which the organisation signs on that day, the newest first."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on).order_by(
            "-valid_from", "-pk"
        )


class SealCertificate(models.Model):
    """An organisation's certificate with its key: its sealed PDFs are signed with it while it is in use.

    What the certificate itself says of its validity (`not_before`, `not_after`) is another thing than from when to
    when the organisation uses it. The key stands encrypted and leaves the database in the signing worker alone.
    """

    organisation = models.ForeignKey(
        "registry.Organisation", models.PROTECT, related_name="certificates", verbose_name="单位"
    )
    subject = models.CharField("证书名称", max_length=200)
    issuer = models.CharField("颁发机构", max_length=200)
    serial = models.CharField("序列号", max_length=80)
    fingerprint = models.CharField("指纹", max_length=64, unique=True)
    certificates_pem = models.TextField("证书及上级证书")
    key_pem = EncryptedTextField("私钥")
    not_before = models.DateTimeField("证书有效期开始")
    not_after = models.DateTimeField("证书有效期结束")
    # Issued by the practice county's own authority: it proves nothing to anybody outside.
    demo = models.BooleanField("演示证书", default=False)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "数字证书"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="certificate_dates",
                violation_error_message="停用日期不能早于启用日期。",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def is_in_use(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or self.valid_to >= on)

    def is_valid_at(self, at: datetime) -> bool:
        """Whether the certificate itself is within its dates."""
        return self.not_before <= at <= self.not_after


class DemoAuthority(models.Model):
    """The root that issues the practice county's certificates."""

    county = models.OneToOneField("registry.County", models.PROTECT, related_name="demo_authority", verbose_name="县")
    certificate_pem = models.TextField("根证书")
    key_pem = EncryptedTextField("私钥")

    class Meta:
        verbose_name = verbose_name_plural = "演示认证机构"

    def __str__(self) -> str:
        return f"{self.county}演示认证机构"


class SignedPdf(AppendOnlyModel):
    """The PDF of one version of a paper with the signatures of the organisations whose seals stand on it."""

    pdf = models.OneToOneField("forms_templates.PaperPdf", models.PROTECT, related_name="signed", verbose_name="PDF")
    file_digest = models.CharField("文件摘要", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    time_stamped = models.BooleanField("带时间戳", default=False)
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "签章PDF"

    def __str__(self) -> str:
        return f"{self.pdf}（签章）"

    @property
    def stamp(self) -> PaperStamp:
        """What the trail says of this PDF: its own digest, the content of the paper."""
        stamp: PaperStamp = replace(self.pdf.stamp, file_digest=self.file_digest)
        return stamp


class SealSignature(AppendOnlyModel):
    """One seal's signature in a signed PDF, in the order in which the seals were applied."""

    signed_pdf = models.ForeignKey(SignedPdf, models.PROTECT, related_name="signatures", verbose_name="签章PDF")
    position = models.PositiveSmallIntegerField("次序")
    seal_use = models.ForeignKey("signatures.SealUse", models.PROTECT, related_name="signed", verbose_name="用印")
    certificate = models.ForeignKey(SealCertificate, models.PROTECT, related_name="+", verbose_name="数字证书")

    class Meta:
        verbose_name = verbose_name_plural = "数字签章"
        ordering: ClassVar[list[str]] = ["signed_pdf", "position"]
        constraints = [models.UniqueConstraint(fields=["signed_pdf", "position"], name="seal_signature_position")]

    def __str__(self) -> str:
        return f"{self.signed_pdf}第{self.position}个"


class SigningTrouble(AppendOnlyModel):
    """One attempt to sign a PDF that did not succeed, and why."""

    pdf = models.ForeignKey(
        "forms_templates.PaperPdf", models.PROTECT, related_name="signing_troubles", verbose_name="PDF"
    )
    why = models.CharField("原因", max_length=300)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "签章未成"
        ordering: ClassVar[list[str]] = ["pdf", "pk"]

    def __str__(self) -> str:
        return f"{self.pdf}：{self.why}"
