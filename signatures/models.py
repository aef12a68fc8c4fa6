"""Signatures, seals and the register of their use. What was signed or stamped is never changed or deleted:
a signature or a use that no longer counts gets a revocation beside it."""

from __future__ import annotations

import base64
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.append_only import AppendOnlyModel
from registry.encryption import EncryptedTextField
from signatures.marks import sealed_on_paper


class Method(models.TextChoices):
    DRAWN = "drawn", "屏幕手写"
    SCAN = "scan", "扫描件"
    THUMB = "thumb", "按手印"
    PAPER = "paper", "纸上签字"


class Signature(AppendOnlyModel):
    """One person's signature under one content, at one place of a paper.

    `digest` binds everything else in the row; the handwriting itself is bound by its own digests, because its
    columns may be re-encrypted when keys rotate.
    """

    reencrypted_fields: ClassVar[tuple[str, ...]] = ("strokes", "picture_base64")

    county = models.ForeignKey("registry.County", models.PROTECT, related_name="+", verbose_name="县")
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签字人"
    )
    signer_name = models.CharField("签字人姓名", max_length=50)
    acted_as = models.CharField("签字时的身份", max_length=40, blank=True)
    organisation = models.ForeignKey(
        "registry.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    method = models.CharField("签字方式", max_length=10, choices=Method)
    # Who cannot write gives a thumb print; a named witness stands by it and signs beside.
    witness_name = models.CharField("见证人", max_length=50, blank=True, default="")
    # Who signed for another: the hand is the signer's, the act the other's (ProxySigning says why and by what right).
    on_behalf_of = models.CharField("代谁签字", max_length=50, blank=True, default="")
    strokes = EncryptedTextField("笔画", blank=True)
    picture_base64 = EncryptedTextField("图片")
    # No hand writes the same strokes twice: an equal digest elsewhere is a copy.
    strokes_digest = models.CharField("笔画摘要", max_length=64, blank=True, db_index=True)
    picture_digest = models.CharField("图片摘要", max_length=64)
    # 纸签: the scan of the page that bears the wet signature (PaperScan.file_digest).
    paper_digest = models.CharField("纸签扫描件摘要", max_length=64, blank=True, default="")
    # An earlier signature with the same or nearly the same strokes: a copy, until somebody has looked.
    resembles = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="与哪个签字的笔画雷同"
    )
    content_digest = models.CharField("所签内容摘要", max_length=64)
    form_digest = models.CharField("表样摘要", max_length=64)
    subject_kind = models.CharField("事项类别", max_length=100)
    subject_key = models.CharField("事项", max_length=100)
    place = models.CharField("签字处", max_length=60)
    at = models.DateTimeField("签字时间")
    digest = models.CharField("摘要", max_length=64, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "签字"
        indexes = [
            models.Index(fields=["subject_kind", "subject_key"], name="signature_subject"),
            models.Index(fields=["county", "signer_name", "-id"], name="signature_of_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=[Method.SCAN, Method.THUMB, Method.PAPER], strokes_digest="")
                | (Q(method=Method.DRAWN) & ~Q(strokes_digest="")),
                name="signature_method",
            ),
            models.CheckConstraint(
                condition=(Q(method=Method.THUMB, signer__isnull=True) & ~Q(witness_name=""))
                | (~Q(method=Method.THUMB) & Q(witness_name="")),
                name="signature_witness",
            ),
            models.CheckConstraint(
                condition=Q(signer__isnull=True, organisation__isnull=True, acted_as="")
                | (Q(signer__isnull=False, organisation__isnull=False) & ~Q(acted_as="")),
                name="signature_acted_as",
            ),
            models.CheckConstraint(
                condition=(Q(method=Method.PAPER) & ~Q(paper_digest=""))
                | (~Q(method=Method.PAPER) & Q(paper_digest="")),
                name="signature_on_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer_name}的签字"

    @property
    def picture(self) -> bytes:
        """PNG that fits the place it was signed in."""
        return base64.b64decode(self.picture_base64)


class SignatureRevocation(AppendOnlyModel):
    """The signature no longer counts, since then and for this reason."""

    signature = models.OneToOneField(Signature, models.PROTECT, related_name="revocation", verbose_name="签字")
    at = models.DateTimeField("作废时间")
    why = models.CharField("原因", max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="作废人")

    class Meta:
        verbose_name = verbose_name_plural = "签字作废"

    def __str__(self) -> str:
        return f"{self.signature}作废"


class SealQuerySet(models.QuerySet["Seal"]):
    def in_use(self, on: date) -> SealQuerySet:
        """Seals valid that day, first and last day included, the newest first."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on).order_by(
            "-valid_from", "-pk"
        )


class Seal(models.Model):
    """A seal of an organisation; who keeps it follows from the appointments."""

    organisation = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="seals", verbose_name="单位")
    name = models.CharField("印章名称", max_length=150)
    picture = models.BinaryField("印模")
    # A drawn seal of the demo says 演示 in its picture; in law it is no 可靠电子签名.
    demo = models.BooleanField("演示印章", default=False)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "印章"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="seal_dates",
                violation_error_message="停用日期不能早于启用日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_in_use(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or self.valid_to >= on)


class SealUse(AppendOnlyModel):
    """One line of the 用印登记: numbered per seal and calendar year, without gaps."""

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="uses", verbose_name="印章")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("编号")
    at = models.DateTimeField("用印时间")
    document_form = models.CharField("文件", max_length=60)
    content_digest = models.CharField("内容摘要", max_length=64)
    # The picture of a seal may be replaced; the register says which one was applied.
    picture_digest = models.CharField("印模摘要", max_length=64)
    subject_kind = models.CharField("事项类别", max_length=100)
    subject_key = models.CharField("事项", max_length=100)
    place = models.CharField("盖章处", max_length=60)
    copies = models.PositiveSmallIntegerField("份数")
    requested_by = models.CharField("申请人", max_length=50)
    approved_by = models.CharField("批准人", max_length=50)
    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="印章管理员")
    by_clerk = models.BooleanField("由经办人掌印", default=False)
    on_behalf_of = models.CharField("代谁用印", max_length=50, blank=True, default="")  # a deputy's hand
    # 骑缝章: slices of the seal over the edges of all pages, as one use.
    across_pages = models.BooleanField("加盖骑缝章", default=False)
    # 实物盖章: the scan of the page on which the real seal stands; "" where the seal's picture was applied.
    paper_digest = models.CharField("盖章原件摘要", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "用印登记"
        constraints = [
            models.UniqueConstraint(fields=["seal", "year", "number"], name="seal_use_number"),
            models.CheckConstraint(condition=Q(number__gte=1, copies__gte=1), name="seal_use_counts"),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_key", "place"], name="seal_use_place")]

    def __str__(self) -> str:
        return f"{self.seal}{self.year}年第{self.number}号"

    @property
    def hand(self) -> str:
        """Who set it: 李四, or 李四 代 张三."""
        return f"{self.keeper.name} 代 {self.on_behalf_of}" if self.on_behalf_of else self.keeper.name

    @property
    def picture(self) -> bytes:
        """What stands in the seal's place: its picture, or that the real one stands on the printed page."""
        return sealed_on_paper() if self.paper_digest else bytes(self.seal.picture)

    @property
    def said(self) -> str:
        """What a screen reader says of it."""
        return f"实物盖章，见扫描件：{self.seal.name}" if self.paper_digest else f"红色圆形印章：{self.seal.name}"


class SealUseRevocation(AppendOnlyModel):
    """The stamped paper no longer counts; the line of the register stays."""

    use = models.OneToOneField(SealUse, models.PROTECT, related_name="revocation", verbose_name="用印")
    at = models.DateTimeField("作废时间")
    why = models.CharField("原因", max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="作废人")

    class Meta:
        verbose_name = verbose_name_plural = "用印作废"

    def __str__(self) -> str:
        return f"{self.use}作废"


# What stands beside signatures, and what is signed with an organisation's certificate.
from .hand_models import PaperScan, ProxySigning, SigningRefusal, SigningRefusalRevocation  # noqa: E402
from .pdf_models import (  # noqa: E402
    DemoAuthority,
    SealCertificate,
    SealSignature,
    SignedPdf,
    SigningTrouble,
)

__all__ = [
    "DemoAuthority",
    "Method",
    "PaperScan",
    "ProxySigning",
    "Seal",
    "SealCertificate",
    "SealQuerySet",
    "SealSignature",
    "SealUse",
    "SealUseRevocation",
    "Signature",
    "SignatureRevocation",
    "SignedPdf",
    "SigningRefusal",
    "SigningRefusalRevocation",
    "SigningTrouble",
]
