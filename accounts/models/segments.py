"""Groups of customers for prices and promotions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language


@audited("code", "name")
class Segment(models.Model):
    """A group of customers: staff, trade, regulars. Membership is stored, never computed on demand."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return in_language(self.name) or self.code


class SegmentMembership(models.Model):
    """A customer's membership in a segment, from a moment to another or without an end."""

    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("segment")
    )
    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("customer"),
        db_index=False,
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership of a segment")
        verbose_name_plural = _("memberships of segments")
        constraints = [
            models.UniqueConstraint(fields=["customer", "segment"], name="segment_membership_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="segment_membership_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.segment_id}"
