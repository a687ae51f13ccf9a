"""What parcels are sent by."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NUMBER = "{number}"


def check_tracking_address(text: str) -> None:
    """Refuse an address that does not say where the number goes. Raises ValidationError."""
    if not text.startswith("https://") or text.count(NUMBER) != 1:
        raise ValidationError(_("An address that begins with https:// and has {number} in it once."))


class CarrierService(models.Model):
    """
    One way of a carrier to send parcels, which packers choose.

    carrier: a folder of orders/carriers. service: the carrier's own name of it. method: the code of the delivery method
    whose parcels it takes; empty for all. grams: what a parcel counts for if the weight of some goods is not known.
    tracking_url: where the shopper follows a parcel whose carrier tells no address, with {number} for its number.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    carrier = models.CharField(_("carrier"), max_length=20)
    service = models.CharField(_("the carrier's service"), max_length=80, blank=True)
    method = models.CharField(
        _("delivery method"), max_length=40, blank=True, help_text=_("Its code; empty for parcels of all methods.")
    )
    grams = models.PositiveIntegerField(_("weight in grams if unknown"), default=1000)
    tracking_url = models.CharField(
        _("tracking address"), max_length=300, blank=True, validators=[check_tracking_address],
        help_text=_("With {number} where the number of the parcel goes."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("carrier's service")
        verbose_name_plural = _("carriers' services")
        constraints = [models.CheckConstraint(condition=Q(grams__gt=0), name="carrier_service_weighs_something")]

    def __str__(self) -> str:
        return self.name
