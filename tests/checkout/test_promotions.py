"""Promotions on every channel: in the cart, on the order, on its receipt; and who gets them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from carts.models import Promotion
from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import Order, OrderDiscount
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_category
from tests.factories.pricing import make_german_taxes, make_offer, put_into_segment

PICKUP = [{"kind": "pickup", "store": "high-street"}]
TEN_PERCENT = {"kind": "percent", "basis_points": 1000}


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


def discount_of(person, **headers):
    return Api(person).get("cart/", **headers).json()["totals"]["discount"]["amount"]


def test_a_promotion_is_in_the_cart_by_line_and_in_total(ana, mug, lamp):
    make_offer({"kind": "amount", "amount": 1000}, name={"en": "Ten off", "fa": "ده تا کمتر"}, currency="EUR")
    phone = Api(ana)
    phone.add("MUG")
    cart = phone.add("LAMP")

    assert cart["discounts"] == [
        {"name": "Ten off", "amount": {"amount": "10.00", "currency": "EUR"}, "target": "items"}
    ]
    assert [line["discounts"][0]["amount"]["amount"] for line in cart["lines"]] == ["2.08", "7.92"]
    assert [line["line_total"]["amount"] for line in cart["lines"]] == ["10.82", "41.08"]
    assert {name: money["amount"] for name, money in cart["totals"].items()} == {
        "items": "61.90", "discount": "10.00", "deposit": "0.00", "shipping": "0.00", "fees": "0.00", "tax": "0.00",
        "grand": "51.90",
    }  # fmt: skip
    persian = phone.get("cart/", **{"Accept-Language": "fa"}).json()
    assert persian["discounts"][0]["name"] == "ده تا کمتر"


def test_the_order_stores_what_each_promotion_took_off_each_line(ana, mug, lamp):
    make_german_taxes()
    promotion = make_offer({"kind": "percent", "basis_points": 3333, "is_order_level": True}, name={"en": "A third"})
    phone = Api(ana)
    phone.add("MUG", 2)
    cart = phone.add("LAMP")

    order = phone.check_out(cart, fulfilments=PICKUP).json()

    assert order["totals"] == cart["totals"]
    assert [line["discount"]["amount"] for line in order["lines"]] == ["8.60", "16.33"]
    assert order["discounts"] == [
        {"name": "A third", "amount": {"amount": "24.93", "currency": "EUR"}, "target": "items"}
    ]
    assert phone.get(f"orders/{order['number']}/").json()["discounts"] == order["discounts"]
    assert sorted(OrderDiscount.objects.values_list("promotion", "amount")) == [
        (promotion.pk, 860),
        (promotion.pk, 1633),
    ]
    receipt = phone.get(f"orders/{order['number']}/receipt/", Accept="text/html").content.decode()
    assert "A third" in receipt and "€24.93" in receipt
    assert find_breaches() == {}


def test_the_order_lists_promotions_in_the_order_of_the_cart(ana, mug, lamp):
    lamp.product.category = make_category("lights")
    lamp.product.save()
    make_offer({"kind": "percent", "basis_points": 1000, "is_order_level": True}, name={"en": "On everything"})
    make_offer({"kind": "percent", "basis_points": 2000, "goods": {"categories": ["lights"]}}, name={"en": "On lights"})
    phone = Api(ana)
    phone.add("MUG")
    cart = phone.add("LAMP")

    order = phone.check_out(cart, fulfilments=PICKUP).json()

    assert [promotion["name"] for promotion in cart["discounts"]] == ["On lights", "On everything"]
    assert order["discounts"] == cart["discounts"]
    assert phone.get(f"orders/{order['number']}/").json()["discounts"] == cart["discounts"]


def test_returned_goods_are_worth_what_was_paid_for_them(ana, mug):
    make_offer({"kind": "buy_and_get", "buy": 2, "get": 1})
    phone = Api(ana)
    number = phone.check_out(phone.add("MUG", 3), fulfilments=PICKUP).json()["number"]

    cancel_order(number=number, reason="customer", by=Actor(channel="web"), now=timezone.now())

    assert Order.objects.get().payments.get().refunded == 2580
    assert find_breaches() == {}


def test_every_channel_charges_the_same(ana, mug, tess, client):
    make_offer(TEN_PERCENT)
    phone = Api(ana)
    phone.add("MUG")
    signed_in(ana, client)

    at_the_till = Api(tess, store="high-street").get(f"till/customers/{ana.pk}/cart/").json()
    page = client.get(reverse("cart")).content.decode()
    checkout = client.get(reverse("checkout")).content.decode()

    assert phone.get("cart/").json()["totals"] == at_the_till["totals"]
    assert "€11.61" in page and "−€1.29" in page and "€11.61" in checkout


def test_the_first_purchase_is_the_first_on_any_channel(ana, mug, django_assert_num_queries):
    make_offer(TEN_PERCENT, {"kind": "first_purchase"})
    phone, guest = Api(ana), Api()
    cart = phone.add("MUG")
    assert cart["totals"]["discount"]["amount"] == "1.29"
    assert guest.add("MUG")["totals"]["discount"]["amount"] == "0.00"

    order = phone.check_out(cart, fulfilments=PICKUP).json()

    assert order["totals"]["discount"]["amount"] == "1.29"
    assert phone.add("MUG")["totals"]["discount"]["amount"] == "0.00"


def test_a_segment_has_its_members(ana, ben, mug):
    make_offer(TEN_PERCENT, {"kind": "segment", "segments": ["trade"]})
    put_into_segment(ana, "trade")
    for person in (ana, ben):
        Api(person).add("MUG")

    assert (discount_of(ana), discount_of(ben)) == ("1.29", "0.00")
    ana.memberships.update(until=timezone.now())
    assert discount_of(ana) == "0.00"


def test_goods_qualify_by_their_category(ana, mug, lamp):
    mug.product.category = make_category("cups", parent=make_category("kitchen"))
    mug.product.save()
    make_offer({**TEN_PERCENT, "goods": {"categories": ["kitchen"]}})
    phone = Api(ana)
    phone.add("LAMP")

    assert [line["discounts"] != [] for line in phone.add("MUG")["lines"]] == [False, True]


def test_a_promotion_of_one_channel_needs_a_reason_and_an_end(ana, mug):
    of_the_app = {"kind": "channel", "channels": ["app"]}
    with pytest.raises(ValidationError):
        make_offer(TEN_PERCENT, of_the_app)
    with pytest.raises(IntegrityError), transaction.atomic():
        Promotion.objects.create(
            name={"en": "App only"}, reward=TEN_PERCENT, conditions=[of_the_app], starts_at=timezone.now()
        )
    make_offer(TEN_PERCENT, of_the_app, door_reason="Launch of the app", ends_at=timezone.now() + timedelta(days=1))

    assert Api(ana).add("MUG")["totals"]["discount"]["amount"] == "1.29"


@pytest.mark.parametrize(
    ("reward", "conditions", "currency"),
    [
        ({"kind": "percent"}, [], ""),
        ({"kind": "percent", "basis_points": 10_001}, [], ""),
        ({"kind": "percent", "basis_points": 10, "colour": "red"}, [], ""),
        ({"kind": "percent", "basis_points": True}, [], ""),
        ({"kind": "gift"}, [], ""),
        ([], [], ""),
        ({"kind": "amount", "amount": 5}, [], ""),
        (TEN_PERCENT, [], "EUR"),
        (TEN_PERCENT, [{"kind": "segment", "segments": []}], ""),
        (TEN_PERCENT, [{"kind": "minimum_quantity", "quantity": 1, "goods": {"products": ["1"]}}], ""),
        ({"kind": "bundle", "amount": 1, "parts": [{"quantity": 1}]}, [], "EUR"),
    ],
)
def test_contradictory_promotions_are_refused(db, reward, conditions, currency):
    with pytest.raises(ValidationError):
        make_offer(reward, *conditions, currency=currency)


def test_an_unreadable_promotion_does_not_block_checkout(ana, mug):
    Promotion.objects.create(name={"en": "?"}, reward={"kind": "gift"}, starts_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert Api(ana).add("MUG")["totals"]["grand"]["amount"] == "12.90"


def test_promotions_cost_no_statement_and_those_about_the_buyer_one(ana, mug):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            phone.get("cart/")
        return len(captured)

    phone = Api(ana)
    phone.add("MUG")
    without = counted()
    for _number in range(3):
        make_offer(TEN_PERCENT)
    phone.get("cart/")
    assert counted() == without
    make_offer(TEN_PERCENT, {"kind": "first_purchase"})
    phone.get("cart/")
    assert counted() == without + 1


def test_taxes_and_promotions_add_no_statement_to_an_order(ana, mug):
    def counted():
        phone = Api(ana)
        cart = phone.add("MUG")
        with CaptureQueriesContext(connection) as captured:
            assert phone.check_out(cart, fulfilments=PICKUP).status_code == 201
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    counted()
    without = counted()
    make_german_taxes()
    for _number in range(3):
        make_offer(TEN_PERCENT)
    counted()

    assert counted() == without


def test_staff_enter_a_promotion_in_percent_and_currency_units(office, mug):
    page = reverse("admin:carts_promotion_add")
    fields = {
        "name_en": "Two for one", "kind": "percent", "reward_basis_points": "12.5", "minimum_value_amount": "20.00",
        "currency": "EUR", "priority": "5", "starts_at_0": "2026-01-01", "starts_at_1": "00:00", "is_active": "on",
        "products": [mug.product_id],
    }  # fmt: skip

    saved = office.post(page, fields)
    assert saved.status_code == 302, saved.context["adminform"].form.errors

    promotion = Promotion.objects.get()
    eligible = {"products": [mug.product_id]}
    assert promotion.reward == {"kind": "percent", "basis_points": 1250, "goods": eligible}
    assert promotion.conditions == [{"kind": "minimum_value", "amount": 2000, "goods": eligible}]
    shown = office.get(reverse("admin:carts_promotion_change", args=[promotion.pk])).content.decode()
    assert 'value="12.5"' in shown and 'value="20.00"' in shown
    assert office.post(page, {**fields, "kind": "amount"}).status_code == 200
    assert office.post(page, {**fields, "channel_channels": ["app"]}).status_code == 200
    assert Promotion.objects.count() == 1
