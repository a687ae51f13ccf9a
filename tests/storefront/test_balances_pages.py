"""Gift cards, credit and points in the web shop."""

import re

import pytest
from django.core.cache import cache

from core.data.invariants import find_breaches
from orders.models import Order, Payment
from tests.factories.balances import code_of, give_card, give_credit
from tests.storefront.conftest import ADDRESS, Visit


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


@pytest.fixture
def member(ana, mug, postage):
    """Ana, signed in, with a mug in the cart."""
    visit = Visit(ana)
    visit.add("MUG")
    return visit


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def paid():
    return list(Payment.objects.order_by("pk").values_list("method", "amount", "state"))


def test_what_is_left_to_pay_is_shown_for_either_way_before_the_last_click(member, ana):
    give_credit(ana, 250)
    form = member.checkout_form(gift_cards=code_of(give_card(1000)), use_credit="on", look="balances")

    page = member.post("/checkout/", form)

    assert page.status_code == 200
    assert "Gift card −€10.00 Store credit −€2.50 Left to pay €5.30" in words(page)
    assert "Gift card −€10.00 Store credit −€2.50 Left to pay €0.40" in words(page)
    assert not Order.objects.exists()


def test_a_gift_card_and_a_test_card_pay_together(member):
    placed = member.check_out(gift_cards=code_of(give_card(1000)), kind="ship", **ADDRESS)

    assert placed.status_code == 302
    assert paid() == [("gift_card", 1000, "captured"), ("test", 780, "captured")]
    assert find_breaches() == {}


def test_nothing_more_is_asked_when_a_card_pays_it_all(member):
    placed = member.check_out(gift_cards=code_of(give_card(5000)), pay="")

    assert placed.status_code == 302
    assert paid() == [("gift_card", 1290, "captured")]


def test_a_wrong_code_is_said_at_its_field(member):
    page = member.check_out(gift_cards="0000-0000-0000-0000")

    assert page.status_code == 422
    assert "No gift card has this code" in words(page)
    assert not Order.objects.exists()


def test_a_guest_is_offered_the_gift_card_alone(guest, mug, postage):
    guest.add("MUG")

    page = guest.get("/checkout/").content.decode()

    assert "gift_cards" in page
    assert "use_credit" not in page
    assert "use_points" not in page


def test_the_account_shows_credit_and_points_with_their_history(ana):
    give_credit(ana, 450)
    give_credit(ana, 120, kind="points")

    page = words(Visit(ana).get("/account/"))

    assert "Store credit €4.50" in page
    assert "Points 120" in page
    assert "Loaded €4.50" in page
