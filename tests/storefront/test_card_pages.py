"""Saved cards in the web shop, without scripts: saving one, paying by it, striking it out."""

import re

import pytest
from django.utils import timezone

from orders.models import Order, PaymentAttempt, SavedCard
from tests.checkout.test_stripe_api import stripe
from tests.factories.orders import make_order
from tests.pages import Inline
from tests.storefront.conftest import Visit

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member(ana, mug, postage):
    """Ana, signed in, with a mug in the cart."""
    visit = Visit(ana)
    visit.add("MUG")
    return visit


@pytest.fixture
def card(member):
    """A card that she has saved with an order."""
    member.check_out(save_card="on")
    return SavedCard.objects.get()


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_card_is_saved_at_the_checkout_and_offered_first_the_next_time(member, card):
    member.add("MUG")

    page = member.get("/checkout/")

    shown = page.content.decode()
    assert f'value="saved-{card.pk}" checked' in shown
    assert f"Test card •••• 4242 good until 12/{card.exp_year}" in words(page)
    assert card.provider_ref not in shown
    assert card.provider_customer not in shown
    assert Inline(shown).found == []
    assert member.check_out(pay=f"saved-{card.pk}").status_code == 302
    assert Order.objects.filter(state="placed").count() == 2
    assert PaymentAttempt.objects.latest("id").payment_method == card.provider_ref


def test_nothing_is_saved_unasked(member):
    member.check_out()

    assert not SavedCard.objects.exists()


def test_a_guest_is_not_asked_and_saves_nothing(db, mug, high_street):
    guest = Visit()
    guest.add("MUG")

    assert "Save this card" not in words(guest.get("/checkout/"))
    assert guest.check_out(save_card="on").status_code == 302
    assert not SavedCard.objects.exists()


def test_one_that_has_expired_is_listed_and_not_offered(member, card):
    SavedCard.objects.update(exp_year=timezone.now().year - 1)
    member.add("MUG")

    assert f"saved-{card.pk}" not in member.get("/checkout/").content.decode()
    assert member.check_out(pay=f"saved-{card.pk}").status_code == 422
    assert "has expired" in words(member.get("/account/cards/"))


def test_a_card_of_a_provider_that_is_off_is_not_offered(member, card, settings):
    settings.ENABLE_TEST_PROVIDER = False
    member.add("MUG")

    assert f"saved-{card.pk}" not in member.get("/checkout/").content.decode()


@pytest.mark.parametrize("choice", ["saved-{}", "saved-0", "saved-", "saved-99999999999999999999", "saved-1x"])
def test_somebody_elses_card_is_no_way_to_pay(card, ben, mug, choice):
    other = Visit(ben)
    other.add("MUG")

    assert other.check_out(pay=choice.format(card.pk)).status_code == 422


def test_what_is_due_is_paid_by_a_saved_card(member, card, ana, mug, high_street):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana, paid="pay_in_store")
    page = member.get(f"/orders/{order.number}/pay/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    assert f'value="saved-{card.pk}" checked' in page

    paid = member.post(f"/orders/{order.number}/pay/", {"key": key, "pay": f"saved-{card.pk}", "order": "yes"})

    assert paid.status_code == 302
    assert order.payments.get().state == "captured"


def test_a_card_is_struck_out_after_one_more_question(member, card):
    assert "4242" in words(member.get("/account/cards/"))
    address = f"/account/cards/{card.pk}/remove/"

    assert "Test card •••• 4242" in words(member.get(address))
    assert SavedCard.objects.get().removed_at is None
    assert member.post(address)["Location"] == "/account/cards/"

    assert SavedCard.objects.get().detached_at
    assert "None yet." in words(member.get("/account/cards/"))
    assert member.get(address).status_code == member.post(address).status_code == 404


def test_nobody_elses(card, ben):
    other = Visit(ben)
    for address in (f"/account/cards/{card.pk}/remove/", "/account/cards/99999999999999999999/remove/"):
        assert other.get(address).status_code == other.post(address).status_code == 404
    assert "4242" not in words(other.get("/account/cards/"))
    assert Visit().get("/account/cards/").status_code == 302
    assert SavedCard.objects.get().removed_at is None
    assert other.get("/account/cards/")["Cache-Control"] == "private, no-store"


def test_a_stripe_card_is_saved_and_used_on_the_page(stripe, member):
    member.check_out(pay="card", card_token="pm_card_visa", save_card="on")
    card = SavedCard.objects.get()
    member.add("MUG")
    assert "Visa •••• 4242" in words(member.get("/checkout/"))

    assert member.check_out(pay=f"saved-{card.pk}").status_code == 302

    assert list(stripe.intents.values())[1]["payment_method"] == card.provider_ref
