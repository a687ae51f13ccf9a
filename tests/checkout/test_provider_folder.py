"""A payment provider is found by its folder alone: one that no file of the shop names is put beside the others."""

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from core.actors import THE_SYSTEM
from core.data.invariants import find_breaches
from core.ids import new_id
from core.setup.parts import read_parts
from orders import providers
from orders.models import Order, Payment, PaymentAttempt, ReconciliationBreak, Refund, SavedCard, WebhookEvent
from orders.providers.base import PaymentPage
from orders.rules.checkout import CARD
from orders.services.payments.authorisations import capture_authorised
from orders.services.payments.reconciliation import reconcile
from orders.services.payments.refunding.refunds import ask_refund, settle_refunds
from orders.services.settlement.payments import settle_open_payments
from tests.checkout.test_stripe_api import stripe
from tests.client import Api
from tests.storefront.conftest import Visit

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)

FOLDERS = Path(__file__).parents[1] / "third_provider"
SIGNED = {"Bazaar-Signature": "signed by the bazaar"}


@pytest.fixture
def bazaar(tmp_path, monkeypatch, settings):
    """Lay the folder beside the others, as the settings and the package would find it when the shop starts."""
    shutil.copytree(FOLDERS, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("BAZAAR_KEY", "k-1")
    parts = read_parts(tmp_path)
    for name, value in parts.settings.items():
        setattr(settings, name, value)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], *parts.templates]}]
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, *parts.static]
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path)])
    providers.all_providers.cache_clear()
    yield providers.all_providers()["bazaar"]
    sys.modules.pop("orders.providers.bazaar")
    del providers.bazaar
    providers.all_providers.cache_clear()


@pytest.fixture
def phone(ana, mug):
    phone = Api(ana)
    phone.add("MUG")
    return phone


@pytest.fixture
def browser(mug, high_street):
    """A guest at a browser with a mug in the cart."""
    browser = Visit()
    browser.add("MUG")
    return browser


def pay(phone, wallet="wlt_now"):
    payments = [{"method": "card", "payment_method": wallet}]
    return phone.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}], payments=payments)


def notify(key, *, provider="bazaar", headers=SIGNED):
    body = json.dumps({"number": "ev_1", "key": str(key)})
    return Client().post(f"/api/v1/webhooks/{provider}/", body, content_type="application/json", headers=headers)


def policy(page):
    return page.headers["Content-Security-Policy"]


def test_without_its_folder_nobody_knows_it(phone):
    assert pay(phone).status_code == 400
    assert notify(new_id()).status_code == 404


def test_it_takes_cards_and_is_charged(bazaar, phone):
    assert pay(phone).status_code == 201

    assert Payment.objects.get().provider == "bazaar"
    assert [row["amount"] for row in bazaar.charges.values()] == [1290]
    assert PaymentAttempt.objects.get().provider_ref == "bz_0"
    assert find_breaches() == {}


@pytest.mark.parametrize("wallet", ["4242424242424242", "pm_card_visa", ""])
def test_what_is_no_token_of_its_own_is_refused(bazaar, phone, wallet):
    assert pay(phone, wallet).status_code == 400

    assert bazaar.charges == {}
    assert not Order.objects.exists()


def test_its_setting_switches_it_off(bazaar, phone, settings):
    settings.BAZAAR_KEY = ""

    assert pay(phone).status_code == 400
    assert notify(new_id()).status_code == 404


def test_one_of_two_is_chosen_by_name(bazaar, stripe, phone, settings):
    settings.CARD_PROVIDER = "stripe"
    assert pay(phone, "pm_card_visa").status_code == 201
    phone.add("MUG")
    settings.CARD_PROVIDER = "bazaar"
    assert pay(phone).status_code == 201

    assert list(Payment.objects.order_by("id").values_list("provider", flat=True)) == ["stripe", "bazaar"]


def test_a_saved_card_of_the_one_that_is_not_chosen_is_not_offered(bazaar, stripe, ana, mug, high_street, settings):
    member = Visit(ana)
    settings.CARD_PROVIDER = "stripe"
    member.add("MUG")
    member.check_out(pay="card", card_token="pm_card_visa", save_card="on")
    card = SavedCard.objects.get()
    member.add("MUG")
    assert f"saved-{card.pk}" in member.get("/checkout/").content.decode()
    settings.CARD_PROVIDER = "bazaar"

    assert f"saved-{card.pk}" not in member.get("/checkout/").content.decode()
    assert member.check_out(pay=f"saved-{card.pk}").status_code == 422
    assert bazaar.charges == {}


def test_its_fields_are_shown_and_its_hosts_allowed_on_the_pages_that_show_them_alone(bazaar, browser):
    page = browser.get("/checkout/")

    shown = page.content.decode()
    assert "Bazaar wallet" in shown
    assert '<input name="wallet" data-shop="shop-7">' in shown
    assert "Cards are simulated" not in shown
    assert "script-src 'self' https://js.bazaar.example;" in policy(page)
    assert "img-src 'self' data: https://img.bazaar.example;" in policy(page)
    placed = browser.check_out(pay="card", wallet="wlt_now")
    for address in ("/", "/cart/", placed["Location"]):
        assert "bazaar" not in policy(browser.get(address))


def test_its_static_files_are_collected(bazaar):
    assert finders.find("bazaar/wallet.js")


def test_its_form_pays_and_another_providers_token_does_not(bazaar, browser):
    assert browser.check_out(pay="card", wallet="pm_card_visa").status_code == 422
    assert browser.check_out(pay="card").status_code == 422
    assert browser.check_out(pay="card", wallet="wlt_\0").status_code == 422
    assert browser.check_out(pay="card", wallet=f"wlt_{'x' * 252}").status_code == 422
    assert not Order.objects.exists()

    assert browser.check_out(pay="card", wallet="wlt_now").status_code == 302

    assert Order.objects.get().state == "placed"


