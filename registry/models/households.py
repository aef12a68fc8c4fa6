"""Households on the county's lists, the people of working age in them, and who declared to be kin of whom."""

from django.core.exceptions import ValidationError
from django.db import models

from registry.encryption import BlindIndexField, EncryptedTextField, IndexedModel
from registry.models.keys import PersonKey
from registry.models.organisations import County, Organisation
from registry.models.people import User
from registry.roles import OrganisationKind


class Household(IndexedModel):
    county = models.ForeignKey(County, on_delete=models.PROTECT, verbose_name="县")
    village = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="households", verbose_name="行政村"
    )
    head_name = models.CharField("户主姓名", max_length=50)
    head_id_number = EncryptedTextField("户主身份证号")
    head_id_index = BlindIndexField("户主身份证号索引", source="head_id_number", purpose="id_number")
    # A code of the policy set's categories, no choices: a later set may bring new ones.
    category = models.CharField("人员类别", max_length=40)
    listed_on = models.DateField("列入现行名单的日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "户"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "head_id_index"],
                name="household_head",
                violation_error_message="本县已有这位户主的户。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.head_name}户"

    def clean(self) -> None:
        _refuse_wrong_village(self.village, self.county_id)


class Worker(IndexedModel):
    """A person who may hold a post. Health and account are sensitive（个人信息保护法第二十八条）."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, verbose_name="县")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="workers", verbose_name="户")
    village = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="workers", verbose_name="行政村")
    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=1, choices=[("男", "男"), ("女", "女")])
    birth_on = models.DateField("出生日期")
    id_number = EncryptedTextField("身份证号")
    id_index = BlindIndexField("身份证号索引", source="id_number", purpose="id_number")
    phone = EncryptedTextField("联系电话", blank=True, default="")
    phone_index = BlindIndexField("联系电话索引", source="phone", purpose="phone")
    account = EncryptedTextField("银行账号", blank=True, default="")
    account_index = BlindIndexField("银行账号索引", source="account", purpose="account")
    address = models.CharField("家庭住址", max_length=200)
    health = EncryptedTextField("健康状况", blank=True, default="")
    work_ability = models.CharField("劳动能力", max_length=100, blank=True)
    skills = models.CharField("技能", max_length=200, blank=True)
    person_key = models.OneToOneField(
        PersonKey, on_delete=models.PROTECT, related_name="worker", verbose_name="个人密钥"
    )

    class Meta:
        verbose_name = verbose_name_plural = "劳动者"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "id_index"],
                name="worker_id_number",
                violation_error_message="本县已有这个身份证号的劳动者。",
            )
        ]
        # Search by the beginning of a name: PostgreSQL uses an index for LIKE only with this operator class.
        indexes = [
            models.Index(fields=["county", "name"], name="worker_name", opclasses=["int8_ops", "varchar_pattern_ops"]),
            models.Index(fields=["county", "phone_index"], name="worker_phone"),
            models.Index(fields=["county", "account_index"], name="worker_account"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        _refuse_wrong_village(self.village, self.county_id)
        if self.household.county_id != self.county_id:
            raise ValidationError({"household": "户和劳动者必须在同一个县。"})


class KinshipDeclaration(models.Model):
    """An official declared to be kin of somebody, who need not be a worker yet: hence the index of the ID."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, verbose_name="县")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="kinship_declarations", verbose_name="申报人")
    id_index = models.CharField("亲属身份证号索引", max_length=64)
    declared_at = models.DateTimeField("申报时间")
    relation = models.CharField("关系", max_length=50)

    class Meta:
        verbose_name = verbose_name_plural = "亲属关系申报"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "id_index"],
                name="kinship_once",
                violation_error_message="这一亲属关系已经申报过。",
            )
        ]
        indexes = [models.Index(fields=["county", "id_index"], name="kinship_person")]

    def __str__(self) -> str:
        return f"{self.user.name}申报的亲属关系：{self.relation}"


def _refuse_wrong_village(village: Organisation, county_id: int) -> None:
    if village.kind != OrganisationKind.VILLAGE or village.county_id != county_id:
        raise ValidationError({"village": "请选择本县的一个行政村。"})
