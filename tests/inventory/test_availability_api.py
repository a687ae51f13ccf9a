from datetime import UTC, date, datetime, timedelta
from itertools import chain
from urllib.parse import urlencode

import pytest

from inventory.models import Location, OpeningException
from inventory.queries.availability import (
    GeoPoint,
    availability_of,
    nearest_store_with,
    place_of_postcode,
    store_supplies,
)
from tests.factories.inventory import make_product, make_stock, make_store, make_variant, make_warehouse

MONDAY_NOON = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
ALEXANDERPLATZ = GeoPoint(52.5219, 13.4132)


@pytest.fixture(autouse=True)
def database(db):
    """All tests here read the database."""


@pytest.fixture
def mug():
    return make_variant(sku="MUG")


@pytest.fixture
def leipzig():
    return make_warehouse("leipzig")


@pytest.fixture
def mitte():
    return make_store("mitte", latitude=52.5296, longitude=13.4013)


@pytest.fixture
def altona():
    return make_store("altona", latitude=53.5503, longitude=9.9350, postal_code="22765", city="Hamburg")


def availability_json(client, sku="MUG", **query):
    response = client.get(f"/api/v1/catalogue/variants/{sku}/availability/", query)
    assert response.status_code == 200, response.content
    return response.json()


def test_shipping_counts_the_available_units_of_shipping_locations(mug, leipzig, mitte):
    level = make_stock(mug, leipzig, on_hand=10, safety=2)
    level.reserved = 3
    level.save()
    make_stock(mug, make_warehouse("erfurt"), on_hand=4)
    make_stock(mug, make_warehouse("short"), on_hand=1, safety=5)
    make_stock(mug, make_warehouse("closed", is_active=False), on_hand=50)
    make_stock(mug, mitte, on_hand=50)

    availability = availability_of(sku="MUG", near=None, limit=20, now=MONDAY_NOON)

    assert availability.ship_available == 5 + 4
    assert availability.promise_date == date(2027, 1, 13)


def test_without_stock_to_ship_no_date_is_promised(mug, mitte):
    make_stock(mug, mitte)

    availability = availability_of(sku="MUG", near=None, limit=20, now=MONDAY_NOON)

    assert (availability.ship_available, availability.promise_date) == (0, None)


def test_the_nearest_stores_come_first_with_their_distance(client, mug, mitte, altona):
    make_store("teheran", latitude=35.6892, longitude=51.3890)
    make_stock(mug, altona, on_hand=2)

    stores = availability_json(client, near="52.5219,13.4132", limit=2)["stores"]

    assert [(store["store"], store["available"]) for store in stores] == [("mitte", 0), ("altona", 2)]
    assert stores[0]["distance_km"] == pytest.approx(1.2, abs=0.1)
    assert stores[1]["distance_km"] == pytest.approx(259.4, abs=0.5)


def test_pickup_is_ready_after_the_lead_time_in_opening_hours(mug, mitte, altona):
    OpeningException.objects.create(location=altona, day=date(2027, 1, 11))
    make_stock(mug, mitte)
    make_stock(mug, altona)

    stores = {store.code: store for store in availability_of(sku="MUG", near=None, limit=9, now=MONDAY_NOON).stores}

    assert stores["mitte"].open_now
    assert stores["mitte"].ready_at.isoformat() == "2027-01-11T14:00:00+01:00"
    assert not stores["altona"].open_now
    assert stores["altona"].ready_at.isoformat() == "2027-01-12T11:00:00+01:00"


def test_no_pickup_time_without_stock_pickup_or_opening_hours(mug, mitte):
    outlet = make_store("outlet", offers_pickup=False)
    never = make_store("never", hours=None)
    make_stock(mug, outlet, on_hand=3)
    make_stock(mug, never, on_hand=3)

    stores = {store.code: store for store in availability_of(sku="MUG", near=None, limit=9, now=MONDAY_NOON).stores}

    assert {code: (store.available, store.ready_at) for code, store in stores.items()} == {
        "mitte": (0, None),
        "outlet": (3, None),
        "never": (3, None),
    }


