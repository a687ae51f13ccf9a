from datetime import time

import pytest

from core.data.imports import RowRefused
from inventory.models import Location, OpeningException, OpeningHours
from inventory.services.store_import import parse_hours

HEADER = (
    "code,kind,name_en,name_ar,street_address,postal_code,city,country_code,latitude,longitude,time_zone,hours,services,"
    "pickup_lead_minutes"
)
MITTE = (
    "ber-mitte", "store", "Berlin Mitte", "برلين", "Torstr. 1", "10119", "Berlin", "de", "52.53", "13.40",
    "Europe/Berlin", "Mo-Fr 09:00-18:00; Sa 10:00-13:00,14:00-16:00", "pickup returns", "60",
)  # fmt: skip
DEPOT = (
    "depot", "warehouse", "Depot", "", "Hafen 3", "", "Hamburg", "DE", "53.5", "9.9",
    "Europe/Berlin", "", "ship", "",
)  # fmt: skip


@pytest.mark.django_db
def test_makes_locations_with_hours_and_services(write_csv, run):
    figures = run("import_stores", write_csv(HEADER, MITTE, DEPOT))

    assert (figures["created"], figures["refused"]) == (2, 0)
    mitte = Location.objects.get(code="ber-mitte")
    assert (mitte.name, mitte.kind, mitte.country_code) == ({"en": "Berlin Mitte", "ar": "برلين"}, "store", "DE")
    assert (mitte.latitude, mitte.longitude, mitte.pickup_lead_minutes) == (52.53, 13.4, 60)
    assert (mitte.offers_pickup, mitte.takes_returns, mitte.ships, mitte.is_active) == (True, True, False, True)
    assert mitte.hours.count() == 7
    depot = Location.objects.get(code="depot")
    assert (depot.ships, depot.offers_pickup, depot.pickup_lead_minutes, depot.ship_rank) == (True, False, 120, 100)


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_a_changed_row_all_it_says(write_csv, run):
    path = write_csv(HEADER, MITTE, DEPOT)
    run("import_stores", path)
    mitte = Location.objects.get(code="ber-mitte")
    OpeningException.objects.create(location=mitte, day="2026-12-25")

    again = run("import_stores", path)
    changed = list(MITTE)
    changed[11:13] = "Mo-Su 10:00-20:00", "ship"
    after = run("import_stores", write_csv(HEADER, changed))

    assert (again["created"], again["updated"], again["same"]) == (0, 0, 2)
    assert (after["created"], after["updated"], after["same"]) == (0, 1, 0)
    mitte.refresh_from_db()
    assert (mitte.offers_pickup, mitte.ships) == (False, True)
    assert set(mitte.hours.values_list("opens", "closes")) == {(time(10), time(20))}
    assert mitte.exceptions.count() == 1


class TestPublicHolidays:
    HEADER = f"{HEADER},holiday_calendar"

    def closed(self, code="ber-mitte"):
        return OpeningException.objects.filter(location__code=code, opens=None, source="calendar").count()

    @pytest.mark.django_db
    def test_the_place_is_closed_on_them_at_once(self, write_csv, run):
        run("import_stores", write_csv(self.HEADER, (*MITTE, "de-be"), (*DEPOT, "")))

        assert Location.objects.get(code="ber-mitte").holiday_calendar == "DE-BE"
        assert self.closed() > 0
        assert self.closed("depot") == 0

    @pytest.mark.django_db
    def test_a_row_without_a_calendar_keeps_the_one_of_the_place(self, write_csv, run):
        run("import_stores", write_csv(self.HEADER, (*MITTE, "DE-BE")))

        again = run("import_stores", write_csv(HEADER, MITTE))
        other = run("import_stores", write_csv(self.HEADER, (*MITTE, "DE-BY")))

        assert (again["same"], other["updated"]) == (1, 1)
        assert Location.objects.get(code="ber-mitte").holiday_calendar == "DE-BY"

    @pytest.mark.django_db
    def test_an_unknown_one_is_left_out_and_told(self, write_csv, run):
        figures = run("import_stores", write_csv(self.HEADER, (*MITTE, "Berlin")))

        assert figures["created"] == 1
        assert figures["told"] == [(2, "holiday_calendar", "unknown_calendar", "Berlin")]
        assert Location.objects.get(code="ber-mitte").holiday_calendar == ""

    @pytest.mark.django_db
    def test_a_dry_run_closes_nothing(self, write_csv, run):
        run("import_stores", write_csv(self.HEADER, (*MITTE, "DE-BE")))
        OpeningException.objects.all().delete()

        run("import_stores", write_csv(self.HEADER, (*MITTE, "DE-BE")), "--dry-run")

        assert self.closed() == 0


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(write_csv, run):
    assert run("import_stores", write_csv(HEADER, MITTE), "--dry-run")["created"] == 1
    assert not Location.objects.exists()
    assert not OpeningHours.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("code", "ber mitte", "code_not_valid"),
        ("code", "depot", "duplicate_key"),
        ("kind", "kiosk", "unknown_value"),
        ("street_address", "", "missing_value"),
        ("country_code", "ZZ", "unknown_country"),
        ("latitude", "91", "not_on_earth"),
        ("longitude", "east", "not_a_number"),
        ("time_zone", "Europe/Bremen", "unknown_time_zone"),
        ("hours", "always", "hours_not_valid"),
        ("services", "pickup espresso", "unknown_value"),
        ("pickup_lead_minutes", "-5", "negative_quantity"),
    ],
)
def test_refuses_a_bad_row_alone(write_csv, run, column, value, reason):
    row = list(MITTE)
    row[HEADER.split(",").index(column)] = value

    figures = run("import_stores", write_csv(HEADER, DEPOT, row))

    assert figures["report"] == [(3, reason)]
    assert list(Location.objects.values_list("code", flat=True)) == ["depot"]


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("", []),
        ("Mo 00:00-24:00", [(0, time(0), time(23, 59))]),
        ("Su 18:00-02:00", [(0, time(0), time(2)), (6, time(18), time(23, 59))]),
        ("Fr 18:00-00:00", [(4, time(18), time(23, 59))]),
        ("Sa-Mo 09:00-18:00", [(0, time(9), time(18)), (5, time(9), time(18)), (6, time(9), time(18))]),
        ("We 09:00-12:30", [(2, time(9), time(12, 30))]),
        ("Su 10:00-11:00; Mo 08:00-09:00", [(0, time(8), time(9)), (6, time(10), time(11))]),
        ("Sa 14:00-16:00,10:00-13:00", [(5, time(10), time(13)), (5, time(14), time(16))]),
        ("mo-tu 09:00-10:00;", [(0, time(9), time(10)), (1, time(9), time(10))]),
    ],
)
def test_hours_are_read(written, spans):
    assert parse_hours(written) == spans


@pytest.mark.parametrize(
    "written",
    [
        "Mo",
        "Mo 9:00-18:00",
        "Mo 09:00-24:01",
        "Mo 09:00-09:00",
        "Su 18:00-09:00; Mo 08:00-12:00",
        "Mi 09:00-18:00",
        "Mo 09:00-12:00,11:00-13:00",
        "Mo 09:00-12:00; Mo-Fr 10:00-18:00",
    ],
)
def test_hours_that_make_no_sense_are_refused(written):
    with pytest.raises(RowRefused):
        parse_hours(written)
