"""Requests to send a receipt."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReceiptRequest(models.Model):
    """One request to send an order's receipt by e-mail or SMS, to an address of the requester's choice."""

    order = models.ForeignKey(
        "orders.Order", on_delete=models.CASCADE, related_name="receipt_requests", verbose_name=_("order")
    )
    medium = models.CharField(_("medium"), max_length=10, choices=[("email", _("E-mail")), ("sms", _("SMS"))])
    address = models.CharField(_("address"), max_length=254)
    requested_at = models.DateTimeField(_("requested at"))

    class Meta:
        verbose_name = _("receipt request")
        verbose_name_plural = _("receipt requests")

    def __str__(self) -> str:
        return f"{self.order_id}: {self.get_medium_display()}"
