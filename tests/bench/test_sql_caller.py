"""An order placed by hand-written SQL leaves the same rows as an order placed by the shop."""

import random

import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from psycopg.rows import dict_row

from accounts.models import Customer
from omnistore.tools.bench.callers.sql_caller import SqlCaller
from omnistore.tools.bench.callers.visitor import FilledCart
from omnistore.tools.bench.shops.stock_room import fill_shelves, invite_shoppers
from orders.models import OrderDiscount, OrderLine
from tests.bench.rows import changes, read_everything
from tests.client import Api


@pytest.fixture
def catalogue(transactional_db):
    """The benchmark's catalogue with fewer products."""
    return fill_shelves(now=timezone.now(), kinds=40)


@pytest.fixture
def caller(catalogue):
    """A caller that orders with hand-written SQL, on a separate connection."""
    with psycopg.connect(connection.connection.info.dsn, autocommit=True, row_factory=dict_row) as own:
        yield SqlCaller(own, [], catalogue.categories, catalogue.products, catalogue.warehouse_id, random.Random(1))


@pytest.mark.parametrize(
    "basket",
    [
        pytest.param([("SKU-0", 1), ("SKU-3", 2)], id="no reduced category, and shipping costs"),
        pytest.param([("SKU-11", 1), ("SKU-5", 2)], id="one reduced category"),
        pytest.param([("SKU-12", 1), ("SKU-21", 2)], id="both reduced categories"),
        pytest.param([("SKU-15", 2), ("SKU-34", 1)], id="one unit free in a line of two"),
        pytest.param([("SKU-4", 1), ("SKU-5", 1)], id="two units, so no promotion"),
    ],
)
def test_an_order_by_sql_leaves_the_rows_that_the_shop_leaves(catalogue, caller, basket):
    shoppers = invite_shoppers(count=2, now=timezone.now())
    ana, ben = (Customer.objects.get(pk=shopper.id) for shopper in shoppers)
    shop = Api(ana)
    before = read_everything()

    for sku, quantity in basket:
        cart = shop.add(sku, quantity)
    response = shop.post("checkout/", FilledCart.from_response("", cart).checkout_request(is_free_by_items=True))
    assert response.status_code == 201, response.content
    between = read_everything()
    caller.order(ben.pk, basket)
    after = read_everything()

    assert changes(between, after, buyer=ben) == changes(before, between, buyer=ana)


def test_the_comparison_detects_a_changed_value_and_a_missing_row(catalogue, caller):
    ana, ben = (Customer.objects.get(pk=shopper.id) for shopper in invite_shoppers(count=2, now=timezone.now()))
    before = read_everything()
    caller.order(ana.pk, [("SKU-0", 1), ("SKU-3", 2)])
    between = read_everything()

    caller.order(ben.pk, [("SKU-0", 1), ("SKU-3", 2)])
    OrderLine.objects.filter(order__customer=ben, position=1).update(tax_amount=F("tax_amount") + 1)
    OrderDiscount.objects.filter(order__customer=ben).last().delete()
    of_ana, of_ben = changes(before, between, buyer=ana), changes(between, read_everything(), buyer=ben)

    only_of_ana = [change for change in of_ana if change not in of_ben]
    only_of_ben = [change for change in of_ben if change not in of_ana]
    assert (len(only_of_ana), len(only_of_ben)) == (2, 1)
