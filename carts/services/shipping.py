"""Updates the shop's shipping rates from a carrier."""

from carts.models import ShippingRate
from carts.providers.carriers.base import Carrier


def refresh_shipping_rate(*, currency: str, carrier: Carrier) -> bool:
    """
    Read the price of shipping in a currency from a carrier and store it; return whether it changed.

    The carrier is called outside of any transaction. Raises ServiceError, which leaves the rate as it was.
    """
    known = carrier.rate_in(currency=currency)
    rate = ShippingRate.objects.filter(currency=currency).first() or ShippingRate(currency=currency)
    if (rate.amount, rate.free_from) == (known.amount, known.free_from):
        return False
    rate.amount, rate.free_from = known.amount, known.free_from
    rate.save()
    return True
