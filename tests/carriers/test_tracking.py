"""What carriers say of parcels: in any order, twice, late; and what follows from it, once."""

import hashlib
import hmac
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.data.invariants import find_breaches
from core.errors import NotFound
from core.models import JournalEntry
from orders.carriers.base import TrackingUpdate
from orders.models import Return, Shipment, TrackingEvent
from orders.rules.lifecycle import SHIPMENT, TRACKED_STATES
from orders.rules.tracking import dated, is_news
from orders.services.fulfilment import carriers as gateway
from orders.services.fulfilment.labels import make_label
from orders.services.fulfilment.shipping import note_delivery, send_parcel
from orders.services.settlement.tracking import (
    NotLost,
    apply_tracking_events,
    look_for_parcels,
    record_tracking,
    resolve_lost,
)
from tests.easypost_fake.server import SECRET

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def labelled(easypost, parcel, by_easypost, pia):
    return make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now())


@pytest.fixture
def sent(labelled, parcel, pia):
    send_parcel(parcel_id=parcel.pk, tracking="", by=pia, now=NOON - timedelta(days=1))
    return labelled


def tell(body, signature):
    return Client().post(
        "/api/v1/webhooks/carriers/easypost/", body, content_type="application/json",
        headers={"X-Hmac-Signature": signature},
    )  # fmt: skip


def state(shipment, parcel):
    shipment.refresh_from_db(fields=["state"])
    parcel.refresh_from_db()
    return shipment.state, parcel.state


def count(kind):
    return JournalEntry.objects.filter(kind=kind).count()


def at(hours):
    return NOON + timedelta(hours=hours)


def test_a_delivered_parcel_is_delivered_and_its_buyer_told_once(easypost, sent, parcel):
    told = easypost.event(sent.carrier_ref, "delivered", at(0))

    answers = [tell(*told), tell(*told), tell(*easypost.event(sent.carrier_ref, "delivered", at(1)))]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert state(sent, parcel) == ("delivered", "delivered")
    assert parcel.finished_at == at(0)  # From then on the goods may be returned.
    assert count("parcel.delivered") == 1
    assert TrackingEvent.objects.count() == 2
    assert TrackingEvent.objects.first().raw["status"] == "delivered"
    assert find_breaches() == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_updates_in_any_order_end_in_one_state(easypost, sent, parcel, order):
    told = [
        easypost.event(sent.carrier_ref, status, at(hours))
        for hours, status in enumerate(["in_transit", "out_for_delivery", "failure", "delivered"])
    ]

    for place in order:
        tell(*told[place])

    assert state(sent, parcel) == ("delivered", "delivered")
    assert parcel.finished_at == at(3)


def test_an_older_update_moves_nothing_and_is_kept(easypost, sent, parcel):
    tell(*easypost.event(sent.carrier_ref, "out_for_delivery", at(5)))
    tell(*easypost.event(sent.carrier_ref, "in_transit", at(1)))

    assert state(sent, parcel) == ("out_for_delivery", "shipped")
    assert set(TrackingEvent.objects.values_list("outcome", "shipment")) == {("done", sent.pk)}


def test_a_clock_that_is_ahead_does_not_hide_what_follows(easypost, sent, parcel):
    now = timezone.now()
    tell(*easypost.event(sent.carrier_ref, "in_transit", now + timedelta(days=400)))
    tell(*easypost.event(sent.carrier_ref, "out_for_delivery", timezone.now() + timedelta(seconds=60)))

    assert state(sent, parcel) == ("out_for_delivery", "shipped")


def test_an_update_before_the_parcel_is_known_waits(easypost, parcel, by_easypost, pia):
    easypost.faults = [None, "after"]
    shipment = make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now())
    [ref] = easypost.shipments

    early = tell(*easypost.event(ref, "in_transit", at(0)))
    make_label(parcel_id=parcel.pk, service_id=by_easypost.pk, by=pia, now=timezone.now())
    settled = apply_tracking_events(now=timezone.now() + timedelta(minutes=1))

    assert (early.status_code, settled) == (202, 1)
    assert state(shipment, parcel) == ("in_transit", "picking")


def test_an_update_about_no_parcel_of_ours_is_given_up(easypost):
    assert tell(*easypost.event("shp_of_others", "delivered", at(0))).status_code == 202

    apply_tracking_events(now=timezone.now() + timedelta(hours=2))

    assert TrackingEvent.objects.get().outcome == "unknown"


def test_a_parcel_that_was_delivered_before_staff_sent_it_is_delivered_then(easypost, labelled, parcel, pia):
    tell(*easypost.event(labelled.carrier_ref, "delivered", at(0)))
    assert state(labelled, parcel) == ("delivered", "picking")

    send_parcel(parcel_id=parcel.pk, tracking="", by=pia, now=timezone.now())

    assert state(labelled, parcel) == ("delivered", "delivered")
    assert find_breaches() == {}


def test_what_staff_have_delivered_is_delivered_once(easypost, sent, parcel, pia):
    note_delivery(parcel_id=parcel.pk, by=pia, now=timezone.now())
    tell(*easypost.event(sent.carrier_ref, "delivered", at(0)))

    assert state(sent, parcel) == ("delivered", "delivered")
    assert count("parcel.delivered") == 1


