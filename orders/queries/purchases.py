"""
The shop's one definition of a purchase (accounts/queries/purchases.py).

An order is a purchase as long as something of it is kept: it is not cancelled or failed, and some unit was neither
cancelled nor returned. Where it was bought does not matter: on any channel, in another system from which it was
imported, as a guest before its claim, or with a record that was merged since. An order whose payment is awaited counts
too, so that nobody opens two first purchases beside each other; if it fails, it never was one.
"""

# kept: the money that came in and was not given back. Points are no money, and a gift card that was bought counts when
# it pays for something, so that its money is not counted twice.
PURCHASES = """
SELECT orders.customer_id, orders.cart_id, orders.id AS order_id, orders.currency, orders.placed_at,
       (SELECT coalesce(sum(amount - refunded), 0) FROM orders_payment
        WHERE order_id = orders.id AND state = 'captured' AND method <> 'points')::bigint
       - (SELECT coalesce(sum(line.line_total * (line.quantity_fulfilled - line.quantity_returned) / line.quantity), 0)
          FROM orders_orderline AS line JOIN inventory_variant AS variant ON variant.id = line.variant_id
          JOIN inventory_product AS product ON product.id = variant.product_id AND product.kind = 'gift_card'
          WHERE line.order_id = orders.id)::bigint AS kept
FROM orders_order AS orders
WHERE orders.state IN ('pending', 'placed', 'completed')
  AND EXISTS (SELECT FROM orders_orderline AS line WHERE line.order_id = orders.id
              AND line.quantity > line.quantity_cancelled + line.quantity_returned)
"""
