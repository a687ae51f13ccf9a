"""Rules for earning more points than usual."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language


@audited("name", "percent", "segment", "tier", "category", "starts_at", "ends_at", "is_active")
class PointBonus(models.Model):
    """
    A rule by which some customers, goods or days earn more points than usual, or none.

    The highest rule that applies to a line counts; one of 0 percent wins over all. An empty field is no condition.
    """

    name = TranslatedField(_("name"))
    percent = models.PositiveIntegerField(_("percent of the usual points"), help_text=_("200 doubles, 0 earns none."))
    segment = models.ForeignKey(
        "accounts.Segment", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("segment")
    )
    tier = models.ForeignKey(
        "accounts.LoyaltyTier", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tier"),
    )  # fmt: skip
    category = models.ForeignKey(
        "inventory.Category", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("category"), help_text=_("With all that stands below it."),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("rule for more points")
        verbose_name_plural = _("rules for more points")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__lte=10_000),
                name="point_bonus_is_not_absurd",
                violation_error_message=_("A bonus is at most 10,000 percent."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="point_bonus_ends_after_it_starts",
                violation_error_message=_("The end must be later than the start."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or str(self.percent)
