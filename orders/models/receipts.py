"""Where a receipt was asked to go."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReceiptRequest(models.Model):
    """One wish to have an order's receipt by e-mail or SMS, at an address of the asker's choice."""

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
