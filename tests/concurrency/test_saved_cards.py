"""A saved card that its owner removes on one device while paying with it on another."""

import pytest

from core.data.invariants import find_breaches
from inventory.models import StockLevel
from orders.models import Order, SandboxCharge, SavedCard
from orders.services.payments import cards
from orders.services.settlement import checkout
from tests.client import Api
from tests.concurrency.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture(autouse=True)
def sound_books():
    yield
    assert find_breaches() == {}


@pytest.fixture
def card(ana, mug):
    phone = Api(ana)
    phone.add("MUG")
    phone.check_out(fulfilments=PICKUP, payments=[{"method": "test", "save_card": True}])
    phone.add("MUG")
    return SavedCard.objects.get()


def payer(ana, card):
    phone = Api(ana)
    return lambda: phone.check_out(fulfilments=PICKUP, payments=[{"method": "test", "saved_card": str(card.pk)}])


def remover(ana, card):
    tablet = Api(ana)
    return lambda: tablet.delete(f"me/cards/{card.pk}/")


def removing_meanwhile(ana, card, monkeypatch):
    """Remove the card just when the order is written and the provider is about to be called."""
    ask, came = checkout.ask_providers, []

    def ask_providers(charges):
        came.extend(answer.status_code for answer in race([remover(ana, card)]))
        return ask(charges)

    monkeypatch.setattr(checkout, "ask_providers", ask_providers)
    return came


def reserved():
    return sum(StockLevel.objects.values_list("reserved", flat=True))


def test_the_order_is_paid_or_nothing_happened(ana, card):
    answers = race([payer(ana, card), remover(ana, card)])

    paid, removed = answers
    assert (paid.status_code, removed.status_code) in {(201, 204), (404, 204), (409, 204)}
    is_paid = paid.status_code == 201
    assert SandboxCharge.objects.filter(outcome="approved").count() == (2 if is_paid else 1)
    assert len(Api(ana).get("cart/").json()["lines"]) == (0 if is_paid else 1)
    assert reserved() == (2 if is_paid else 1)


def test_a_card_removed_before_the_provider_is_called_pays_nothing(ana, card, monkeypatch):
    came = removing_meanwhile(ana, card, monkeypatch)

    answer = payer(ana, card)()

    assert came == [204]
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_declined")
    assert list(SandboxCharge.objects.order_by("charged_at").values_list("outcome", flat=True)) == [
        "approved",
        "declined",
    ]
    assert [order.state for order in Order.objects.order_by("id")] == ["placed", "failed"]
    assert [line["sku"] for line in Api(ana).get("cart/").json()["lines"]] == ["MUG"]
    assert reserved() == 1


def test_without_detaching_it_at_once_a_removed_card_would_pay(ana, card, monkeypatch):
    """Negative control: removing it here alone comes too late for a request that has read the card already."""
    monkeypatch.setattr(cards, "detach_card", lambda **asked: False)
    came = removing_meanwhile(ana, card, monkeypatch)

    answer = payer(ana, card)()

    assert came == [204]
    assert answer.status_code == 201
    assert SandboxCharge.objects.filter(outcome="approved").count() == 2
