"""Goods of pickups that ended lie at the desk: nobody buys them before somebody has put them away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.rules import roles
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import HeldStock, StockLevel
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.deadlines import expire_overdue_pickups
from orders.services.fulfilment.pickups.preparing import (
    accept_pickup,
    make_pickup_ready,
    reject_pickup,
    start_picking,
)
from tests.client import Api
from tests.factories.inventory import assign, make_stock, make_store, make_variant
from tests.factories.orders import make_order
from tests.till.conftest import new_key, text_of

READY = (accept_pickup, start_picking, make_pickup_ready)


@pytest.fixture
def desk(mona, high_street):
    return Actor(channel="till", staff_id=mona.pk, store_id=high_street.pk, store_code=high_street.code)


@pytest.fixture
def pickup(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana).fulfilments.get()


def prepare(pickup, desk, acts=READY):
    for act in acts:
        act(pickup_id=pickup.pk, by=desk, now=timezone.now())


def cancel(pickup, by, **more):
    cancel_order(number=pickup.order.number, reason="changed_mind", by=by, now=timezone.now(), **more)


def units(mug, high_street):
    """Return what is on hand, reserved, and waits to be put away."""
    level = StockLevel.objects.get(variant=mug, location=high_street)
    waiting = HeldStock.objects.filter(level=level, state="put_away").values_list("units", flat=True)
    assert find_breaches() == {}
    return level.on_hand, level.reserved, sum(waiting)


class TestWhatWaits:
    def test_goods_that_lie_at_the_desk_are_not_sold_when_the_pickup_is_cancelled(self, pickup, desk, mug, high_street):
        on_hand, _reserved, _waiting = units(mug, high_street)
        prepare(pickup, desk)

        cancel(pickup, desk)

        assert units(mug, high_street) == (on_hand - 2, 0, 2)

    def test_nor_when_it_expires(self, pickup, desk, mug, high_street):
        on_hand, _reserved, _waiting = units(mug, high_street)
        prepare(pickup, desk)

        assert expire_overdue_pickups(now=timezone.now() + timedelta(days=30)) == 1

        assert units(mug, high_street) == (on_hand - 2, 0, 2)

    def test_nor_when_the_desk_gives_it_up(self, pickup, desk, mug, high_street):
        on_hand, _reserved, _waiting = units(mug, high_street)
        prepare(pickup, desk)

        reject_pickup(pickup_id=pickup.pk, reason="Nobody came.", by=desk, now=timezone.now())

        assert units(mug, high_street) == (on_hand - 2, 0, 2)

    def test_of_some_pieces_only_those_wait(self, pickup, desk, mug, high_street):
        on_hand, _reserved, _waiting = units(mug, high_street)
        prepare(pickup, desk)

        cancel(pickup, desk, pieces={pickup.order.lines.get().pk: 1})

        assert units(mug, high_street) == (on_hand - 1, 1, 1)

    @pytest.mark.parametrize("acts", [(), READY[:1]])
    def test_goods_that_nobody_has_taken_from_the_shelf_are_sold_at_once(self, pickup, desk, mug, high_street, acts):
        on_hand, _reserved, _waiting = units(mug, high_street)
        prepare(pickup, desk, acts)

        cancel(pickup, desk)

        assert units(mug, high_street) == (on_hand, 0, 0)

    def test_what_was_not_found_while_picking_waits_for_nobody(self, pickup, desk, mug, high_street):
        prepare(pickup, desk, READY[:2])

        reject_pickup(pickup_id=pickup.pk, reason="Not there.", by=desk, now=timezone.now())

        assert units(mug, high_street)[1:] == (0, 0)


class TestTheTill:
    @pytest.fixture(autouse=True)
    def ended(self, pickup, desk):
        prepare(pickup, desk)
        cancel(pickup, desk)

    def test_a_scan_puts_one_piece_on_the_shelf(self, clerk, mug, high_street):
        page = clerk.post("put_away", scanned="mug", key=new_key())

        assert "MUG" in text_of(page)
        assert units(mug, high_street)[2] == 1

    def test_a_row_puts_all_of_it_there_once(self, clerk, mug, high_street):
        fields = {"sku": "MUG", "units": "2", "key": new_key()}

        assert "Nothing waits to be put away." in text_of(clerk.post("put_away", **fields))
        clerk.post("put_away", **fields)

        assert units(mug, high_street)[2] == 0

    @pytest.mark.parametrize(
        "fields", [{"sku": "MUG", "units": "3"}, {"sku": "MUG", "units": ""}, {"sku": "MUG", "units": "-1"},
                   {"scanned": "nothing"}, {"sku": "LAMP", "units": "1"}, {}],
    )  # fmt: skip
    def test_what_does_not_wait_is_refused_and_changes_nothing(self, clerk, mug, lamp, high_street, fields):
        page = clerk.post("put_away", key=new_key(), **fields)

        assert page.status_code in (400, 404, 409)
        assert 'role="alert"' in page.content.decode()
        assert units(mug, high_street)[2] == 2

    def test_the_home_page_counts_it(self, clerk):
        assert "2 to put away" in text_of(clerk.get("now"))

    def test_a_page_costs_the_same_for_any_number_of_articles(self, clerk, high_street):
        def statements():
            with CaptureQueriesContext(connection) as seen:
                assert clerk.get("put_away").status_code == 200
            return len(seen)

        before = statements()
        for sku in ("PLATE", "CUP", "JUG"):
            level = make_stock(make_variant(sku=sku), high_street)
            HeldStock.objects.create(level=level, state="put_away", units=0)

        assert statements() == before


class TestTheApi:
    def test_lists_and_confirms(self, mona, pickup, desk, mug, high_street):
        prepare(pickup, desk)
        cancel(pickup, desk)
        api = Api(mona)

        listed = api.get("stock/put-away/").json()
        first = api.post("stock/put-away/", {"sku": "mug", "units": 1}, key="one")
        again = api.post("stock/put-away/", {"sku": "mug", "units": 1}, key="one")
        too_many = api.post("stock/put-away/", {"sku": "MUG", "units": 2})

        assert [(row["sku"], row["units"]) for row in listed["results"]] == [("MUG", 2)]
        assert first.json() == again.json() == {"sku": "mug", "units": 1}
        assert (too_many.status_code, too_many.json()["code"]) == (409, "held_stock_short")
        assert units(mug, high_street)[2] == 1

    def test_another_store_sees_and_confirms_nothing(self, mona, pickup, desk, mug, high_street):
        prepare(pickup, desk)
        cancel(pickup, desk)
        assign(mona, make_store("elsewhere"), roles.MANAGER)
        api = Api(mona, store="elsewhere")

        assert api.get("stock/put-away/").json()["results"] == []
        assert api.post("stock/put-away/", {"sku": "MUG", "units": 1}).status_code == 404
        assert units(mug, high_street)[2] == 2

    def test_it_is_for_staff_alone(self, ana):
        assert Api(ana).get("stock/put-away/").status_code == 403
