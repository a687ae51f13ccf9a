"""Stock documents in the back office, made and acted on with a scanner."""

import pytest
from django.urls import reverse

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import StockDocument, StockLevel
from inventory.rules.scans import NotAScan, read_scans
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign

BARCODE = "4006381333931"


@pytest.fixture
def will(warehouse):
    """Will manages the warehouse."""
    staff = make_staff("Will", email="will@example.com")
    assign(staff, warehouse, roles.MANAGER)
    return staff


def add(person, **values):
    return signed_in(person).post(reverse("admin:inventory_stockdocument_add"), values, follow=True)


def act(person, action, **values):
    document = StockDocument.objects.get()
    address = reverse("admin:inventory_stockdocument_act", args=[document.pk, action])
    return signed_in(person).post(address, values, follow=True).content.decode()


def state():
    return StockDocument.objects.get().state


def units(variant):
    return dict(StockLevel.objects.filter(variant=variant).values_list("location__code", "on_hand"))


def test_a_transfer_is_scanned_out_and_in(will, tess, mug, lamp, warehouse, high_street):
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods=f"{BARCODE}\r\nmug\r\nLAMP * 2\r\n")
    assert state() == "draft"
    act(will, "dispatch")
    assert "What has arrived" in signed_in(tess).get(
        reverse("admin:inventory_stockdocument_act", args=[StockDocument.objects.get().pk, "receive"])
    ).content.decode()  # fmt: skip

    page = act(tess, "receive", goods=f"{BARCODE} * 2\nLAMP", missing="LAMP", reason="damaged", boxes="")

    assert "The goods were received." in page
    assert state() == "received"
    assert (units(mug), units(lamp)) == ({"high-street": 7, "warehouse": 8}, {"high-street": 2, "warehouse": 0})
    assert find_breaches() == {}


def test_a_refusal_is_shown_in_the_form(will, tess, mug, warehouse, high_street):
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods="MUG")
    act(will, "dispatch")

    assert "Fewer units are still on their way" in act(tess, "receive", goods="MUG * 2", missing="", boxes="")
    assert "No article has this code: NOTHING" in act(tess, "receive", goods="NOTHING", missing="", boxes="")
    assert state() == "dispatched"


def test_a_count_is_scanned_submitted_and_approved(tess, mona, mug, high_street):
    add(mona, kind="count", target=high_street.pk, goods="MUG")

    act(tess, "count", goods="MUG\n" * 4)
    assert "waits for approval" in act(tess, "submit")
    act(mona, "approve")

    assert (state(), units(mug)["high-street"]) == ("approved", 4)


def test_a_delivery_and_an_adjustment_are_booked(mona, tess, mug, high_street):
    add(mona, kind="receipt", target=high_street.pk, goods="MUG * 3", reference="DN-1")
    add(tess, kind="adjustment", target=high_street.pk, goods="MUG * 2", reason="damaged", is_less="on")

    assert units(mug)["high-street"] == 6
    page = add(mona, kind="receipt", target=high_street.pk, goods="MUG * 3", reference="DN-1")
    assert "already booked" in page.content.decode()
    assert "This field is required." in add(mona, kind="receipt", target=high_street.pk, goods="MUG").content.decode()
    assert units(mug)["high-street"] == 6


def test_nobody_makes_documents_or_acts_for_another_store(will, tess, mug, warehouse, high_street):
    assert add(will, kind="receipt", target=high_street.pk, goods="MUG", reference="DN-1").status_code == 403
    assert add(tess, kind="receipt", target=high_street.pk, goods="MUG", reference="DN-1").status_code == 403
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods="MUG")
    document = StockDocument.objects.get()
    assert document.state == "draft"
    address = reverse("admin:inventory_stockdocument_act", args=[document.pk, "dispatch"])
    assert signed_in(tess).post(address).status_code == 403


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("A\nB\nA", {"A": 2, "B": 1}),
        ("  A * 12 \r\n\r\nA", {"A": 13}),
        ("SKU 5", {"SKU 5": 1}),
        ("A * ۱۲", {"A": 12}),
        ("A * 0", {"A": 0}),
        ("", {}),
    ],
)
def test_scans_are_read(text, units):
    assert read_scans(text) == units


@pytest.mark.parametrize("text", ["* 3", "A * x", "A * -1", "A * 123456789", "A *"])
def test_scans_that_say_nothing_are_refused(text):
    with pytest.raises(NotAScan):
        read_scans(text)
