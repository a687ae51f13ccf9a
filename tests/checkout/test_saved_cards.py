"""Saved cards: saved with a payment, charged again, removed; by Stripe's API over HTTP and by the test provider."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.data.invariants import find_breaches
from core.models import JournalEntry
from orders.models import Order, PaymentAttempt, SandboxCharge, SavedCard
from orders.services.payments.cards import detach_removed
from orders.services.settlement.payments import settle_open_payments
from tests.checkout.test_stripe_api import notify, pay, phone, stripe
from tests.client import Api
from tests.factories.orders import make_order

__all__ = ["phone", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)

SAVING = {"method": "card", "payment_method": "pm_card_visa", "save_card": True}


@pytest.fixture
def app(ana, mug):
    """Ana's app, where the test provider takes cards."""
    app = Api(ana)
    app.add("MUG")
    return app


def check_out(api, **payment):
    return api.check_out(
        fulfilments=[{"kind": "pickup", "store": "high-street"}], payments=[{"method": "test"} | payment]
    )


def again(api, **payment):
    api.add("MUG")
    return check_out(api, **payment)


def kinds():
    return list(JournalEntry.objects.filter(kind__startswith="card.").order_by("id").values_list("kind", flat=True))


class TestByStripe:
    def test_a_card_is_saved_with_a_payment_and_pays_the_next(self, stripe, phone):
        assert check_out(phone, **SAVING).status_code == 201
        [first] = stripe.intents.values()
        assert (first["setup_future_usage"], first["customer"]) == ("on_session", *stripe.customers)
        [card] = phone.get("me/cards/").json()["results"]
        assert (card["brand"], card["last4"], card["exp_month"], card["has_expired"]) == ("visa", "4242", 8, False)

        assert again(phone, method="card", saved_card=card["id"]).status_code == 201

        second = list(stripe.intents.values())[1]
        saved = SavedCard.objects.get()
        assert (second["payment_method"], second["customer"]) == (saved.provider_ref, saved.provider_customer)
        assert second["setup_future_usage"] is None
        assert kinds() == ["card.saved"]
        assert find_breaches() == {}

    @pytest.mark.parametrize("capture", ["manual", "fulfilment"])
    def test_it_is_saved_however_the_money_is_captured(self, stripe, phone, settings, capture):
        if capture == "manual":
            settings.STRIPE_CAPTURE = "manual"
        else:
            settings.CARD_CAPTURE = "fulfilment"

        assert check_out(phone, **SAVING).status_code == 201

        assert SavedCard.objects.get().last4 == "4242"
        assert find_breaches() == {}

    def test_the_second_card_belongs_to_the_same_customer(self, stripe, phone):
        check_out(phone, **SAVING)
        again(phone, **SAVING)

        assert len(stripe.customers) == 1
        assert SavedCard.objects.count() == 2

    def test_it_is_saved_once_however_often_the_confirmation_is_reported(self, stripe, phone):
        check_out(phone, **SAVING | {"payment_method": "pm_card_authentication_required"})
        assert not SavedCard.objects.exists()
        [intent] = stripe.intents.values()
        stripe.confirm(intent["id"])

        for number in ("evt_1", "evt_1", "evt_2"):
            notify(*stripe.webhook_event("payment_intent.succeeded", intent, number=number))

        assert Order.objects.get().state == "placed"
        assert SavedCard.objects.count() == 1
        assert kinds() == ["card.saved"]

    def test_it_is_saved_when_the_answer_was_lost(self, stripe, phone):
        stripe.faults = [None, "silent"]  # The customer is created; the charge gets no answer.
        assert check_out(phone, **SAVING).status_code == 202

        settle_open_payments(now=timezone.now() + timedelta(minutes=2))

        assert Order.objects.get().state == "placed"
        assert SavedCard.objects.count() == 1

    def test_without_a_customer_at_stripe_nothing_is_charged(self, stripe, phone):
        stripe.faults = ["401"]

        assert check_out(phone, **SAVING).json()["code"] == "payment_declined"
        assert not stripe.intents

    def test_a_declined_card_is_not_saved(self, stripe, phone):
        assert check_out(phone, **SAVING | {"payment_method": "pm_card_declined"}).status_code == 409
        assert not SavedCard.objects.exists()

    def test_without_saving_no_customer_is_created_at_stripe(self, stripe, phone):
        pay(phone)

        assert not stripe.customers
        assert not SavedCard.objects.exists()

    def test_a_removed_card_is_detached_even_if_stripe_is_down_at_first(self, stripe, phone):
        check_out(phone, **SAVING)
        card = SavedCard.objects.get()
        stripe.faults = ["500"]

        assert phone.delete(f"me/cards/{card.pk}/").status_code == 204
        assert phone.get("me/cards/").json() == {"results": []}
        assert stripe.cards[card.provider_ref]["customer"]
        assert detach_removed(now=timezone.now() + timedelta(minutes=1)) == 1

        assert stripe.cards[card.provider_ref]["customer"] is None
        assert detach_removed(now=timezone.now()) == 0
        assert kinds() == ["card.saved", "card.removed"]
        assert phone.delete(f"me/cards/{card.pk}/").status_code == 404
        assert again(phone, method="card", saved_card=str(card.pk)).status_code == 404
        notify(*stripe.webhook_event("payment_intent.succeeded", next(iter(stripe.intents.values()))))
        assert phone.get("me/cards/").json() == {"results": []}

    def test_a_card_that_stripe_has_detached_already_counts_as_detached(self, stripe, phone):
        check_out(phone, **SAVING)
        card = SavedCard.objects.get()
        stripe.cards[card.provider_ref]["customer"] = None

        phone.delete(f"me/cards/{card.pk}/")

        assert SavedCard.objects.get().detached_at

    def test_a_removed_card_that_is_not_detached_for_a_day_is_a_violation(self, stripe, phone):
        check_out(phone, **SAVING)
        long_ago = timezone.now() - timedelta(days=2)
        SavedCard.objects.update(created_at=long_ago, removed_at=long_ago)

        assert list(find_breaches()) == ["what its owner has struck out is let go of by the provider within a day"]


