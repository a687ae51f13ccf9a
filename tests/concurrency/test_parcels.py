"""One parcel, and a carrier, packers and a canceller who act on it at the same moment."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.data.invariants import find_breaches
from core.errors import Refusal
from core.models import JournalEntry
from orders.carriers.base import TrackingUpdate
from orders.carriers.easypost import carrier as adapter
from orders.models import Return, Shipment, TrackingEvent
from orders.models.orders import OrderQuerySet
from orders.services.fulfilment import labels
from orders.services.fulfilment.labels import cancel_label, make_label
from orders.services.fulfilment.shipping import note_delivery, send_parcel
from orders.services.settlement import tracking
from orders.services.settlement.tracking import record_tracking
from tests.concurrency.racing import Meeting, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sound_books(request):
    yield
    if "without" not in request.node.name:
        assert find_breaches() == {}


@pytest.fixture
def label(easypost, parcel, by_easypost, pia):
    return make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now())


@pytest.fixture
def sent(label, parcel, pia):
    send_parcel(parcel_id=parcel.pk, tracking="", by=pia, now=timezone.now() - timedelta(days=1))
    return label


def teller(shipment, state, number):
    now = timezone.now()
    update = TrackingUpdate(number, shipment.carrier_ref, state, now, {})
    return lambda: record_tracking(carrier="easypost", update=update, now=now)


def told(kind):
    return JournalEntry.objects.filter(kind=kind).count()


def test_packers_who_press_at_once_get_one_label(easypost, parcel, by_easypost, pia):
    def press():
        return make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now()).pk

    results = race([press] * 4)

    assert len(set(results)) == 1
    assert Shipment.objects.get().state == "ready"
    assert (len(easypost.shipments), easypost.bought) == (1, 1)


def test_without_the_claim_they_would_get_several(easypost, parcel, by_easypost, pia, monkeypatch):
    """Negative control: all find nothing under the reference, and each makes a label of its own."""
    monkeypatch.setattr(labels, "_CLAIM", "UPDATE orders_shipment SET claimed_until = NULL WHERE id = %(id)s")
    monkeypatch.setattr(adapter, "_find", Meeting(4).after(adapter._find))

    race([lambda: make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now())] * 4)

    assert (len(easypost.shipments), easypost.bought) == (4, 4)


def test_without_the_lock_only_the_database_would_keep_it_to_one(
    easypost, parcel, by_easypost, pia, monkeypatch
):  # fmt: skip
    """Negative control: without the order's lock, the packers that come second get an internal error."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(labels, "live_shipment", Meeting(4).after(labels.live_shipment))

    results = race([lambda: make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now())] * 4)

    assert sum(isinstance(result, Exception) for result in results) == 3
    assert Shipment.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_parcel_is_delivered_once_by_its_carrier_and_by_staff(sent, parcel, pia, attempt):
    tellers = [teller(sent, "delivered", f"evt_{number}") for number in range(3)]

    *_, staff = race([*tellers, lambda: note_delivery(parcel_id=parcel.pk, by=pia, now=timezone.now())])

    parcel.refresh_from_db()
    sent.refresh_from_db()
    assert (parcel.state, sent.state) == ("delivered", "delivered")
    assert told("parcel.delivered") == 1
    assert staff is None or isinstance(staff, Refusal)
    assert set(TrackingEvent.objects.values_list("outcome", flat=True)) == {"done"}


def test_one_update_told_four_times_at_once_is_kept_and_applied_once(sent):
    results = race([teller(sent, "sent_back", "evt_1")] * 4)

    assert results == [True] * 4
    assert TrackingEvent.objects.count() == 1
    assert (Return.objects.count(), told("parcel.sent_back")) == (1, 1)


def test_without_the_lock_a_parcel_would_come_back_twice(sent, monkeypatch):
    """Negative control: both updates see a parcel that is on its way, and only the state's own check stops one."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(tracking, "is_news", Meeting(2).after(tracking.is_news))

    results = race([teller(sent, "sent_back", "evt_1"), teller(sent, "sent_back", "evt_2")])

    assert sum(isinstance(result, Exception) for result in results) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_label_is_cancelled_or_its_parcel_is_on_its_way(label, parcel, pia, easypost, attempt):
    cancelled, seen = race(
        [
            lambda: cancel_label(parcel_id=parcel.pk, by=pia, now=timezone.now()).state,
            teller(label, "in_transit", "evt_1"),
        ]
    )

    label.refresh_from_db()
    assert seen is True
    assert label.state == ("cancelled" if cancelled == "cancelled" else "in_transit")
    assert connection.in_atomic_block is False
