from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from inventory.rules.opening import Hours, Span, is_open, next_opening, ready_at

BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"


def span(text):
    opens, closes = text.split("-")
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


def hours(week, *, zone=BERLIN, exceptions=None):
    """week: {weekday: "09:00-12:00 13:00-18:00"}; exceptions: {"2027-05-01": ""}."""
    return Hours(
        time_zone=zone,
        week={day: [span(part) for part in text.split()] for day, text in week.items()},
        exceptions={
            date.fromisoformat(day): [span(part) for part in text.split()] for day, text in (exceptions or {}).items()
        },
    )


def local(text, zone=BERLIN, *, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


EVERY_DAY = dict.fromkeys(range(7), "09:00-20:00")
WITH_LUNCH = dict.fromkeys(range(5), "09:00-12:00 13:00-18:00")
NIGHTS = dict.fromkeys(range(7), "01:00-04:00")


@pytest.mark.parametrize(
    ("week", "at", "expected"),
    [
        (EVERY_DAY, "2027-01-11 08:59:59", False),
        (EVERY_DAY, "2027-01-11 09:00:00", True),
        (EVERY_DAY, "2027-01-11 19:59:59", True),
        (EVERY_DAY, "2027-01-11 20:00:00", False),
        (WITH_LUNCH, "2027-01-11 12:30:00", False),
        (WITH_LUNCH, "2027-01-11 13:00:00", True),
        (WITH_LUNCH, "2027-01-16 10:00:00", False),
        ({0: "00:00-23:59"}, "2027-01-11 23:59:59", True),
        ({0: "00:00-23:59"}, "2027-01-12 00:00:00", False),
        ({}, "2027-01-11 10:00:00", False),
    ],
)
def test_a_store_is_open_between_opening_and_closing(week, at, expected):
    assert is_open(hours(week), local(at)) is expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Berlin", False), ("Asia/Tehran", True), ("America/New_York", False), ("Asia/Dubai", True)],
)
def test_opening_hours_are_in_the_stores_time_zone(zone, expected):
    assert is_open(hours(EVERY_DAY, zone=zone), datetime(2027, 1, 11, 6, 0, tzinfo=UTC)) is expected


def test_an_exception_replaces_the_hours_of_the_day():
    may_day = hours(EVERY_DAY, exceptions={"2027-05-01": "", "2027-05-02": "12:00-14:00"})

    assert not is_open(may_day, local("2027-05-01 12:00"))
    assert not is_open(may_day, local("2027-05-02 11:00"))
    assert is_open(may_day, local("2027-05-02 13:00"))
    assert next_opening(may_day, local("2027-04-30 21:00")) == local("2027-05-02 12:00")


@pytest.mark.parametrize(
    ("week", "at", "expected"),
    [
        (EVERY_DAY, "2027-01-11 08:00", "2027-01-11 09:00"),
        (EVERY_DAY, "2027-01-11 10:17", "2027-01-11 10:17"),
        (EVERY_DAY, "2027-01-11 20:00", "2027-01-12 09:00"),
        (WITH_LUNCH, "2027-01-11 12:10", "2027-01-11 13:00"),
        (WITH_LUNCH, "2027-01-15 18:00", "2027-01-18 09:00"),
    ],
)
def test_the_next_opening_is_now_or_the_next_start_of_a_span(week, at, expected):
    assert next_opening(hours(week), local(at)) == local(expected)


@pytest.mark.parametrize(
    ("week", "now", "lead", "expected"),
    [
        (EVERY_DAY, "2027-01-11 10:00", 120, "2027-01-11 12:00"),
        (EVERY_DAY, "2027-01-11 07:00", 120, "2027-01-11 11:00"),
        (EVERY_DAY, "2027-01-11 19:00", 120, "2027-01-12 10:00"),
        (EVERY_DAY, "2027-01-11 18:00", 120, "2027-01-12 09:00"),  # done at closing time: the desk is shut
        (EVERY_DAY, "2027-01-11 17:59", 120, "2027-01-11 19:59"),
        (EVERY_DAY, "2027-01-11 10:00", 0, "2027-01-11 10:00"),
        (EVERY_DAY, "2027-01-11 10:00", 24 * 60, "2027-01-13 12:00"),
        (WITH_LUNCH, "2027-01-11 11:00", 120, "2027-01-11 14:00"),
        (WITH_LUNCH, "2027-01-15 17:30", 60, "2027-01-18 09:30"),
        ({2: "10:00-11:00"}, "2027-01-11 10:00", 150, "2027-01-27 10:30"),
    ],
)
def test_lead_time_passes_only_while_the_store_is_open(week, now, lead, expected):
    assert ready_at(hours(week), local(now), lead) == local(expected)