class TestByTheTestProvider:
    def test_a_card_is_saved_and_pays_the_next_order(self, app):
        assert check_out(app, save_card=True).status_code == 201
        [card] = app.get("me/cards/").json()["results"]
        assert (card["provider"], card["brand"], card["last4"]) == ("test", "Test card", "4242")

        assert again(app, saved_card=card["id"]).status_code == 201

        assert SandboxCharge.objects.filter(outcome="approved").count() == 2
        assert find_breaches() == {}

    def test_it_is_saved_when_the_shopper_has_confirmed(self, app):
        waiting = check_out(app, save_card=True, payment_method="needs_action")
        action = waiting.json()["next_action"]
        app.post(action["url"].removeprefix("/api/v1/"))
        app.post(action["then"].removeprefix("/api/v1/"))

        assert SavedCard.objects.count() == 1

    def test_a_balance_payment_charges_it_and_saves_it(self, app, ana, mug, high_street):
        orders = [make_order((mug, 1, 1290), store=high_street, customer=ana, paid="pay_in_store") for _time in "12"]

        def pay_due(order, **payment):
            return app.post(f"orders/{order.number}/payments/", {"payments": [{"method": "test"} | payment]})

        assert pay_due(orders[0], save_card=True).status_code == 201
        card = SavedCard.objects.get()
        assert pay_due(orders[1], saved_card=str(card.pk)).status_code == 201
        assert PaymentAttempt.objects.latest("id").payment_method == card.provider_ref

    def test_a_removed_card_is_declined_even_if_its_id_is_known(self, app):
        check_out(app, save_card=True)
        card = SavedCard.objects.get()
        assert app.delete(f"me/cards/{card.pk}/").status_code == 204

        assert again(app, payment_method=card.provider_ref).json()["code"] == "payment_declined"
        assert SavedCard.objects.get().detached_at

    def test_an_expired_card_is_shown_and_pays_nothing(self, app):
        check_out(app, save_card=True)
        SavedCard.objects.update(exp_year=timezone.now().year - 1)

        [card] = app.get("me/cards/").json()["results"]
        assert card["has_expired"]
        assert again(app, saved_card=card["id"]).status_code == 400

    def test_cards_of_a_merged_record_are_the_persons_own(self, app, ana, ben):
        check_out(app, save_card=True)
        ana.merged_into = ben
        ana.save()

        [card] = Api(ben).get("me/cards/").json()["results"]
        assert again(Api(ben), saved_card=card["id"]).status_code == 201
        assert Api(ben).delete(f"me/cards/{card['id']}/").status_code == 204


class TestWhoMayNot:
    @pytest.fixture
    def card(self, app):
        check_out(app, save_card=True)
        return SavedCard.objects.get()

    def test_somebody_else_neither_sees_nor_uses_nor_removes_it(self, card, ben):
        other = Api(ben)

        assert other.get("me/cards/").json() == {"results": []}
        assert again(other, saved_card=str(card.pk)).status_code == 404
        assert check_out(other, payment_method=card.provider_ref).json()["code"] == "payment_declined"
        assert check_out(other, payment_method=card.provider_ref, save_card=True).json()["code"] == "payment_declined"
        assert other.delete(f"me/cards/{card.pk}/").status_code == 404
        assert not SavedCard.objects.filter(removed_at__isnull=False).exists()

    def test_a_guest_can_neither_save_nor_use_a_card(self, card, mug):
        guest = Api()
        guest.add("MUG")

        assert check_out(guest, save_card=True).status_code == 400
        assert check_out(guest, saved_card=str(card.pk)).status_code == 404
        assert guest.get("me/cards/").status_code == 401
        assert guest.delete(f"me/cards/{card.pk}/").status_code == 401

    @pytest.mark.parametrize("hostile", ["0", "-1", "x", "9" * 19, "١", "1 OR 1=1", ""])
    def test_an_invalid_id_is_not_found(self, card, app, hostile):
        assert again(app, saved_card=hostile).status_code in (400, 404)
        assert app.delete(f"me/cards/{hostile or '%20'}/").status_code == 404

    @pytest.mark.parametrize(
        "payment",
        [
            {"method": "credit", "save_card": True}, {"method": "pay_in_store", "saved_card": "1"},
            {"saved_card": "1", "save_card": True}, {"saved_card": "1", "payment_method": "approve"},
        ],
    )  # fmt: skip
    def test_contradictory_input_is_malformed(self, app, payment):
        assert check_out(app, **payment).status_code == 400

    def test_a_card_of_another_provider_is_not_found(self, card, app, stripe):
        assert again(app, method="card", saved_card=str(card.pk)).status_code == 404

    @pytest.mark.parametrize("wrong", [{"last4": "42424"}, {"last4": "42x2"}, {"exp_month": 13}])
    def test_the_table_refuses_anything_else(self, card, wrong):
        with pytest.raises(Exception) as refused, transaction.atomic():
            SavedCard.objects.update(**wrong)
        assert "saved_card" in str(refused.value) or "too long" in str(refused.value)

    def test_one_card_of_a_provider_is_kept_once(self, card, ben):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedCard.objects.create(
                customer=ben, provider="test", provider_ref=card.provider_ref, provider_customer="cus_x", brand="x",
                last4="1111", exp_month=1, exp_year=2030, created_at=timezone.now(),
            )  # fmt: skip
