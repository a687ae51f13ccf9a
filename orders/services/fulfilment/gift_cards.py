"""Gift cards that were sold leave at once: the moment they are paid, a card exists and its code can be shown."""

from datetime import datetime

from django.db import transaction

from core.actors import Actor
from core.data import sql
from orders.models import Order
from orders.services.fulfilment.cancellation import close_if_done
from orders.services.payments.gift_cards import issue_sold_gift_cards

# A gift card of an older order may be part of a pickup or parcel, and leaves with it.
_LEAVE = """
UPDATE orders_orderline AS line SET quantity_fulfilled = line.quantity - line.quantity_cancelled
FROM inventory_variant AS variant JOIN inventory_product AS product ON product.id = variant.product_id
WHERE line.order_id = %(order)s AND variant.id = line.variant_id AND product.kind = 'gift_card'
  AND NOT EXISTS (SELECT FROM orders_fulfilmentline WHERE order_line_id = line.id)
"""


@transaction.atomic(savepoint=False)
def deliver_gift_cards(*, order_id: int, by: Actor, now: datetime) -> int:
    """
    Load a card for each gift card of an order that is paid, and close the order if nothing else of it is open.

    Safe to repeat; one statement for an order without gift cards, else it locks the order. Return how many were loaded.
    """
    issued = issue_sold_gift_cards(order_id=order_id, by=by, now=now)
    if issued:
        sql.execute(_LEAVE, {"order": order_id})
        close_if_done(order=Order.objects.locked().get(pk=order_id), by=by, now=now)
    return issued
