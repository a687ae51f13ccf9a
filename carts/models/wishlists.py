"""The wish list."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS


class WishlistItem(models.Model):
    """A variant a person saved for later."""

    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.CASCADE,
        related_name="wishlist",
        verbose_name=_("customer"),
        db_index=False,
    )
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    added_channel = models.CharField(_("added on"), max_length=40, choices=CHANNELS)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("wish list item")
        verbose_name_plural = _("wish list items")
        constraints = [
            models.UniqueConstraint(fields=["customer", "variant"], name="wishlist_item_once_per_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.variant_id}"
