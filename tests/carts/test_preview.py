"""The preview in the back office: this cart, this customer, this moment."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from carts.models import Cart
from tests.client import signed_in
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_german_taxes, make_offer, make_voucher, put_into_segment

PAGE = "admin:carts_promotion_preview"
TEN_PERCENT = {"kind": "percent", "basis_points": 1000}


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


def previewed(office, lines="MUG 3", **parameters):
    page = office.get(reverse(PAGE), {"lines": lines, "channel": "web", **parameters})
    assert page.status_code == 200
    return page.context, page.content.decode()


def test_shows_what_a_hypothetical_cart_would_cost_and_writes_nothing(office, ana, mug, lamp):
    make_german_taxes()
    make_offer(TEN_PERCENT, {"kind": "segment", "segments": ["trade"]}, name={"en": "Trade"})
    make_voucher(reward={"kind": "buy_and_get", "buy": 2, "get": 1})
    put_into_segment(ana, "trade")

    context, page = previewed(office, "MUG 3\nLAMP\nNOTHING 2", customer=ana.pk, codes="welcome", country="DE")

    assert context["result"].quote.totals.grand == 8770 - 387 - 490 - 1161
    assert context["result"].unknown == ["NOTHING"]
    assert context["vouchers"] == [("WELCOME", "€11.61")]
    assert "Trade" in page and "19%" in page and not Cart.objects.exists()


def test_says_why_each_promotion_does_not_apply(office, mug):
    make_offer(TEN_PERCENT, {"kind": "minimum_quantity", "quantity": 9}, name={"en": "Nine"})
    make_offer(TEN_PERCENT, {"kind": "first_purchase"}, name={"en": "First"})
    make_offer(TEN_PERCENT, name={"en": "Summer"}, starts_at=datetime(2027, 6, 1, tzinfo=UTC))
    make_offer(TEN_PERCENT, name={"en": "Coded"}, needs_voucher=True)
    make_offer({"kind": "buy_and_get", "buy": 9, "get": 1}, name={"en": "Ten"})

    reasons = {name: (str(word), str(why)) for name, word, why, _amount in previewed(office)[0]["verdicts"]}

    assert reasons == {
        "Nine": ("a condition is not met", "not enough of its goods"),
        "First": ("a condition is not met", "not the first purchase of a known customer"),
        "Summer": ("not valid at this time", ""),
        "Coded": ("needs a voucher", ""),
        "Ten": ("gives no discount here, or another promotion gives more", ""),
    }


def test_applies_the_promotions_of_a_future_moment(office, mug):
    make_offer(TEN_PERCENT, name={"en": "Summer"}, starts_at=datetime(2027, 6, 1, tzinfo=UTC))

    assert previewed(office, moment="2027-06-02 12:00")[0]["result"].quote.totals.discount == 387


def test_only_staff_who_may_see_promotions_may_preview(ana, tess):
    assert signed_in(tess).get(reverse(PAGE)).status_code == 200
    assert signed_in(ana).get(reverse(PAGE)).status_code == 302
