"""A capture because goods leave, while somebody cancels the order."""

import pytest
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Refusal
from orders.models import Order, Payment, SandboxCharge
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.shipping import send_parcel
from orders.services.payments import authorisations
from tests.client import Api
from tests.concurrency.racing import race
from tests.storefront.conftest import ADDRESS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(ana, mug, settings):
    settings.CARD_CAPTURE = "fulfilment"
    phone = Api(ana)
    phone.add("MUG")
    phone.check_out(fulfilments=[{"kind": "ship", "address": ADDRESS}])
    return Order.objects.get()


def sender(order, tess):
    parcel, by = order.fulfilments.get().pk, Actor("till", staff_id=tess.pk)

    def send():
        now = timezone.now()
        act = lambda: send_parcel(parcel_id=parcel, tracking="", by=by, now=now)  # noqa: E731
        return authorisations.capturing_first(act, by=by, now=now)

    return send


def canceller(order, ana):
    by = Actor("app", customer_id=ana.pk)
    return lambda: cancel_order(number=order.number, reason="shopper", by=by, now=timezone.now())


def cancelling_meanwhile(order, ana, monkeypatch):
    """Cancel just when the provider has captured the money, before we know."""
    real_capture, came = authorisations.capture, []

    def capture(**arguments):
        outcome = real_capture(**arguments)
        came.extend(race([canceller(order, ana)]))
        return outcome

    monkeypatch.setattr(authorisations, "capture", capture)
    return came


def test_a_parcel_leaves_paid_or_is_cancelled_for_nothing(order, tess, ana):
    results = race([sender(order, tess), canceller(order, ana), sender(order, tess)])

    assert sum(isinstance(result, Refusal) for result in results) == 2
    authorisations.void_unneeded(now=timezone.now())
    state, outcome = Order.objects.get().state, SandboxCharge.objects.get().outcome
    assert (state, outcome) in {("completed", "approved"), ("cancelled", "declined")}
    assert find_breaches() == {}


def test_an_order_is_not_cancelled_during_a_capture(order, tess, ana, monkeypatch):
    came = cancelling_meanwhile(order, ana, monkeypatch)

    sender(order, tess)()

    assert came[0].code == "payment_being_taken"
    assert (Order.objects.get().state, Payment.objects.get().state) == ("completed", "captured")
    assert find_breaches() == {}


def test_without_the_mark_the_money_of_a_cancelled_order_would_be_captured(order, tess, ana, monkeypatch):
    """Negative control: the mark, committed before the provider is called, is what a cancellation checks."""
    monkeypatch.setattr(authorisations, "move_all", lambda lifecycle, ids, to, **changes: ids)
    monkeypatch.setattr(authorisations, "_CAPTURING", authorisations._CAPTURING.replace("'capturing'", "'authorised'"))
    came = cancelling_meanwhile(order, ana, monkeypatch)

    with pytest.raises(Refusal):
        sender(order, tess)()

    assert came == [None]
    assert (Order.objects.get().state, Payment.objects.get().state) == ("cancelled", "voided")
    assert SandboxCharge.objects.get().outcome == "approved"
