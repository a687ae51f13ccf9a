"""Packing and sending parcels with a real browser, a keyboard and a scanner."""

from django.utils import timezone
from playwright.sync_api import expect

from accounts.rules import roles
from orders.models import CarrierService, Fulfilment, Shipment
from tests.browser.conftest import DESK, OpenPage
from tests.browser.looking import axe_violations, fits
from tests.browser.people import come_signed_in
from tests.browser.scanner import type_as_scanner
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign
from tests.factories.orders import make_order

MUG, LABEL = "4006381333931", "00340434161094042557"
NARROW = {"width": 320, "height": 700}


def test_a_parcel_is_packed_and_handed_to_the_carrier(open_page: OpenPage, ana, mug, warehouse):
    packer = make_staff("Pia Packer", email="pia@example.com")
    assign(packer, warehouse, roles.CLERK)
    order = make_order((mug, 2, 1290), store=warehouse, customer=ana, kind="ship", placed_at=timezone.now())
    page = come_signed_in(open_page(size=DESK), packer)
    page.goto("/admin/till/parcels/")
    assert axe_violations(page) == []

    type_as_scanner(page, order.number)
    expect(page.get_by_role("button", name="Start picking")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_tracking")).to_be_focused()
    type_as_scanner(page, MUG)
    expect(page.get_by_text("This is the code of the goods.")).to_be_visible()
    assert axe_violations(page) == []
    page.locator("#id_tracking").fill("")
    type_as_scanner(page, LABEL)
    expect(page.locator("#id_tracking")).to_have_count(0)
    page.goto("/admin/till/parcels/?tab=sent")

    expect(page.locator(".card")).to_contain_text(LABEL)
    for size in (NARROW, DESK):
        page.set_viewport_size(size)
        assert fits(page)
    parcel = Fulfilment.objects.get()
    assert (parcel.state, parcel.tracking) == ("shipped", LABEL)


def test_a_label_of_another_carrier_is_brought_as_a_file(open_page: OpenPage, ana, mug, warehouse):
    packer = make_staff("Pia Packer", email="pia@example.com")
    assign(packer, warehouse, roles.CLERK)
    CarrierService.objects.create(name="Bike courier", carrier="manual")
    order = make_order((mug, 1, 1290), store=warehouse, customer=ana, kind="ship", placed_at=timezone.now())
    page = come_signed_in(open_page(size=DESK), packer)
    page.goto(f"/admin/till/parcels/{order.fulfilments.get().pk}/")
    assert axe_violations(page) == []

    page.get_by_label("Tracking number").fill("BC-17")
    page.get_by_label("Label as PDF").set_input_files(
        {"name": "label.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF"}
    )
    page.get_by_role("button", name="Label by Bike courier").click()

    expect(page.get_by_text("Print the label")).to_be_visible()
    assert axe_violations(page) == []
    shipment = Shipment.objects.get()
    assert (shipment.tracking, bytes(shipment.label)[:5]) == ("BC-17", b"%PDF-")
