"""Writes what providers answered, on the attempts and on their payments, under the order's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.data import sql
from orders.services.payments.gateway import PaymentResult

# Card schemes keep an authorisation for seven days; some hours are reserved for capturing it in time.
AUTHORISED_FOR = timedelta(days=6, hours=18)

# Money that arrives after its payment was voided is written too, but only so that it can be refunded. Otherwise a
# voided payment stays voided, because nobody waits for it.
# An order of gift cards alone has no goods to reserve: its list of reservations is empty, not missing.
# The order's row is locked first, so that two tenders of one order cannot be settled past each other.
_WRITE = """
WITH locked AS (
    SELECT id, state FROM orders_order WHERE id = %(order)s FOR UPDATE
), given AS (
    SELECT given.* FROM locked,
        unnest(%(keys)s::uuid[], %(outcomes)s::text[], %(refs)s::text[], %(details)s::text[])
            AS given(key, outcome, ref, detail)
), attempt AS (
    UPDATE orders_paymentattempt AS attempt
    SET outcome = given.outcome, provider_ref = given.ref, detail = given.detail, answered_at = %(now)s
    FROM given WHERE attempt.key = given.key
      AND (attempt.outcome IN ('asked', 'needs_action')
           OR attempt.outcome = 'declined' AND given.outcome IN ('approved', 'authorised'))
    RETURNING attempt.payment_id, attempt.outcome
), written AS (
    UPDATE orders_payment AS payment
    SET state = CASE attempt.outcome WHEN 'approved' THEN 'captured' ELSE attempt.outcome END,
        captured_at = CASE attempt.outcome WHEN 'approved' THEN %(now)s::timestamptz END,
        authorised_until = CASE attempt.outcome WHEN 'authorised' THEN %(until)s::timestamptz END
    FROM attempt WHERE payment.id = attempt.payment_id
      AND (payment.state <> 'voided' OR attempt.outcome IN ('approved', 'authorised'))
    RETURNING payment.id
), paid AS (
    SELECT CASE WHEN count(locked.id) > 0 THEN coalesce(
               array_agg(part.reservation_id ORDER BY part.id) FILTER (WHERE part.id IS NOT NULL), '{}')
           END AS reservations,
           array_agg(part.id ORDER BY part.id) FILTER (WHERE fulfilment.kind = 'carry_out') AS carried
    FROM locked LEFT JOIN orders_fulfilment AS fulfilment ON fulfilment.order_id = locked.id
    LEFT JOIN orders_fulfilmentline AS part ON part.fulfilment_id = fulfilment.id
    WHERE locked.state = 'pending'
      AND NOT EXISTS (SELECT FROM orders_payment AS other WHERE other.order_id = locked.id
                      AND other.state IN ('pending', 'needs_action', 'declined')
                      AND other.id NOT IN (SELECT id FROM written))
)
SELECT payment.amount, payment.pays_balance, given.outcome, written.id IS NOT NULL AS is_new,
       paid.reservations, paid.carried
FROM given JOIN orders_paymentattempt AS known ON known.key = given.key
JOIN orders_payment AS payment ON payment.id = known.payment_id
LEFT JOIN written ON written.id = payment.id CROSS JOIN paid
"""
_PAID = """
SELECT CASE WHEN count(orders.id) > 0 THEN coalesce(
           array_agg(part.reservation_id ORDER BY part.id) FILTER (WHERE part.id IS NOT NULL), '{}')
       END AS reservations,
       array_agg(part.id ORDER BY part.id) FILTER (WHERE fulfilment.kind = 'carry_out') AS carried
FROM orders_order AS orders
LEFT JOIN orders_fulfilment AS fulfilment ON fulfilment.order_id = orders.id
LEFT JOIN orders_fulfilmentline AS part ON part.fulfilment_id = fulfilment.id
WHERE orders.id = %(order)s AND orders.state = 'pending'
  AND NOT EXISTS (SELECT FROM orders_payment WHERE order_id = orders.id
                  AND state IN ('pending', 'needs_action', 'declined'))
"""


@dataclass(frozen=True, slots=True)
class RecordedResult:
    """
    The effect of one outcome, in minor units. pays_balance: paid after the order was placed. is_new: not yet
    written.
    """

    amount: int
    pays_balance: bool
    outcome: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A pending order without open payments. carried: ids of its fulfilment lines that are carried out."""

    reservations: list[UUID]
    carried: list[int]


def write_outcomes(
    *, order_id: int, outcomes: Sequence[PaymentResult], now: datetime
) -> tuple[list[RecordedResult], PaidOrder | None]:
    """
    Write known outcomes, each once. Locks the order until the caller's transaction ends.

    Return what was written, and the order if its last payment is settled. None may also mean that another transaction
    wrote the rest while this one waited for the lock, because a statement sees other rows as they were when it began.
    Then find_paid_order knows.
    """
    rows = sql.fetch_all(
        _WRITE,
        {
            "order": order_id,
            "keys": [outcome.key for outcome in outcomes],
            "outcomes": [outcome.outcome for outcome in outcomes],
            "refs": [outcome.ref for outcome in outcomes],
            "details": [outcome.detail for outcome in outcomes],
            "now": now,
            "until": now + AUTHORISED_FOR,
        },
    )
    written = [RecordedResult(row["amount"], row["pays_balance"], row["outcome"], row["is_new"]) for row in rows]
    return written, _paid_order(rows[0]) if rows else None


def find_paid_order(order_id: int) -> PaidOrder | None:
    """Return a pending order that has no open payment; the caller holds its lock."""
    row = sql.fetch_one(_PAID, {"order": order_id})
    assert row is not None
    return _paid_order(row)


def _paid_order(row: sql.Row) -> PaidOrder | None:
    return None if row["reservations"] is None else PaidOrder(row["reservations"], row["carried"] or [])
