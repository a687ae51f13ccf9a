"""Gifts from the cart to the order: stock, fulfilments, vouchers, refunds, and the form that makes them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from carts.models import Promotion, Voucher, VoucherUse
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import Reservation, StockLevel, Variant
from orders.models import FulfilmentLine, OrderDiscount, OrderLine, Refund
from orders.queries.receipts import receipt_of
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import make_stock, make_variant
from tests.factories.orders import make_till_session
from tests.factories.pricing import make_deposit, make_offer, make_voucher

PICKUP = [{"kind": "pickup", "store": "high-street"}]
ADDRESS = {
    "name": "Ana", "street_address": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country_code": "DE",
}  # fmt: skip
SHIP = [{"kind": "ship", "address": ADDRESS}]


@pytest.fixture
def bag(high_street):
    """Two bags on the high street, none in the warehouse."""
    variant = make_variant(sku="BAG", price=700)
    make_stock(variant, high_street, on_hand=2)
    return variant


@pytest.fixture
def with_bag(bag):
    """A bag for whoever buys two pieces."""
    return make_offer(
        {"kind": "gift", "variant": bag.pk}, {"kind": "minimum_quantity", "quantity": 2}, name={"en": "A bag for two"}
    )


def ordered(person, quantity=2, fulfilments=PICKUP):
    phone = Api(person)
    placed = phone.check_out(phone.add("MUG", quantity), fulfilments=fulfilments)
    assert placed.status_code == 201, placed.content
    return placed.json()


def reserved(variant):
    return {level.location.code: level.reserved for level in StockLevel.objects.filter(variant=variant)}


def test_the_cart_names_it_while_the_condition_holds(ana, mug, with_bag):
    phone = Api(ana)

    assert phone.add("MUG")["gifts"] == []
    cart = phone.add("MUG")

    assert cart["gifts"] == [
        {
            "sku": "BAG", "product": "bag", "name": "BAG", "picture": None, "quantity": 1,
            "unit_price": {"amount": "7.00", "currency": "EUR"}, "promotion": "A bag for two", "given": True,
            "problem": None,
        }
    ]  # fmt: skip
    assert [line["sku"] for line in cart["lines"]] == ["MUG"]
    assert (cart["totals"]["items"]["amount"], cart["totals"]["grand"]["amount"]) == ("32.80", "25.80")
    less = phone.patch(f"cart/lines/{cart['lines'][0]['id']}/", {"quantity": 1}).json()
    assert less["gifts"] == []


def test_the_order_reserves_it_and_hands_it_over_with_the_goods(ana, mug, bag, with_bag):
    order = ordered(ana)

    [mugs, gift] = order["lines"]
    assert (gift["sku"], gift["quantity"], gift["line_total"]["amount"], gift["is_gift"]) == ("BAG", 1, "0.00", True)
    assert (mugs["is_gift"], order["totals"]["grand"]["amount"]) == (False, "25.80")
    assert [line["line"] for line in order["fulfilments"][0]["lines"]] == [mugs["id"], gift["id"]]
    assert reserved(bag) == {"high-street": 1}
    assert OrderDiscount.objects.get(line_id=gift["id"]).promotion == with_bag
    assert Api(ana).get(f"orders/{order['number']}/").json()["lines"] == order["lines"]
    assert find_breaches() == {}


def test_what_has_run_out_is_said_by_the_cart_and_missing_in_the_order(ana, mug, bag, with_bag):
    StockLevel.objects.filter(variant=bag).update(on_hand=0)

    cart = Api(ana).add("MUG", 2)
    page = signed_in(ana).get(reverse("cart")).content.decode()
    order = ordered(ana, 1)

    assert [(gift["given"], gift["problem"]) for gift in cart["gifts"]] == [(False, "insufficient_stock")]
    assert cart["totals"]["items"]["amount"] == "25.80"
    assert "The gift BAG (A bag for two) has run out." in page
    assert [line["sku"] for line in order["lines"]] == ["MUG"]


def test_the_page_says_what_comes_along(ana, mug, with_bag):
    Api(ana).add("MUG", 2)
    browser = signed_in(ana)

    for page in ("cart", "checkout"):
        assert "Gift: 1 × BAG (A bag for two)" in browser.get(reverse(page)).content.decode()


def test_it_comes_only_from_where_the_goods_come_from(ana, mug, bag, with_bag):
    """The bags lie on the high street, and these mugs are sent from the warehouse: no parcel is opened for a bag."""
    sent = ordered(ana, fulfilments=SHIP)

    assert [line["sku"] for line in sent["lines"]] == ["MUG"]
    assert reserved(bag) == {"high-street": 0}


def test_units_that_are_bought_are_not_given_too(ana, mug, bag, with_bag):
    phone = Api(ana)
    phone.add("BAG", 2)

    cart = phone.add("MUG", 2)
    placed = phone.check_out(cart, fulfilments=PICKUP)

    assert [gift["given"] for gift in cart["gifts"]] == [False]
    assert placed.status_code == 201 and reserved(bag) == {"high-street": 2}
    assert not OrderLine.objects.filter(is_gift=True).exists()


def test_the_same_goods_are_bought_and_given_in_one_order(ana, mug, bag, with_bag):
    phone = Api(ana)
    phone.add("BAG")

    placed = phone.check_out(phone.add("MUG"), fulfilments=PICKUP)

    lines = [(line["sku"], line["is_gift"], line["line_total"]["amount"]) for line in placed.json()["lines"]]
    assert lines == [("BAG", False, "7.00"), ("MUG", False, "12.90"), ("BAG", True, "0.00")]
    assert reserved(bag) == {"high-street": 2}
    assert find_breaches() == {}


@pytest.mark.parametrize(
    ("conditions", "earned_from"),
    [
        # Two of the cheapest units; the value that was asked for; any one unit.
        ([{"kind": "minimum_quantity", "quantity": 2}], 700 + 1290),
        ([{"kind": "minimum_value", "amount": 1500}], 1500),
        ([{"kind": "minimum_value", "amount": 1500}, {"kind": "minimum_quantity", "quantity": 3}], 2 * 1290 + 700),
        ([], 700),
    ],
)
def test_the_order_keeps_what_earns_it(ana, mug, bag, conditions, earned_from):
    make_offer({"kind": "gift", "variant": bag.pk}, *conditions, currency="EUR" if "amount" in str(conditions) else "")
    phone = Api(ana)
    phone.add("BAG")

    placed = phone.check_out(phone.add("MUG", 2), fulfilments=PICKUP)

    assert placed.status_code == 201, placed.content
    assert dict(OrderLine.objects.values_list("is_gift", "gift_earned_from")) == {False: 0, True: earned_from}


def test_a_till_hands_it_out_with_the_goods(ana, mug, bag, with_bag, high_street, tess):
    session = make_till_session(high_street, tess)

    sold = Api(tess).post(
        "till/sales/",
        {
            "session": str(session.pk),
            "lines": [{"sku": "MUG", "quantity": 2}],
            "payments": [{"method": "cash", "tendered": {"amount": "30.00", "currency": "EUR"}}],
        },
    )

    assert sold.status_code == 201, sold.content
    assert (sold.json()["state"], sold.json()["lines"][1]["fulfilled"]) == ("completed", 1)
    assert StockLevel.objects.get(variant=bag).on_hand == 1
    assert find_breaches() == {}


def test_a_cancelled_order_gives_the_unit_back_and_no_money_for_it(ana, mug, bag, with_bag):
    order = ordered(ana)

    cancel_order(number=order["number"], reason="customer", by=Actor(channel="system"), now=timezone.now())

    assert reserved(bag) == {"high-street": 0}
    assert sum(Refund.objects.values_list("amount", flat=True)) == 2580
    assert find_breaches() == {}


def test_a_declined_payment_frees_it(ana, mug, bag, with_bag):
    phone = Api(ana)

    declined = phone.check_out(
        phone.add("MUG", 2), fulfilments=PICKUP, payments=[{"method": "test", "payment_method": "decline"}]
    )

    assert declined.status_code in (402, 409)
    assert reserved(bag) == {"high-street": 0}
    assert phone.get("cart/").json()["gifts"][0]["given"] is True


def test_a_voucher_for_a_gift_is_used_once(ana, ben, mug, bag):
    reward = {"kind": "gift", "variant": bag.pk}
    voucher = make_voucher("BAG4YOU", reward=reward, max_uses=1)
    phone = Api(ana)
    phone.add("MUG")
    cart = phone.post("cart/vouchers/", {"code": "BAG4YOU"}).json()

    placed = phone.check_out(cart, fulfilments=PICKUP)

    assert cart["vouchers"][0]["amount"]["amount"] == "7.00"
    assert placed.status_code == 201 and placed.json()["lines"][1]["is_gift"]
    assert VoucherUse.objects.get().amount == 700
    assert Voucher.objects.get(pk=voucher.pk).uses == 1
    assert find_breaches() == {}


@pytest.mark.parametrize("barred", ["deposit", "inactive", "unpriced"])
def test_goods_that_bear_a_deposit_or_are_not_sold_are_no_gift(ana, mug, bag, with_bag, barred):
    if barred == "deposit":
        Variant.objects.filter(pk=bag.pk).update(deposit=make_deposit(amounts={"DE": (25, True)}))
    elif barred == "inactive":
        Variant.objects.filter(pk=bag.pk).update(is_active=False)
    else:
        bag.prices.all().delete()

    cart = Api(ana).add("MUG", 2)

    assert cart["gifts"] == [] and cart["totals"]["grand"]["amount"] == "25.80"


def test_carts_ask_for_gifts_only_while_one_can_be_given(ana, mug, with_bag, django_assert_num_queries):
    phone = Api(ana)
    phone.add("MUG", 2)
    phone.get("cart/")
    with django_assert_num_queries(3):
        phone.get("cart/")

    Promotion.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    phone.get("cart/")
    with django_assert_num_queries(2):
        phone.get("cart/")


def test_the_receipt_lists_it(ana, mug, with_bag):
    receipt = receipt_of(ordered(ana)["number"], language="en")

    assert [(line.sku, line.discount, line.line_total) for line in receipt.lines] == [
        ("MUG", "", "€25.80"), ("BAG", "−€7.00", "€0.00"),
    ]  # fmt: skip
    assert receipt.discounts == [("A bag for two", "−€7.00")]


def test_head_office_chooses_the_gift(bag):
    office = signed_in(make_staff("Hana Head", email="hana@example.com", is_superuser=True))
    form = {
        "name_en": "A bag", "kind": "gift", "reward_variant": bag.pk, "reward_pieces": "2", "priority": "100",
        "starts_at_0": "2026-01-01", "starts_at_1": "00:00:00", "is_active": "on",
    }  # fmt: skip

    answer = office.post(reverse("admin:carts_promotion_add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    promotion = Promotion.objects.get()
    assert promotion.reward == {"kind": "gift", "variant": bag.pk, "pieces": 2}
    page = office.get(reverse("admin:carts_promotion_change", args=[promotion.pk])).content.decode()
    assert "BAG" in page


def test_the_database_refuses_a_gift_that_costs_something(ana, mug, with_bag):
    ordered(ana)
    gift = OrderLine.objects.get(is_gift=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(pk=gift.pk).update(discount=600, line_total=100)
    assert (
        FulfilmentLine.objects.filter(order_line=gift).count()
        == Reservation.objects.filter(level__variant__sku="BAG").count()
    )
