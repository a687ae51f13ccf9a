"""Stores' clocks: Python's time zones are the locked ones, and PostgreSQL's are compared with them."""

import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from inventory.queries import time_zones
from inventory.queries.time_zones import find_zone_differences
from tests.factories.inventory import make_store

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
# British Columbia and Alberta keep their summer time since 2026; Morocco gave its own up.
CHANGED = {"America/Vancouver": -7, "America/Edmonton": -6, "Africa/Casablanca": 0}


@pytest.mark.parametrize(("zone", "hours"), CHANGED.items())
def test_the_locked_zones_win_over_the_machines(zone, hours):
    january = datetime(2027, 1, 15, 12, 0, tzinfo=ZoneInfo(zone))

    assert zoneinfo.TZPATH == ()
    assert january.utcoffset().total_seconds() == hours * 3600


def test_without_them_an_older_machine_would_decide(tmp_path):
    """Negative control: a machine whose Vancouver still is what it was."""
    old = tmp_path / "America"
    old.mkdir()
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert berlin.utcoffset(NOW.replace(tzinfo=None)).total_seconds() == 3600
    with zoneinfo._common.load_tzdata("Europe/Berlin") as source:
        (old / "Vancouver").write_bytes(source.read())
    code = (
        "import zoneinfo, datetime as d; {}"
        "print(d.datetime(2027, 1, 15, tzinfo=zoneinfo.ZoneInfo('America/Vancouver')).utcoffset())"
    )

    def offset(first):
        return subprocess.run(
            [sys.executable, "-c", code.format(first)],
            env={"PYTHONTZPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    pinned = "from core.setup.time_zones import use_pinned_time_zones; use_pinned_time_zones(); "
    assert offset("") == "1:00:00"
    assert offset(pinned) == "-1 day, 17:00:00"


@pytest.mark.django_db
class TestComparison:
    def test_names_the_zone_that_differs_and_when(self, monkeypatch):
        make_store("van", time_zone="America/Vancouver")
        shifted = time_zones._OFFSETS.replace("::int AS seconds", "::int - 3600 AS seconds")
        monkeypatch.setattr(time_zones, "_OFFSETS", shifted)

        assert find_zone_differences(now=NOW) == [
            "America/Vancouver differs: on 2026-12-02 it is -7 h from UTC in Python and -8 h in PostgreSQL.",
            "Europe/Berlin differs: on 2026-12-02 it is +1 h from UTC in Python and +0 h in PostgreSQL.",
        ]

    def test_names_a_zone_that_one_of_them_does_not_know(self, monkeypatch):
        make_store("lost", time_zone="Europe/Berln")

        assert find_zone_differences(now=NOW) == ["Europe/Berln is unknown to Python."]

    def test_says_nothing_where_both_agree(self):
        make_store("ber", time_zone="Europe/Berlin")
        make_store("teh", time_zone="Asia/Tehran")

        assert find_zone_differences(now=NOW) == []

    def test_is_made_with_each_migration(self, monkeypatch):
        make_store("lost", time_zone="Europe/Berln")
        told = StringIO()

        call_command("check", databases=["default"], stderr=told)

        assert "Europe/Berln is unknown to Python." in told.getvalue()

    def test_waits_for_the_first_migration(self, monkeypatch):
        monkeypatch.setattr(time_zones, "_EXISTS", "SELECT to_regclass('no_such_table') IS NOT NULL AS is_there")

        assert find_zone_differences(now=NOW) == []
