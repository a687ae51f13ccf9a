"""
The journey as hand-written SQL on the shop's own tables: the cost of the same work without the shop's code.

Six prepared statements, on one connection for each caller. They leave the same rows as the shop in every table, so the
cost of its constraints and triggers is included; a test compares the rows. Nothing is checked that the statements do
not need.
"""

import hashlib
import random
import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper

from carts.rules.cart_codes import code_expires_at
from core.ids import new_id
from omnistore.tools.bench.callers.load import Operation
from omnistore.tools.bench.callers.response import NUMBER, PARCEL, line_mark, response
from omnistore.tools.bench.callers.totals import Line, PricingConfig, Totals, compute_totals
from omnistore.tools.bench.callers.visitor import ADDRESS

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
WITH added AS (
    SELECT variant.id, price.amount FROM inventory_variant AS variant
    JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = 'EUR'
    WHERE variant.sku = %(sku)s AND variant.is_active
), cart AS (
    INSERT INTO carts_cart AS present (customer_id, token_hash, currency, state, version, merge_report,
                                       created_channel, created_at, changed_at)
    SELECT %(customer)s, '', 'EUR', 'open', 1, '[]', 'app', now(), now() FROM added
    ON CONFLICT (customer_id) WHERE state = 'open'
    DO UPDATE SET version = present.version + 1, changed_at = EXCLUDED.changed_at
    RETURNING id, version
), line AS (
    INSERT INTO carts_cartline AS present (cart_id, variant_id, quantity, unit_price_when_added, added_channel,
                                           added_at)
    SELECT cart.id, added.id, %(quantity)s, added.amount, 'app', now() FROM cart, added
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = present.quantity + EXCLUDED.quantity
    RETURNING id
), code AS (
    INSERT INTO carts_cartcode (cart_id, code, expires_at) SELECT cart.id, %(code)s, %(code_expires_at)s FROM cart
    ON CONFLICT DO NOTHING
), entry AS (
    INSERT INTO core_journal (occurred_at, kind, customer_id, channel, store, ref, payload)
    SELECT now(), 'cart.line_added', %(customer)s, 'app', '', %(sku)s,
           jsonb_build_object('cart_id', cart.id, 'variant_id', added.id, 'quantity', %(quantity)s::int)
    FROM cart, added
)
SELECT cart.id, cart.version FROM cart, line
"""
_READ = """
SELECT cart.id, cart.version, line.id AS line_id, line.quantity, line.added_at, variant.id AS variant_id, variant.sku,
       product.name, product.slug, category.path AS category, price.amount, stock.available, customer.email
