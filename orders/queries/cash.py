"""How the cash of an order is rounded in a store."""

from django.conf import settings

from core.data import sql
from orders.rules.cash import CashTerms, cash_rule

_COUNTRY = "SELECT country_code FROM inventory_location WHERE id = %(store)s"
_PAID = """
SELECT coalesce(sum(rounding), 0)::bigint AS carried, coalesce(bool_or(method <> 'cash'), false) AS is_part
FROM orders_payment
WHERE order_id = %(order)s AND state IN ('pending', 'needs_action', 'held', 'authorised', 'capturing', 'captured')
"""
_HELD = """
SELECT payment.amount, payment.amount + payment.rounding AS paid, refund.amount AS back, refund.carried, refund.credited
FROM (
    SELECT sum(amount)::bigint AS amount, sum(rounding)::bigint AS rounding FROM orders_payment
    WHERE order_id = %(order)s AND method = 'cash' AND state = 'captured'
) AS payment
CROSS JOIN (
    SELECT coalesce(sum(refund.amount) FILTER (WHERE refund.goes_to = 'original'), 0)::bigint AS amount,
           coalesce(sum(refund.rounding), 0)::bigint AS carried,
           coalesce(sum(refund.amount) FILTER (WHERE refund.goes_to <> 'original'), 0)::bigint AS credited
    FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id
    WHERE payment.order_id = %(order)s AND payment.method = 'cash' AND refund.state = 'done'
) AS refund
"""


def cash_terms(*, store_id: int | None, currency: str, order_id: int | None = None) -> CashTerms:
    """
    Return how cash is rounded in a store, in one statement; order_id: of an order that is paid further, in two.

    Without a store nothing is known but the currency.
    """
    store = sql.fetch_one(_COUNTRY, {"store": store_id}) if store_id else None
    rule = cash_rule(currency, country=store["country_code"] if store else "", coin=settings.CASH_COIN_MINOR)
    paid = sql.fetch_one(_PAID, {"order": order_id}) if order_id else None
    return CashTerms(rule, paid["carried"], paid["is_part"]) if paid else CashTerms(rule)


def cash_still_held(*, order_id: int, amount: int) -> tuple[int, int | None]:
    """
    Return the roundings of what was paid back of an order in cash, and the rest of its cash if an amount is the last.

    In one statement. Where some of the cash became credit, no part is the last.
    """
    cash = sql.fetch_one(_HELD, {"order": order_id})
    assert cash is not None
    is_last = not cash["credited"] and cash["back"] + amount == cash["amount"]
    return cash["carried"], cash["paid"] - cash["back"] - cash["carried"] if is_last else None
