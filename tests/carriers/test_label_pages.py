"""Labels where packers make them: at the till's page of a parcel, by API, and the lists of the back office."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.rules import roles
from orders.models import CarrierService, Fulfilment, Shipment
from orders.services.fulfilment.labels import make_label
from tests.client import Api, signed_in
from tests.easypost_fake.server import PDF
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store
from tests.factories.pricing import make_delivery_method
from tests.till.conftest import Clerk, address, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(packer):
    return Clerk(packer)


def test_a_packer_makes_prints_and_sends_by_a_label(easypost, till, parcel, by_easypost):
    before = text_of(till.get("parcel", parcel.pk))
    made = till.post("label", parcel.pk, service=by_easypost.pk)
    document = till.get("label", parcel.pk)
    till.post("parcel_act", parcel.pk, "send", tracking="00340434000001")

    parcel.refresh_from_db()
    assert "Label by Parcel" in before
    assert "Label ready" in text_of(made)
    assert 'value="00340434000001"' in made.content.decode()
    assert (document.headers["Content-Type"], document.content) == ("application/pdf", PDF)
    assert (parcel.state, parcel.tracking_url) == ("shipped", "https://track.easypost.com/00340434000001")


def test_a_packer_brings_the_number_and_the_label_of_another_carrier(till, parcel, by_hand):
    words = text_of(till.get("parcel", parcel.pk))
    refused = till.post("label", parcel.pk, service=by_hand.pk)
    till.post(
        "label", parcel.pk, service=by_hand.pk, tracking=" K-17 ",
        document=SimpleUploadedFile("label.pdf", PDF, content_type="application/pdf"),
    )  # fmt: skip

    assert "Label as PDF" in words
    assert refused.status_code == 409
    assert bytes(Shipment.objects.get().label) == PDF
    assert Shipment.objects.get().tracking == "K-17"


@pytest.mark.parametrize("content", [b"<svg>", b"%PDF" + b"x" * 2_000_001])
def test_a_label_that_is_no_label_is_refused(till, parcel, by_hand, content):
    file = SimpleUploadedFile("label.pdf", content)

    answer = till.post("label", parcel.pk, service=by_hand.pk, tracking="K-17", document=file)

    assert answer.status_code == 400
    assert Shipment.objects.count() == 0


def test_a_label_is_cancelled_at_the_till(easypost, till, parcel, by_easypost):
    till.post("label", parcel.pk, service=by_easypost.pk)
    page = till.post("cancel_label", parcel.pk)

    assert "Label by Parcel" in text_of(page)
    assert Shipment.objects.get().state == "cancelled"
    assert till.get("label", parcel.pk).status_code == 404


def test_services_of_the_parcels_method_come_first_and_those_of_others_not_at_all(till, parcel, by_hand):
    type(by_hand).objects.create(name="Fast", carrier="manual", method="express", position=9)
    type(by_hand).objects.create(name="Heavy", carrier="manual", method="freight")
    Fulfilment.objects.update(method="express")

    words = text_of(till.get("parcel", parcel.pk))

    assert words.index("Label by Fast") < words.index("Label by Courier")
    assert "Heavy" not in words


def test_a_shop_without_carriers_packs_as_before(till, parcel):
    assert "Label" not in text_of(till.get("parcel", parcel.pk)).replace("carrier's label", "")


def test_labels_by_api(easypost, packer, parcel, by_easypost):
    api, path = Api(packer), f"till/parcels/{parcel.pk}/label/"

    none = api.get(path)
    made, again = api.post(path, {"service": str(by_easypost.pk)}), api.post(path, {"service": str(by_easypost.pk)})
    document = api.get(f"{path}document/")
    cancelled = api.delete(path)

    assert none.status_code == 404
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    assert made.json() | {"id": ""} == {
        "id": "",
        "service": str(by_easypost.pk),
        "state": "ready",
        "tracking": "00340434000001",
        "tracking_url": "https://track.easypost.com/00340434000001",
        "has_document": True,
    }
    assert document.content == PDF
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")


def test_a_label_that_is_not_there_yet_is_said(easypost, packer, parcel, by_easypost):
    easypost.faults = ["before"]

    answer = Api(packer).post(f"till/parcels/{parcel.pk}/label/", {"service": str(by_easypost.pk)})

    assert (answer.status_code, answer.json()["state"]) == (202, "asked")


@pytest.mark.parametrize("body", [{}, {"service": "x"}, {"service": "0"}, {"service": str(2**70)}])
def test_a_way_to_send_that_does_not_exist_is_refused(packer, parcel, body):
    assert Api(packer).post(f"till/parcels/{parcel.pk}/label/", body).status_code in (400, 404, 422)
    assert Shipment.objects.count() == 0


def test_the_label_of_another_places_parcel_is_not_read(easypost, packer, parcel, by_easypost):
    path = f"till/parcels/{parcel.pk}/label/"
    assert Api(packer).post(path, {"service": str(by_easypost.pk)}).status_code == 201
    otto = make_staff("Otto Other", email="otto@example.com")
    assign(otto, make_store("elsewhere"), roles.MANAGER)

    there = Api(otto)

    assert [there.get(path).status_code, there.get(f"{path}document/").status_code] == [404, 404]


def test_shoppers_and_strangers_make_no_labels(ana, parcel, by_hand):
    path, body = f"till/parcels/{parcel.pk}/label/", {"service": str(by_hand.pk), "tracking": "K-1"}

    assert Api(ana).post(path, body).status_code == 403
    assert Client().post(f"/api/v1/{path}", body, content_type="application/json").status_code == 401


def test_the_buyer_follows_the_parcel_on_every_door(ana, parcel, by_hand, pia, till):
    make_label(parcel_id=parcel.pk, service_id=by_hand.pk, tracking="K-17", by=pia, now=timezone.now())
    till.post("parcel_act", parcel.pk, "send", tracking="K-17")

    [part] = Api(ana).get(f"orders/{parcel.order.number}/").json()["fulfilments"]

    assert (part["tracking"], part["tracking_url"]) == ("K-17", "https://courier.example/parcels/K-17")
    assert address("label", parcel.pk).endswith("/label/")


def test_head_office_chooses_a_carrier_and_a_delivery_method_from_lists(by_hand):
    hedi = make_staff("Hedi Head", email="hedi@example.com")
    assign(hedi, make_store("head"), roles.HEAD_OFFICE)
    make_delivery_method("express")
    browser = signed_in(hedi)

    page = browser.get(reverse("admin:orders_carrierservice_add")).content.decode()
    body = {"name": "Bike", "carrier": "manual", "method": "express", "grams": "500", "position": "1"}
    refused = browser.post(reverse("admin:orders_carrierservice_add"), body | {"carrier": "nobody"})
    saved = browser.post(reverse("admin:orders_carrierservice_add"), body)

    assert '<option value="manual">' in page
    assert '<option value="express">' in page
    assert refused.status_code == 200
    assert saved.status_code == 302, saved.content.decode()
    assert CarrierService.objects.get(name="Bike").method == "express"