def test_lead_time_skips_closed_days():
    closed_over_christmas = hours(
        EVERY_DAY, exceptions={"2026-12-25": "", "2026-12-26": "", "2026-12-24": "09:00-14:00"}
    )

    assert ready_at(closed_over_christmas, local("2026-12-24 13:00"), 120) == local("2026-12-27 10:00")


@pytest.mark.parametrize(
    "never",
    [
        hours({}),
        hours({0: ""}),
        hours({}, exceptions={"2026-01-01": "09:00-12:00"}),
        hours({}, exceptions={"2027-02-01": ""}),
    ],
)
def test_a_store_that_never_opens_is_never_ready(never):
    now = local("2027-01-11 10:00")

    assert ready_at(never, now, 0) is None
    assert next_opening(never, now) is None
    assert not is_open(never, now)


def test_a_store_that_opens_on_single_days_only():
    market = hours({}, exceptions={"2027-02-01": "10:00-16:00"})

    assert ready_at(market, local("2027-01-11 10:00"), 60) == local("2027-02-01 11:00")


def test_overlapping_spans_do_not_count_twice():
    overlapping = hours({0: "09:00-12:00 10:00-13:00"})

    assert ready_at(overlapping, local("2027-01-11 09:00"), 210) == local("2027-01-11 12:30")


@pytest.mark.parametrize(
    ("zone", "now", "lead", "expected_utc"),
    [
        # Berlin, spring: 02:00 becomes 03:00 at 01:00 UTC; the night is an hour shorter.
        (BERLIN, "2027-03-28 01:00", 90, "2027-03-28 01:30"),
        (BERLIN, "2027-03-28 01:00", 150, "2027-03-28 23:30"),
        # Berlin, autumn: 03:00 becomes 02:00 at 01:00 UTC; the night is an hour longer.
        (BERLIN, "2027-10-31 01:00", 150, "2027-10-31 01:30"),
        (BERLIN, "2027-10-31 01:00", 210, "2027-10-31 02:30"),
        # Lord Howe moves by half an hour: forward at 02:00 on 2027-10-03, back at 02:00 on 2027-04-04.
        (LORD_HOWE, "2027-10-03 01:00", 90, "2027-10-02 16:00"),
        (LORD_HOWE, "2027-10-03 01:00", 149, "2027-10-02 16:59"),
        (LORD_HOWE, "2027-10-03 01:00", 150, "2027-10-03 14:00"),
        (LORD_HOWE, "2027-04-04 01:00", 209, "2027-04-03 17:29"),
        (LORD_HOWE, "2027-04-04 01:00", 210, "2027-04-04 14:30"),
    ],
)
def test_lead_time_is_real_time_when_the_clock_changes(zone, now, lead, expected_utc):
    expected = datetime.fromisoformat(expected_utc).replace(tzinfo=UTC)

    ready = ready_at(hours(NIGHTS, zone=zone), local(now, zone), lead)

    # Python compares a repeated wall-clock time as unequal to any time in another zone.
    assert ready.astimezone(UTC) == expected


@pytest.mark.parametrize(
    ("day", "week", "opens_utc", "closes_utc"),
    [
        # A skipped time is the moment of the jump.
        ("2027-03-28", "02:30-05:00", "01:00", "03:00"),
        ("2027-03-28", "00:30-02:30", "-00:30", "01:00"),
        # Of a repeated time, the first occurrence opens and the second closes.
        ("2027-10-31", "02:30-05:00", "00:30", "04:00"),
        ("2027-10-31", "00:30-02:30", "-01:30", "01:30"),
    ],
)
def test_hours_at_a_clock_change_begin_early_and_end_late(day, week, opens_utc, closes_utc):
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)

    def instant(text):
        sign = -1 if text.startswith("-") else 1
        clock = time.fromisoformat(text.lstrip("-"))
        return midnight + sign * timedelta(hours=clock.hour, minutes=clock.minute)

    weekday = midnight.weekday()
    store = hours({weekday: week})
    second = timedelta(seconds=1)

    assert not is_open(store, instant(opens_utc) - second)
    assert is_open(store, instant(opens_utc))
    assert is_open(store, instant(closes_utc) - second)
    assert not is_open(store, instant(closes_utc))


def test_a_span_that_the_clock_jumps_over_does_not_exist():
    assert next_opening(hours({6: "02:10-02:50"}), local("2027-03-27 12:00")) == local("2027-04-04 02:10")


def test_a_day_that_a_country_skipped_does_not_exist():
    friday_only = hours({4: "09:00-17:00"}, zone="Pacific/Apia")

    assert next_opening(friday_only, local("2011-12-29 12:00", "Pacific/Apia")) == local(
        "2012-01-06 09:00", "Pacific/Apia"
    )


def test_the_next_opening_is_in_the_stores_time_zone():
    opening = next_opening(hours(EVERY_DAY, zone="Asia/Tehran"), datetime(2027, 1, 11, 0, 0, tzinfo=UTC))

    assert opening.isoformat() == "2027-01-11T09:00:00+03:30"
