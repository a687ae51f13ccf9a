"""Till sessions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TillSession(models.Model):
    """
    The time in which one register sells, from the float counted in to the cash counted out; amounts in minor units.

    expected and difference are written when it closes: float + cash taken - cash refunded, against the count.
    rescues: the closed session whose late sales it takes, those that the register could not send before it was closed.
    Nothing else is sold in it, and head office closes it (decision 0150).
    """

    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="till_sessions", verbose_name=_("store")
    )
    register = models.CharField(_("register"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    opening_float = models.BigIntegerField(_("opening float"))
    opened_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    counted = models.BigIntegerField(_("counted"), null=True, blank=True)
    expected = models.BigIntegerField(_("expected"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    rescues = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="rescued_by",
        verbose_name=_("late sales of"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("till session")
        verbose_name_plural = _("till sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "register"],
                condition=Q(closed_at__isnull=True, rescues__isnull=True),
                name="till_session_one_open_per_register",
            ),
            models.UniqueConstraint(
                fields=["rescues"], condition=Q(closed_at__isnull=True), name="till_session_one_open_rescue"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(counted__isnull=False, expected__isnull=False),
                name="till_session_closed_with_a_count",
            ),
            models.CheckConstraint(condition=Q(opening_float__gte=0), name="till_session_float_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.opened_at:%Y-%m-%d}"

    @property
    def is_rescue(self) -> bool:
        return self.rescues_id is not None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def difference(self) -> int | None:
        """Return what was counted less what was expected, in minor units; None while it is open."""
        return None if self.counted is None or self.expected is None else self.counted - self.expected
