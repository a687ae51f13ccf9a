"""The networks of guests whose orders hold goods that nobody has paid for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order


class GuestHold(models.Model):
    """
    A guest's order that holds goods without money, and the network it was sent from.

    The network is personal data: it is forgotten as soon as the order is paid or has ended.
    """

    order = models.OneToOneField(
        Order, models.CASCADE, primary_key=True, related_name="guest_hold", verbose_name=_("order")
    )
    source = models.CharField(_("source"), max_length=45, help_text=_("The network that the request came from."))
    held_at = models.DateTimeField(_("held at"))

    class Meta:
        verbose_name = _("unpaid order of a guest")
        verbose_name_plural = _("unpaid orders of guests")
        indexes = [models.Index(fields=["source"], name="guest_hold_from_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.held_at:%Y-%m-%d %H:%M}"
