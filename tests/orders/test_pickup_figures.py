"""How well stores serve pickups: for their staff, for head office, and for nobody else."""

import csv
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.rules import roles
from orders.models import Fulfilment, Order
from orders.queries.fulfilment.pickup_figures import pickup_figures
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store
from tests.factories.orders import make_order
from tests.factories.states import no_guards
from tests.pages import Inline

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAYS = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
PAGE = "/admin/orders/fulfilment/pickups/"


@pytest.fixture
def altona(db):
    return make_store("ham-altona")


@pytest.fixture
def ended(mug):
    """Make a pickup that ended: accepted, made ready and finished so many hours after the order."""
    serial = count()

    def made(store, state="collected", *, accepted=1, ready=2, finished=26, promised=3, placed=MONDAY):
        order = make_order((mug, 1, 1290), store=store, state=state)
        Order.objects.filter(pk=order.pk).update(placed_at=placed + timedelta(seconds=next(serial)))
        placed = Order.objects.get(pk=order.pk).placed_at

        def after(hours):
            return None if hours is None else placed + timedelta(hours=hours)

        Fulfilment.objects.filter(order=order).update(
            accepted_at=after(accepted), ready_at=after(ready), finished_at=after(finished), promised_at=after(promised)
        )
        return order

    return made


def figures(*stores, **days):
    return pickup_figures(store_ids=[store.pk for store in stores], **(DAYS | days))


class TestFigures:
    def test_how_fast_how_often_in_time_and_how_many_nobody_collects(self, ended, mitte):
        for hours in ((1, 2, 26), (2, 4, 6), (0.5, 8, 80)):
            ended(mitte, accepted=hours[0], ready=hours[1], finished=hours[2])
        ended(mitte, "expired", finished=200)

        (row,) = figures(mitte)

        assert (row.collected, row.expired, row.cancelled) == (3, 1, 0)
        assert row.no_show == 2500
        # Promised for three hours after the order: two of the four kept that.
        assert (row.ready_in_time, row.ready_with_promise, row.in_time) == (2, 4, 5000)
        assert row.until_accepted == timedelta(hours=1)
        assert row.until_ready == timedelta(hours=3)
        assert row.dwell == timedelta(hours=24)  # Of 2, 24 and 72; nobody waited for what was never collected.

    def test_what_was_cancelled_before_it_was_ready_has_no_times(self, ended, mitte):
        ended(mitte, "cancelled", accepted=None, ready=None)

        (row,) = figures(mitte)

        assert (row.collected, row.cancelled, row.no_show, row.in_time) == (0, 1, None, None)
        assert (row.until_accepted, row.until_ready, row.dwell) == (None, None, None)

    def test_a_pickup_without_a_promise_is_neither_in_time_nor_late(self, ended, mitte):
        ended(mitte, promised=None)

        (row,) = figures(mitte)

        assert (row.ready_with_promise, row.in_time, row.until_ready) == (0, None, timedelta(hours=2))

    def test_a_pickup_counts_on_the_day_of_its_store_on_which_it_ended(self, ended, mitte):
        """At half past eleven on Monday in London, it is Tuesday in Berlin."""
        ended(mitte, placed=datetime(2026, 3, 2, 22, 30, tzinfo=UTC), accepted=0, ready=0.5, finished=1)

        assert figures(mitte, first=date(2026, 3, 2), last=date(2026, 3, 2)) == []
        assert len(figures(mitte, first=date(2026, 3, 3), last=date(2026, 3, 3))) == 1

    def test_each_store_has_its_own_and_only_those_asked_for_are_shown(self, ended, mitte, altona):
        ended(mitte)
        ended(altona, "expired")

        assert [(row.store, row.collected, row.expired) for row in figures(mitte, altona)] == [
            ("ber-mitte", 1, 0),
            ("ham-altona", 0, 1),
        ]
        assert [row.store for row in figures(altona)] == ["ham-altona"]

    def test_parcels_open_pickups_and_orders_that_failed_do_not_count(self, ended, mitte):
        failed, parcel = ended(mitte, "cancelled"), ended(mitte)
        with no_guards():
            Order.objects.filter(pk=failed.pk).update(state="failed")
            Fulfilment.objects.filter(order=parcel).update(kind="ship", state="delivered")
        ended(mitte, "ready", finished=None)

        assert figures(mitte) == []

    @pytest.mark.parametrize("pickups", [1, 6])
    def test_takes_one_statement_for_any_number(self, ended, mitte, altona, pickups):
        for _pickup in range(pickups):
            ended(mitte)
            ended(altona)

        with CaptureQueriesContext(connection) as asked:
            figures(mitte, altona)

        assert len(asked) == 1


