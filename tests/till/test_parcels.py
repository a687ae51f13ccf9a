"""Parcels: picked, packed and sent with the carrier's number."""

from html import unescape
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.rules import roles
from inventory.models import StockLevel
from orders.models import Fulfilment
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_variant
from tests.factories.orders import make_order
from tests.till.conftest import Clerk, address, text_of

HOME = {
    "name": "Ana Moreno",
    "street_address": "Torstraße 112",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}


@pytest.fixture
def packer(warehouse):
    """Pia packs parcels in the warehouse."""
    staff = make_staff("Pia Packer", email="pia@example.com")
    assign(staff, warehouse, roles.CLERK)
    return staff


def make_parcel(variant, place, customer=None, *, state="placed", quantity=1):
    order = make_order(
        (variant, quantity, 1290), store=place, customer=customer, kind="ship", state=state, placed_at=timezone.now()
    )
    parcel = order.fulfilments.get()
    parcel.address = HOME
    parcel.save()
    return parcel


@pytest.fixture
def parcel(mug, warehouse, ana):
    return make_parcel(mug, warehouse, ana, quantity=2)


def test_a_parcel_is_picked_and_sent_with_its_number(packer, parcel, mug, warehouse):
    clerk = Clerk(packer)

    to_pick = text_of(clerk.get("parcels"))
    picked = clerk.post("parcel_act", parcel.pk, "pick")
    to_send = text_of(clerk.get("parcels", tab="send"))
    sent = clerk.post("parcel_act", parcel.pk, "send", tracking=" 00340434161094042557 ", follow=False)

    assert f"{parcel.order.number} · Ana Moreno" in to_pick
    assert 'name="tracking"' in picked.content.decode()
    assert parcel.order.number in to_send
    assert sent.headers["Location"] == f"{address('parcels')}?tab=send"
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking) == ("shipped", "00340434161094042557")
    assert StockLevel.objects.get(variant=mug, location=warehouse).on_hand == 8
    assert "00340434161094042557" in text_of(clerk.get("parcels", tab="sent"))


def test_what_has_arrived_is_noted(packer, mug, warehouse):
    parcel = make_parcel(mug, warehouse, state="shipped")
    clerk = Clerk(packer)

    clerk.post("parcel_act", parcel.pk, "delivered")

    parcel.refresh_from_db()
    assert parcel.state == "delivered"
    assert parcel.order.number in text_of(clerk.get("parcels", tab="delivered"))


def test_goods_are_named_in_the_language_of_who_packs_them(packer, parcel, mug):
    mug.product.name = {"en": "Mug", "ar": "كوب"}
    mug.product.save()
    parcel.order.lines.update(name="ماگ")
    arabic = Clerk(packer, language="ar")

    assert "2 × Mug" in text_of(Clerk(packer).get("parcel", parcel.pk))
    assert "كوب" in text_of(arabic.get("parcel", parcel.pk))


def test_where_it_goes_is_shown(packer, parcel):
    words = text_of(Clerk(packer).get("parcel", parcel.pk))

    assert "Torstraße 112" in words
    assert "10119 Berlin" in words


def test_the_code_of_the_goods_is_not_taken_for_the_carriers(packer, mug, warehouse):
    parcel = make_parcel(mug, warehouse, state="picking")

    for code in ("MUG", "4006381333931"):
        answer = Clerk(packer).post("parcel_act", parcel.pk, "send", tracking=code)
        assert answer.status_code == 400
        assert "Scan the carrier's label" in text_of(answer).replace("&#x27;", "'")

    parcel.refresh_from_db()
    assert parcel.state == "picking"


@pytest.mark.django_db(transaction=True)
def test_sent_twice_it_leaves_once(packer, mug, warehouse):
    parcel = make_parcel(mug, warehouse, state="picking")
    clerk = Clerk(packer)

    clerk.post("parcel_act", parcel.pk, "send", tracking="A1")
    again = clerk.post("parcel_act", parcel.pk, "send", tracking="A2")

    assert again.status_code == 409
    parcel.refresh_from_db()
    assert parcel.tracking == "A1"
    assert StockLevel.objects.get(variant=mug, location=warehouse).on_hand == 9


