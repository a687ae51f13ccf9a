"""A form refuses what would take pages down, at the field and in words, and keeps nothing of it."""

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Location, Variant
from tests.client import Api
from tests.factories.inventory import make_product, make_stock, make_store, make_variant

EMPTY = {
    f"{part}-{name}_FORMS": "0"
    for part in ("hours", "exceptions", "assignments", "prices", "barcodes", "media")
    for name in ("TOTAL", "INITIAL")
}
STORE = {
    **{"name_en": "Mitte", "code": "mitte", "kind": "store", "is_active": "on", "street_address": "Torstr. 1"},
    **{"city": "Berlin", "country_code": "DE", "latitude": "52.5", "longitude": "13.4", "time_zone": "Europe/Berlin"},
    **{"pickup_lead_minutes": "60", "pickup_keep_days": "7", "ship_rank": "1"},
    **{"recount_above_units": "2", "recount_above_percent": "5"},
}


def save_store(office, **fields):
    return office.post(reverse("admin:inventory_location_add"), STORE | EMPTY | fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"time_zone": "Europe/Berln"}, "There is no time zone Europe/Berln. Enter one like Europe/Berlin."),
        ({"country_code": "XX"}, "There is no country XX. Enter two letters like DE."),
        ({"pickup_keep_days": "99999999"}, "less than or equal to 365"),
        ({"recount_above_percent": "101"}, "less than or equal to 100"),
        ({"pickup_lead_minutes": "99999999"}, "less than or equal to 43200"),
        ({"latitude": "525200"}, "less than or equal to 90"),
        ({"longitude": "nan"}, "Enter a number."),
    ],
)
def test_a_location_that_no_page_could_work_with(office, fields, words):
    page = save_store(office, **fields).content.decode()

    assert words in page
    assert "Constraint" not in page
    assert not Location.objects.exists()


def test_a_location_is_mended_where_only_one_thing_can_be_meant(office):
    saved = save_store(office, time_zone="europe/berlin", country_code="de")

    assert saved.status_code == 302
    assert Location.objects.values_list("time_zone", "country_code").get() == ("Europe/Berlin", "DE")


def test_hours_past_midnight_are_explained(office):
    hours = {"hours-TOTAL_FORMS": "1", "hours-0-weekday": "4", "hours-0-opens": "18:00", "hours-0-closes": "02:00"}

    page = save_store(office, **hours).content.decode()

    assert "Hours past midnight are two periods" in page
    assert "opening_hours_close_after_opening" not in page


@pytest.mark.parametrize("attributes", ['["blue"]', "5", "[1]", '{"colour": ["blue"]}', '{"colour": {"xx": "Blau"}}'])
def test_attributes_that_no_page_could_show(office, attributes):
    variant = {"product": make_product().pk, "sku": "MUG", "position": "0", "low_stock_below": "0"}

    page = office.post(reverse("admin:inventory_variant_add"), variant | EMPTY | {"attributes": attributes})

    assert "Not an attribute" in page.content.decode()
    assert "volume_ml" in page.content.decode()
    assert not Variant.objects.exists()


@pytest.mark.parametrize("attributes", [{"colour": {"de": "Blau"}}, {"colour": {"xx": "Blau"}}, {"volume_ml": 300}])
def test_every_page_shows_the_attributes_that_can_be_stored(db, attributes):
    product = make_product("mug", attributes=attributes)
    for sku in ("MUG-A", "MUG-B"):
        make_stock(make_variant(sku=sku, product=product, attributes=attributes), make_store(), on_hand=5)
    guest = Api()
    guest.add("MUG-A")

    assert Client().get("/p/mug/").status_code == 200
    assert guest.get("catalogue/products/mug/").status_code == 200
    shown = guest.get("cart/").json()["lines"][0]["attributes"]
    assert list(map(type, shown.values())) == [str]
