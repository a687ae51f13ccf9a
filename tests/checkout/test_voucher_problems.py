"""What checkout would refuse about a voucher, and why it has no effect: the cart says it first."""

import pytest
from django.urls import reverse

from carts.models import CartVoucher, Voucher, VoucherBudget
from carts.services.vouchers import set_budget
from orders.models import Order
from tests.client import Api, signed_in
from tests.factories.inventory import make_category
from tests.factories.pricing import make_offer, make_voucher

PICKUP = [{"kind": "pickup", "store": "high-street"}]
TEN_PERCENT = {"kind": "percent", "basis_points": 1000}


def filled(person, quantity=1):
    phone = Api(person)
    phone.add("MUG", quantity)
    return phone


def redeem(phone, code="WELCOME"):
    return phone.post("cart/vouchers/", {"code": code})


def coded(*conditions, code="WELCOME"):
    return make_voucher(
        code, promotion=make_offer(TEN_PERCENT, *conditions, needs_voucher=True, **_currency(conditions))
    )


def _currency(conditions):
    return {"currency": "EUR"} if any("amount" in condition for condition in conditions) else {}


def test_a_budget_below_the_discount_is_told_in_the_cart_which_shows_the_price_without_it(ana, mug):
    set_budget(promotion_id=make_voucher().promotion_id, amount=200)
    phone = filled(ana)
    assert redeem(phone).json()["vouchers"][0]["problem"] is None

    cart = phone.add("MUG")
    refused = phone.check_out(cart, fulfilments=PICKUP)

    (voucher,) = cart["vouchers"]
    assert (voucher["problem"], voucher["amount"]["amount"]) == ("budget", "0.00")
    assert "less than its discount" in voucher["detail"]
    assert cart["totals"]["grand"]["amount"] == "25.80"
    assert (refused.status_code, refused.json()["reason"]) == (409, "budget")
    assert not Order.objects.exists() and VoucherBudget.objects.get().spent == 0
    phone.delete("cart/vouchers/welcome/")
    assert phone.check_out(phone.get("cart/").json(), fulfilments=PICKUP).status_code == 201


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"kind": "minimum_value", "amount": 2000}, "do not reach the value"),
        ({"kind": "minimum_quantity", "quantity": 2}, "too few"),
        ({"kind": "segment", "segments": ["trade"]}, "other customers"),
    ],
)
def test_a_condition_that_is_not_met_is_told_and_the_order_costs_what_the_cart_shows(ana, mug, condition, words):
    coded(condition)
    phone = filled(ana)

    cart = redeem(phone).json()

    (voucher,) = cart["vouchers"]
    assert voucher["problem"] == condition["kind"] and words in voucher["detail"]
    order = phone.check_out(cart, fulfilments=PICKUP)
    assert order.status_code == 201 and order.json()["totals"]["grand"]["amount"] == "12.90"


def test_a_minimum_that_is_reached_again_is_no_problem_any_more(ana, mug):
    coded({"kind": "minimum_value", "amount": 2000})
    phone = filled(ana)
    redeem(phone)

    cart = phone.add("MUG")

    assert cart["vouchers"] == [
        {"code": "WELCOME", "amount": {"amount": "2.58", "currency": "EUR"}, "problem": None, "detail": ""}
    ]


def test_a_voucher_for_the_first_purchase_says_so_after_a_purchase(ana, mug):
    coded({"kind": "first_purchase"})
    first, second = filled(ana), filled(ana)
    assert first.check_out(first.get("cart/").json(), fulfilments=PICKUP).status_code == 201
    second.add("MUG")

    (voucher,) = redeem(second).json()["vouchers"]

    assert (voucher["problem"], voucher["amount"]["amount"]) == ("first_purchase", "0.00")
    assert "first purchase" in voucher["detail"]


def test_a_second_code_of_one_promotion_takes_no_place(ana, mug):
    first = make_voucher()
    make_voucher("SECOND", promotion=first.promotion)
    phone = filled(ana)
    redeem(phone)

    refused, again = redeem(phone, "SECOND"), redeem(phone)

    assert (refused.status_code, refused.json()["reason"]) == (409, "same_promotion")
    assert "Only one counts" in refused.json()["detail"]
    assert again.status_code == 201
    assert [voucher["code"] for voucher in phone.get("cart/").json()["vouchers"]] == ["WELCOME"]


def test_a_sixth_code_is_refused_by_its_true_reason(ana, mug):
    phone = filled(ana)
    for number in range(5):
        make_voucher(f"CODE-{number}")
        assert redeem(phone, f"CODE-{number}").status_code == 201
    make_voucher("SIXTH")

    refused = redeem(phone, "SIXTH")

    assert (refused.status_code, refused.json()["reason"]) == (409, "too_many")
    assert CartVoucher.objects.count() == 5 and Voucher.objects.get(code="SIXTH").uses == 0


def test_the_cart_page_shows_the_reason(ana, mug, client):
    coded({"kind": "minimum_value", "amount": 2000})
    redeem(filled(ana))

    page = signed_in(ana, client).get(reverse("cart")).content.decode()

    assert "do not reach the value" in page


@pytest.mark.parametrize(
    ("reward", "currency", "problem"),
    [
        ({"kind": "amount", "amount": 500}, "USD", "other_currency"),
        ({"kind": "percent", "basis_points": 1000, "goods": {"categories": ["garden"]}}, "", "nothing"),
        ({"kind": "free_shipping"}, "", None),
    ],
    ids=["another currency", "other goods", "shipping is not chosen yet"],
)
def test_a_voucher_without_an_effect_says_why(ana, mug, reward, currency, problem):
    make_category("garden")
    make_voucher(promotion=make_offer(reward, needs_voucher=True, currency=currency))
    phone = filled(ana)

    cart = redeem(phone).json()

    (voucher,) = cart["vouchers"]
    assert (voucher["problem"], bool(voucher["detail"])) == (problem, problem is not None)
    order = phone.check_out(cart, fulfilments=PICKUP)
    assert order.json()["totals"]["grand"] == cart["totals"]["grand"]
