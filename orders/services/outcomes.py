"""Writing what providers answered: on the attempts and on their payments, behind the order's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import sql
from orders.services.charging import Outcome

# Card schemes keep money for seven days; some hours of it are left for taking it in time.
AUTHORISED_FOR = timedelta(days=6, hours=18)

# Money that came after all, when everybody had given it up, is written down too: only so it can go back. Otherwise what
# was voided stays so, because nobody waits for it any more.
# The order's row is taken first, so that two tenders of one order are not settled past each other.
_WRITE = """
WITH locked AS (
    SELECT id FROM orders_order WHERE id = %(order)s FOR UPDATE
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
)
SELECT payment.amount, payment.is_later, given.outcome, written.id IS NOT NULL AS is_new
FROM given JOIN orders_paymentattempt AS known ON known.key = given.key
JOIN orders_payment AS payment ON payment.id = known.payment_id
LEFT JOIN written ON written.id = payment.id
"""


@dataclass(frozen=True, slots=True)
class Written:
    """
    What one outcome came to, in minor units. is_later: paid after the order was placed. is_new: not written before.
    """

    amount: int
    is_later: bool
    outcome: str
    is_new: bool


def write_outcomes(*, order_id: int, outcomes: Sequence[Outcome], now: datetime) -> list[Written]:
    """Write outcomes that are known, each once. Locks the order until the caller's transaction ends."""
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
    return [Written(**row) for row in rows]
