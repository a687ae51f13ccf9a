"""Card terminals that the server drives."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CardReader(models.Model):
    """A terminal on a store's counter, under the number that the payment provider has given it."""

    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="card_readers", verbose_name=_("store")
    )
    name = models.CharField(_("name"), max_length=40, help_text=_("What the clerks call it."))
    number = models.CharField(_("provider's number"), max_length=80, unique=True, help_text=_("For example tmr_…"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("card reader")
        verbose_name_plural = _("card readers")
        ordering = ["store", "name"]

    def __str__(self) -> str:
        return self.name
