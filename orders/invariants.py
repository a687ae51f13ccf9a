"""What must always be true of orders, their goods and their money."""

from core.data.invariants import invariant

invariant(
    "units of a line are open, fulfilled or cancelled, and no more come back than left",
    """
    SELECT id, quantity, quantity_fulfilled, quantity_cancelled, quantity_returned FROM orders_orderline
    WHERE quantity < quantity_fulfilled + quantity_cancelled OR quantity_returned > quantity_fulfilled
    """,
)
invariant(
    "what is open of a line is what its reservations hold",
    """
    SELECT line.id, line.quantity - line.quantity_fulfilled - line.quantity_cancelled AS open, held.quantity AS held
    FROM orders_order AS orders
    JOIN orders_orderline AS line ON line.order_id = orders.id
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(part.quantity), 0) AS quantity
        FROM orders_fulfilmentline AS part
        JOIN inventory_reservation AS reservation ON reservation.id = part.reservation_id
        WHERE part.order_line_id = line.id AND reservation.state IN ('held', 'committed')
    ) AS held ON true
    WHERE orders.state = 'placed'
      AND line.quantity - line.quantity_fulfilled - line.quantity_cancelled <> held.quantity
    """,
)
invariant(
    "an order that ended holds no goods",
    """
    SELECT orders.number, reservation.id FROM orders_order AS orders
    JOIN orders_fulfilment AS fulfilment ON fulfilment.order_id = orders.id
    JOIN orders_fulfilmentline AS part ON part.fulfilment_id = fulfilment.id
    JOIN inventory_reservation AS reservation ON reservation.id = part.reservation_id
    WHERE orders.state IN ('completed', 'cancelled', 'failed') AND reservation.state IN ('held', 'committed')
    """,
)
invariant(
    "a promise that holds is committed, not held for a while",
    """
    SELECT orders.number, reservation.id FROM orders_order AS orders
    JOIN orders_fulfilment AS fulfilment ON fulfilment.order_id = orders.id
    JOIN orders_fulfilmentline AS part ON part.fulfilment_id = fulfilment.id
    JOIN inventory_reservation AS reservation ON reservation.id = part.reservation_id
    WHERE orders.state = 'placed' AND reservation.state = 'held'
    """,
)
invariant(
    "what was handed over left the ledger, and nothing else did",
    """
    SELECT part.id, part.handed_over_at, reservation.state FROM orders_fulfilmentline AS part
    JOIN inventory_reservation AS reservation ON reservation.id = part.reservation_id
    JOIN orders_fulfilment AS fulfilment ON fulfilment.id = part.fulfilment_id
    WHERE fulfilment.kind IN ('pickup', 'carry_out')
      AND (part.handed_over_at IS NOT NULL) <> (reservation.state = 'fulfilled')
    """,
)
invariant(
    "an order ended exactly when nothing of it is open",
    """
    SELECT orders.number, orders.state FROM orders_order AS orders
    JOIN orders_orderline AS line ON line.order_id = orders.id
    WHERE orders.external_id = ''
    GROUP BY orders.id, orders.number, orders.state
    HAVING (orders.state IN ('completed', 'cancelled', 'failed'))
        <> (sum(line.quantity) = sum(line.quantity_fulfilled) + sum(line.quantity_cancelled))
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
    "an order's total is its goods less the discount, plus shipping, plus the tax on top of its lines and shipping",
    """
    SELECT orders.number, orders.tax_total, sum(line.tax_added) AS added, orders.shipping_tax_added
    FROM orders_order AS orders JOIN orders_orderline AS line ON line.order_id = orders.id
    WHERE orders.external_id = ''
    GROUP BY orders.id
    HAVING orders.tax_total <> sum(line.tax_added) + orders.shipping_tax_added
        OR orders.grand_total <> sum(line.line_total + line.tax_added)
                                 + orders.shipping_total + orders.shipping_tax_added
    """,
)
invariant(
    "the tax lines of an order hold the tax of its lines and of shipping, and no more than was paid",
    """
    SELECT orders.number, tax.tax, lines.tax + orders.shipping_tax AS of_lines, tax.gross, orders.grand_total
    FROM orders_order AS orders
    JOIN LATERAL (SELECT sum(tax) AS tax, sum(base + tax) AS gross FROM orders_ordertax WHERE order_id = orders.id)
        AS tax ON tax.tax IS NOT NULL
    JOIN LATERAL (SELECT sum(tax_amount) AS tax FROM orders_orderline WHERE order_id = orders.id) AS lines ON true
    WHERE tax.tax <> lines.tax + orders.shipping_tax OR tax.gross > orders.grand_total
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
    WHERE orders.state IN ('placed', 'completed') AND orders.grand_total <> paid.amount
      AND NOT EXISTS (SELECT FROM orders_orderline AS line
                      WHERE line.order_id = orders.id AND line.quantity_cancelled + line.quantity_returned > 0)
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
    SELECT payment.id, payment.amount, payment.refunded, coalesce(sum(refund.amount), 0) AS refunds
    FROM orders_payment AS payment
    LEFT JOIN orders_refund AS refund ON refund.payment_id = payment.id AND refund.state <> 'failed'
    GROUP BY payment.id
    HAVING payment.refunded <> coalesce(sum(refund.amount), 0) OR payment.refunded > payment.amount
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
    "a pickup was handed over when it was ready and paid, to somebody, once",
    """
    SELECT fulfilment.id, fulfilment.state, count(link.id) AS times FROM orders_fulfilment AS fulfilment
    JOIN orders_fulfilmentline AS part ON part.fulfilment_id = fulfilment.id
    LEFT JOIN orders_handover_lines AS link ON link.fulfilmentline_id = part.id
    WHERE fulfilment.kind = 'pickup'
    GROUP BY fulfilment.id, part.id, part.handed_over_at
    HAVING count(link.id) <> CASE WHEN part.handed_over_at IS NULL THEN 0 ELSE 1 END
        OR part.handed_over_at < fulfilment.ready_at
        OR (part.handed_over_at IS NOT NULL AND EXISTS (
            SELECT FROM orders_balancedueentry AS due WHERE due.order_id = fulfilment.order_id
            HAVING sum(due.amount) > 0))
    """,
)
invariant(
    "no more is asked to come back than left",
    """
    SELECT line.id, line.quantity_fulfilled, sum(part.quantity) AS coming_back FROM orders_orderline AS line
    JOIN orders_returnline AS part ON part.order_line_id = line.id
    JOIN orders_return AS goods ON goods.id = part.parent_id
    WHERE goods.state NOT IN ('rejected', 'cancelled')
    GROUP BY line.id HAVING sum(part.quantity) > line.quantity_fulfilled
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
    "an ordered cart has an order, and an order's cart is ordered",
    """
    SELECT cart.id, cart.state, orders.number
    FROM carts_cart AS cart
    LEFT JOIN orders_order AS orders ON orders.cart_id = cart.id AND orders.state <> 'failed'
    WHERE (cart.state = 'ordered') <> (orders.id IS NOT NULL)
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
    WHERE refund.state = 'done' AND (refund.goes_to = 'credit' OR payment.method IN ('gift_card', 'credit'))
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
    "goods never leave on money that is only kept for us",
    """
    SELECT orders.number, payment.id, payment.state FROM orders_payment AS payment
    JOIN orders_order AS orders ON orders.id = payment.order_id
    WHERE payment.state IN ('authorised', 'capturing')
      AND EXISTS (SELECT FROM orders_orderline AS line WHERE line.order_id = orders.id AND line.quantity_fulfilled > 0)
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
invariant(
    "whoever is to be sent goods, or to collect them, can be told",
    """
    SELECT orders.number, orders.channel FROM orders_order AS orders
    WHERE orders.contact_email = '' AND orders.contact_phone = '' AND orders.external_id = ''
      AND EXISTS (
          SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind <> 'carry_out')
    """,
)
invariant(
    "staff have cancelled orders only in a store that they concern",
    """
    SELECT orders.number, entry.store FROM orders_order AS orders
    JOIN core_journal AS entry ON entry.ref = orders.number AND entry.kind = 'order.cancelled' AND entry.store <> ''
    JOIN inventory_location AS acting ON acting.code = entry.store
    WHERE orders.store_id IS DISTINCT FROM acting.id
      AND NOT EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND location_id = acting.id)
      AND (orders.store_id IS NOT NULL
           OR EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind <> 'ship'))
    """,
)
