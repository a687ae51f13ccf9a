"""
Which orders and people concern which stores: what staff may read, and what they may do, follows from it.

An order concerns the store that sold it and each place from which a part of it leaves. An order that no store sold and
that nobody collects in one concerns whichever store its buyer asks.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Customer
from core.actors import Actor
from core.data import sql
from core.errors import NotAllowed
from orders.models import Fulfilment, Order
from orders.queries.views import OrderView
from orders.rules.checkout import SHIP

# A condition on `orders`, with the parameter %(store)s.
IS_SERVED = """(
    orders.store_id = %(store)s::bigint
    OR EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND location_id = %(store)s::bigint)
    OR (orders.store_id IS NULL
        AND NOT EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind <> 'ship'))
)"""
_IS_SERVED = f"SELECT FROM orders_order AS orders WHERE orders.number = %(number)s AND {IS_SERVED}"


class AnotherStoresOrder(NotAllowed):
    """The order was sold in another store, or is collected there: only that store changes it."""

    code = "another_stores_order"


def orders_concerning(store_ids: Collection[int]) -> QuerySet[Order, Any]:
    """Return the ids of the orders that concern one of the stores, as a subquery."""
    sold = Order.objects.filter(store__in=store_ids).values("pk")
    leaving = Fulfilment.objects.filter(location__in=store_ids).values("order")
    return sold.union(leaving)  # Each half has an index; one condition over both would read every order.


def people_concerning(store_ids: Collection[int], store_codes: Collection[str]) -> QuerySet[Customer, Any]:
    """Return the ids of the people who bought something that concerns one of the stores, or call it theirs."""
    buyers = Order.objects.filter(pk__in=orders_concerning(store_ids), customer__isnull=False).values("customer")
    regulars = Customer.objects.filter(home_store__in=store_codes).values("pk")
    return regulars.union(buyers)


def is_served(order: OrderView, *, store_code: str) -> bool:
    """Return whether a store may change an order that was read, by the same rule as IS_SERVED."""
    is_online = order.store is None and all(part.kind == SHIP for part in order.fulfilments)
    return is_online or store_code in {order.store, *(part.store for part in order.fulfilments)}


def check_served(number: str, *, by: Actor) -> None:
    """Raise AnotherStoresOrder if staff act in a store that an order does not concern; one statement, for staff."""
    if by.staff_id is None or by.store_id is None:
        return
    if sql.fetch_one(_IS_SERVED, {"number": number, "store": by.store_id}) is None:
        raise AnotherStoresOrder(_("This order belongs to another store. Ask there."), number=number)