def test_a_postcode_stands_for_the_store_that_has_it_or_roughly_for_one_in_its_region(client, mug, mitte, altona):
    at_home = availability_json(client, postcode="22 765")["stores"]
    near_hamburg = availability_json(client, postcode="22 999")["stores"]
    unheard_of = availability_json(client, postcode="99999")["stores"]

    assert (at_home[0]["store"], at_home[0]["distance_km"]) == ("altona", 0.0)
    # Somewhere in the region: nobody knows how far.
    assert [(store["store"], store["distance_km"]) for store in near_hamburg] == [("altona", None), ("mitte", None)]
    assert [(store["store"], store["distance_km"]) for store in unheard_of] == [("altona", None), ("mitte", None)]


@pytest.mark.parametrize(
    ("postcode", "place"),
    [
        ("1070", "vienna"),
        ("1010", "vienna"),
        ("۱۰۷۰", "vienna"),
        ("10-178", "berlin"),
        ("10119", "berlin"),
        # Berlin too, but no store of ours shows where; Kreuzberg it is not.
        ("13051", None),
        ("00100", "helsinki"),
        ("100", None),
        ("", None),
        ("-", None),
    ],
)
def test_a_postcode_is_not_taken_for_another_countrys(db, postcode, place):
    codes = {
        "berlin": ("DE", "10178"),
        "kreuzberg": ("DE", "10961"),
        "vienna": ("AT", "1070"),
        "helsinki": ("FI", "00100"),
    }
    found = {}
    for latitude, (name, (country, code)) in enumerate(codes.items(), 1):
        make_store(name, country_code=country, postal_code=code, latitude=latitude)
        found[latitude] = name

    point = place_of_postcode(postcode)

    assert (found[point.latitude] if point else None) == place


@pytest.mark.parametrize("stores", [3, 60])
def test_availability_costs_three_statements_however_many_stores(
    client, mug, leipzig, django_assert_num_queries, stores
):
    make_stock(mug, leipzig)
    for number in range(stores):
        make_stock(mug, make_store(f"store-{number}", latitude=50 + number / 100))

    with django_assert_num_queries(3):
        assert len(availability_json(client, near="52.5,13.4", limit=100)["stores"]) == stores


