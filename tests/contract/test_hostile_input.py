"""Whatever is sent to any address of the API: a problem of the right kind, never a fault of ours, nothing changed."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.data import sql
from tests.factories.accounts import bearer

pytestmark = pytest.mark.django_db

JSON = "application/json"
TOO_LARGE = b'{"sku": "' + b"x" * 10_000_000 + b'"}'
BODIES = {
    "nothing": (b"", JSON),
    "no JSON": (b"{sku: 1", JSON),
    "broken UTF-8": (b'{"sku": "\xff\xfe\xc3\x28"}', JSON),
    "lone surrogate": (b'{"sku": "\\ud800"}', JSON),
    "a list": (b"[1, 2, 3]", JSON),
    "a number": (b"42", JSON),
    "null": (b"null", JSON),
    "NUL bytes": (b'{"sku": "a\\u0000b", "code": "\\u0000", "name": "\\u0000", "medium": "\\u0000"}', JSON),
    "huge number": (b'{"sku": "MUG", "quantity": 99999999999999999999999999, "limit": -1}', JSON),
    "deep nesting": (b"[" * 5000 + b"]" * 5000, JSON),
    "unknown fields": (b'{"is_staff": true, "price": "0.01", "customer_id": 1}', JSON),
    "wrong types": (b'{"sku": {"$gt": ""}, "quantity": [], "fulfilments": "all", "contact": 7, "name": {}}', JSON),
    "a form": (b"sku=MUG&quantity=1", "application/x-www-form-urlencoded"),
    "XML": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "text/xml"),
    "10 MB": (TOO_LARGE, JSON),
}
VALUES = {"int": "9223372036854775808", "uuid": "00000000-0000-0000-0000-000000000000"}
STRINGS = ["0", "-1", "9" * 40, "%00", "%ff%fe", "..%2f..", "' OR 1=1 --", "<script>"]
TABLES = [
    "carts_cart",
    "carts_cartline",
    "orders_order",
    "orders_return",
    "inventory_stockmovement",
    "accounts_address",
]


def addresses(text="x"):
    """Every address below /api/v1/, its parameters filled with a value that does not exist."""

    def fill(match):
        return VALUES.get(match[1] or "str", text)

    def walk(resolver: URLResolver, prefix: str = "") -> list[str]:
        found: list[str] = []
        for entry in resolver.url_patterns:
            path = prefix + str(entry.pattern)
            found += walk(entry, path) if isinstance(entry, URLResolver) else [path]
            assert isinstance(entry, URLPattern | URLResolver)
        return found

    return [
        "/" + re.sub(r"<(?:(\w+):)?\w+>", fill, path) for path in walk(get_resolver()) if path.startswith("api/v1/")
    ]


def rows():
    return {table: sql.fetch_one(f"SELECT count(*) AS n FROM {table}", {})["n"] for table in TABLES}


def check(answer, what):
    assert answer.status_code < 500, (what, answer.status_code, answer.content[:500])
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", (what, answer.status_code)
        assert {"type", "title", "status", "detail", "code"} <= set(answer.json()), what


@pytest.fixture
def client_key(mona, mug):
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")  # One transaction holds the whole test.
    client = Client(raise_request_exception=False)
    return client, {**bearer(mona), "X-Store": "high-street", "Idempotency-Key": "hostile"}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(client_key, name):
    client, headers = client_key
    body, content_type = BODIES[name]
    before = rows()

    for address in addresses():
        for method in ("post", "patch", "put"):
            answer = getattr(client, method)(address, data=body, content_type=content_type, headers=headers)
            check(answer, (method, address))
            assert answer.status_code >= 400 or name in ("nothing", "null"), (method, address, answer.status_code)

    assert rows() == before


@pytest.mark.parametrize("text", STRINGS)
def test_addresses_and_queries(client_key, text):
    client, headers = client_key
    for address in addresses(text):
        query = f"?limit={text}&cursor={text}&q={text}&near={text}&state={text}&ordering={text}&before={text}"
        check(client.get(address, headers=headers), address)
        check(client.get(address + query, headers=headers), address + query)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer forged.token.here"},
        {"Authorization": "Bearer \x00"},
        {"Authorization": "Basic YTpi"},
        {"X-Cart-Token": "\x00' OR 1=1"},
        {"If-Match": 'W/"x"'},
        {"Idempotency-Key": "x" * 256},
        {"Accept-Language": "'; DROP TABLE carts_cart; --"},
        {"X-Store": "%s%s%s"},
    ],
    ids=str,
)
def test_headers(client_key, headers):
    client, own = client_key
    before = rows()
    for address in addresses("1"):
        for sent in (headers, {**own, **headers}):
            check(client.get(address, headers=sent), address)
            check(client.post(address, data=b"{}", content_type=JSON, headers=sent), address)
    assert rows() == before


def test_a_body_of_10_mb_is_turned_away_by_its_size(client_key):
    client, headers = client_key

    answer = client.post("/api/v1/cart/lines/", data=TOO_LARGE, content_type=JSON, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