def test_the_field_finds_by_order_and_by_the_carriers_number(packer, parcel, mug, warehouse):
    sent = make_parcel(mug, warehouse, state="shipped")
    Fulfilment.objects.filter(pk=sent.pk).update(tracking="JJD0001")
    clerk = Clerk(packer)

    by_order = clerk.post("find_parcel", scanned=f"#{parcel.order.number}", follow=False)
    by_tracking = clerk.post("find_parcel", scanned="JJD0001", follow=False)
    nothing = clerk.post("find_parcel", scanned="JJD0002")

    assert by_order.headers["Location"] == address("parcel", parcel.pk)
    assert by_tracking.headers["Location"] == address("parcel", sent.pk)
    assert nothing.status_code == 404


def test_parcels_of_other_places_do_not_exist(clerk, parcel):
    assert clerk.get("parcel", parcel.pk).status_code == 404
    assert clerk.post("parcel_act", parcel.pk, "pick").status_code == 404
    assert clerk.post("find_parcel", scanned=parcel.order.number).status_code == 404
    assert clerk.get("parcel", 2**70).status_code == 404
    parcel.refresh_from_db()
    assert parcel.state == "placed"


def test_a_pickup_is_no_parcel(clerk, mug, high_street):
    pickup = make_order((mug, 1, 1290), store=high_street).fulfilments.get()

    assert clerk.get("parcel", pickup.pk).status_code == 404
    assert clerk.post("parcel_act", pickup.pk, "pick").status_code == 404


def test_the_list_is_told_only_what_is_new(packer, parcel, mug, warehouse, one_minute):
    clerk = Clerk(packer, script=True)
    page = Clerk(packer).get("parcels", tab="pick").content.decode()
    mark = page.split("seen=")[1].split('"')[0]

    same = clerk.get("parcels", tab="pick", seen=mark)
    another = make_parcel(mug, warehouse)
    new = clerk.get("parcels", tab="pick", seen=mark)

    assert same.status_code == 204
    assert another.order.number in text_of(new)
    assert "<html" not in new.content.decode()


def test_in_a_warehouse_parcels_come_first_and_nothing_is_sold(packer, parcel):
    clerk = Clerk(packer)

    assert clerk.get("").headers["Location"] == address("parcels")
    home = text_of(clerk.browser.get("/admin/"))
    assert "1 parcels to pick" in home
    assert "pickups to accept" not in home


def test_head_office_chooses_a_warehouse_to_work_in(db, warehouse, high_street, parcel):
    staff = make_staff("Hedda Head", email="hedda@example.com")
    assign(staff, None, roles.HEAD_OFFICE)
    clerk = Clerk(staff)

    clerk.post("stores", store="warehouse")

    assert parcel.order.number in text_of(clerk.get("parcels"))


def test_the_list_has_pages_and_takes_the_same_statements(packer, warehouse, mug):
    clerk = Clerk(packer)
    parcels = [make_parcel(mug, warehouse)]
    clerk.get("parcels")
    with CaptureQueriesContext(connection) as few:
        clerk.get("parcels")
    roomy = make_variant(sku="CUP", price=100)
    parcels += [make_parcel(roomy, warehouse) for _number in range(9)]
    parcels += [make_parcel(make_variant(sku=f"CUP-{number}", price=100), warehouse) for number in range(12)]

    with CaptureQueriesContext(connection) as many:
        first = clerk.get("parcels").content.decode()
    following = dict(parse_qsl(unescape(first.split('href="?')[-1].split('"')[0])))
    second = clerk.get("parcels", **following).content.decode()

    assert len(many) == len(few)
    assert all(parcel.order.number in first + second for parcel in parcels)
