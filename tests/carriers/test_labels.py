"""Labels of parcels: one for each, whatever the network does; cancelled before the parcel leaves."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.data.invariants import find_breaches
from core.errors import NotFound
from core.network import CalledInsideTransaction
from orders.carriers.base import CarrierError
from orders.carriers.easypost import carrier as easypost_adapter
from orders.models import Shipment
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.labels import (
    LabelNotCancelled,
    LabelRefused,
    ParcelHasLeft,
    TrackingNumberNeeded,
    cancel_label,
    label_document,
    make_label,
    settle_shipments,
)
from orders.services.fulfilment.shipping import send_parcel
from tests.easypost_fake.server import PDF
from tests.factories.inventory import make_store

pytestmark = pytest.mark.django_db(transaction=True)


def make(parcel, service, pia, **fields):
    return make_label(parcel_id=parcel.pk, service_id=service.pk, by=pia, now=timezone.now(), **fields)


def send(parcel, pia, tracking=""):
    send_parcel(parcel_id=parcel.pk, tracking=tracking, by=pia, now=timezone.now())
    parcel.refresh_from_db()


def later(minutes=5):
    return timezone.now() + timedelta(minutes=minutes)


def test_the_carrier_makes_a_label_and_its_number_goes_with_the_parcel(easypost, parcel, by_easypost, pia, mug):
    mug.grams = 350
    mug.save()

    shipment = make(parcel, by_easypost, pia)
    send(parcel, pia)

    [made] = easypost.shipments.values()
    assert (made["reference"], made["to_address"]["zip"]) == (str(shipment.key), "10119")
    assert made["parcel"]["weight"] == 24.7  # Twice 350 grams, in ounces.
    assert made["selected_rate"]["service"] == "DHLPaket"
    assert (shipment.state, shipment.carrier_ref, shipment.tracking) == ("ready", made["id"], "00340434000001")
    assert label_document(shipment) == PDF
    assert (parcel.tracking, parcel.tracking_url) == (
        "00340434000001", "https://track.easypost.com/00340434000001",
    )  # fmt: skip
    assert find_breaches() == {}


def test_goods_without_a_weight_count_as_the_service_says(easypost, parcel, by_easypost, pia):
    make(parcel, by_easypost, pia)

    [made] = easypost.shipments.values()
    assert made["parcel"]["weight"] == 28.2


def test_a_parcel_that_has_a_label_keeps_it(easypost, parcel, by_easypost, pia):
    first, second = make(parcel, by_easypost, pia), make(parcel, by_easypost, pia)

    assert first.pk == second.pk
    assert easypost.bought == 1


@pytest.mark.parametrize("faults", [["before"], ["after"], [None, "before"], [None, "after"]])
def test_a_label_whose_answer_is_lost_is_asked_for_again_and_bought_once(easypost, parcel, by_easypost, pia, faults):
    easypost.faults = list(faults)

    unsure = make(parcel, by_easypost, pia)
    settled = settle_shipments(now=timezone.now())

    shipment = Shipment.objects.get()
    assert (unsure.state, settled) == ("asked", 1)
    assert (shipment.state, shipment.tracking) == ("ready", "00340434000001")
    assert (len(easypost.shipments), easypost.bought) == (1, 1)


def test_whoever_is_asking_is_not_disturbed_until_the_claim_lapses(easypost, parcel, by_easypost, pia):
    easypost.faults = ["before"]
    make(parcel, by_easypost, pia)
    Shipment.objects.update(claimed_until=later(2))

    assert (settle_shipments(now=timezone.now()), make(parcel, by_easypost, pia).state) == (0, "asked")
    assert settle_shipments(now=later(3)) == 1


def test_a_carrier_that_is_slow_is_asked_again_by_reference(easypost, parcel, by_easypost, pia, monkeypatch):
    monkeypatch.setattr(easypost_adapter, "TIMEOUT_SECONDS", 0.3)
    easypost.faults = ["slow"]

    assert make(parcel, by_easypost, pia).state == "asked"
    monkeypatch.setattr(easypost_adapter, "TIMEOUT_SECONDS", 5)
    assert make(parcel, by_easypost, pia).state == "ready"

    assert (len(easypost.shipments), easypost.bought) == (1, 1)


def test_a_parcel_that_left_before_the_answer_gets_its_number_later(easypost, parcel, by_easypost, pia):
    easypost.faults = [None, "after"]
    make(parcel, by_easypost, pia)
    send(parcel, pia)

    settle_shipments(now=later())

    parcel.refresh_from_db()
    assert parcel.tracking == "00340434000001"


def test_an_address_that_the_carrier_refuses_is_said_and_may_be_tried_again(easypost, parcel, by_easypost, pia):
    parcel.address = parcel.address | {"postal_code": ""}
    parcel.save()

    with pytest.raises(LabelRefused) as refusal:
        make(parcel, by_easypost, pia)
    parcel.address["postal_code"] = "10119"
    parcel.save()
    shipment = make(parcel, by_easypost, pia)

    assert "no postcode" in str(refusal.value)
    assert [one.state for one in Shipment.objects.order_by("pk")] == ["failed", "ready"]
    assert shipment.state == "ready"


def test_a_service_that_the_carrier_does_not_have_is_refused(easypost, parcel, by_easypost, pia):
    by_easypost.service = "Balloon"
    by_easypost.save()

    with pytest.raises(LabelRefused):
        make(parcel, by_easypost, pia)


def test_a_label_is_cancelled_before_its_parcel_leaves(easypost, parcel, by_easypost, pia):
    make(parcel, by_easypost, pia)

    cancelled = cancel_label(parcel_id=parcel.pk, by=pia, now=timezone.now())
    again = make(parcel, by_easypost, pia)

    assert cancelled.state == "cancelled"
    assert (again.state, again.tracking, easypost.bought) == ("ready", "00340434000002", 2)


def test_cancelling_is_asked_again_when_nobody_answered(easypost, parcel, by_easypost, pia):
    make(parcel, by_easypost, pia)
    easypost.faults = ["after"]

    assert cancel_label(parcel_id=parcel.pk, by=pia, now=timezone.now()).state == "cancelling"
    settle_shipments(now=later())

    assert Shipment.objects.get().state == "cancelled"


def test_a_label_that_the_carrier_has_scanned_is_not_cancelled(easypost, parcel, by_easypost, pia):
    shipment = make(parcel, by_easypost, pia)
    easypost.scanned.add(shipment.carrier_ref)

    with pytest.raises(LabelNotCancelled):
        cancel_label(parcel_id=parcel.pk, by=pia, now=timezone.now())

    assert Shipment.objects.get().state == "ready"


def test_what_has_left_keeps_its_label(easypost, parcel, by_easypost, pia):
    make(parcel, by_easypost, pia)
    send(parcel, pia)

    with pytest.raises(ParcelHasLeft):
        cancel_label(parcel_id=parcel.pk, by=pia, now=timezone.now())
    with pytest.raises(ParcelHasLeft):
        make(parcel, by_easypost, pia)


def test_the_label_of_a_cancelled_order_is_cancelled_by_itself(easypost, parcel, by_easypost, pia):
    shipment = make(parcel, by_easypost, pia)
    cancel_order(number=parcel.order.number, reason="customer", by=pia, now=timezone.now())

    settle_shipments(now=timezone.now())

    assert Shipment.objects.get().state == "cancelled"
    assert easypost.shipments[shipment.carrier_ref]["refund_status"] == "submitted"


def test_staff_bring_the_number_and_the_label_of_another_carrier(parcel, by_hand, pia):
    with pytest.raises(TrackingNumberNeeded):
        make(parcel, by_hand, pia)

    shipment = make(parcel, by_hand, pia, tracking="K-17", document=PDF)
    send(parcel, pia)

    assert (shipment.state, label_document(shipment)) == ("ready", PDF)
    assert (parcel.tracking, parcel.tracking_url) == ("K-17", "https://courier.example/parcels/K-17")


def test_a_label_by_hand_is_cancelled_without_asking_anybody(parcel, by_hand, pia):
    shipment = make(parcel, by_hand, pia, tracking="K-17")

    assert cancel_label(parcel_id=parcel.pk, by=pia, now=timezone.now()).state == "cancelled"
    with pytest.raises(NotFound):
        label_document(shipment)


def test_a_number_typed_over_the_labels_own_leads_to_no_other_parcel(parcel, by_hand, pia):
    make(parcel, by_hand, pia, tracking="K-17")
    send(parcel, pia, tracking="K-18")

    assert (parcel.tracking, parcel.tracking_url) == ("K-18", "")


def test_a_carrier_that_is_switched_off_sends_nothing(settings, parcel, by_easypost, pia):
    settings.EASYPOST_API_KEY = ""

    with pytest.raises(NotFound):
        make(parcel, by_easypost, pia)


def test_parcels_of_another_place_do_not_exist(easypost, parcel, by_easypost, pia):
    elsewhere = make_store("elsewhere")
    other = type(pia)(channel="till", staff_id=pia.staff_id, store_id=elsewhere.pk, store_code=elsewhere.code)

    with pytest.raises(NotFound):
        make(parcel, by_easypost, other)
    assert Shipment.objects.count() == 0


def test_no_carrier_is_asked_inside_a_transaction(easypost, parcel, by_easypost, pia):
    shipment = make(parcel, by_easypost, pia)
    with transaction.atomic(), pytest.raises(CalledInsideTransaction):
        easypost_adapter.CARRIER.cancel(ref=shipment.carrier_ref)


def test_a_key_that_the_carrier_refuses_is_no_lost_answer(settings, easypost):
    settings.EASYPOST_API_URL = easypost.url + "/nowhere"

    with pytest.raises(CarrierError) as error:
        easypost_adapter.CARRIER.cancel(ref="shp_1")
    assert error.value.permanent
