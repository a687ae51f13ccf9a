"""Each invariant about offers finds the fault that it is about, planted into a sound order."""

import pytest
from django.db.models import F
from django.utils import timezone

from carts.models import VoucherUse
from core.data.invariants import find_breaches
from orders.models import OrderDiscount, OrderLine
from tests.client import Api
from tests.factories.inventory import make_stock, make_store, make_variant
from tests.factories.pricing import make_offer, make_voucher

PICKUP = [{"kind": "pickup", "store": "corner"}]


@pytest.fixture
def corner(db):
    return make_store("corner")


@pytest.fixture
def order(ana, corner):
    """Two mugs with a voucher of ten percent, a bag on top, and an order of another day."""
    mug, bag = make_variant(sku="MUG", price=1000), make_variant(sku="BAG", price=700)
    for variant in (mug, bag):
        make_stock(variant, corner, on_hand=10)
    make_offer({"kind": "gift", "variant": bag.pk})
    make_voucher("TEN")
    phone = Api(ana)
    phone.check_out(phone.add("MUG"), fulfilments=PICKUP)
    phone.add("MUG", 2)
    placed = phone.check_out(phone.post("cart/vouchers/", {"code": "TEN"}).json(), fulfilments=PICKUP)
    assert placed.status_code == 201, placed.content
    assert find_breaches() == {}
    return placed.json()


def found():
    return " ".join(find_breaches())


def test_a_saving_above_the_price(order):
    OrderLine.objects.filter(order__number=order["number"], sku="MUG").update(
        discount=F("quantity") * F("unit_price") + 1, line_total=-1
    )

    assert "no offer takes more off a line than it costs" in found()


def test_a_saving_of_another_orders_line(order):
    saving = OrderDiscount.objects.filter(order__number=order["number"]).first()
    elsewhere = OrderLine.objects.exclude(order__number=order["number"]).get(sku="MUG")
    OrderDiscount.objects.filter(pk=saving.pk).update(line=elsewhere)

    assert "belongs to the order of that line" in found()


def test_a_gift_without_its_promotion(order):
    OrderDiscount.objects.filter(line__is_gift=True, order__number=order["number"]).delete()

    assert "a gift came by one promotion" in found()


def test_a_second_gift_of_one_promotion(order):
    gift = OrderLine.objects.get(order__number=order["number"], is_gift=True)
    saving = OrderDiscount.objects.get(line=gift)
    gift.pk, gift.position = None, 9
    gift.save(force_insert=True)
    OrderDiscount.objects.create(
        order=gift.order, line=gift, promotion=saving.promotion, name=saving.name, amount=saving.amount
    )

    assert "one gift of a promotion at most" in found()


def test_a_voucher_that_gave_something_else_than_it_says(order):
    VoucherUse.objects.update(amount=1, held_at=timezone.now())

    assert "a voucher that an order uses gave what its promotion took off" in found()