def test_availability_is_never_cached(client, mug, leipzig):
    level = make_stock(mug, leipzig, on_hand=1)
    assert availability_json(client)["ship"]["available"] == 1
    level.safety = 1
    level.save()

    assert availability_json(client)["ship"]["available"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"near": "52.5"},
        {"near": "91,0"},
        {"near": "0,181"},
        {"near": "nan,nan"},
        {"near": "inf,0"},
        {"near": "a,b"},
        {"near": "1,2,3"},
        {"limit": "0"},
        {"limit": "101"},
        {"postcode": "1" * 21},
        {"radius": "3"},
    ],
)
def test_refuses_malformed_queries(client, mug, query):
    response = client.get("/api/v1/catalogue/variants/MUG/availability/", query)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_variants_that_are_not_on_sale_are_not_found(client):
    make_variant(sku="OLD", is_active=False)
    make_variant(sku="DRAFT", product=make_product(state="draft"))

    for sku in ("OLD", "DRAFT", "UNHEARD-OF", "x" * 300):
        response = client.get(f"/api/v1/catalogue/variants/{sku}/availability/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_supplies_of_many_variants_cost_one_statement(mug, mitte, altona, django_assert_num_queries):
    bowl = make_variant(sku="BOWL")
    make_stock(mug, mitte, on_hand=5, safety=1)
    make_stock(bowl, mitte, on_hand=1, safety=3)
    make_stock(bowl, altona, on_hand=2)
    make_store("outlet", offers_pickup=False)

    with django_assert_num_queries(1):
        supplies = store_supplies([mug.pk, bowl.pk], near=ALEXANDERPLATZ, limit=10)

    assert {supply.code: supply.available for supply in supplies} == {
        "mitte": {mug.pk: 4, bowl.pk: 0},
        "altona": {bowl.pk: 2},
    }


def test_the_nearest_store_has_all_wanted_units(mug, mitte, altona):
    bowl = make_variant(sku="BOWL")
    make_stock(mug, mitte, on_hand=9)
    make_stock(mug, altona, on_hand=2)
    make_stock(bowl, altona, on_hand=1)

    assert nearest_store_with(wanted={mug.pk: 2}, near=ALEXANDERPLATZ).code == "mitte"
    assert nearest_store_with(wanted={mug.pk: 2, bowl.pk: 1}, near=ALEXANDERPLATZ).code == "altona"
    assert nearest_store_with(wanted={mug.pk: 3, bowl.pk: 1}, near=ALEXANDERPLATZ) is None


def stores(client, **query):
    response = client.get("/api/v1/stores/", query)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_store_as_people_see_it(client, mitte):
    today = datetime.now(UTC).date()
    OpeningException.objects.create(location=mitte, day=today + timedelta(days=5), note={"en": "Stocktaking"})
    OpeningException.objects.create(location=mitte, day=date(2020, 1, 1))
    Location.objects.filter(pk=mitte.pk).update(phone="+493012345678")

    store = client.get("/api/v1/stores/mitte/").json()

    assert store["address"] == {
        "street_address": "Rosenthaler Str. 1",
        "postal_code": "10119",
        "city": "Berlin",
        "country_code": "DE",
    }
    assert store["services"] == ["pickup", "returns"]
    assert store["hours"][0] == {"weekday": 0, "opens": "09:00", "closes": "20:00"}
    assert len(store["hours"]) == 6
    assert store["exceptions"] == [
        {"day": (today + timedelta(days=5)).isoformat(), "opens": None, "closes": None, "note": "Stocktaking"}
    ]
    assert store["time_zone"] == "Europe/Berlin"
    assert isinstance(store["open_now"], bool)
    assert store["distance_km"] is None


def test_stores_within_a_radius_are_listed_nearest_first(client, mitte, altona):
    make_store("teheran", latitude=35.6892, longitude=51.3890)
    make_warehouse("leipzig")
    make_store("closed-down", is_active=False)

    nearby = stores(client, near="52.5219,13.4132", radius_km="300")["results"]

    assert [store["code"] for store in nearby] == ["mitte", "altona"]
    assert [store["code"] for store in stores(client)["results"]] == ["altona", "mitte", "teheran"]


@pytest.mark.parametrize("query", [{}, {"near": "52.5,13.4"}, {"near": "52.5,13.4", "radius_km": "500"}])
def test_pages_through_stores_without_gap_or_repetition(client, query):
    for number in range(5):
        # Two and two are equally far.
        make_store(f"store-{number}", latitude=50 + number // 2)

    address, pages = "/api/v1/stores/?" + urlencode({"limit": 2, **query}), []
    while address:
        body = client.get(address).json()
        pages.append([store["code"] for store in body["results"]])
        address = body["next"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(chain(*pages)) == [f"store-{number}" for number in range(5)]


def test_the_list_of_stores_costs_one_statement(client, mitte, altona, django_assert_num_queries):
    with django_assert_num_queries(1):
        stores(client, near="52.5,13.4")
    with django_assert_num_queries(0):
        stores(client, near="52.5,13.4")


@pytest.mark.parametrize(
    "query",
    [
        {"radius_km": "5"},
        {"near": "1,1", "radius_km": "0"},
        {"near": "1,1", "radius_km": "nan"},
        {"near": "x"},
        {"city": "x"},
    ],
)
def test_refuses_malformed_queries_for_stores(client, query):
    response = client.get("/api/v1/stores/", query)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_unknown_stores_are_not_found(client):
    make_warehouse("leipzig")

    for code in ("unheard-of", "leipzig", "x" * 300):
        assert client.get(f"/api/v1/stores/{code}/").status_code == 404
