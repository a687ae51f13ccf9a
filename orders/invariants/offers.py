"""What must always be true of what offers took off orders, and added to them."""

from core.data.invariants import invariant

invariant(
    "no offer takes more off a line than it costs",
    """
    SELECT orders.number, line.id, line.discount, line.quantity * line.unit_price AS value
    FROM orders_orderline AS line JOIN orders_order AS orders ON orders.id = line.order_id
    WHERE orders.external_id = '' AND line.discount > line.quantity * line.unit_price
    """,
)
invariant(
    "what an offer took off a line belongs to the order of that line",
    """
    SELECT given.id, given.order_id, line.order_id AS of_line
    FROM orders_orderdiscount AS given JOIN orders_orderline AS line ON line.id = given.line_id
    WHERE given.order_id <> line.order_id
    """,
)
invariant(
    "a gift came by one promotion, which took off all of its price",
    """
    SELECT orders.number, line.id, count(given.id) AS promotions FROM orders_orderline AS line
    JOIN orders_order AS orders ON orders.id = line.order_id
    LEFT JOIN orders_orderdiscount AS given
        ON given.line_id = line.id AND given.amount = line.quantity * line.unit_price
    WHERE line.is_gift
    GROUP BY orders.number, line.id HAVING count(given.id) <> 1
    """,
)
invariant(
    "an order has one gift of a promotion at most",
    """
    SELECT orders.number, given.promotion_id, count(*) AS gifts FROM orders_orderline AS line
    JOIN orders_orderdiscount AS given ON given.line_id = line.id
    JOIN orders_order AS orders ON orders.id = line.order_id
    WHERE line.is_gift
    GROUP BY orders.number, given.promotion_id HAVING count(*) > 1
    """,
)
invariant(
    "a return is worth its goods, less what is withheld and its fee, with what goes back of the order's charges",
    """
    SELECT goods.number, goods.amount, goods.withheld_for_gifts, goods.fee, goods.charges_back,
           sum(part.amount) AS goods_worth
    FROM orders_return AS goods JOIN orders_returnline AS part ON part.parent_id = goods.id
    WHERE goods.external_id = ''
    GROUP BY goods.id
    HAVING goods.amount <> sum(part.amount) - goods.withheld_for_gifts - goods.fee + goods.charges_back
    """,
)
invariant(
    "a voucher that an order uses gave what its promotion took off that order",
    """
    SELECT orders.number, used.voucher_id, used.amount, coalesce(given.amount, 0) AS given
    FROM carts_voucheruse AS used JOIN carts_voucher AS voucher ON voucher.id = used.voucher_id
    JOIN orders_order AS orders ON orders.cart_id = used.cart_id AND orders.state <> 'failed'
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM orders_orderdiscount
        WHERE order_id = orders.id AND promotion_id = voucher.promotion_id
    ) AS given ON true
    WHERE used.state IN ('held', 'used') AND used.amount <> coalesce(given.amount, 0)
    """,
)
