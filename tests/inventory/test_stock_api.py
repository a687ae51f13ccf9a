"""GET /stock/: what is where, for staff."""

import pytest

from accounts.models import Customer
from core.actors import Actor
from inventory.services.held_stock import UnitsInState, take_in_returned
from tests.client import Api
from tests.factories.accounts import make_customer
from tests.factories.back_office import NOON
from tests.factories.inventory import make_stock, make_store, make_variant

MONA = Actor(channel="till", staff_id=7)


@pytest.fixture
def held_mug(mug, high_street):
    lines = [UnitsInState(mug.pk, high_street.pk, 1, "damaged"), UnitsInState(mug.pk, high_street.pk, 2, "put_away")]
    take_in_returned(lines=lines, cause_kind="return", cause_id="R-1", by=MONA, now=NOON)
    return mug


def row(location, on_hand, held):
    return {
        "sku": "MUG", "location": location, "on_hand": on_hand, "reserved": 0, "safety": 0, "available": on_hand,
        "held": held,
        "incoming": 0,
    }  # fmt: skip


def test_staff_read_the_stock_of_every_place_with_what_is_held(tess, held_mug):
    here = row("high-street", 5, {"damaged": 1, "put_away": 2})

    assert Api(tess).get("stock/").json() == {"results": [here, row("warehouse", 10, {})], "next": None}
    assert Api(tess).get("stock/?sku=mug&location=high-street").json()["results"] == [here]
    assert Api(tess).get("stock/?sku=nothing").json()["results"] == []


def test_the_list_goes_on_at_the_next_page(tess, mug, lamp):
    first = Api(tess).get("stock/?limit=3").json()
    rest = Api(tess).get(first["next"].partition("/api/v1/")[2]).json()

    assert [(line["sku"], line["location"]) for line in first["results"] + rest["results"]] == [
        ("MUG", "high-street"), ("MUG", "warehouse"), ("LAMP", "high-street"), ("LAMP", "warehouse"),
    ]  # fmt: skip
    assert rest["next"] is None


@pytest.mark.parametrize("cursor", ["bnVsbA==", "WzFd", "WyJhIiwiYiJd", "%00", "W251bGwsbnVsbF0="])
def test_a_forged_cursor_is_refused(tess, mug, cursor):
    assert Api(tess).get(f"stock/?cursor={cursor}").json()["code"] == "invalid"


@pytest.mark.parametrize("person", [None, "shopper"])
def test_it_is_for_staff_alone(db, mug, person):
    shopper: Customer | None = make_customer("Cleo", email="cleo@example.com") if person else None

    assert Api(shopper).get("stock/").status_code == (403 if person else 401)


@pytest.mark.parametrize("places", [1, 6])
def test_it_takes_as_many_statements_however_many_places(tess, django_assert_num_queries, places):
    mug = make_variant(sku="MUG")
    for _place in range(places):
        make_stock(mug, make_store())
    client = Api(tess)

    with django_assert_num_queries(3):  # the token, the rights, the list
        assert len(client.get("stock/").json()["results"]) == places
