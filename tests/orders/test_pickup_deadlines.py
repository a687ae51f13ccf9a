"""Until when a pickup is kept: buyers are reminded before, and staff move the day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.data.invariants import find_breaches
from core.errors import NotFound
from core.models import JournalEntry
from inventory.models import Location, OpeningHours
from orders.models import Fulfilment
from orders.services.fulfilment.pickups.deadlines import (
    NotKept,
    NotLonger,
    expire_overdue_pickups,
    extend_pickup,
    remind_of_pickups,
)
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.fulfilment.pickups.preparing import accept_pickup, make_pickup_ready
from tests.client import Api, signed_in
from tests.factories.inventory import make_store
from tests.factories.orders import make_order
from tests.refusals import refused

# The store closes at eight in the evening.
CLOSES = datetime(2026, 3, 9, 19, 0, tzinfo=UTC)
ELSEWHERE = ["placed", "accepted", "picking", "collected", "expired", "cancelled"]


@pytest.fixture
def ready(ana, mitte, mug, at_desk, now):
    """Two mugs that are ready on Monday, March 2, and kept for a week."""
    pickup = make_order((mug, 2, 1290), store=mitte, customer=ana).fulfilments.get()
    accept_pickup(pickup_id=pickup.pk, by=at_desk, now=now)
    make_pickup_ready(pickup_id=pickup.pk, by=at_desk, now=now)
    pickup.refresh_from_db()
    assert pickup.expires_at == CLOSES
    return pickup


def told(kind):
    return JournalEntry.objects.filter(kind=f"pickup.{kind}").count()


def extend(pickup, by, now, until=date(2026, 3, 12), reason="The buyer is ill."):
    extend_pickup(pickup_id=pickup.pk, until=until, reason=reason, by=by, now=now)
    pickup.refresh_from_db()


class TestReminders:
    def test_a_day_before_the_deadline_the_buyer_is_reminded_once(self, ready):
        assert remind_of_pickups(now=CLOSES - timedelta(hours=24, seconds=1)) == 0
        assert remind_of_pickups(now=CLOSES - timedelta(hours=24)) == 1
        assert remind_of_pickups(now=CLOSES - timedelta(hours=23)) == 0

        ready.refresh_from_db()
        assert (ready.state, ready.reminders, told("reminded")) == ("ready", 1, 1)

    def test_the_shop_says_how_often(self, ready, settings):
        settings.PICKUP_REMINDER_HOURS = [72, 24, 3]

        sent = [remind_of_pickups(now=CLOSES - timedelta(hours=before)) for before in (73, 72, 48, 24, 4, 3, 1)]

        assert sent == [0, 1, 0, 1, 0, 1, 0]

    def test_none_is_sent_where_the_shop_wants_none(self, ready, settings):
        settings.PICKUP_REMINDER_HOURS = []

        assert remind_of_pickups(now=CLOSES - timedelta(minutes=1)) == 0

    def test_what_was_missed_together_is_told_once(self, ready, settings):
        settings.PICKUP_REMINDER_HOURS = [72, 24, 3]

        assert [remind_of_pickups(now=CLOSES - timedelta(hours=2)) for _run in range(2)] == [1, 0]
        assert told("reminded") == 1

    def test_a_short_time_is_not_reminded_of_in_its_first_half(self, ana, mitte, mug, at_desk, now):
        Location.objects.filter(pk=mitte.pk).update(pickup_keep_days=0)
        pickup = make_order((mug, 1, 1290), store=mitte, customer=ana).fulfilments.get()
        accept_pickup(pickup_id=pickup.pk, by=at_desk, now=now)
        make_pickup_ready(pickup_id=pickup.pk, by=at_desk, now=now)
        pickup.refresh_from_db()
        half = now + (pickup.expires_at - now) / 2

        assert remind_of_pickups(now=half - timedelta(minutes=1)) == 0
        assert remind_of_pickups(now=half) == 1

    @pytest.mark.parametrize("state", ELSEWHERE)
    def test_only_what_waits_at_the_desk_is_reminded_of(self, state, ana, mitte, mug, now):
        pickup = make_order((mug, 1, 1290), store=mitte, customer=ana, state=state).fulfilments.get()
        Fulfilment.objects.filter(pk=pickup.pk).update(ready_at=now, expires_at=CLOSES)

        assert remind_of_pickups(now=CLOSES - timedelta(hours=1)) == 0

    def test_nobody_is_reminded_of_what_has_expired(self, ready):
        assert remind_of_pickups(now=CLOSES) == 0

    def test_the_rest_of_a_pickup_keeps_its_reminders(self, ready, at_desk):
        """What waits when some pieces were collected moves into a pickup of its own as it ends."""
        remind_of_pickups(now=CLOSES - timedelta(hours=24))
        (line,) = ready.lines.all()
        hand_over_pickup(
            proof=prove_by_document(pickup_id=ready.pk), collected_by="", pieces={line.order_line_id: 1}, tenders=(),
            session_id=None, by=at_desk, now=CLOSES - timedelta(hours=20),
        )  # fmt: skip
        assert remind_of_pickups(now=CLOSES - timedelta(hours=19)) == 0

        expire_overdue_pickups(now=CLOSES + timedelta(minutes=1))

        rest = Fulfilment.objects.get(state="expired")
        assert (rest.reminders, rest.expires_at) == (1, CLOSES)
        assert find_breaches() == {}

    def test_many_take_one_statement_to_find(self, ana, mitte, mug, now):
        def statements(count):
            for _one in range(count):
                pickup = make_order((mug, 1, 1290), store=mitte, customer=ana, state="ready").fulfilments.get()
                Fulfilment.objects.filter(pk=pickup.pk).update(ready_at=now, expires_at=CLOSES, reminders=1)
            with CaptureQueriesContext(connection) as asked:
                assert remind_of_pickups(now=CLOSES - timedelta(hours=1)) == 0
            return len(asked)

        assert statements(1) == statements(4) == 1


class TestExtension:
    def test_keeps_the_goods_until_the_store_closes_on_the_day(self, ready, at_desk, now):
        extend(ready, at_desk, now)

        assert ready.expires_at == CLOSES + timedelta(days=3)
        assert (ready.state, ready.extension_reason) == ("ready", "The buyer is ill.")
        entry = JournalEntry.objects.get(kind="pickup.extended")
        assert (entry.actor_id, entry.payload["reason"]) == (at_desk.staff_id, "The buyer is ill.")
        assert expire_overdue_pickups(now=CLOSES + timedelta(days=1)) == 0
        assert expire_overdue_pickups(now=CLOSES + timedelta(days=4)) == 1

    def test_a_day_on_which_the_store_is_closed_becomes_the_next_opening_day(self, ready, at_desk, now):
        extend(ready, at_desk, now, until=date(2026, 3, 15))  # A Sunday.

        assert ready.expires_at == datetime(2026, 3, 16, 19, 0, tzinfo=UTC)

    def test_the_clock_may_change_in_between(self, ready, at_desk, now):
        extend(ready, at_desk, now, until=date(2026, 3, 30))  # Summer time has begun the day before.

        assert ready.expires_at == datetime(2026, 3, 30, 18, 0, tzinfo=UTC)

    def test_reminders_begin_again(self, ready, at_desk, now):
        remind_of_pickups(now=CLOSES - timedelta(hours=24))

        extend(ready, at_desk, CLOSES - timedelta(hours=10))

        assert ready.reminders == 0
        assert remind_of_pickups(now=CLOSES - timedelta(hours=1)) == 0
        assert remind_of_pickups(now=ready.expires_at - timedelta(hours=24)) == 1

    @pytest.mark.parametrize("until", [date(2026, 3, 10), date(2026, 5, 31)])
    def test_the_first_and_the_last_possible_day(self, until, ready, at_desk, now):
        extend(ready, at_desk, now, until=until)

        assert ready.expires_at > CLOSES

    @pytest.mark.parametrize("until", [date(2026, 3, 9), date(2026, 6, 1), date.min, date.max])
    def test_the_day_is_later_and_within_ninety_days(self, until, ready, at_desk, now):
        with refused(NotLonger) as refusal:
            extend(ready, at_desk, now, until=until)

        assert refusal.value.details == {"earliest": "2026-03-10", "latest": "2026-05-31"}
        ready.refresh_from_db()
        assert (ready.expires_at, told("extended")) == (CLOSES, 0)

    def test_a_deadline_at_midnight_ends_the_day_before(self, ready, at_desk, now, mitte):
        """A store that never opens keeps goods until midnight."""
        OpeningHours.objects.filter(location=mitte).delete()
        Fulfilment.objects.filter(pk=ready.pk).update(expires_at=datetime(2026, 3, 9, 23, 0, tzinfo=UTC))

        extend(ready, at_desk, now, until=date(2026, 3, 10))

        assert ready.expires_at == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)

    @pytest.mark.parametrize("state", ELSEWHERE)
    def test_only_what_is_at_the_desk_is_kept_longer(self, state, ana, mitte, mug, at_desk, now):
        pickup = make_order((mug, 1, 1290), store=mitte, customer=ana, state=state).fulfilments.get()

        with refused(NotKept) as refusal:
            extend(pickup, at_desk, now)

        assert refusal.value.details == {"state": state}

    def test_of_another_store_is_not_found(self, ready, at_desk, now):
        elsewhere = replace(at_desk, store_id=make_store("ham-altona").pk)

        with refused(NotFound):
            extend(ready, elsewhere, now)


class TestDoors:
    @pytest.fixture
    def pickup(self, ana, mitte, mug):
        return make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready").fulfilments.get()

    @pytest.fixture
    def later(self, pickup):
        return str((pickup.expires_at + timedelta(days=14)).date())

    def test_the_app_of_the_till_keeps_it_longer_once(self, till, pickup, later):
        path = f"till/pickups/{pickup.pk}/extension/"
        first, second = [till.post(path, {"until": later, "reason": "Ill."}) for _time in range(2)]

        shown = first.json()
        assert (first.status_code, shown["extension_reason"]) == (200, "Ill.")
        assert shown["expires_at"][:10] >= later
        assert (second.status_code, second.json()["code"]) == (409, "pickup_not_kept_longer")
        assert told("extended") == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"reason": "Ill."}, "until"),
            ({"until": "2026-02-30", "reason": "Ill."}, "until"),
            ({"until": "soon", "reason": "Ill."}, "until"),
            ({"until": "2026-12-24"}, "reason"),
            ({"until": "2026-12-24", "reason": " "}, "reason"),
            ({"until": "2026-12-24", "reason": "x" * 201}, "reason"),
            ({"until": "2026-12-24", "reason": "Ill.", "days": 3}, "days"),
        ],
    )
    def test_what_is_missing_or_odd_is_named(self, body, field, till, pickup):
        answer = till.post(f"till/pickups/{pickup.pk}/extension/", body)

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
        assert told("extended") == 0

    def test_the_page_of_the_till_keeps_it_longer_and_says_why(self, tess, pickup, later):
        browser = signed_in(tess)
        assert "Keep it longer" in browser.get(f"/admin/till/pickups/{pickup.pk}/").content.decode()

        answer = browser.post(
            f"/admin/till/pickups/{pickup.pk}/extend/", {"until": later, "extension_reason": "Ill."}, follow=True
        )

        assert (answer.status_code, "Ill." in answer.content.decode()) == (200, True)
        assert told("extended") == 1

    @pytest.mark.parametrize(
        ("fields", "status", "said"),
        [
            ({}, 400, "errorlist"),
            ({"until": "2999-01-01"}, 400, "errorlist"),
            ({"until": "2001-01-01", "extension_reason": "Ill."}, 409, "after the present deadline"),
        ],
    )
    def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(self, tess, pickup, fields, status, said):
        answer = signed_in(tess).post(f"/admin/till/pickups/{pickup.pk}/extend/", fields)

        page = answer.content.decode()
        assert (answer.status_code, said in page, fields.get("until", "") in page) == (status, True, True)
        assert told("extended") == 0

    def test_a_pickup_that_is_not_ready_offers_no_longer_time(self, tess, ana, mitte, mug):
        pickup = make_order((mug, 2, 1290), store=mitte, customer=ana).fulfilments.get()

        assert "Keep it longer" not in signed_in(tess).get(f"/admin/till/pickups/{pickup.pk}/").content.decode()

    def test_whoever_comes_within_the_longer_time_gets_the_goods(self, till, ana, pickup, later):
        assert till.post(f"till/pickups/{pickup.pk}/extension/", {"until": later, "reason": "Ill."}).status_code == 200
        expire_overdue_pickups(now=pickup.expires_at + timedelta(days=2))

        answer = till.post(f"till/pickups/{pickup.pk}/handover/", {"proof": "id_seen"})

        assert (answer.status_code, answer.json()["state"]) == (200, "collected")
        assert Api(ana).get(f"orders/{pickup.order.number}/").json()["state"] == "completed"
