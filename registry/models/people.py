"""Users and their appointments. A login only opens the door; rights follow the appointment of the day."""

import unicodedata
from datetime import date
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from registry.models.organisations import County, Organisation
from registry.roles import LEVEL, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None, **extra: Any) -> "User":
        """A user with a hashed password; without one the login is impossible until a password is set."""
        user = self.model(username=self.model.normalize_username(username), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A login. There is no superuser: no flag stands above the appointments."""

    username = models.CharField("用户名", max_length=50, unique=True, error_messages={"unique": "已有这个用户名。"})
    name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("可以登录", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    # Who may look after this login: the administrator of this county. It opens nothing by itself.
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, null=True, blank=True, related_name="users", verbose_name="登记的县"
    )

    objects = UserManager()

    held: "tuple[date, list[Appointment]]"
    """With whom a page is asked for: the day, and the appointments they may act by on it (registry/backends.py)."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    # Asked by libraries; the answer is the same for everybody.
    is_staff = False
    is_superuser = False

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        indexes = [
            models.Index(fields=["county", "name"], name="user_name", opclasses=["int8_ops", "varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return unicodedata.normalize("NFKC", username).strip()


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing(self) -> Self:
        """Without those withdrawn before they began."""
        return self.filter(withdrawn_at__isnull=True)

    def in_force(self, on: date) -> Self:
        """Begun and not ended on the day, at an organisation that exists; the last day counts."""
        return self.standing().filter(
            Q(to_on__isnull=True) | Q(to_on__gte=on),
            Q(organisation__closed_on__isnull=True) | Q(organisation__closed_on__gte=on),
            from_on__lte=on,
        )


class Appointment(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments", verbose_name="用户")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="appointments", verbose_name="单位"
    )
    role = models.CharField("身份", max_length=40, choices=Role)
    from_on = models.DateField("任职开始")
    to_on = models.DateField("任职最后一天", null=True, blank=True)
    made_by = models.CharField("任命人", max_length=50)
    # Taken back before its first day: it never opened anything.
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "from_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="appointment_once",
                violation_error_message="已有同一天开始的同一任职。",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="appointment_dates",
                violation_error_message="任职最后一天不能早于任职开始。",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="appointment_office")]

    def __str__(self) -> str:
        return f"{self.organisation.name}{self.get_role_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Rights come from these rows, so none is stored that the rules refuse.
        self.clean()
        super().save(*args, **kwargs)

    def is_in_force(self, on: date) -> bool:
        """The same question as the query's in_force, for a row already read."""
        ends = [end for end in (self.to_on, self.organisation.closed_on) if end is not None]
        return self.withdrawn_at is None and self.from_on <= on and all(on <= end for end in ends)

    def clean(self) -> None:
        if self.role not in Role.values:
            raise ValidationError({"role": f"不认识的身份“{self.role}”。"})
        level = LEVEL[Role(self.role)]
        if self.organisation.kind != level:
            raise ValidationError({"role": f"“{Role(self.role).label}”只能任职于{level.label}。"})
        if self.to_on is not None and self.to_on < self.from_on:
            raise ValidationError({"to_on": "任职最后一天不能早于任职开始。"})
        if self.withdrawn_at is not None:
            return
        same = Appointment.objects.standing().filter(user=self.user, organisation=self.organisation, role=self.role)
        overlapping = same.exclude(pk=self.pk).filter(Q(to_on__isnull=True) | Q(to_on__gte=self.from_on))
        if self.to_on is not None:
            overlapping = overlapping.filter(from_on__lte=self.to_on)
        if overlapping.exists():
            raise ValidationError("同一任职的时间有重叠：请先结束前一段任职。")
