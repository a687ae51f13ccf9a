"""Caps on goods that are promised without any money: what one shopper may have waiting to be paid in a store."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.queries.records import RECORDS_OF_PERSON
from core.actors import Actor
from core.data import sql
from core.errors import Malformed, Refusal
from orders.rules.checkout import CARRY_OUT, PAY_IN_STORE, PlannedTender

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


def check_contact(*, kinds: set[str], customer_id: int | None, email: str, phone: str) -> None:
    """Refuse goods to be sent or collected later by somebody whom nobody could reach. Raises Malformed."""
    if kinds - {CARRY_OUT} and customer_id is None and not (email or phone):
        raise Malformed(_("Give an e-mail address or a phone number, so that we can reach you."), field="contact")
