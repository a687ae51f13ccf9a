"""
The journey as hand-written SQL on the shop's own tables: what the same work costs without any shop around it.

Six statements, prepared, on one connection for each caller. Rows come out as the shop would leave them, so its
constraints and triggers are paid for as well; nothing is checked that the statements do not need.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from omnistore.bench.crowd import Act
from omnistore.bench.visitor import ADDRESS, FREE_FROM_CENTS, SHIPPING_CENTS

_LIST = """
SELECT product.id, product.slug, product.name, product.brand, range.lowest, range.highest,
       (SELECT file FROM inventory_media WHERE product_id = product.id ORDER BY position, id LIMIT 1) AS file
FROM inventory_product AS product
JOIN inventory_category AS category ON category.id = product.category_id
JOIN inventory_pricerange AS range ON range.product_id = product.id AND range.currency = 'EUR'
WHERE product.state = 'published' AND category.slug = %(category)s
ORDER BY product.published_at DESC, product.id DESC LIMIT 20
"""
_DETAIL = """
SELECT product.id, product.slug, product.name, product.description, product.brand, product.attributes,
       variant.sku, variant.attributes AS options, price.amount, stock.available,
       (SELECT array_agg(file ORDER BY position) FROM inventory_media WHERE product_id = product.id) AS files
FROM inventory_product AS product
JOIN inventory_variant AS variant ON variant.product_id = product.id AND variant.is_active
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = 'EUR'
CROSS JOIN LATERAL (
    SELECT sum(on_hand - reserved - safety) AS available FROM inventory_stocklevel WHERE variant_id = variant.id
) AS stock
WHERE product.slug = %(slug)s AND product.state = 'published'
"""
_ADD = """
WITH wanted AS (
    SELECT variant.id, price.amount FROM inventory_variant AS variant
    JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = 'EUR'
    WHERE variant.sku = %(sku)s AND variant.is_active
), cart AS (
    INSERT INTO carts_cart AS present (customer_id, token_hash, currency, state, version, merge_report,
                                       created_channel, created_at, changed_at)
    SELECT %(customer)s, '', 'EUR', 'open', 1, '[]', 'app', now(), now() FROM wanted
    ON CONFLICT (customer_id) WHERE state = 'open'
    DO UPDATE SET version = present.version + 1, changed_at = EXCLUDED.changed_at
    RETURNING id, version
), line AS (
    INSERT INTO carts_cartline AS present (cart_id, variant_id, quantity, unit_price_when_added, added_channel,
                                           added_at)
    SELECT cart.id, wanted.id, %(quantity)s, wanted.amount, 'app', now() FROM cart, wanted
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = present.quantity + EXCLUDED.quantity
    RETURNING id
), entry AS (
    INSERT INTO core_journal (occurred_at, kind, customer_id, channel, store, ref, payload)
    SELECT now(), 'cart.line_added', %(customer)s, 'app', '', %(sku)s,
           jsonb_build_object('cart_id', cart.id, 'quantity', %(quantity)s::int) FROM cart
)
SELECT cart.id, cart.version FROM cart, line
"""
_READ = """
SELECT cart.id, cart.version, line.id AS line_id, line.quantity, line.added_at, variant.sku, product.name, product.slug,
       price.amount, stock.available
