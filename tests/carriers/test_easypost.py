"""What EasyPost answers besides labels, as its documentation and its own clients have it."""

import hashlib
import hmac
import json
from dataclasses import replace
from uuid import uuid4

import pytest

from orders.carriers.base import CarrierError, LabelRequest
from orders.carriers.easypost import carrier as adapter
from orders.models import TrackingEvent
from tests.carriers.test_tracking import tell
from tests.easypost_fake.server import PDF, SECRET

pytestmark = pytest.mark.django_db(transaction=True)

HOME = {"name": "Ana", "street_address": "Ring 1", "postal_code": "10115", "city": "Berlin", "country_code": "DE"}
REQUEST = LabelRequest(reference=uuid4(), service="", sender=HOME, recipient=HOME, grams=500, order_number="100042")


def ask(**changes):
    return adapter.CARRIER.create(replace(REQUEST, reference=uuid4(), **changes))


@pytest.mark.parametrize("service", ["", "DHLPaket", "dhlpaket", "DHL/DHLPaket", "dhl/dhlpaket"])
def test_a_service_is_named_in_any_case_with_its_carrier_or_without(easypost, service):
    label = ask(service=service)

    assert easypost.shipments[label.ref]["selected_rate"]["service"] == "DHLPaket"


def test_a_service_that_it_does_not_have_is_refused_for_good(easypost):
    with pytest.raises(CarrierError, match="by this service") as error:
        ask(service="GLS/DHLPaket")

    assert error.value.permanent
    assert easypost.bought == 0


def test_a_label_that_is_being_bought_is_no_refusal(easypost):
    request = replace(REQUEST, reference=uuid4())
    easypost.faults = [None, "busy"]

    with pytest.raises(CarrierError) as error:
        adapter.CARRIER.create(request)
    later = adapter.CARRIER.create(request)

    assert not error.value.permanent
    assert (later.document, easypost.bought, len(easypost.shipments)) == (PDF, 1, 1)


@pytest.mark.parametrize(
    ("postage", "is_there"),
    [
        ({"label_pdf_url": "{}"}, True),
        ({"label_pdf_url": None, "label_url": "{}", "label_file_type": "application/pdf"}, True),
        ({"label_pdf_url": None, "label_url": "{}", "label_file_type": "image/png"}, False),
        ({"label_pdf_url": None}, False),
    ],
)
def test_a_label_is_a_pdf_or_is_asked_for_again(easypost, postage, is_there):
    easypost.postage = lambda url: {name: text and text.format(url) for name, text in postage.items()}

    if is_there:
        assert ask().document == PDF
        return
    with pytest.raises(CarrierError) as error:
        ask()
    assert not error.value.permanent


@pytest.mark.parametrize("status", ["submitted", "refunded", "not_applicable"])
def test_a_label_is_cancelled_whether_its_postage_goes_back_or_was_never_charged(easypost, status):
    label = ask()
    easypost.refund_status = status

    assert adapter.CARRIER.cancel(ref=label.ref)


def test_a_rejected_refund_is_asked_for_again(easypost):
    label = ask()
    easypost.refund_status = "rejected"

    with pytest.raises(CarrierError) as error:
        adapter.CARRIER.cancel(ref=label.ref)

    assert not error.value.permanent


def test_nothing_is_known_of_a_parcel_that_was_never_scanned(easypost):
    assert adapter.CARRIER.updates(ref=ask().ref) == []


def test_events_of_other_things_are_accepted_and_move_nothing(easypost):
    event = {"id": "evt_9", "description": "batch.updated", "result": {"id": "batch_1", "object": "Batch"}}
    body = json.dumps(event).encode()
    mark = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    answer = tell(body, f"hmac-sha256-hex={mark}")

    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert TrackingEvent.objects.count() == 0