class TestPageOfItsOwn:
    """It sends the shopper away, and they come back."""

    @pytest.fixture
    def order_page(self, bazaar, browser):
        return browser.check_out(pay="card", wallet="wlt_away")["Location"]

    def test_the_orders_page_leads_there(self, bazaar, browser, order_page):
        page = browser.get(order_page)

        assert 'href="https://pay.bazaar.example/bz_0"' in page.content.decode()
        assert "https://js.bazaar.example" in policy(page)
        assert Order.objects.get().state == "pending"

    def test_nothing_need_be_typed_before(self, bazaar, browser, monkeypatch):
        monkeypatch.setattr(bazaar, "page", lambda: PaymentPage(CARD, title="Bazaar", hint="You are led there"))

        assert "You are led there" in browser.get("/checkout/").content.decode()
        placed = browser.check_out(pay="card")

        assert "https://pay.bazaar.example/bz_0" in browser.get(placed["Location"]).content.decode()

    @pytest.mark.parametrize(("paid", "state"), [("yes", "placed"), ("no", "failed")])
    def test_whoever_comes_back_is_led_to_what_came_of_it(self, bazaar, browser, order_page, paid, state, settings):
        back = bazaar.charges["bz_0"]["back"]
        assert back.startswith(f"{settings.PUBLIC_URL}/payments/")

        answer = browser.get(f"{back.removeprefix(settings.PUBLIC_URL)}?paid={paid}")

        assert answer["Location"] == (order_page if state == "placed" else "/cart/")
        assert Order.objects.get().state == state
        assert find_breaches() == {}

    def test_coming_back_twice_changes_nothing(self, bazaar, browser, order_page, settings):
        back = bazaar.charges["bz_0"]["back"].removeprefix(settings.PUBLIC_URL)
        browser.get(f"{back}?paid=yes")

        assert browser.get(f"{back}?paid=no")["Location"] == order_page

        assert Order.objects.get().state == "placed"

    def test_a_key_that_nobody_has_is_absent(self, bazaar, browser):
        assert browser.get(f"/payments/{new_id()}/return/").status_code == 404

    def test_the_app_gets_the_address(self, bazaar, phone):
        waiting = pay(phone, "wlt_away")

        action = waiting.json()["next_action"]
        assert (waiting.status_code, action["type"]) == (202, "redirect")
        assert action["url"] == "https://pay.bazaar.example/bz_0"

    def test_one_who_never_comes_back_is_cancelled(self, bazaar, order_page):
        settle_open_payments(now=timezone.now() + timedelta(minutes=20))

        assert bazaar.charges["bz_0"]["outcome"] == "declined"
        assert Order.objects.get().state == "failed"


class TestWebhook:
    def test_a_signed_event_places_the_order(self, bazaar, phone):
        pay(phone, "wlt_away")
        bazaar.charges["bz_0"]["outcome"] = "approved"

        assert notify(PaymentAttempt.objects.get().key).status_code == 200

        assert Order.objects.get().state == "placed"
        assert WebhookEvent.objects.get().provider == "bazaar"

    def test_one_signed_by_somebody_else_is_refused(self, bazaar, phone):
        pay(phone, "wlt_away")

        assert notify(PaymentAttempt.objects.get().key, headers={}).status_code == 400

        assert not WebhookEvent.objects.exists()
        assert Order.objects.get().state == "pending"

    @pytest.mark.parametrize("provider", ["nobody", "base", "test"])
    def test_nobody_else_has_one(self, bazaar, provider):
        assert notify(new_id(), provider=provider).status_code in (400, 404)

        assert not WebhookEvent.objects.exists()


def test_it_is_told_its_own_number_when_it_captures_and_refunds(bazaar, phone, ana, settings):
    settings.CARD_CAPTURE = "fulfilment"
    phone.check_out(
        fulfilments=[{"kind": "pickup", "store": "high-street"}],
        payments=[{"method": "card", "payment_method": "wlt_now"}],
    )
    order = Order.objects.get()
    assert bazaar.charges["bz_0"]["outcome"] == "authorised"

    capture_authorised(number=order.number, by=THE_SYSTEM, now=timezone.now())
    ask_refund(order_id=order.pk, amount=290, reason="test", now=timezone.now())
    assert settle_refunds(now=timezone.now()) == 1

    assert bazaar.charges["bz_0"]["outcome"] == "approved"
    assert [amount for _charge, amount in bazaar.refunds.values()] == [290]
    assert Refund.objects.get().state == "done"


def test_its_records_are_compared_with_ours(bazaar, phone):
    pay(phone)
    assert reconcile(now=timezone.now() + timedelta(minutes=30)) == 0
    bazaar.charges["bz_0"]["amount"] = 1300

    assert reconcile(now=timezone.now() + timedelta(minutes=30)) == 1

    difference = ReconciliationBreak.objects.get()
    assert (difference.provider, difference.ours, difference.theirs) == ("bazaar", 1290, 1300)


def test_its_settings_and_their_check_are_read_with_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BAZAAR_KEY", "example")
    parts = read_parts(FOLDERS, tmp_path / "absent")

    assert parts.settings == {"BAZAAR_KEY": "example"}
    assert parts.find_unsafe({"BAZAAR_KEY": "example"}) == ["BAZAAR_KEY is the example's: set it to your own."]
    assert parts.find_unsafe({"BAZAAR_KEY": "k-1"}) == []
    assert parts.templates == (FOLDERS / "bazaar" / "templates",)
    assert parts.static == (FOLDERS / "bazaar" / "static",)