FROM carts_cart AS cart
JOIN accounts_customer AS customer ON customer.id = cart.customer_id
JOIN carts_cartline AS line ON line.cart_id = cart.id
JOIN inventory_variant AS variant ON variant.id = line.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id
JOIN inventory_category AS category ON category.id = product.category_id
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = cart.currency
CROSS JOIN LATERAL (
    SELECT sum(on_hand - reserved - safety) AS available FROM inventory_stocklevel WHERE variant_id = line.variant_id
) AS stock
WHERE cart.customer_id = %(customer)s AND cart.state = 'open'
ORDER BY line.id
"""
_CHECK_OUT = f"""
WITH cart AS (
    UPDATE carts_cart SET state = 'ordered', changed_at = %(now)s
    WHERE customer_id = %(customer)s AND state = 'open' AND version = %(version)s RETURNING id
), line AS (
    SELECT * FROM json_to_recordset(%(lines)s::json) AS given(
        position int, variant_id bigint, sku text, name text, quantity int, price bigint, discount bigint,
        total bigint, tax bigint, reservation_id uuid)
), new_order AS (
    INSERT INTO orders_order (
        number, cart_id, customer_id, state, channel, currency, items_total, discount_total, shipping_total, tax_total,
        shipping_tax, shipping_tax_added, grand_total, contact_email, contact_phone, receipt_medium, language,
        request_key, external_id, cancel_reason, placed_at)
    SELECT nextval('orders_order_number')::text, cart.id, %(customer)s, 'placed', 'app', 'EUR', %(items)s, %(discount)s,
           %(shipping)s, 0, %(shipping_tax)s, 0, %(grand)s, %(email)s, '', '', 'en', %(mark)s, '', '', %(now)s
    FROM cart RETURNING id, number, cart_id
), order_line AS (
    INSERT INTO orders_orderline (
        order_id, position, variant_id, sku, name, quantity, quantity_fulfilled, quantity_cancelled, quantity_returned,
        unit_price, discount, line_total, tax_rate, tax_amount, tax_added)
    SELECT new_order.id, position, variant_id, sku, name, quantity, 0, 0, 0, price, discount, total, %(rate)s, tax, 0
    FROM new_order, line RETURNING id, position
), tax AS (
    INSERT INTO orders_ordertax (order_id, zone_id, rate, is_included, is_exempt, base, tax)
    SELECT id, %(zone)s, %(rate)s, true, false, %(base)s, %(tax)s FROM new_order
), discount AS (
    INSERT INTO orders_orderdiscount (order_id, line_id, promotion_id, name, amount)
    SELECT new_order.id, order_line.id, given.promotion, 'Offer', given.amount
    FROM new_order, json_to_recordset(%(discounts)s::json) AS given(
        place int, line int, promotion bigint, amount bigint)
    JOIN order_line ON order_line.position = given.line ORDER BY given.place
), fulfilment AS (
    INSERT INTO orders_fulfilment (
        order_id, kind, location_id, state, address, promised_at, tracking, wrong_codes, reject_reason)
    SELECT id, 'ship', %(warehouse)s, 'placed', %(address)s::jsonb, %(now)s, '', 0, '' FROM new_order RETURNING id
), fulfilment_line AS (
    INSERT INTO orders_fulfilmentline (fulfilment_id, order_line_id, quantity, reservation_id)
    SELECT fulfilment.id, order_line.id, line.quantity, line.reservation_id
    FROM fulfilment, order_line JOIN line USING (position) ORDER BY position
), payment AS (
    INSERT INTO orders_payment (order_id, method, provider, amount, refunded, rounding, state, captured_at)
    SELECT id, 'test', 'test', %(grand)s, 0, 0, 'captured', %(now)s FROM new_order RETURNING id
), attempt AS (
    INSERT INTO orders_paymentattempt (
        payment_id, key, payment_method, customer_ref, saves_card, captures_at_once, outcome, provider_ref, detail,
        asked_at)
    SELECT id, %(attempt)s::uuid, '', '', false, true, 'asked', '', '', %(now)s FROM payment
), charge AS (
    INSERT INTO orders_sandboxcharge (
        key, amount, currency, outcome, is_authorisation, card_of, refunded, refund_keys, charged_at)
    SELECT %(attempt)s::uuid, %(grand)s, 'EUR', 'approved', false, '', 0, '[]', %(now)s FROM payment
), answer AS (
    INSERT INTO core_idempotentresponse (scope, key, request_hash, status, body, locked_at, expires_at)
    SELECT %(scope)s, %(key)s, %(mark)s, 201,
           convert_to(replace(replace(replace(replace(%(answer)s, '{NUMBER}', number), '{PARCEL}', fulfilment.id::text),
                                      '{line_mark(1)}', ids.of_line[1]), '{line_mark(2)}', ids.of_line[2]), 'UTF8'),
           %(now)s, %(now)s + interval '30 days'
    FROM new_order, fulfilment, (SELECT array_agg(id::text ORDER BY position) AS of_line FROM order_line) AS ids
), entry AS (
    INSERT INTO core_journal (occurred_at, kind, customer_id, channel, store, ref, payload)
    SELECT %(now)s, 'order.placed', %(customer)s, 'app', '', number,
           jsonb_build_object('order_id', id, 'cart_id', cart_id, 'total', %(grand)s::bigint, 'currency', 'EUR',
                              'units', %(units)s::int)
    FROM new_order
), taken AS (
    UPDATE inventory_stocklevel AS level SET reserved = reserved + line.quantity
    FROM line
    WHERE level.variant_id = line.variant_id AND level.location_id = %(warehouse)s
      AND level.on_hand - level.reserved - level.safety >= line.quantity
    RETURNING level.id, line.quantity, line.reservation_id
), reservation AS (
    INSERT INTO inventory_reservation (id, level_id, quantity, state, created_at)
    SELECT reservation_id, id, quantity, 'committed', %(now)s FROM taken
), movement AS (
    INSERT INTO inventory_stockmovement (
        level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, reason, occurred_at)
    SELECT id, 'reserved', 0, quantity, 'reservation', reservation_id::text, 'app', '', %(now)s FROM taken
)
SELECT (SELECT number FROM new_order) AS number, (SELECT count(*) FROM taken) AS taken
"""
# An attempt is written before the provider is called, so its result takes a second statement.
_ANSWERED = """
UPDATE orders_paymentattempt SET outcome = 'approved', provider_ref = %(charge)s, answered_at = %(now)s
WHERE key = %(attempt)s::uuid RETURNING id
"""
_CONFIG = """
SELECT (SELECT array_agg(id ORDER BY id) FROM carts_promotion) AS promotions, zone.id AS zone,
       rate.basis_points AS points
