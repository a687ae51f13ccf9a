"""Units that were sold although the books had none of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Oversale(models.Model):
    """
    Units that a till sold while it could not reach the shop, and that the books had not free: somebody has to count.

    The sale is a fact, so the books were short of these units, or they were promised to others, who may now get none.
    cause_id: the number of the order. settled_at: when the place was counted or looked through after it.
    """

    level = models.ForeignKey(
        "inventory.StockLevel", on_delete=models.PROTECT, related_name="oversales", verbose_name=_("level"),
        db_index=False,
    )  # fmt: skip
    units = models.PositiveIntegerField(_("units"))
    reserved = models.PositiveIntegerField(
        _("reserved"), help_text=_("Units that were reserved for orders at that moment.")
    )
    cause_id = models.CharField(_("order"), max_length=64)
    noted_at = models.DateTimeField(_("noted at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by_id = models.BigIntegerField(_("staff"), null=True, blank=True)

    class Meta:
        verbose_name = _("oversale")
        verbose_name_plural = _("oversales")
        constraints = [
            models.UniqueConstraint(fields=["level", "cause_id"], name="oversale_once_per_cause"),
            models.CheckConstraint(condition=Q(units__gt=0), name="oversale_of_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.units}"
