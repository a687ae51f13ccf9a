from datetime import UTC, datetime

import pytest

from core.actors import Actor
from core.money import Money
from core.web import response_cache
from inventory.services.catalogue import retire_product
from inventory.services.prices import set_price
from inventory.services.stock import StockLine, receive_stock
from tests.factories.inventory import make_store, make_variant
from tests.journal import read_journal

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
MONA = Actor(channel="system", staff_id=7)


def shown_price(client):
    return client.get("/api/v1/catalogue/products/mug/").json()["variants"][0]["price"]["amount"]


def test_a_new_price_shows_as_soon_as_the_journal_is_read(client):
    mug = make_variant(sku="MUG", price=1290)
    read_journal(now=NOW)
    assert shown_price(client) == "12.90"

    set_price(variant_id=mug.pk, price=Money(990, "EUR"), by=MONA, now=NOW)
    assert shown_price(client) == "12.90"
    read_journal(now=NOW)

    assert shown_price(client) == "9.90"


def test_a_retired_product_is_gone_as_soon_as_the_journal_is_read(client):
    mug = make_variant(sku="MUG")
    assert shown_price(client)

    retire_product(product_id=mug.product_id, by=MONA, now=NOW)
    read_journal(now=NOW)

    assert client.get("/api/v1/catalogue/products/mug/").status_code == 404


def test_stock_movements_do_not_drop_cached_responses(client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(response_cache, "OLDEST_SECONDS", 600)  # However long the machine takes.
    mug = make_variant(sku="MUG")
    mitte = make_store("mitte")
    assert shown_price(client)

    receive_stock(lines=[StockLine(mug.pk, mitte.pk, 5)], delivery="D-1", by=MONA, now=NOW)
    read_journal(now=NOW)

    with django_assert_num_queries(0):
        shown_price(client)