FROM carts_taxzone AS zone JOIN carts_taxrate AS rate ON rate.zone_id = zone.id
JOIN inventory_taxcategory AS category ON category.id = rate.category_id AND category.is_standard
WHERE zone.country = %(country)s AND rate.ends_date IS NULL
"""
# As the shop stores it: with its empty fields.
_ADDRESS = {
    "name": ADDRESS["name"],
    "company": "",
    "street_address": ADDRESS["street_address"],
    "city": ADDRESS["city"],
    "city_area": "",
    "country_area": "",
    "postal_code": ADDRESS["postal_code"],
    "country_code": ADDRESS["country_code"],
    "phone": "",
}


@dataclass
class SqlCaller:
    """One connection, and the customers for whom it orders in turn."""

    connection: "psycopg.Connection[dict[str, Any]]"
    customers: list[int]
    categories: list[str]
    products: list[tuple[str, str]]
    warehouse_id: int
    rng: random.Random
    turn: int = 0

    def __post_init__(self) -> None:
        # Otherwise small and large amounts have different types, and PostgreSQL plans a statement for each combination.
        self.connection.adapters.register_dumper(int, Int8Dumper)
        row = self._run(_CONFIG, country=ADDRESS["country_code"])[0]
        self.config = PricingConfig(tuple(row["promotions"]), row["zone"], row["points"])

    def make_journey(self) -> None:
        """Read a list and a product, put two lines into the cart, read it, and order it."""
        self.turn += 1
        customer = self.customers[self.turn % len(self.customers)]
        if len(self._run(_LIST, category=self.rng.choice(self.categories))) != 20:
            raise AssertionError("The list is not twenty long.")
        slug, _sku = self.rng.choice(self.products)
        self._run(_DETAIL, slug=slug)
        chosen = [sku for _slug, sku in self.rng.sample(self.products, 2)]
        self.order(customer, list(zip(chosen, (1, 2), strict=True)))

    def order(self, customer: int, basket: Sequence[tuple[str, int]]) -> None:
        """Put two lines, pairs of SKU and quantity, into a cart, read it, and order it."""
        for sku, quantity in basket:
            self._run(_ADD, customer=customer, sku=sku, quantity=quantity, **_cart_code())
        lines = self._run(_READ, customer=customer)
        priced = [Line(line["variant_id"], line["quantity"], line["amount"], line["category"]) for line in lines]
        parameters = self._parameters(customer, lines, priced, compute_totals(priced, self.config))
        ordered = self._run(_CHECK_OUT, **parameters)[0]
        if not ordered["number"] or ordered["taken"] != len(basket):
            raise AssertionError(f"Not ordered: {ordered}")
        self._run(_ANSWERED, **{name: parameters[name] for name in ("attempt", "charge", "now")})

    def _parameters(
        self, customer: int, lines: Sequence[dict[str, Any]], priced: Sequence[Line], totals: Totals
    ) -> dict[str, Any]:
        now, key, attempt, email = datetime.now(UTC), str(uuid.uuid4()), new_id(), lines[0]["email"]
        mark = hashlib.sha256(key.encode()).hexdigest()
        named = [(line, row["sku"], row["name"]["en"]) for line, row in zip(priced, lines, strict=True)]
        answer = response(
            named,
            totals,
            customer=customer,
            email=email,
            address=_ADDRESS,
            rate=str(self.config.points // 100),
            now=now,
        )
        return {
            "customer": customer,
            "email": email,
            "version": lines[0]["version"],
            "lines": _rows(_line_row(index, line, totals) for index, line in enumerate(named)),
            "discounts": _rows(
                {"place": place, "line": line, "promotion": promotion, "amount": amount}
                for place, (promotion, line, amount) in enumerate(_shares(totals))
            ),
            "items": totals.items,
            "discount": totals.discount,
            "shipping": totals.shipping,
            "shipping_tax": totals.shipping_tax,
            "grand": totals.grand,
            "units": sum(line.quantity for line in priced),
            "zone": self.config.zone,
            "rate": self.config.points,
            "base": totals.base,
            "tax": totals.tax,
            "warehouse": self.warehouse_id,
            "address": orjson.dumps(_ADDRESS).decode(),
            "attempt": attempt,
            "charge": f"ch_{attempt.hex}",
            "scope": f"customer:{customer} POST {mark[:32]}",
            "key": key,
            "mark": mark,
            "answer": answer,
            "now": now,
        }

    def _run(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        # Each statement is its own transaction: psycopg commits it with the same round trip.
        return self.connection.execute(statement, parameters, prepare=True).fetchall()


def _cart_code() -> dict[str, Any]:
    """Return a code for the till, if the cart has none of this quarter of an hour."""
    return {"code": secrets.token_hex(4).upper(), "code_expires_at": code_expires_at(datetime.now(UTC))}


def _line_row(index: int, named: tuple[Line, str, str], totals: Totals) -> dict[str, Any]:
    line, sku, name = named
    return {
        "position": index + 1,
        "variant_id": line.variant,
        "sku": sku,
        "name": name,
        "quantity": line.quantity,
        "price": line.price,
        "discount": totals.discount_of(index),
        "total": line.value - totals.discount_of(index),
        "tax": totals.line_taxes[index],
        "reservation_id": new_id(),
    }


def _shares(totals: Totals) -> list[tuple[int, int, int]]:
    """Return each promotion's discount of each line: its id, the line's position, the amount."""
    return [
        (promotion, position, amount)
        for promotion, saved in totals.savings.items()
        for position, amount in enumerate(saved, 1)
        if amount
    ]


def _rows(rows: Iterable[dict[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()


def make_sql_callers(
    *,
    count: int,
    conninfo: str,
    categories: list[str],
    products: list[tuple[str, str]],
    warehouse_id: int,
    customers: list[int],
    seed: int,
) -> list[dict[str, Operation]]:
    """Return the operations of so many callers, who share the customers among them."""
    connect: Callable[..., Any] = partial(psycopg.connect, conninfo, autocommit=True, row_factory=dict_row)
    callers = [
        SqlCaller(
            connect(),
            customers[number::count],
            categories,
            products,
            warehouse_id,
            random.Random(seed + number),  # noqa: S311  # Choosing products, not secrets.
        )
        for number in range(count)
    ]
    return [{"journey": caller.make_journey} for caller in callers]