class TestApi:
    def test_shows_the_acting_store(self, till, ended, mitte, altona):
        ended(mitte)
        ended(altona)

        assert till.get("till/pickup-figures/?first=2026-03-01&last=2026-03-31").json() == {
            "store": "ber-mitte",
            "first": "2026-03-01",
            "last": "2026-03-31",
            "collected": 1,
            "expired": 0,
            "cancelled": 0,
            "ready_in_time": 1,
            "ready_with_promise": 1,
            "until_accepted_minutes": 60,
            "until_ready_minutes": 120,
            "dwell_minutes": 1440,
        }

    def test_a_store_without_pickups_has_noughts(self, till):
        shown = till.get("till/pickup-figures/").json()

        assert (shown["collected"], shown["dwell_minutes"]) == (0, None)
        assert date.fromisoformat(shown["last"]) - date.fromisoformat(shown["first"]) == timedelta(days=29)

    @pytest.mark.parametrize(
        ("query", "field"),
        [("first=2026-03-02&last=2026-03-01", "first"), ("first=yesterday", "first"), ("last=0001-01-00", "last")],
    )
    def test_days_that_are_none_are_named(self, till, query, field):
        answer = till.get(f"till/pickup-figures/?{query}")

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)

    @pytest.mark.parametrize("query", ["last=0001-01-01", "first=9999-12-31&last=9999-12-31", "first=0001-01-01"])
    def test_the_ends_of_the_calendar_are_no_error(self, till, query):
        assert till.get(f"till/pickup-figures/?{query}").status_code == 200

    def test_is_for_staff(self, app):
        assert app.get("till/pickup-figures/").status_code == 403


class TestReport:
    @pytest.fixture
    def head(self, db):
        person = make_staff("Hedy Head", email="hedy@example.com")
        assign(person, None, roles.HEAD_OFFICE)
        return signed_in(person)

    def test_head_office_sees_all_stores(self, head, ended, mitte, altona):
        ended(mitte)
        ended(altona, "expired", ready=4)

        page = head.get(PAGE, DAYS).content.decode()

        assert page.count('<th scope="row">') == 2
        assert "24 hr" in page
        assert "100%" in page
        assert Inline(page).found == []

    def test_staff_of_a_store_see_theirs(self, tess, ended, mitte, altona):
        ended(mitte)
        ended(altona)

        rows = signed_in(tess).get(PAGE, DAYS).context["rows"]

        assert [row["store"] for row in rows] == ["ber-mitte"]

    def test_the_file_has_the_same_figures(self, head, ended, mitte):
        ended(mitte)
        ended(mitte, "expired")

        answer = head.get(PAGE, DAYS | {"download": "csv"})

        (row,) = csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
        assert row == {
            "store": "ber-mitte", "collected": "1", "expired": "1", "cancelled": "0", "in_time_percent": "100.0",
            "no_show_percent": "50.0", "until_accepted_minutes": "60", "until_ready_minutes": "120",
            "dwell_minutes": "1440",
        }  # fmt: skip

    @pytest.mark.parametrize("days", [{"first": "no day", "last": "2026-03-31"}, {"first": "2026-03-01"}])
    def test_days_that_are_none_are_said(self, head, ended, mitte, days):
        ended(mitte)

        answer = head.get(PAGE, days)

        assert (answer.status_code, answer.context["rows"]) == (200, [])
        assert "errorlist" in answer.content.decode()

    def test_the_days_may_stand_the_wrong_way_round(self, head, ended, mitte):
        ended(mitte)

        assert head.get(PAGE, {"first": "2026-03-31", "last": "2026-03-01"}).context["rows"] == []

    def test_the_calendars_ends_are_no_error(self, head):
        assert head.get(PAGE, {"first": "0001-01-01", "last": "9999-12-31"}).status_code == 200

    def test_is_linked_from_the_fulfilments(self, head):
        assert PAGE in head.get("/admin/orders/fulfilment/").content.decode()

    def test_takes_the_same_statements_for_many_stores(self, head, ended, mitte):
        def statements():
            with CaptureQueriesContext(connection) as asked:
                assert head.get(PAGE, DAYS).status_code == 200
            return len(asked)

        ended(mitte)
        statements()
        few = statements()
        for number in range(4):
            ended(make_store(f"store-{number}"))

        assert statements() == few


def test_a_shopper_sees_no_figures(ana):
    assert Api(ana).get("till/pickup-figures/").status_code == 403
