"""
The same steps as five plain views with one statement each, on separate tables: the cost of a minimal shop.

It has products, carts and orders, but no accounts, languages, delivery dates or permissions. Its cost shows how fast
the machine is for work of this kind, so a budget in milliseconds can be compared with the figures of any machine.
"""

import http.client
import json
import os
import random
import threading
from functools import partial
from typing import Any

import django
import orjson
import psycopg
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.rows import dict_row

from omnistore.tools.bench.callers.load import Operation

PRODUCTS, CATEGORIES = 1000, 10
# A reference must not change, so this is not in the Procfile, which changes with the shop.
COMMAND = (
    "exec granian --interface wsgi --host $HOST --port $PORT --workers 2 --blocking-threads 4 --no-ws "
    "omnistore.tools.bench.callers.plain:application"
)

_TABLES = f"""
CREATE SCHEMA plain;
CREATE TABLE plain.product (id bigint PRIMARY KEY, category int, slug text, name text, description text);
CREATE INDEX ON plain.product (category, id);
CREATE TABLE plain.variant (id bigint PRIMARY KEY, product_id bigint REFERENCES plain.product, sku text, price bigint);
CREATE INDEX ON plain.variant (product_id);
CREATE TABLE plain.stock (
    variant_id bigint PRIMARY KEY REFERENCES plain.variant, on_hand int, reserved int, CHECK (on_hand >= reserved));
CREATE TABLE plain.cart (id bigserial PRIMARY KEY, created_at timestamptz);
CREATE TABLE plain.cart_line (
    id bigserial PRIMARY KEY, cart_id bigint REFERENCES plain.cart, variant_id bigint REFERENCES plain.variant,
    quantity int, price bigint);
CREATE INDEX ON plain.cart_line (cart_id);
CREATE TABLE plain.placed (id bigserial PRIMARY KEY, cart_id bigint UNIQUE REFERENCES plain.cart, total bigint);
CREATE TABLE plain.placed_line (
    id bigserial PRIMARY KEY, placed_id bigint REFERENCES plain.placed, variant_id bigint REFERENCES plain.variant,
    quantity int, price bigint);
CREATE INDEX ON plain.placed_line (placed_id);
CREATE TABLE plain.payment (id bigserial PRIMARY KEY, placed_id bigint REFERENCES plain.placed, amount bigint);
CREATE INDEX ON plain.payment (placed_id);
CREATE TABLE plain.journal (id bigserial PRIMARY KEY, kind text, ref bigint, payload jsonb);
INSERT INTO plain.product SELECT n, mod(n, {CATEGORIES}), 'product-' || n, 'Product ' || n, repeat('A good thing. ', 20)
    FROM generate_series(1, {PRODUCTS}) AS n;
INSERT INTO plain.variant SELECT n, n, 'SKU-' || n, 1000 + n FROM generate_series(1, {PRODUCTS}) AS n;
INSERT INTO plain.stock SELECT n, 1000000, 0 FROM generate_series(1, {PRODUCTS}) AS n;
INSERT INTO plain.cart SELECT nextval('plain.cart_id_seq'), now() FROM generate_series(1, 500);
INSERT INTO plain.cart_line SELECT nextval('plain.cart_line_id_seq'), n, n, 1, 1 FROM generate_series(1, 500) AS n;
INSERT INTO plain.placed SELECT nextval('plain.placed_id_seq'), n, 1 FROM generate_series(1, 500) AS n;
ANALYZE plain.product, plain.variant, plain.stock, plain.cart, plain.cart_line, plain.placed;
"""
_LIST = """
SELECT product.id, product.name, product.slug, variant.sku, variant.price
FROM plain.product JOIN plain.variant ON variant.product_id = product.id
WHERE product.category = %(category)s::int ORDER BY product.id LIMIT 20
"""
_DETAIL = """
SELECT product.id, product.name, product.slug, product.description, variant.id AS variant_id, variant.sku,
       variant.price, stock.on_hand - stock.reserved AS available
FROM plain.product JOIN plain.variant ON variant.product_id = product.id
JOIN plain.stock ON stock.variant_id = variant.id WHERE product.id = %(product)s::bigint
"""
_CART = """
WITH cart AS (INSERT INTO plain.cart (created_at) VALUES (now()) RETURNING id)
INSERT INTO plain.cart_line (cart_id, variant_id, quantity, price)
SELECT cart.id, variant.id, 1, variant.price FROM cart, plain.variant WHERE variant.id = ANY(%(variants)s::bigint[])
RETURNING cart_id
"""
_READ = """
SELECT line.id, line.quantity, line.price, variant.sku, product.name, stock.on_hand - stock.reserved AS available
FROM plain.cart_line AS line JOIN plain.variant ON variant.id = line.variant_id
JOIN plain.product ON product.id = variant.product_id JOIN plain.stock ON stock.variant_id = variant.id
WHERE line.cart_id = %(cart)s::bigint
"""
_CHECK_OUT = """
WITH line AS (
    SELECT variant_id, quantity, price FROM plain.cart_line WHERE cart_id = %(cart)s::bigint
), placed AS (
    INSERT INTO plain.placed (cart_id, total) SELECT %(cart)s::bigint, sum(quantity * price) FROM line
    RETURNING id, total
), placed_line AS (
    INSERT INTO plain.placed_line (placed_id, variant_id, quantity, price)
    SELECT placed.id, line.variant_id, line.quantity, line.price FROM placed, line
), payment AS (
    INSERT INTO plain.payment (placed_id, amount) SELECT id, total FROM placed
), entry AS (
    INSERT INTO plain.journal (kind, ref, payload) SELECT 'placed', id, '{}' FROM placed
), taken AS (
    UPDATE plain.stock SET reserved = reserved + line.quantity FROM line
    WHERE stock.variant_id = line.variant_id AND on_hand - reserved >= line.quantity RETURNING 1
)
SELECT id, (SELECT count(*) FROM taken) AS taken FROM placed
"""
_STEPS = {"list": _LIST, "detail": _DETAIL, "cart": _CART, "read": _READ, "checkout": _CHECK_OUT}
_local = threading.local()


