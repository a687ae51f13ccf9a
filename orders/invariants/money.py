"""What must always be true of what orders cost, what was paid, and what went back."""

from django.conf import settings

from carts.rules.taxes import MEMBER_STATES
from core.data.invariants import invariant

ELSEWHERE = ", ".join(f"'{country}'" for country in sorted(MEMBER_STATES - {settings.SHOP_COUNTRY}))
# Before it, a number's form was enough.
CONFIRMED_SINCE = """coalesce(
    (SELECT applied FROM django_migrations WHERE app = 'accounts' AND name = '0010_confirmed_tax_numbers'), '-infinity')
"""

# Gift cards that were sold when they still left in parcels and pickups bore tax; the three below begin after that.
_GIFT_CARDS = """
    SELECT line.*, orders.number, orders.state AS order_state, orders.placed_at
    FROM orders_order AS orders JOIN orders_orderline AS line ON line.order_id = orders.id
    JOIN inventory_variant AS variant ON variant.id = line.variant_id
    JOIN inventory_product AS product ON product.id = variant.product_id AND product.kind = 'gift_card'
    WHERE orders.external_id = '' AND NOT EXISTS (SELECT FROM orders_fulfilmentline WHERE order_line_id = line.id)
"""
invariant(
    "a gift card bears no tax when it is sold",
    f"""
    SELECT card.number, card.id, card.tax_amount, card.tax_added FROM ({_GIFT_CARDS}) AS card
    WHERE card.tax_amount <> 0 OR card.tax_added <> 0 OR card.tax_rate <> 0
    """,
)
invariant(
    "no gift card, credit or points paid for a gift card",
    f"""
    SELECT orders.number, cards.value, paid.amount FROM orders_order AS orders
    JOIN (SELECT order_id, sum(line_total) AS value FROM ({_GIFT_CARDS}) AS card GROUP BY order_id) AS cards
        ON cards.order_id = orders.id
    JOIN (SELECT order_id, sum(amount) AS amount FROM orders_payment
          WHERE hold_key IS NOT NULL AND state IN ('held', 'captured') GROUP BY order_id) AS paid
        ON paid.order_id = orders.id
    WHERE orders.state <> 'failed' AND paid.amount > orders.grand_total - cards.value
    """,
)
invariant(
    "a gift card is loaded within ten minutes of being paid",
    f"""
    SELECT card.number, card.id FROM ({_GIFT_CARDS}) AS card
    WHERE card.order_state = 'placed' AND card.placed_at < now() - interval '10 minutes'
      AND card.quantity > card.quantity_fulfilled + card.quantity_cancelled
      AND NOT EXISTS (SELECT FROM orders_payment AS payment WHERE payment.order_id = card.order_id
                      AND (payment.state IN ('pending', 'needs_action', 'authorised', 'capturing')
                           OR payment.captured_at > now() - interval '10 minutes'))
      AND NOT EXISTS (SELECT FROM orders_balancedueentry AS due WHERE due.order_id = card.order_id
                      HAVING sum(due.amount) > 0)
    """,
)
invariant(
    "the lines of an order add up to its goods",
    """
    SELECT orders.number, orders.items_total, orders.discount_total, sum(line.line_total) AS lines
    FROM orders_order AS orders JOIN orders_orderline AS line ON line.order_id = orders.id
    GROUP BY orders.id
    HAVING sum(line.line_total) NOT IN (orders.items_total, orders.items_total - orders.discount_total)
    """,
)
invariant(
    "the discounts of an order's lines add up to its own, to the unit, and none has the wrong sign",
    """
    SELECT orders.number, orders.discount_total, sum(line.discount) AS lines
    FROM orders_order AS orders JOIN orders_orderline AS line ON line.order_id = orders.id
    WHERE orders.external_id = ''
    GROUP BY orders.id HAVING sum(line.discount) <> orders.discount_total OR min(line.discount) < 0
    """,
)
invariant(
    "the discount of a line is what its offers took off",
    """
    SELECT line.id, line.discount, sum(given.amount) AS given FROM orders_orderline AS line
    JOIN orders_order AS orders ON orders.id = line.order_id
    LEFT JOIN orders_orderdiscount AS given ON given.line_id = line.id
    WHERE orders.external_id = ''
    GROUP BY line.id HAVING line.discount <> coalesce(sum(given.amount), 0)
    """,
)
invariant(
    "an order's total is its goods less the discount, plus deposits, shipping, fees, and the tax on top of them",
    """
    SELECT orders.number, orders.tax_total, sum(line.tax_added) AS added, orders.shipping_tax_added
    FROM orders_order AS orders JOIN orders_orderline AS line ON line.order_id = orders.id
    WHERE orders.external_id = ''
    GROUP BY orders.id
    HAVING orders.tax_total <> sum(line.tax_added) + orders.shipping_tax_added + orders.fee_tax_added
        OR orders.deposit_total <> sum(line.deposit * line.quantity)
        OR orders.grand_total <> sum(line.line_total + line.tax_added + line.deposit * line.quantity)
                                 + orders.shipping_total + orders.shipping_tax_added
                                 + orders.fee_total + orders.fee_tax_added
        OR orders.fee_total <> (SELECT coalesce(sum((fee ->> 'amount')::bigint), 0)
                                FROM jsonb_array_elements(coalesce(orders.fees, '[]')) AS fee)
    """,
)
# What bears several taxes stands in the base of each, so that the lines of such an order come to more than was paid.
invariant(
    "the tax lines of an order hold the tax of its lines, of shipping and of fees, and no more than was paid",
    """
    SELECT orders.number, tax.tax, lines.tax + orders.shipping_tax + orders.fee_tax AS of_lines, tax.gross,
           orders.grand_total
    FROM orders_order AS orders
    JOIN LATERAL (SELECT sum(tax) AS tax, CASE WHEN bool_and(levy = '') THEN sum(base + tax) ELSE 0 END AS gross
                  FROM orders_ordertax WHERE order_id = orders.id) AS tax ON tax.tax IS NOT NULL
    JOIN LATERAL (SELECT sum(tax_amount) AS tax FROM orders_orderline WHERE order_id = orders.id) AS lines ON true
    WHERE tax.tax <> lines.tax + orders.shipping_tax + orders.fee_tax OR tax.gross > orders.grand_total
    """,
)
invariant(
    "an order that nobody cancelled or returned is paid or due to the unit",
    """
    SELECT orders.number, orders.grand_total, paid.amount FROM orders_order AS orders
    LEFT JOIN LATERAL (
        SELECT (SELECT coalesce(sum(payment.amount - payment.refunded), 0) FROM orders_payment AS payment
                WHERE payment.order_id = orders.id AND payment.state IN ('captured', 'authorised', 'capturing'))
             + (SELECT coalesce(sum(amount), 0) FROM orders_balancedueentry WHERE order_id = orders.id) AS amount
    ) AS paid ON true
    WHERE orders.state IN ('placed', 'completed')
      -- What was to be sent and is collected instead needs no shipping.
      AND paid.amount <> orders.grand_total - CASE
          WHEN EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind = 'ship')
               AND NOT EXISTS (SELECT FROM orders_fulfilment
                               WHERE order_id = orders.id AND kind = 'ship' AND state <> 'cancelled')
          THEN orders.shipping_total + orders.shipping_tax_added ELSE 0 END
      AND NOT EXISTS (SELECT FROM orders_orderline AS line
                      WHERE line.order_id = orders.id AND line.quantity_cancelled + line.quantity_returned > 0)
      AND NOT EXISTS (SELECT FROM orders_pricereduction AS given JOIN orders_orderline AS line
                      ON line.id = given.order_line_id WHERE line.order_id = orders.id)
    """,
)
invariant(
    "what was given back of the price of goods that are kept was refunded, or a provider refused to",
    """
    SELECT orders.number, given.amount, back.amount AS refunded FROM (
        SELECT line.order_id, sum(given.amount) AS amount FROM orders_pricereduction AS given
        JOIN orders_orderline AS line ON line.id = given.order_line_id GROUP BY line.order_id) AS given
    JOIN orders_order AS orders ON orders.id = given.order_id
    CROSS JOIN LATERAL (SELECT coalesce(sum(refund.amount), 0) AS amount
                        FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id
                        WHERE payment.order_id = orders.id) AS back
    WHERE given.amount > back.amount
    """,
)
invariant(
    "nobody keeps money for an order that came to nothing, unless the provider refused to give it back",
    """
    SELECT orders.number, payment.id, payment.amount, payment.refunded FROM orders_order AS orders
    JOIN orders_payment AS payment ON payment.order_id = orders.id
    WHERE orders.state IN ('cancelled', 'failed') AND (
        payment.state IN ('authorised', 'capturing')
        OR (payment.state = 'captured' AND payment.refunded < payment.amount
            AND NOT EXISTS (SELECT FROM orders_refund AS refund
                            WHERE refund.payment_id = payment.id AND refund.state = 'failed')))
    """,
)
invariant(
    "money that a provider refused to give back finds another way within a week",
    """
    SELECT orders.number, payment.id, payment.amount - payment.refunded AS kept FROM orders_order AS orders
    JOIN orders_payment AS payment ON payment.order_id = orders.id
    WHERE orders.state IN ('cancelled', 'failed') AND payment.state = 'captured' AND payment.refunded < payment.amount
      AND (SELECT max(asked_at) FROM orders_refund WHERE payment_id = payment.id AND state = 'failed')
          < now() - interval '7 days'
    """,
)
invariant(
    "an order never owes less than nothing, and nothing once it is closed",
    """
    SELECT orders.number, orders.state, sum(due.amount) AS due FROM orders_balancedueentry AS due
    JOIN orders_order AS orders ON orders.id = due.order_id
    GROUP BY orders.id
    HAVING sum(due.amount) < 0 OR (sum(due.amount) > 0 AND orders.state NOT IN ('pending', 'placed'))
    """,
)
invariant(
    "a payment counts its refunds, those in flight included, and they never exceed it",
    """
    SELECT payment.id, payment.amount, payment.refunded, coalesce(sum(refund.amount - refund.came_back), 0) AS refunds
    FROM orders_payment AS payment
    LEFT JOIN orders_refund AS refund ON refund.payment_id = payment.id AND refund.state <> 'failed'
    GROUP BY payment.id
    HAVING payment.refunded <> coalesce(sum(refund.amount - refund.came_back), 0) OR payment.refunded > payment.amount
        OR (payment.refunded > 0 AND payment.state <> 'captured')
    """,
)
invariant(
    "no captured payment waits ten minutes for its order",
    """
    SELECT payment.id, orders.number FROM orders_payment AS payment
    JOIN orders_order AS orders ON orders.id = payment.order_id
    WHERE payment.state = 'captured' AND orders.state = 'pending'
      AND payment.captured_at < now() - interval '10 minutes'
      AND NOT EXISTS (SELECT FROM orders_payment AS other
                      WHERE other.order_id = orders.id AND other.state IN ('pending', 'needs_action'))
    """,
)
invariant(
    "only goods that were sent to another member state are free of tax",
    f"""
    SELECT orders.number FROM orders_ordertax AS tax JOIN orders_order AS orders ON orders.id = tax.order_id
    WHERE tax.is_exempt AND orders.placed_at > {CONFIRMED_SINCE} AND NOT EXISTS (
        SELECT FROM orders_fulfilment AS fulfilment
        WHERE fulfilment.order_id = orders.id AND fulfilment.kind = 'ship'
          AND fulfilment.address ->> 'country_code' IN ({ELSEWHERE}))
    """,
)
invariant(
    "only a business whose number a service had confirmed buys free of tax",
    f"""
    SELECT orders.number FROM orders_ordertax AS tax JOIN orders_order AS orders ON orders.id = tax.order_id
    WHERE tax.is_exempt AND orders.placed_at > {CONFIRMED_SINCE} AND NOT EXISTS (
        SELECT FROM accounts_taxnumbercheck AS answer
        WHERE answer.customer_id = orders.customer_id AND answer.is_valid AND answer.answered_at <= orders.placed_at)
    """,
)
invariant(
    "a till that was closed expected what its payments say",
    """
    SELECT session.id, session.expected, cash.amount FROM orders_tillsession AS session
    CROSS JOIN LATERAL (
        SELECT session.opening_float
            + coalesce((SELECT sum(payment.amount + payment.rounding) FROM orders_payment AS payment
                        JOIN orders_order AS orders ON orders.id = payment.order_id
                        WHERE coalesce(payment.till_session_id, orders.till_session_id) = session.id
                          AND payment.method = 'cash' AND payment.state = 'captured'), 0)
            - coalesce((SELECT sum(refund.amount + refund.rounding) FROM orders_refund AS refund
                        WHERE refund.till_session_id = session.id AND refund.state = 'done'), 0) AS amount
    ) AS cash
    WHERE session.closed_at IS NOT NULL AND session.expected <> cash.amount
    """,
)
invariant(
    "no drawer paid out more than lay in it",
    """
    SELECT session.id, session.register, cash.amount FROM orders_tillsession AS session
    CROSS JOIN LATERAL (
        SELECT session.opening_float
            + coalesce((SELECT sum(payment.amount + payment.rounding) FROM orders_payment AS payment
                        JOIN orders_order AS orders ON orders.id = payment.order_id
                        WHERE coalesce(payment.till_session_id, orders.till_session_id) = session.id
                          AND payment.method = 'cash' AND payment.state = 'captured'), 0)
            - (SELECT sum(refund.amount + refund.rounding) FROM orders_refund AS refund
               WHERE refund.till_session_id = session.id AND refund.state = 'done') AS amount
    ) AS cash
    WHERE cash.amount < 0
    """,
)
invariant(
    "what a balance paid is held while the order waits, spent once it is captured, and free when it is not",
    """
    SELECT payment.id, payment.state, payment.amount, held.spent, held.held FROM orders_payment AS payment
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(hold.amount) FILTER (WHERE hold.state = 'spent'), 0) AS spent,
               coalesce(sum(hold.amount) FILTER (WHERE hold.state = 'held'), 0) AS held
        FROM accounts_balancehold AS hold WHERE hold.reference = payment.hold_key
    ) AS held ON true
    WHERE payment.hold_key IS NOT NULL AND (
        held.spent <> CASE payment.state WHEN 'captured' THEN coalesce(payment.points, payment.amount) ELSE 0 END
        OR (payment.state <> 'held' AND held.held > 0))
    """,
)
invariant(
    "what went back to a balance is written there once",
    """
    SELECT refund.id, refund.amount, entry.amount AS entered FROM orders_refund AS refund
    JOIN orders_payment AS payment ON payment.id = refund.payment_id
    LEFT JOIN LATERAL (
        SELECT sum(entry.amount) AS amount FROM accounts_balanceentry AS entry
        WHERE entry.reference = refund.key::text AND entry.kind IN ('given_back', 'loaded')
    ) AS entry ON true
    WHERE refund.state = 'done' AND refund.goes_to <> 'exchange'
      AND (refund.goes_to = 'credit' OR payment.method IN ('gift_card', 'credit'))
      AND coalesce(entry.amount, 0) <> refund.amount
    """,
)
invariant(
    "no difference from a payment provider waits a day to be explained",
    """
    SELECT id, provider, kind, ref, ours, theirs FROM orders_reconciliationbreak
    WHERE resolved_at IS NULL AND found_at < now() - interval '24 hours'
    """,
)
invariant(
    "what a provider keeps for us is kept under one attempt, taken within minutes, and ended before it lets go",
    """
    SELECT payment.id, payment.state, payment.authorised_until, attempt.kept FROM orders_payment AS payment
    CROSS JOIN LATERAL (SELECT count(*) AS kept FROM orders_paymentattempt AS attempt
                        WHERE attempt.payment_id = payment.id AND attempt.outcome = 'authorised') AS attempt
    WHERE payment.state IN ('authorised', 'capturing') AND (
        attempt.kept <> 1 OR payment.authorised_until < now() - interval '1 hour'
        OR (payment.state = 'capturing' AND payment.capture_asked_at < now() - interval '1 hour'))
    """,
)
invariant(
    "an order that came to nothing earned no points",
    """
    SELECT orders.number, accrual.points FROM accounts_pointaccrual AS accrual
    JOIN orders_order AS orders ON orders.number = accrual.reference
    WHERE orders.state IN ('cancelled', 'failed') AND accrual.points > 0
      AND orders.closed_at < now() - interval '10 minutes'
    """,
)
invariant(
    "what its owner has struck out is let go of by the provider within a day",
    """
    SELECT id, provider, removed_at FROM orders_savedcard
    WHERE removed_at < now() - interval '24 hours' AND detached_at IS NULL
    """,
)
invariant(
    "a saved card has paid for an order of its owner, who had asked to save it",
    """
    SELECT card.id, card.provider FROM orders_savedcard AS card
    WHERE NOT EXISTS (
        SELECT FROM orders_paymentattempt AS attempt JOIN orders_payment AS payment ON payment.id = attempt.payment_id
        JOIN orders_order AS orders ON orders.id = payment.order_id
        WHERE attempt.saves_card AND attempt.outcome IN ('approved', 'authorised', 'released')
          AND payment.provider = card.provider AND orders.customer_id = card.customer_id)
    """,
)
