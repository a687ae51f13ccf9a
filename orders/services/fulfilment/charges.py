"""Shipping and fees of an order that go back, each once, in whatever order its goods are cancelled and returned."""

from collections.abc import Sequence

from django.db.models import Q

from orders.models import Fulfilment, Order, Return
from orders.rules.lifecycle import DROPPED_RETURNS, OPEN_RETURNS


def shipping_without(order: Order, *, parcels: Sequence[int]) -> int:
    """Return what was charged for shipping if no parcel is left apart from these ones; minor units."""
    return 0 if _has_parcel(order, parcels) else order.shipping_total + order.shipping_tax_added


def charges_by_law(order: Order, *, parcels: Sequence[int] = (), own: Return | None = None) -> int:
    """
    Return what of the charges goes back when the last goods of an order are gone; minor units.

    Shipping and fees go back if all that came back was refunded by law (2011/83/EU, article 13); what was cancelled
    counts as back, and what was taken without a refund does not. Shipping that goes back with the last parcel, or went
    back with it, does not go back again. parcels: those that are about to be cancelled. own: a return that is not
    counted yet. The caller holds the order's lock.
    """
    if order.external_id:
        return 0  # Returns of another system do not say whether they were by law.
    # A parcel in which nothing was, and what is not received yet, say nothing about the goods.
    returns = Return.objects.filter(order=order, lines__quantity_received__gt=0)
    returns = returns.exclude(state__in=(*DROPPED_RETURNS, *OPEN_RETURNS))
    if own is not None:
        returns = returns.exclude(pk=own.pk)
    if returns.filter(Q(is_by_law=False) | Q(state=Return.CLOSED)).exists():
        return 0
    back = order.fee_total + order.fee_tax_added
    if _has_parcel(order, parcels) or not order.fulfilments.filter(kind=Fulfilment.SHIP).exists():
        back += order.shipping_total + order.shipping_tax_added
    return back


def note_charges_back(order: Order, amount: int) -> None:
    """
    Write charges that go back with the last cancelled goods on the last return, which was by law.

    So documents, points and the tax report find them where they look. The caller holds the order's lock.
    """
    if amount:
        last = Return.objects.filter(order=order, state=Return.REFUNDED, is_by_law=True).order_by("pk").last()
        assert last is not None, "charges go back by law after a return by law"
        last.charges_back = amount
        last.amount += amount
        last.save(update_fields=["charges_back", "amount"])


def _has_parcel(order: Order, without: Sequence[int]) -> bool:
    parcels = order.fulfilments.filter(kind=Fulfilment.SHIP).exclude(pk__in=without)
    return parcels.exclude(state="cancelled").exists()
