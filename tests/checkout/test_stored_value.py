"""Gift cards, credit and points are money for later, not goods: 2016/1065/EU calls them multi-purpose vouchers."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Balance
from accounts.rules.gift_cards import plain_code
from carts.models import ShippingRate
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import Product, StockMovement
from omnistore.engagement.models import Message
from orders.models import Order, OrderLine, Payment
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api
from tests.factories.balances import code_of, give_card, give_credit
from tests.factories.inventory import make_category, make_variant
from tests.factories.loyalty import switch_on
from tests.factories.orders import make_till_session
from tests.factories.pricing import make_german_taxes, make_offer
from tests.journal import read_journal
from tests.storefront.conftest import ADDRESS, Visit
from tests.till.conftest import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
PICKUP = [{"kind": "pickup", "store": "high-street"}]
TEST = [{"method": "test"}]


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


@pytest.fixture
def gift_card(db):
    """A gift card of 50.00, of which no store has a piece."""
    variant = make_variant(sku="GC-50", price=5000)
    Product.objects.filter(pk=variant.product_id).update(kind="gift_card")
    return variant


@pytest.fixture
def phone(ana, mug, gift_card):
    return Api(ana)


def lines_of(number):
    return {line.sku: line for line in OrderLine.objects.filter(order__number=number)}


class TestAtSale:
    def test_it_bears_no_tax_and_the_goods_beside_it_bear_theirs(self, phone):
        make_german_taxes()
        phone.add("MUG")
        phone.add("GC-50")

        order = phone.check_out(fulfilments=PICKUP).json()

        assert order["totals"]["grand"]["amount"] == "62.90"
        assert [(tax["rate"], tax["net"]["amount"], tax["tax"]["amount"]) for tax in order["taxes"]] == [
            ("19", "10.84", "2.06")
        ]
        card = lines_of(order["number"])["GC-50"]
        assert (card.tax_rate, card.tax_amount, card.tax_added) == (0, 0, 0)
        assert find_breaches() == {}

    def test_tax_on_top_of_prices_is_not_put_on_top_of_it(self, phone):
        make_german_taxes(is_included=False)
        phone.add("GC-50")

        assert phone.check_out().json()["totals"]["grand"]["amount"] == "50.00"

    def test_no_offer_discounts_it_and_no_threshold_counts_it(self, phone, gift_card):
        shelf = make_category("presents")
        Product.objects.filter(pk=gift_card.product_id).update(category=shelf)
        make_offer({"kind": "percent", "basis_points": 5000})
        make_offer({"kind": "percent", "basis_points": 5000, "goods": {"categories": ["presents"]}})
        make_offer({"kind": "amount", "amount": 500}, {"kind": "minimum_value", "amount": 2000}, currency="EUR")
        phone.add("MUG")

        cart = phone.add("GC-50")

        assert cart["totals"]["grand"]["amount"] == "56.45"

    def test_an_offer_that_names_it_discounts_it(self, phone, gift_card):
        make_offer({"kind": "percent", "basis_points": 1000, "goods": {"variants": [gift_card.pk]}})

        assert phone.add("GC-50")["totals"]["grand"]["amount"] == "45.00"

    def test_it_is_shipped_for_nothing_and_makes_no_parcel_free(self, phone):
        ShippingRate.objects.create(currency="EUR", amount=490, free_from=5000)
        phone.add("MUG")
        phone.add("GC-50")

        order = phone.check_out(
            expected_total={"amount": "67.80", "currency": "EUR"}, fulfilments=[{"kind": "ship", "address": ADDRESS}]
        )

        assert order.status_code == 201, order.content
        [parcel] = order.json()["fulfilments"]
        assert len(parcel["lines"]) == 1


class TestPaying:
    @pytest.mark.parametrize("kind", ["gift_card", "credit", "points"])
    def test_stored_value_pays_the_goods_and_never_the_card(self, phone, ana, kind):
        card = give_card(9000)
        give_credit(ana, 9000, kind="credit")
        if kind == "points":
            switch_on()
            give_credit(ana, 9000, kind="points")
        phone.add("MUG")
        phone.add("GC-50")
        tender = {"method": kind, **({"code": code_of(card)} if kind == "gift_card" else {})}

        order = phone.check_out(fulfilments=PICKUP, payments=[tender, *TEST])

        assert order.status_code == 201, order.content
        assert dict(Payment.objects.values_list("method", "amount")) == {kind: 1290, "test": 5000}
        assert find_breaches() == {}

    def test_a_card_does_not_buy_a_card(self, phone):
        code = code_of(give_card(9000))
        phone.add("GC-50")

        named = {"method": "gift_card", "code": code, "amount": {"amount": "50.00", "currency": "EUR"}}
        refused = phone.check_out(payments=[named])
        alone = phone.check_out(payments=[{"method": "gift_card", "code": code}])

        assert (refused.status_code, refused.json()["code"]) == (409, "payment_not_possible")
        assert alone.status_code == 400
        assert not Order.objects.exists()

    def test_what_is_due_later_is_not_paid_with_it_either(self, phone, ana):
        by_card = {"payments": [{"method": "gift_card", "code": code_of(give_card(9000))}]}
        phone.add("MUG")
        phone.add("GC-50")
        order = phone.check_out(fulfilments=PICKUP, payments=[{"method": "pay_in_store"}]).json()
        address = f"orders/{order['number']}/payments/"

        phone.post(address, by_card)
        again = phone.post(address, by_card)
        rest = phone.post(address, {"payments": TEST})

        assert again.status_code in (400, 409)
        assert rest.status_code == 201
        assert dict(Payment.objects.values_list("method", "amount")) == {"gift_card": 1290, "test": 5000}
        assert find_breaches() == {}

    def test_the_pages_offer_no_more_of_it_than_the_goods_cost(self, ana, mug, gift_card):
        Api(ana).add("MUG")
        Api(ana).add("GC-50")

        placed = Visit(ana).check_out(gift_cards=code_of(give_card(9000)), kind="ship", **ADDRESS)

        assert placed.status_code == 302, placed.content
        assert dict(Payment.objects.values_list("method", "amount")) == {"gift_card": 1290, "test": 5000}


class TestDelivery:
    def test_it_is_there_at_once_without_stock_parcel_or_pickup(self, phone):
        phone.add("GC-50")

        order = phone.check_out().json()

        assert order["fulfilments"] == []
        assert phone.get(f"orders/{order['number']}/").json()["state"] == "completed"
        [card] = phone.get(f"orders/{order['number']}/gift-cards/").json()["results"]
        assert plain_code(phone.post(f"orders/{order['number']}/gift-cards/{card['id']}/code/").json()["code"])
        assert not StockMovement.objects.filter(level__variant__sku="GC-50").exists()
        assert find_breaches() == {}

    def test_a_pickup_that_is_asked_for_has_the_goods_alone(self, phone):
        phone.add("MUG")
        cart = phone.add("GC-50")
        both = [line["id"] for line in cart["lines"]]

        order = phone.check_out(fulfilments=[{**PICKUP[0], "lines": both}]).json()

        [pickup] = order["fulfilments"]
        assert [line["sku"] for line in order["lines"] if line["id"] in str(pickup["lines"])] == ["MUG"]
        assert phone.get(f"orders/{order['number']}/").json()["state"] == "placed"
        assert lines_of(order["number"])["GC-50"].quantity_fulfilled == 1
        assert find_breaches() == {}

    def test_it_waits_for_its_money_and_ends_with_a_pickup_that_ends(self, phone, ana):
        phone.add("MUG")
        phone.add("GC-50")
        order = phone.check_out(fulfilments=PICKUP, payments=[{"method": "pay_in_store"}]).json()
        assert not Balance.objects.exists()

        cancel_order(number=order["number"], reason="shopper", by=Actor("app", customer_id=ana.pk), now=timezone.now())

        assert phone.get(f"orders/{order['number']}/").json()["state"] == "cancelled"
        assert not Balance.objects.exists()
        assert find_breaches() == {}

    def test_money_that_arrives_later_brings_it(self, phone):
        phone.add("GC-50")
        waiting = [{"method": "test", "payment_method": "needs_action"}]
        action = phone.check_out(payments=waiting).json()["next_action"]

        phone.post(action["url"].removeprefix("/api/v1/"))
        order = phone.post(action["then"].removeprefix("/api/v1/")).json()

        assert order["state"] == "completed"
        assert Balance.objects.get().amount == 5000
        assert find_breaches() == {}

    def test_it_cannot_be_paid_in_the_store_alone(self, phone):
        phone.add("GC-50")

        refused = phone.check_out(payments=[{"method": "pay_in_store"}])

        assert (refused.status_code, refused.json()["code"]) == (409, "payment_not_possible")

    def test_a_guest_buys_it_on_the_page_and_is_told_where_its_code_is(self, gift_card):
        visit = Visit()
        visit.add("GC-50")
        page = visit.get("/checkout/").content.decode()
        assert 'name="kind"' not in page

        form = visit.checkout_form()
        placed = visit.post("/checkout/", {name: form[name] for name in form if name not in ("kind", "store")})

        assert placed.status_code == 302, placed.content
        assert "Show the code (only once)" in visit.get(placed.url).content.decode()
        read_journal(now=timezone.now())
        assert "its code is on the page of your order" in Message.objects.get().body

    def test_the_product_page_sells_it_though_no_store_has_a_piece(self, gift_card):
        page = Visit().get(reverse("product", args=[gift_card.product.slug])).content.decode()

        assert "Add to cart" in page and "You get the code at once" in page
        assert Api().get("catalogue/variants/GC-50/availability/").json()["ship"]["available"] == 9999

    def test_the_tills_api_sells_it_and_hands_out_its_code_once(self, tess, high_street, gift_card):
        session = make_till_session(high_street, tess, register="till-1")
        sale = {"session": str(session.pk), "lines": [{"sku": "GC-50"}], "payments": TEST}
        till = Api(tess)

        number = till.post("till/sales/", sale).json()["number"]

        [card] = till.get(f"till/orders/{number}/gift-cards/").json()["results"]
        assert plain_code(till.post(f"till/orders/{number}/gift-cards/{card['id']}/code/").json()["code"])
        assert Order.objects.get().state == "completed"
        assert find_breaches() == {}

    def test_the_tills_page_sells_it_beside_goods_that_are_carried_out(self, tess, high_street, ana, mug, gift_card):
        session = make_till_session(high_street, tess, register="till-1")
        Api(ana).add("MUG")
        Api(ana).add("GC-50")

        done = Clerk(tess, register=session).sell(f"customer-{ana.pk}", way="carry_out", method="test")

        assert done.status_code == 200
        assert Order.objects.get().state == "completed"
        assert Balance.objects.get(kind="gift_card").amount == 5000
        assert find_breaches() == {}


def test_money_for_a_card_that_ended_is_on_a_new_one_whose_code_its_payer_gets(phone, ana):
    card = give_card(5000)
    phone.add("MUG")
    paid = phone.check_out(fulfilments=PICKUP, payments=[{"method": "gift_card", "code": code_of(card)}]).json()
    Balance.objects.filter(pk=card.pk).update(expires_at=timezone.now())

    cancel_order(number=paid["number"], reason="shopper", by=Actor("app", customer_id=ana.pk), now=timezone.now())

    [fresh] = phone.get(f"orders/{paid['number']}/gift-cards/").json()["results"]
    assert fresh["balance"]["amount"] == "12.90"
    assert plain_code(phone.post(f"orders/{paid['number']}/gift-cards/{fresh['id']}/code/").json()["code"])
    assert "Show the code" not in Visit(ana).get(f"/orders/{paid['number']}/").content.decode()
    read_journal(now=timezone.now())
    told = Message.objects.get(subject__contains="new gift card")
    assert f"/orders/{paid['number']}/" in told.body
    assert find_breaches() == {}


class TestTheAuditFinds:
    @pytest.fixture
    def sold(self, phone):
        phone.add("MUG")
        phone.add("GC-50")
        return phone.check_out(fulfilments=PICKUP).json()["number"]

    def test_tax_on_stored_value(self, sold):
        OrderLine.objects.filter(sku="GC-50").update(tax_rate=1900, tax_amount=798)

        assert "a gift card bears no tax when it is sold" in find_breaches()

    def test_stored_value_that_bought_stored_value(self, sold):
        Payment.objects.update(method="credit", hold_key="01890a5d-ac96-774b-bcce-b302099a8057")

        assert "no gift card, credit or points paid for a gift card" in find_breaches()

    def test_a_card_that_was_paid_and_never_loaded(self, sold):
        long_ago = timezone.now() - timedelta(hours=1)
        OrderLine.objects.filter(sku="GC-50").update(quantity_fulfilled=0)
        Order.objects.update(placed_at=long_ago)
        Payment.objects.update(captured_at=long_ago)

        assert "a gift card is loaded within ten minutes of being paid" in find_breaches()
