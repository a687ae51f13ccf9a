"""What must always be true of orders, their goods and whom they go to."""

from django.conf import settings

from core.data.invariants import invariant

# A client that gave up after its order was written may still ask for it with the same key, and gets it.
invariant(
    "no idempotency key is stuck",
    """
    SELECT stuck.id, stuck.scope, stuck.key, orders.number FROM core_idempotentresponse AS stuck
    LEFT JOIN orders_order AS orders
        ON orders.request_key = encode(sha256(convert_to(stuck.scope || ' ' || stuck.key, 'UTF8')), 'hex')
    WHERE stuck.status IS NULL AND stuck.locked_at < now() - interval '10 minutes'
      AND (orders.id IS NULL OR orders.state = 'pending')
    """,
)
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
      AND NOT EXISTS (SELECT FROM inventory_variant AS variant
                      JOIN inventory_product AS product ON product.id = variant.product_id
                      WHERE variant.id = line.variant_id AND product.kind = 'gift_card'
                        AND NOT EXISTS (SELECT FROM orders_fulfilmentline WHERE order_line_id = line.id))
    """,
)
invariant(
    "what waits of a pickup stands beside what was collected only until it ends",
    """
    SELECT orders.number, pickup.id, pickup.state FROM orders_fulfilment AS pickup
    JOIN orders_order AS orders ON orders.id = pickup.order_id
    WHERE pickup.kind = 'pickup' AND pickup.state IN ('collected', 'cancelled', 'expired') AND orders.external_id = ''
      AND EXISTS (SELECT FROM orders_fulfilmentline WHERE fulfilment_id = pickup.id AND handed_over_at IS NOT NULL)
      AND EXISTS (SELECT FROM orders_fulfilmentline WHERE fulfilment_id = pickup.id AND handed_over_at IS NULL)
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
    SELECT line.id, line.quantity_fulfilled, sum(coalesce(part.quantity_received, part.quantity)) AS coming_back
    FROM orders_orderline AS line
    JOIN orders_returnline AS part ON part.order_line_id = line.id
    JOIN orders_return AS goods ON goods.id = part.parent_id
    WHERE goods.state NOT IN ('refused', 'withdrawn', 'rejected', 'cancelled')
    GROUP BY line.id HAVING sum(coalesce(part.quantity_received, part.quantity)) > line.quantity_fulfilled
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
    "goods never leave on money that is only kept for us",
    """
    SELECT orders.number, payment.id, payment.state FROM orders_payment AS payment
    JOIN orders_order AS orders ON orders.id = payment.order_id
    WHERE payment.state IN ('authorised', 'capturing')
      AND EXISTS (SELECT FROM orders_orderline AS line WHERE line.order_id = orders.id AND line.quantity_fulfilled > 0)
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
# A month of them is enough to show that the sweep does not work.
invariant(
    "no pickup that nobody paid or made ready holds its goods a day longer than the shop allows",
    f"""
    SELECT orders.number, pickup.id, pickup.state FROM orders_fulfilment AS pickup
    JOIN orders_order AS orders ON orders.id = pickup.order_id
    WHERE pickup.kind = 'pickup' AND pickup.state IN ('placed', 'accepted', 'picking') AND orders.state = 'placed'
      AND coalesce(pickup.promised_at, orders.placed_at) < now() - interval '{settings.UNPAID_PICKUP_DAYS + 1} days'
      AND coalesce(pickup.promised_at, orders.placed_at) > now() - interval '{settings.UNPAID_PICKUP_DAYS + 31} days'
      AND EXISTS (SELECT FROM orders_balancedueentry AS due
                  WHERE due.order_id = orders.id HAVING sum(due.amount) > 0 AND bool_or(due.kind = 'placed'))
    """,
)
invariant(
    "staff have cancelled orders only in a store that they concern",
    """
    SELECT orders.number, entry.store FROM orders_order AS orders
    JOIN core_journal AS entry ON entry.ref = orders.number AND entry.store <> ''
        AND entry.kind IN ('order.cancelled', 'order.partly_cancelled')
    JOIN inventory_location AS acting ON acting.code = entry.store
    WHERE orders.store_id IS DISTINCT FROM acting.id
      AND NOT EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND location_id = acting.id)
      AND (orders.store_id IS NOT NULL
           OR EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind <> 'ship'))
    """,
)
invariant(
    "a guest's network is forgotten once their order is paid or has ended",
    """
    SELECT hold.order_id, hold.held_at FROM orders_guesthold AS hold
    JOIN orders_order AS orders ON orders.id = hold.order_id
    WHERE hold.held_at < now() - interval '2 hours' AND orders.state <> 'pending'
      AND NOT (orders.state = 'placed' AND EXISTS (
          SELECT FROM orders_balancedueentry AS due WHERE due.order_id = orders.id HAVING sum(due.amount) > 0))
    """,
)
