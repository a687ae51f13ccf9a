"""Caps on goods that are held or promised without any money: of one shopper, and of the guests of one network."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.queries.records import RECORDS_OF_PERSON
from core.actors import Actor
from core.data import sql
from core.errors import LimitMet, Malformed, Refusal
from inventory.services.reservations import HOLD_LIFETIME
from orders.queries.views import OrderView
from orders.rules.checkout import CARRY_OUT, PAY_IN_STORE, PlannedTender
from orders.services.placing.order_insert import HeldByBuyer

# An order is somebody's by their account, or by the address or number that they left.
_UNPAID = f"""
SELECT count(DISTINCT orders.id)::int AS orders,
       coalesce(sum(line.quantity - line.quantity_fulfilled - line.quantity_cancelled), 0)::int AS units
FROM orders_order AS orders JOIN orders_orderline AS line ON line.order_id = orders.id
WHERE orders.state = 'placed'
  AND (orders.customer_id IN ({RECORDS_OF_PERSON})
       OR (%(email)s <> '' AND orders.contact_email = %(email)s)
       OR (%(phone)s <> '' AND orders.contact_phone = %(phone)s))
  AND EXISTS (SELECT FROM orders_balancedueentry AS due
              WHERE due.order_id = orders.id HAVING sum(due.amount) > 0 AND bool_or(due.kind = 'placed'))
"""

# The note is no part of what is counted: a statement does not see its own rows.
_OF_NETWORK = """
WITH noted AS (
    INSERT INTO orders_guesthold (order_id, source, held_at) VALUES (%(order)s, %(source)s::text, %(now)s)
), held AS (
    SELECT orders.state, hold.held_at,
           (SELECT sum(line.quantity) FROM orders_orderline AS line WHERE line.order_id = orders.id) AS units,
           orders.state = 'placed' AND EXISTS (
               SELECT FROM orders_balancedueentry AS due
               WHERE due.order_id = orders.id HAVING sum(due.amount) > 0 AND bool_or(due.kind = 'placed')
           ) AS is_promised
    FROM orders_guesthold AS hold JOIN orders_order AS orders ON orders.id = hold.order_id
    WHERE hold.source = %(source)s::text
)
SELECT count(*) FILTER (WHERE state = 'pending')::int AS orders,
       coalesce(sum(units) FILTER (WHERE state = 'pending'), 0)::int AS units,
       count(*) FILTER (WHERE is_promised)::int AS promised,
       min(held_at) FILTER (WHERE state = 'pending') AS since
FROM held
"""
_FORGET = """
DELETE FROM orders_guesthold AS hold USING orders_order AS orders
WHERE orders.id = hold.order_id AND orders.state <> 'pending' AND NOT (
    orders.state = 'placed'
    AND EXISTS (SELECT FROM orders_balancedueentry AS due WHERE due.order_id = orders.id HAVING sum(due.amount) > 0)
)
"""


class TooManyHolds(LimitMet):
    """Orders of one person or network hold as many goods as the shop allows until they are paid; `most` is that."""

    code = "too_many_holds"


class TooMuchUnpaid(Refusal):
    """One shopper has as many goods waiting without payment as the shop allows; `orders` and `units` are the most."""

    code = "too_much_unpaid"


def check_unpaid(
    tenders: Sequence[PlannedTender], *, units: int, customer_id: int | None, email: str, phone: str, by: Actor
) -> None:
    """
    Refuse an order to be paid in the store by somebody who has enough of them, in one statement.

    Staff who sell to somebody in front of them decide for themselves. Raises TooMuchUnpaid.
    """
    if by.staff_id is not None or not any(tender.method == PAY_IN_STORE for tender in tenders):
        return
    waiting = sql.fetch_one(_UNPAID, {"customer": customer_id, "email": email, "phone": phone})
    assert waiting is not None
    if waiting["orders"] >= settings.MOST_UNPAID_ORDERS or waiting["units"] + units > settings.MOST_UNPAID_UNITS:
        raise TooMuchUnpaid(
            _("At most %(orders)d orders with %(units)d units can wait to be paid in a store. Pay for this one now.")
            % {"orders": settings.MOST_UNPAID_ORDERS, "units": settings.MOST_UNPAID_UNITS},
            orders=settings.MOST_UNPAID_ORDERS,
            units=settings.MOST_UNPAID_UNITS,
        )


def check_holds(
    order: OrderView, held: HeldByBuyer, tenders: Sequence[PlannedTender], *, source: str, by: Actor, now: datetime
) -> None:
    """
    Refuse an order that was just written if too many others hold goods without money.

    held: what its buyer holds already. source: the network of the shopper. For guests the orders of their network
    count, in one statement; for others their own, of which those to be paid in a store were counted by check_unpaid.
    Raises TooManyHolds, TooMuchUnpaid.
    """
    waits = any(tender.attempt_key for tender in tenders)
    if by.staff_id is not None:
        return
    if order.customer_id is not None:
        if waits and _exceeds(held.orders + 1, settings.MOST_HOLDS_OF_PERSON):
            raise _too_many(held.since, settings.MOST_HOLDS_OF_PERSON, now)
        return
    is_promised = any(tender.method == PAY_IN_STORE for tender in tenders)
    if waits or is_promised:
        of_network = sql.fetch_one(_OF_NETWORK, {"order": order.id, "source": source, "now": now})
        assert of_network is not None
        if is_promised:
            _check_promised(of_network["promised"] + 1)
        if waits:
            _check_waiting(of_network, order.units, now)


def forget_networks() -> None:
    """Delete the networks of guests whose orders were paid or have ended."""
    sql.execute(_FORGET, {})


def _exceeds(number: int, most: int) -> bool:
    return most > 0 and number > most


def _check_promised(orders: int) -> None:
    most = settings.MOST_UNPAID_OF_NETWORK
    if _exceeds(orders, most):
        raise TooMuchUnpaid(
            _("Too many orders of your network wait to be paid in a store. Pay for this one now, or sign in."),
            orders=most,
            units=settings.MOST_UNPAID_UNITS,
        )


def _check_waiting(held: dict[str, Any], units: int, now: datetime) -> None:
    if _exceeds(held["orders"] + 1, settings.MOST_HOLDS_OF_NETWORK):
        raise _too_many(held["since"], settings.MOST_HOLDS_OF_NETWORK, now)
    if _exceeds(held["units"] + units, settings.MOST_HELD_UNITS_OF_NETWORK):
        raise _too_many(held["since"], settings.MOST_HELD_UNITS_OF_NETWORK, now)


def _too_many(since: datetime | None, most: int, now: datetime) -> TooManyHolds:
    # The oldest hold ends first; none is there if one order alone has too many units.
    wait = (since or now) + HOLD_LIFETIME - now
    seconds = max(1, int(wait.total_seconds()))
    return TooManyHolds(
        _(
            "Too many goods wait for the payment of orders of yours or of your network. Finish those payments, order "
            "fewer units, or wait. If you have an account, sign in. Minutes to wait: %(minutes)d."
        )
        % {"minutes": -(-seconds // 60)},
        most=most,
        retry_after=seconds,
    )


def check_contact(*, kinds: set[str], customer_id: int | None, email: str, phone: str) -> None:
    """Refuse goods to be sent or collected later by somebody whom nobody could reach. Raises Malformed."""
    if kinds - {CARRY_OUT} and customer_id is None and not (email or phone):
        raise Malformed(_("Give an e-mail address or a phone number, so that we can reach you."), field="contact")