def test_a_parcel_back_to_the_sender_becomes_a_return_that_is_expected_there(easypost, sent, parcel, warehouse):
    told = easypost.event(sent.carrier_ref, "return_to_sender", at(0))
    tell(*told)
    tell(*told)

    goods = Return.objects.get()
    line = goods.lines.get()
    assert state(sent, parcel) == ("sent_back", "shipped")
    assert (goods.state, goods.location, goods.method) == ("approved", warehouse, "ship")
    assert goods.due_at > timezone.now()
    assert (line.quantity, line.reason, goods.amount) == (2, "returned_to_sender", 2580)
    assert count("parcel.sent_back") == 1
    assert find_breaches() == {}


def test_a_parcel_that_never_left_is_not_expected_back(easypost, labelled, parcel):
    tell(*easypost.event(labelled.carrier_ref, "return_to_sender", at(0)))

    assert Return.objects.count() == 0
    assert state(labelled, parcel) == ("sent_back", "picking")


def test_a_lost_parcel_waits_for_somebody_to_deal_with_it(easypost, sent, parcel, pia):
    with pytest.raises(NotLost):
        resolve_lost(shipment_id=sent.pk, resolution="refunded", note="", by=pia)
    tell(*easypost.event(sent.carrier_ref, "failure", at(0), detail="lost"))

    resolve_lost(shipment_id=sent.pk, resolution="refunded", note="As a reduction of the price", by=pia)

    sent.refresh_from_db()
    assert (sent.state, sent.resolution, count("parcel.lost")) == ("lost", "refunded", 1)
    with pytest.raises(NotLost):
        resolve_lost(shipment_id=sent.pk, resolution="found", note="", by=pia)
    with pytest.raises(NotFound):
        resolve_lost(shipment_id=0, resolution="found", note="", by=pia)


def test_a_lost_parcel_may_be_found(easypost, sent, parcel):
    tell(*easypost.event(sent.carrier_ref, "failure", at(0), detail="lost"))
    tell(*easypost.event(sent.carrier_ref, "delivered", at(9)))

    assert state(sent, parcel) == ("delivered", "delivered")


@pytest.mark.parametrize("secret", ["another", ""])
def test_a_forged_update_is_refused_and_not_kept(easypost, sent, secret):
    answer = tell(*easypost.event(sent.carrier_ref, "delivered", at(0), secret=secret))

    assert answer.status_code == 400
    assert TrackingEvent.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "evt", "result": []}', b"\xff"])
def test_a_signed_update_that_is_none_is_refused(easypost, body):
    mark = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    assert tell(body, f"hmac-sha256-hex={mark}").status_code == 400


def test_nobody_takes_updates_of_a_carrier_that_does_not_exist(easypost):
    assert Client().post("/api/v1/webhooks/carriers/pigeon/", b"{}", content_type="application/json").status_code == 404


def test_without_a_secret_no_update_is_believed(easypost, settings, sent):
    settings.EASYPOST_WEBHOOK_SECRET = ""

    assert tell(*easypost.event(sent.carrier_ref, "delivered", at(0), secret="")).status_code == 400


def test_a_carrier_that_tells_nothing_is_asked(easypost, sent, parcel, monkeypatch):
    monkeypatch.setattr(gateway.all_carriers()["easypost"], "sends_updates", False)
    easypost.event(sent.carrier_ref, "delivered", at(0))  # The carrier knows, and nobody was told.

    found = look_for_parcels(now=timezone.now())
    again = look_for_parcels(now=timezone.now())

    assert (found, again) == (1, 0)
    assert state(sent, parcel) == ("delivered", "delivered")


def test_carriers_that_tell_are_not_asked(easypost, sent):
    easypost.calls.clear()

    assert look_for_parcels(now=timezone.now()) == 0
    assert easypost.calls == []


def test_updates_that_say_nothing_new_are_kept(easypost, sent, parcel):
    update = TrackingUpdate("", sent.carrier_ref, "", at(0), {"status": "pre_transit"})

    assert record_tracking(carrier="easypost", update=update, now=timezone.now())
    assert state(sent, parcel) == ("ready", "shipped")
    assert Shipment.objects.get().tracked_at is None


@pytest.mark.parametrize("told", TRACKED_STATES)
@pytest.mark.parametrize("present", SHIPMENT.states)
def test_nothing_follows_the_end_and_no_state_follows_itself(present, told):
    news = is_news(present, at(0), told=told, happened_at=at(1))

    assert news == (told in SHIPMENT.pairs.get(present, ()))
    if present in ("asked", "failed", "cancelled", "delivered", "sent_back", told):
        assert not news


def test_of_one_moment_the_later_state_counts_whichever_came_first():
    assert is_news("in_transit", at(0), told="out_for_delivery", happened_at=at(0))
    assert not is_news("out_for_delivery", at(0), told="in_transit", happened_at=at(0))


def test_moments_in_the_future_count_as_now():
    assert dated(at(1), received_at=at(0)) == at(0)
    assert dated(at(0), received_at=at(1)) == at(0)