FROM carts_cart AS cart
JOIN carts_cartline AS line ON line.cart_id = cart.id
JOIN inventory_variant AS variant ON variant.id = line.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = cart.currency
CROSS JOIN LATERAL (
    SELECT sum(on_hand - reserved - safety) AS available FROM inventory_stocklevel WHERE variant_id = line.variant_id
) AS stock
WHERE cart.customer_id = %(customer)s AND cart.state = 'open'
ORDER BY line.id
"""
_CHECK_OUT = """
WITH cart AS (
    UPDATE carts_cart SET state = 'ordered', changed_at = now()
    WHERE customer_id = %(customer)s AND state = 'open' AND version = %(version)s RETURNING id
), line AS (
    SELECT row_number() OVER (ORDER BY line.id) AS position, line.variant_id, line.quantity, variant.sku,
           product.name ->> 'en' AS name, price.amount, gen_random_uuid() AS reservation_id
    FROM cart JOIN carts_cartline AS line ON line.cart_id = cart.id
    JOIN inventory_variant AS variant ON variant.id = line.variant_id
    JOIN inventory_product AS product ON product.id = variant.product_id
    JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = 'EUR'
), new_order AS (
    INSERT INTO orders_order (
        number, cart_id, customer_id, state, channel, currency, items_total, discount_total, shipping_total, tax_total,
        grand_total, contact_email, contact_phone, receipt_medium, language, request_mark, external_id, cancel_reason,
        placed_at)
    SELECT nextval('orders_order_number')::text, cart.id, %(customer)s, 'placed', 'app', 'EUR', %(items)s, 0,
           %(shipping)s, 0, %(items)s + %(shipping)s, '', '', '', 'en', '', '', '', now()
    FROM cart RETURNING id, number
), order_line AS (
    INSERT INTO orders_orderline (
        order_id, position, variant_id, sku, name, quantity, quantity_fulfilled, quantity_cancelled, quantity_returned,
        unit_price, discount, line_total)
    SELECT new_order.id, position, variant_id, sku, name, quantity, 0, 0, 0, amount, 0, quantity * amount
    FROM new_order, line RETURNING id, position
), fulfilment AS (
    INSERT INTO orders_fulfilment (order_id, kind, location_id, state, address, tracking, wrong_codes, reject_reason)
    SELECT id, 'ship', %(warehouse)s, 'placed', %(address)s::jsonb, '', 0, '' FROM new_order RETURNING id
), fulfilment_line AS (
    INSERT INTO orders_fulfilmentline (fulfilment_id, order_line_id, quantity, reservation_id)
    SELECT fulfilment.id, order_line.id, line.quantity, line.reservation_id
    FROM fulfilment, order_line JOIN line USING (position)
), payment AS (
    INSERT INTO orders_payment (order_id, method, provider, amount, refunded, state, captured_at)
    SELECT id, 'test', 'sandbox', %(items)s + %(shipping)s, 0, 'captured', now() FROM new_order RETURNING id
), attempt AS (
    INSERT INTO orders_paymentattempt (
        payment_id, key, payment_method, outcome, provider_ref, detail, asked_at, answered_at)
    SELECT id, gen_random_uuid(), '', 'approved', '', '', now(), now() FROM payment
), answer AS (
    INSERT INTO core_idempotentanswer (scope, key, request_hash, status, body, locked_at, expires_at)
    SELECT 'by hand', number, '', 201, convert_to(number, 'UTF8'), now(), now() + interval '30 days' FROM new_order
), entry AS (
    INSERT INTO core_journal (occurred_at, kind, customer_id, channel, store, ref, payload)
    SELECT now(), 'order.placed', %(customer)s, 'app', '', number, jsonb_build_object('order_id', id) FROM new_order
), taken AS (
    UPDATE inventory_stocklevel AS level SET reserved = reserved + line.quantity
    FROM line
    WHERE level.variant_id = line.variant_id AND level.location_id = %(warehouse)s
      AND level.on_hand - level.reserved - level.safety >= line.quantity
    RETURNING level.id, line.quantity, line.reservation_id
), reservation AS (
    INSERT INTO inventory_reservation (id, level_id, quantity, state, created_at)
    SELECT reservation_id, id, quantity, 'committed', now() FROM taken
), movement AS (
    INSERT INTO inventory_stockmovement (
        level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, reason, occurred_at)
    SELECT id, 'reserved', 0, quantity, 'reservation', reservation_id::text, 'app', '', now() FROM taken
)
SELECT (SELECT number FROM new_order) AS number, (SELECT count(*) FROM taken) AS taken
"""


@dataclass
class Hand:
    """One connection, and the customers it orders for in turn."""

    connection: "psycopg.Connection[dict[str, Any]]"
    customers: list[int]
    categories: list[str]
    products: list[tuple[str, str]]
    warehouse_id: int
    rng: random.Random
    turn: int = 0

    def make_journey(self) -> None:
        """List, detail, two lines into the cart, read the cart, order."""
        self.turn += 1
        customer = self.customers[self.turn % len(self.customers)]
        if len(self._run(_LIST, category=self.rng.choice(self.categories))) != 20:
            raise AssertionError("The list is not twenty long.")
        slug, _sku = self.rng.choice(self.products)
        self._run(_DETAIL, slug=slug)
        for (_slug, sku), quantity in zip(self.rng.sample(self.products, 2), (1, 2), strict=True):
            self._run(_ADD, customer=customer, sku=sku, quantity=quantity)
        lines = self._run(_READ, customer=customer)
        items = sum(line["quantity"] * line["amount"] for line in lines)
        ordered = self._run(
            _CHECK_OUT,
            customer=customer,
            version=lines[0]["version"],
            items=items,
            shipping=SHIPPING_CENTS if items < FREE_FROM_CENTS else 0,
            warehouse=self.warehouse_id,
            address=orjson.dumps(ADDRESS).decode(),
        )[0]
        if not ordered["number"] or ordered["taken"] != 2:
            raise AssertionError(f"Not ordered: {ordered}")

    def _run(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        # Each statement is its own transaction: psycopg commits it with the same round trip.
        return self.connection.execute(statement, parameters, prepare=True).fetchall()


def recruit_hands(
    *,
    count: int,
    conninfo: str,
    categories: list[str],
    products: list[tuple[str, str]],
    warehouse_id: int,
    customers: list[int],
    seed: int,
) -> list[dict[str, Act]]:
    """Return the acts of so many hands, who share the customers among them."""
    connect: Callable[..., Any] = partial(psycopg.connect, conninfo, autocommit=True, row_factory=dict_row)
    hands = [
        Hand(
            connect(),
            customers[number::count],
            categories,
            products,
            warehouse_id,
            random.Random(seed + number),  # noqa: S311  # Choosing goods, not secrets.
        )
        for number in range(count)
    ]
    return [{"journey": hand.make_journey} for hand in hands]
