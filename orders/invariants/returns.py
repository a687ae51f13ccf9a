"""What must always be true of goods that came back: of their units, their places and their money."""

from core.data.invariants import invariant

invariant(
    "the units of a line that came back are those that its returns brought",
    """
    SELECT line.id, line.quantity_returned, coalesce(sum(part.quantity_received), 0) AS brought
    FROM orders_orderline AS line JOIN orders_order AS orders ON orders.id = line.order_id
    LEFT JOIN orders_returnline AS part ON part.order_line_id = line.id
    WHERE orders.external_id = ''
      AND (line.quantity_returned > 0 OR EXISTS (
          SELECT FROM orders_returnline WHERE order_line_id = line.id AND quantity_received > 0))
    GROUP BY line.id HAVING line.quantity_returned <> coalesce(sum(part.quantity_received), 0)
    """,
)
invariant(
    "each unit that came back was looked at",
    """
    SELECT goods.number, line.sku, line.quantity_received, coalesce(sum(part.quantity), 0) AS looked_at
    FROM orders_return AS goods JOIN orders_returnline AS line ON line.parent_id = goods.id
    LEFT JOIN orders_returnedunits AS part ON part.line_id = line.id
    WHERE goods.location_id IS NOT NULL
    GROUP BY goods.id, line.id HAVING coalesce(sum(part.quantity), 0) <> line.quantity_received
    """,
)
invariant(
    "goods that came back lie where the ledger says, sellable or held as their condition asks",
    """
    SELECT goods.number, line.variant_id, part.goes_to, sum(part.quantity) AS units, coalesce(moved.units, 0) AS booked
    FROM orders_return AS goods JOIN orders_returnline AS line ON line.parent_id = goods.id
    JOIN orders_returnedunits AS part ON part.line_id = line.id
    JOIN inventory_variant AS variant ON variant.id = line.variant_id
    JOIN inventory_product AS product ON product.id = variant.product_id AND product.kind = 'goods'
    LEFT JOIN LATERAL (
        SELECT sum(movement.on_hand_change + movement.held_change) AS units
        FROM inventory_stocklevel AS level JOIN inventory_stockmovement AS movement ON movement.level_id = level.id
        WHERE level.variant_id = line.variant_id AND level.location_id = goods.location_id
          AND movement.cause_kind = 'return' AND movement.cause_id = goods.number AND movement.kind = 'returned'
          AND movement.held_state = CASE part.goes_to WHEN 'sellable' THEN '' ELSE part.goes_to END) AS moved ON true
    GROUP BY goods.id, line.variant_id, part.goes_to, moved.units
    HAVING sum(part.quantity) <> coalesce(moved.units, 0)
    """,
)
invariant(
    "no return gives back more than its goods are worth",
    """
    SELECT goods.number, goods.amount, sum(refund.amount) AS refunded
    FROM orders_return AS goods JOIN orders_refund AS refund ON refund.for_return_id = goods.id
    WHERE refund.state <> 'failed'
    GROUP BY goods.id HAVING sum(refund.amount) > goods.amount
    """,
)
invariant(
    "what goods pay in exchange left the payments of the order that they came from, and went back there once",
    """
    SELECT later.number, paid.amount, given.amount AS given, paid.back, given.came_back
    FROM orders_return AS goods JOIN orders_order AS later ON later.id = goods.exchanged_for_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(payment.amount), 0) AS amount, coalesce(sum(back.amount), 0) AS back
        FROM orders_payment AS payment
        LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM orders_refund
                           WHERE payment_id = payment.id AND goes_to = 'exchange' AND for_return_id IS NULL) AS back
            ON true
        WHERE payment.order_id = later.id AND payment.method = 'exchange' AND payment.state = 'captured') AS paid
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS amount, coalesce(sum(came_back), 0) AS came_back
        FROM orders_refund WHERE for_return_id = goods.id AND goes_to = 'exchange') AS given
    WHERE paid.amount <> given.amount OR paid.back <> given.came_back
    """,
)
