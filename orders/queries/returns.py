"""Returns as they are shown, and those that wait for somebody."""

from typing import NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.data import sql
from orders.models import Refund, Return, ReturnedUnits, ReturnLine
from orders.queries.scopes import orders_concerning
from orders.queries.views import OrderView
from orders.rules.lifecycle import CLAIMING_RETURNS

_PARCELS_GO_TO = """
SELECT location.id, location.code FROM inventory_location AS location
WHERE location.takes_returns AND location.is_active
ORDER BY EXISTS (SELECT FROM orders_fulfilment AS parcel
                 WHERE parcel.order_id = %(order)s AND parcel.kind = 'ship'
                   AND parcel.location_id = location.id) DESC,
         location.kind = 'warehouse' DESC, location.id
LIMIT 1
"""


def shown_returns() -> QuerySet[Return]:
    """Return all returns with what is shown of them, the newest first, in five statements for any number of them."""
    return (
        Return.objects.select_related("order", "location", "exchanged_for")
        .prefetch_related(
            Prefetch("lines", ReturnLine.objects.select_related("order_line").order_by("pk")),
            Prefetch("lines__units", ReturnedUnits.objects.order_by("pk")),
            Prefetch("refunds", Refund.objects.select_related("payment").order_by("pk")),
        )
        .order_by("-pk")
    )


class ReturnPlace(NamedTuple):
    """Where goods are sent back to: a location, by id and code."""

    id: int
    code: str


def parcels_go_to(order_id: int) -> ReturnPlace | None:
    """
    Return where goods of an order are sent back to: where its parcels came from, else a warehouse, else any place.

    Only places that take returns count; None if there is none. One statement.
    """
    row = sql.fetch_one(_PARCELS_GO_TO, {"order": order_id})
    return ReturnPlace(**row) if row else None


def returns_concerning(store_id: int) -> Q:
    """Return the condition for returns of orders that concern a store, and for those that it took back."""
    return Q(location=store_id) | Q(order__in=orders_concerning([store_id]))


def cash_paid_out(goods: Return) -> int:
    """Return what a drawer has paid for a return, in minor units."""
    paid = goods.refunds.filter(state=Refund.DONE, till_session__isnull=False)
    return int(paid.aggregate(cash=Coalesce(Sum(F("amount") + F("rounding")), 0))["cash"])


def open_returns() -> QuerySet[Return]:
    """Return the requests that wait for an answer, for their goods or for a look at them, the most urgent first."""
    waiting = Return.objects.filter(state__in=CLAIMING_RETURNS)
    return waiting.select_related("order", "customer", "location").order_by("due_at", "pk")


def first_order_of(order: OrderView) -> str:
    """Return the number of the order that gets the refunds of goods in exchange; empty if there are none of these."""
    if not any(
        refund["goes_to"] == Refund.EXCHANGE and refund["reason"] != Refund.EXCHANGE for refund in order.refunds
    ):
        return ""
    goods = Return.objects.select_related("order").get(exchanged_for=order.id)
    return goods.order.number if goods.order else ""
