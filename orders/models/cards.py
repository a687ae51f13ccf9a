"""Saved cards."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SavedCard(models.Model):
    """
    A card that its owner may pay with again, as the provider describes it; the number itself is never stored.

    removed: removed by the owner, and not chargeable from then on. detached: the provider has deleted it too.
    """

    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="saved_cards", verbose_name=_("customer")
    )
    provider = models.CharField(_("provider"), max_length=20)
    provider_ref = models.CharField(_("provider's number"), max_length=255)
    provider_customer = models.CharField(_("provider's customer"), max_length=255)
    brand = models.CharField(_("brand"), max_length=40)
    last4 = models.CharField(_("last four digits"), max_length=4)
    exp_month = models.PositiveSmallIntegerField(_("month of expiry"))
    exp_year = models.PositiveSmallIntegerField(_("year of expiry"))
    created_at = models.DateTimeField(_("created at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    detached_at = models.DateTimeField(
        _("detached at"), null=True, blank=True, help_text=_("When the provider deleted it.")
    )

    class Meta:
        verbose_name = _("saved card")
        verbose_name_plural = _("saved cards")
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="saved_card_once"),
            models.CheckConstraint(condition=Q(last4__regex=r"^[0-9]{4}$"), name="saved_card_four_digits"),
            models.CheckConstraint(condition=Q(exp_month__gte=1, exp_month__lte=12), name="saved_card_month"),
            models.CheckConstraint(
                condition=~Q(provider_ref="") & ~Q(provider_customer=""), name="saved_card_known_to_its_provider"
            ),
            models.CheckConstraint(
                condition=Q(detached_at__isnull=True) | Q(removed_at__isnull=False, detached_at__gte=F("removed_at")),
                name="saved_card_detached_once_removed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["removed_at"],
                condition=Q(removed_at__isnull=False, detached_at__isnull=True),
                name="saved_card_to_detach",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} …{self.last4}"
