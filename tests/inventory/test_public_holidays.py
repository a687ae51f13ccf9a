"""Places are closed on the public holidays of their calendar, unless staff say otherwise."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.rules import roles
from core.actors import THE_SYSTEM
from core.data.invariants import find_breaches
from core.models import JournalEntry
from inventory.models import Location, OpeningException
from inventory.queries.hours import load_hours
from inventory.rules.opening import is_open, ready_at
from inventory.rules.public_holidays import known_calendar, public_holidays
from inventory.services.public_holidays import DAYS_AHEAD, close_on_public_holidays
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_stock, make_store, make_variant, make_warehouse
from tests.page_forms import PageForm

# A Tuesday; Christmas is on Friday and Saturday of the week after.
NOW = datetime(2026, 12, 15, 9, 0, tzinfo=UTC)
CHRISTMAS = date(2026, 12, 25)
LANGUAGES = ["en", "ar", "fa", "de"]


@pytest.fixture
def store(db):
    store = make_store("ber-mitte")
    Location.objects.filter(pk=store.pk).update(holiday_calendar="DE-BE")
    return store


def close(now=NOW, **where):
    return close_on_public_holidays(by=THE_SYSTEM, now=now, **where)


def closed_days(place):
    return list(OpeningException.objects.filter(location=place, opens=None).values_list("day", flat=True))


class TestCalendars:
    @pytest.mark.parametrize(
        ("text", "calendar"),
        [
            ("DE", "DE"), ("de-be", "DE-BE"), (" at ", "AT"), ("DE\u2011BE", "DE-BE"), ("IR", "IR"),
            ("GB-ENG", "GB-ENG"), ("US-CA", "US-CA"), ("DE-XX", None), ("XX", None), ("DE-", None), ("-BE", None),
            ("Berlin", None), ("", None),
        ],
    )  # fmt: skip
    def test_a_country_or_one_of_its_regions(self, text, calendar):
        assert known_calendar(text) == calendar

    def test_a_region_has_its_own_days(self):
        women = date(2027, 3, 8)

        assert women in public_holidays("DE-BE", years=[2027], languages=["en"])
        assert women not in public_holidays("DE-BY", years=[2027], languages=["en"])
        assert women not in public_holidays("DE", years=[2027], languages=["en"])

    def test_names_are_in_the_languages_that_the_library_has(self):
        berlin = public_holidays("DE-BE", years=[2026], languages=LANGUAGES)[CHRISTMAS]
        tehran = public_holidays("IR", years=[2027], languages=LANGUAGES)[date(2027, 3, 21)]

        assert berlin == {"en": "Christmas Day", "de": "Erster Weihnachtstag"}
        assert tehran == {"en": "Nowruz", "fa": "جشن نوروز"}

    def test_the_servers_language_does_not_count(self, monkeypatch):
        """holidays 0.108 answers in it otherwise: findings/holidays-answers-in-the-servers-language.sh."""
        monkeypatch.setenv("LANGUAGE", "uk")

        assert public_holidays("DE-BE", years=[2026], languages=["fa", "en"])[CHRISTMAS] == {"en": "Christmas Day"}

    def test_where_it_has_none_of_them_the_first_one_gets_its_own(self):
        names = public_holidays("DE", years=[2026], languages=["fa"])[CHRISTMAS]

        assert set(names) == {"fa"}
        assert names["fa"]


class TestClosing:
    def test_a_place_is_closed_on_the_holidays_that_come(self, store):
        assert close() == 1

        assert closed_days(store) == [CHRISTMAS, date(2026, 12, 26), date(2027, 1, 1), date(2027, 3, 8),
                                      date(2027, 3, 26), date(2027, 3, 29)]  # fmt: skip
        christmas = OpeningException.objects.get(day=CHRISTMAS)
        assert (christmas.source, christmas.note["de"]) == ("calendar", "Erster Weihnachtstag")
        assert not is_open(load_hours([store.pk])[store.pk], datetime(2026, 12, 25, 11, 0, tzinfo=UTC))
        assert find_breaches() == {}

    def test_goods_are_promised_for_the_day_after(self, store):
        close()
        eve = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)

        ready = ready_at(load_hours([store.pk])[store.pk], eve, 120)

        assert ready.date() == date(2026, 12, 28)  # A Monday, after two holidays and a Sunday.

    def test_nothing_changes_the_next_time(self, store):
        close()
        told = JournalEntry.objects.filter(kind="catalogue.changed").count()

        assert close() == 0
        assert JournalEntry.objects.filter(kind="catalogue.changed").count() == told == 1

    def test_only_places_that_are_open_for_business_and_have_a_calendar(self, store):
        make_store("ham-altona")
        shut = make_store("muc-zentrum")
        Location.objects.filter(pk=shut.pk).update(holiday_calendar="DE-BY", is_active=False)

        close()

        assert set(OpeningException.objects.values_list("location_id", flat=True)) == {store.pk}

    def test_a_warehouse_keeps_them_too(self, store):
        depot = make_warehouse()
        Location.objects.filter(pk=depot.pk).update(holiday_calendar="AT")

        assert close() == 2
        assert date(2027, 1, 6) in closed_days(depot)

    def test_what_staff_entered_stands(self, store):
        OpeningException.objects.create(location=store, day=CHRISTMAS, opens=time(10), closes=time(14))

        close()

        christmas = OpeningException.objects.get(day=CHRISTMAS)
        assert (christmas.source, christmas.opens, christmas.note) == ("staff", time(10), {})

    def test_another_calendar_takes_the_days_of_the_former_back(self, store):
        close()
        Location.objects.filter(pk=store.pk).update(holiday_calendar="DE-BY")

        assert close() == 1

        assert date(2027, 3, 8) not in closed_days(store)  # Only Berlin's.
        assert date(2027, 1, 6) in closed_days(store)  # Not Berlin's.

    def test_without_a_calendar_its_days_are_taken_back_and_others_stay(self, store):
        OpeningException.objects.create(location=store, day=date(2026, 12, 31))
        close()
        Location.objects.filter(pk=store.pk).update(holiday_calendar="")

        assert close() == 1
        assert closed_days(store) == [date(2026, 12, 31)]

    def test_what_is_past_stays(self, store):
        close()

        close(now=NOW + timedelta(days=30))

        assert CHRISTMAS in closed_days(store)

    def test_today_is_the_places_own(self, store):
        """It is the first of January in Auckland, and still December in London."""
        Location.objects.filter(pk=store.pk).update(holiday_calendar="NZ", time_zone="Pacific/Auckland")

        close(now=datetime(2026, 12, 31, 12, 0, tzinfo=UTC))

        assert closed_days(store)[0] == date(2027, 1, 1)

    def test_a_holiday_of_another_name_is_renamed(self, store):
        close()
        OpeningException.objects.filter(day=CHRISTMAS).update(note={"en": "Xmas"})

        assert close() == 1
        assert OpeningException.objects.get(day=CHRISTMAS).note["en"] == "Christmas Day"

    def test_no_day_is_further_than_anything_is_promised(self, store):
        close()

        assert max(closed_days(store)) <= NOW.date() + timedelta(days=DAYS_AHEAD)

    def test_many_places_take_as_many_statements_each(self, store):
        def statements():
            with CaptureQueriesContext(connection) as asked:
                close()
            return len(asked)

        close()
        one = statements()
        for number in range(3):
            Location.objects.filter(pk=make_store(f"store-{number}").pk).update(holiday_calendar="DE")
        close()

        assert statements() == 1 + 4 * (one - 1)


class TestBackOffice:
    @pytest.fixture
    def head(self, db):
        person = make_staff("Hedy Head", email="hedy@example.com")
        assign(person, None, roles.HEAD_OFFICE)
        return signed_in(person)

    def address(self, place):
        return f"/admin/inventory/location/{place.pk}/change/"

    def saved(self, head, place, **changes):
        page = head.get(self.address(place))
        return head.post(self.address(place), PageForm(page.content.decode(), "location_form").values | changes)

    def test_choosing_a_calendar_closes_the_place_at_once(self, head, db):
        place = make_store("ber-mitte")

        answer = self.saved(head, place, holiday_calendar="de-be")

        place.refresh_from_db()
        assert (answer.status_code, place.holiday_calendar) == (302, "DE-BE")
        assert OpeningException.objects.filter(location=place, source="calendar").exists()

    def test_an_unknown_calendar_is_refused_with_an_example(self, head, db):
        place = make_store("ber-mitte")

        answer = self.saved(head, place, holiday_calendar="Berlin")

        assert answer.status_code == 200
        assert "DE-BE" in answer.context["errors"][0][0]
        place.refresh_from_db()
        assert place.holiday_calendar == ""

    def test_hours_on_a_holiday_are_the_staffs_from_then_on(self, head, store):
        close_on_public_holidays(by=THE_SYSTEM, now=datetime.now(UTC))
        first = OpeningException.objects.filter(location=store).order_by("day").first()

        answer = self.saved(head, store, **{"exceptions-0-opens": "10:00", "exceptions-0-closes": "14:00"})

        assert answer.status_code == 302, answer.context["errors"]
        first.refresh_from_db()
        assert (first.source, first.opens) == ("staff", time(10))
        others = OpeningException.objects.filter(location=store).exclude(pk=first.pk)
        assert set(others.values_list("source", flat=True)) == {"calendar"}
        assert close_on_public_holidays(by=THE_SYSTEM, now=datetime.now(UTC)) == 0

    def test_the_stores_page_of_the_app_names_the_holiday(self, store):
        close_on_public_holidays(by=THE_SYSTEM, now=datetime.now(UTC))
        make_stock(make_variant(sku="MUG"), store)

        shown = Api().get("stores/ber-mitte/").json()

        assert any(day.get("opens") is None for day in shown["exceptions"])
