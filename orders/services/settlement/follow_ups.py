"""
What follows an order that is confirmed or paid, whoever placed it and wherever.

The journal's handlers do all of it for every order (orders/handlers.py). follow_at_once does beforehand, after the
commit, what the people concerned look at next. What is at once depends on the order and never on its channel.
"""

from datetime import datetime

from django.db import transaction

from accounts.events import CustomerChanged
from accounts.models import Customer
from accounts.services.customers.addresses import keep_addresses
from accounts.services.identity.profile import change_profile
from core.actors import Actor
from core.data import sql
from orders.models import Order
from orders.queries.views import OrderView
from orders.services.fulfilment.gift_cards import deliver_gift_cards
from orders.services.payments.loyalty import open_order_points

# The wish is fulfilled once: an address that its owner has deleted since stays deleted when the journal is read again.
_TAKE_WISH = """
UPDATE orders_order SET keeps_address = false
WHERE id = %(order)s AND keeps_address AND customer_id IS NOT NULL RETURNING customer_id
"""
_SENT_TO = """
SELECT address FROM orders_fulfilment WHERE order_id = %(order)s AND kind = 'ship'
GROUP BY address ORDER BY min(id)
"""
# The latest choice counts, here or in the person's profile, in whatever order the journal is read.
_CHOSEN_RECEIPT = """
SELECT person.id, orders.receipt_medium
FROM orders_order AS orders
JOIN accounts_customer AS record ON record.id = orders.customer_id
JOIN accounts_customer AS person ON person.id = coalesce(record.merged_into_id, record.id)
WHERE orders.id = %(order)s AND orders.receipt_medium NOT IN ('', person.receipt_channel)
  AND NOT EXISTS (
      SELECT FROM orders_order AS later
      WHERE later.customer_id = orders.customer_id AND later.id > orders.id AND later.receipt_medium <> '')
  AND NOT EXISTS (
      SELECT FROM core_journal AS entry
      WHERE entry.customer_id = person.id AND entry.occurred_at > orders.placed_at
        AND entry.kind = %(changed)s AND entry.payload -> 'fields' ? 'receipt_channel')
"""


def follow_at_once(order: OrderView, *, by: Actor, now: datetime, sells_gift_cards: bool = True) -> None:
    """
    Do at once what is seen next: gift cards to be shown, points on a receipt, and the address for the next order.

    Safe to repeat, and to leave out: the handlers do the same. sells_gift_cards: False saves a statement. Each
    follow-up is a transaction of its own; the caller holds none, because the people's locks come before the order's.
    """
    if order.state not in (Order.PLACED, Order.COMPLETED):
        return
    if sells_gift_cards:
        deliver_gift_cards(order_id=order.id, by=by, now=now)
    # Whoever buys in a store holds the receipt in their hand a moment later, and it says what they have earned.
    if order.customer_id is not None and order.store is not None:
        open_order_points(order_id=order.id, by=by, now=now)
    if order.customer_id is not None and order.keeps_address:
        keep_given_address(order_id=order.id, by=by, now=now)


@transaction.atomic(savepoint=False)
def keep_given_address(*, order_id: int, by: Actor, now: datetime) -> None:
    """
    Save where an order is sent in its buyer's address book, if they asked for that; safe to repeat.

    One statement for other orders. Locks the order, then the person.
    """
    wish = sql.fetch_one(_TAKE_WISH, {"order": order_id})
    if wish is None:
        return
    addresses = [row["address"] for row in sql.fetch_all(_SENT_TO, {"order": order_id})]
    keep_addresses(customer_id=wish["customer_id"], addresses=addresses, by=by, now=now)


@transaction.atomic(savepoint=False)
def remember_receipt(*, order_id: int, by: Actor, now: datetime) -> None:
    """
    Make the receipt that a buyer chose with an order their usual one; safe to repeat.

    One statement for most orders. Locks the person.
    """
    chosen = sql.fetch_one(_CHOSEN_RECEIPT, {"order": order_id, "changed": CustomerChanged.kind})
    if chosen is None:
        return
    changes = {"receipt_channel": chosen["receipt_medium"]}
    change_profile(customer=Customer.objects.get(pk=chosen["id"]), changes=changes, by=by, now=now)
