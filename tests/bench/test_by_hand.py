"""The order that is placed by hand leaves the rows that the shop leaves for the same order."""

import random

import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from psycopg.rows import dict_row

from accounts.models import Customer
from omnistore.tools.bench.callers.by_hand import Hand
from omnistore.tools.bench.callers.visitor import Filled
from omnistore.tools.bench.shops.stock_room import fill_shelves, invite_shoppers
from orders.models import OrderDiscount, OrderLine
from tests.bench.rows import changes, read_everything
from tests.client import Api


@pytest.fixture
def goods(transactional_db):
    """The bench's goods, fewer of them."""
    return fill_shelves(now=timezone.now(), kinds=40)


@pytest.fixture
def hand(goods):
    """Somebody who orders by hand, on a connection of their own."""
    with psycopg.connect(connection.connection.info.dsn, autocommit=True, row_factory=dict_row) as own:
        yield Hand(own, [], goods.categories, goods.products, goods.warehouse_id, random.Random(1))


@pytest.mark.parametrize(
    "basket",
    [
        pytest.param([("SKU-0", 1), ("SKU-3", 2)], id="no shelf on offer, and sending costs"),
        pytest.param([("SKU-11", 1), ("SKU-5", 2)], id="one shelf on offer"),
        pytest.param([("SKU-12", 1), ("SKU-21", 2)], id="both shelves on offer"),
        pytest.param([("SKU-15", 2), ("SKU-34", 1)], id="one unit of two for nothing"),
        pytest.param([("SKU-4", 1), ("SKU-5", 1)], id="two units, so no offer"),
    ],
)
def test_an_order_by_hand_leaves_the_rows_that_the_shop_leaves(goods, hand, basket):
    shoppers = invite_shoppers(count=2, now=timezone.now())
    ana, ben = (Customer.objects.get(pk=shopper.id) for shopper in shoppers)
    shop = Api(ana)
    before = read_everything()

    for sku, quantity in basket:
        cart = shop.add(sku, quantity)
    answer = shop.post("checkout/", Filled.seen("", cart).order())
    assert answer.status_code == 201, answer.content
    between = read_everything()
    hand.order(ben.pk, basket)
    after = read_everything()

    assert changes(between, after, buyer=ben) == changes(before, between, buyer=ana)


def test_the_comparison_sees_another_value_and_another_row(goods, hand):
    ana, ben = (Customer.objects.get(pk=shopper.id) for shopper in invite_shoppers(count=2, now=timezone.now()))
    before = read_everything()
    hand.order(ana.pk, [("SKU-0", 1), ("SKU-3", 2)])
    between = read_everything()

    hand.order(ben.pk, [("SKU-0", 1), ("SKU-3", 2)])
    OrderLine.objects.filter(order__customer=ben, position=1).update(tax_amount=F("tax_amount") + 1)
    OrderDiscount.objects.filter(order__customer=ben).last().delete()
    of_ana, of_ben = changes(before, between, buyer=ana), changes(between, read_everything(), buyer=ben)

    assert [len([one for one in of_ana if one not in of_ben]), len([one for one in of_ben if one not in of_ana])] == [
        2,
        1,
    ]