def make_tables(connection: Any) -> None:
    """Create and fill the tables. connection: of psycopg, outside a transaction."""
    connection.execute(_TABLES)


def view(request: HttpRequest, step: str) -> HttpResponse:
    """Run the statement of a step with the values in the body, on the thread's connection."""
    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = psycopg.connect(
            os.environ["PLAIN_DATABASE"], autocommit=True, row_factory=dict_row
        )
    rows = connection.execute(_STEPS[step], orjson.loads(request.body), prepare=True).fetchall()
    return HttpResponse(orjson.dumps(rows), content_type="application/json")


urlpatterns = [path("livez", lambda request: HttpResponse("ok")), path("<str:step>", view)]


def _application() -> Any:
    """Return the web application: Django with only these URLs and without middleware."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    django.setup(set_prefix=False)
    settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__
    return WSGIHandler()


def __getattr__(name: str) -> Any:
    if name == "application":
        return _application()
    raise AttributeError(name)


def make_plain_callers(*, count: int, port: int, seed: int) -> list[dict[str, Operation]]:
    """Return the operations of so many callers, each with its own connection."""
    return [{"journey": partial(_make_journey, *_connection_and_rng(port, seed + number))} for number in range(count)]


def _connection_and_rng(port: int, seed: int) -> tuple[http.client.HTTPConnection, random.Random]:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30), random.Random(seed)  # noqa: S311  # No secrets.


def _make_journey(connection: http.client.HTTPConnection, rng: random.Random) -> None:
    def call(step: str, **values: Any) -> list[dict[str, Any]]:
        connection.request("POST", f"/{step}", body=json.dumps(values))
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise AssertionError(f"{step}: {response.status} {body[:200]!r}")
        rows: list[dict[str, Any]] = json.loads(body)
        return rows

    call("list", category=rng.randrange(CATEGORIES))
    call("detail", product=rng.randint(1, PRODUCTS))
    cart = call("cart", variants=rng.sample(range(1, PRODUCTS + 1), 2))[0]["cart_id"]
    if len(call("read", cart=cart)) != 2 or call("checkout", cart=cart)[0]["taken"] != 2:
        raise AssertionError("The plain shop did not sell two lines.")
