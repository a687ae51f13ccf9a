"""Several tenders for one sale on the till's payment screen."""

import pytest
from django.core.cache import cache

from core.data.invariants import find_breaches
from orders.models import Order, Payment
from tests.client import Api
from tests.factories.balances import code_of, give_card, give_credit
from tests.factories.orders import due
from tests.till.conftest import sale_of, text_of

MUG = "4006381333931"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


def paid():
    return list(Payment.objects.order_by("pk").values_list("method", "amount", "state"))


def test_a_gift_card_pays_first_and_cash_the_rest(clerk, mug):
    code = code_of(give_card(1000))
    sale = sale_of(clerk.scan(MUG))

    looked = clerk.sell(sale, look="1", gift_cards=code.lower(), tendered="")

    assert looked.status_code == 200
    assert not Order.objects.exists()
    assert "Gift card −€10.00 Left to pay €2.90" in text_of(looked)
    page = clerk.sell(sale, gift_cards=code, tendered="5")
    assert paid() == [("gift_card", 1000, "captured"), ("cash", 290, "captured")]
    assert "Change €2.10" in text_of(page)
    assert f"Gift card …{code[-4:]}" in text_of(page)
    assert find_breaches() == {}


def test_cards_credit_and_points_may_pay_all_of_it(clerk, ana, mug):
    give_credit(ana, 400)
    give_credit(ana, 500, kind="points")
    cards = f"{code_of(give_card(300))} {code_of(give_card(200))}"
    Api(ana).add("MUG")
    sale = f"customer-{ana.pk}"

    looked = clerk.sell(sale, look="1", gift_cards=cards, use_credit="on", use_points="on", tendered="")
    clerk.sell(sale, gift_cards=cards, use_credit="on", use_points="on", tendered="", method="")

    assert "Nothing is left to pay" in text_of(looked)
    assert paid() == [
        ("gift_card", 300, "captured"),
        ("gift_card", 200, "captured"),
        ("credit", 400, "captured"),
        ("points", 390, "captured"),
    ]
    assert find_breaches() == {}


def test_a_sale_is_paid_in_two_ways(clerk, mug):
    clerk.sell(sale_of(clerk.scan(MUG)), method="cash", part="5", second="test", tendered="10")

    assert paid() == [("cash", 500, "captured"), ("test", 790, "captured")]
    assert Payment.objects.get(method="cash").tendered == 1000


def test_a_deposit_is_taken_and_the_rest_on_collection(clerk, mug):
    sale = sale_of(clerk.scan(MUG))

    clerk.sell(sale, way="here", method="cash", part="5", second="pay_in_store", tendered="5", email="zoe@example.com")

    assert (paid(), due()) == ([("cash", 500, "captured")], 790)


def test_cash_is_not_kept_when_the_card_is_declined(clerk, mug):
    page = clerk.sell(sale_of(clerk.scan(MUG)), method="cash", part="5", second="test_declined", tendered="5")

    assert page.status_code == 409
    assert Order.objects.get().state == "failed"
    assert paid()[0] == ("cash", 500, "voided")
    assert find_breaches() == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"part": "5"},
        {"part": "5", "second": "cash"},
        {"part": "12.90", "second": "test"},
        {"part": "0", "second": "test"},
        {"part": "5", "second": "test", "tendered": "4"},
        {"gift_cards": "0000-0000-0000-0000"},
        {"gift_cards": " ".join(["0000-0000-0000-0000"] * 6)},
        {"method": ""},
    ],
)
def test_what_does_not_add_up_is_said_at_its_field(clerk, mug, changes):
    page = clerk.sell(sale_of(clerk.scan(MUG)), **changes)

    assert page.status_code == 400
    assert "errorlist" in page.content.decode()
    assert not Order.objects.exists()


def test_the_customers_page_shows_credit_and_points(clerk, ana):
    give_credit(ana, 450)
    give_credit(ana, 120, kind="points")

    page = text_of(clerk.get("customer", ana.pk))

    assert "Store credit €4.50" in page
    assert "Points 120" in page
