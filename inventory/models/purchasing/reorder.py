"""Limits of the stock of an article at a place, for proposals to order."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("variant", "location", "minimum_units", "maximum_units", "is_proposed")
class ReorderRule(models.Model):
    """
    How few and how many units of a variant a place wants to have; without a rule, sales decide alone.

    minimum_units: it is ordered when no more than these are there or coming. maximum_units: no order goes beyond, None
    for no limit. is_proposed: False for goods that are not bought again.
    """

    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.CASCADE, related_name="+", verbose_name=_("variant"), db_index=False
    )
    location = models.ForeignKey(
        "inventory.Location", on_delete=models.CASCADE, related_name="+", verbose_name=_("location")
    )
    minimum_units = models.PositiveIntegerField(
        _("minimum"), default=0, help_text=_("It is ordered when no more than these are there or coming.")
    )
    maximum_units = models.PositiveIntegerField(
        _("maximum"), null=True, blank=True, help_text=_("No proposal goes beyond these units.")
    )
    is_proposed = models.BooleanField(
        _("proposed"), default=True, help_text=_("Off for goods that are not bought again.")
    )

    class Meta:
        verbose_name = _("reorder rule")
        verbose_name_plural = _("reorder rules")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "location"],
                name="reorder_rule_one_per_place",
                violation_error_message=_("This article has a rule at this place already."),
            ),
            models.CheckConstraint(
                condition=Q(maximum_units__isnull=True) | Q(maximum_units__gte=F("minimum_units")),
                name="reorder_rule_has_a_range",
                violation_error_message=_("The maximum is at least the minimum."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_units__lte=1_000_000)
                & (Q(maximum_units__isnull=True) | Q(maximum_units__lte=1_000_000)),
                name="reorder_rule_has_at_most_a_million",
                violation_error_message=_("At most a million units."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minimum_units}–{'' if self.maximum_units is None else self.maximum_units}"
