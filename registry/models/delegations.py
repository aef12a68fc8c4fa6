"""委托代理: whose right somebody else may use, on which days. What may be done with it is settled at the door."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from .organisations import County
from .people import Appointment, User


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self, on: date) -> DelegationQuerySet:
        """Begun, not over and not ended early; first and last day count."""
        return self.filter(from_on__lte=on, to_on__gte=on, ended_at__isnull=True)


class Delegation(models.Model):
    """One appointment of an absent person, exercised by a deputy from a day to a day. It ends by itself."""

    county = models.ForeignKey(County, models.PROTECT, related_name="+", verbose_name="县")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="delegations", verbose_name="委托的任职")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="代理人")
    from_on = models.DateField("代理开始")
    to_on = models.DateField("代理最后一天")
    reason = models.CharField("原因", max_length=100)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    made_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("提前结束时间", null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "委托代理"
        constraints = [
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="delegation_dates"),
            # Two deputies of one desk would not know of each other: a second one waits for the end of the first.
            models.UniqueConstraint(
                fields=["appointment", "from_on"], condition=Q(ended_at__isnull=True), name="one_deputy_from_a_day"
            ),
        ]
        indexes = [models.Index(fields=["deputy", "to_on"], name="delegation_by_deputy")]

    def __str__(self) -> str:
        return f"{self.deputy.name}代{self.appointment}"


def may_use(user: User, appointment: Appointment, on: date) -> bool:
    """Whether the person acts by this appointment that day: their own, or one they are the deputy for."""
    if not appointment.is_in_force(on):
        return False
    if appointment.user_id == user.pk:
        return True
    return Delegation.objects.in_force(on).filter(appointment=appointment, deputy=user).exists()


def usable_by(user_id: int, on: date) -> list[Appointment]:
    """Every appointment a person may act by that day, their own first and those they are the deputy for after them
    (one query). A right that was handed to a deputy cannot be handed on: only appointments are delegated."""
    entrusted = Delegation.objects.in_force(on).filter(deputy=user_id, deputy__is_active=True).values("appointment")
    found = (
        Appointment.objects.in_force(on)
        .filter(Q(user=user_id) | Q(pk__in=entrusted))
        .select_related("user", "organisation", "organisation__parent", "organisation__county")
    )
    return sorted(found, key=lambda each: (each.user_id != user_id, each.from_on, each.pk))
