"""The pages on which a card is typed into the provider's own fields."""

import pytest

from orders.models import Order
from tests.checkout.test_stripe_api import stripe
from tests.pages import Inline
from tests.storefront.conftest import Visit

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_only_the_checkout_allows_the_providers_script_and_only_with_keys(stripe, ana, mug, settings):
    visit = Visit(ana)
    visit.add("MUG")

    page = visit.get("/checkout/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' https://js.stripe.com;" in policy
    assert "frame-src https://js.stripe.com https://hooks.stripe.com" in policy
    assert 'data-key="pk_test_fake"' in page.content.decode()
    assert Inline(page.content.decode()).found == []
    assert "stripe" not in visit.get("/cart/").headers["Content-Security-Policy"]
    settings.STRIPE_SECRET_KEY = ""
    without = visit.get("/checkout/")
    assert "stripe" not in without.headers["Content-Security-Policy"]
    assert "Cards are simulated" in without.content.decode()


def test_the_checkout_page_pays_by_card_and_the_orders_page_leads_to_the_bank(stripe, ana, mug):
    visit = Visit(ana)
    visit.add("MUG")
    assert visit.check_out(pay="card").status_code == 422

    placed = visit.check_out(pay="card", card_token="pm_card_authentication_required")
    page = visit.get(placed["Location"])

    assert 'data-secret="pi_secret"' in page.content.decode()
    [intent_id] = stripe.intents
    stripe.confirm(intent_id)
    visit.post(f"{placed['Location']}confirm/")
    assert Order.objects.get().state == "placed"
