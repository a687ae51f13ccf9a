"""An unfit database is refused by name: before migrating, by `check`, before web starts, and by /readyz."""

import os
import subprocess
import sys
from contextlib import contextmanager
from io import StringIO

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection

from accounts.models import Customer
from omnistore.tools import database_checks
from omnistore.tools.database_checks import check_database, mark_production, refuse_unfit_database
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unasked(monkeypatch):
    """A process that has not found the database fit yet."""
    monkeypatch.setattr(database_checks, "_was_fit", False)


def found():
    return [error.id.partition(".")[2] for error in check_database(databases=["default"])]


@contextmanager
def acting_as_an_ordinary_role():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE ROLE ordinary; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ordinary; SET LOCAL ROLE ordinary"
        )
        yield
        cursor.execute("RESET ROLE")


def test_a_database_that_is_fit_and_one_that_is_empty_have_no_findings():
    assert found() == []
    make_variant(price=1290)
    assert found() == []
    assert check_database(databases=None) == []


def test_an_old_postgresql_is_named(monkeypatch):
    monkeypatch.setattr(database_checks, "OLDEST_POSTGRES", 990000)

    (error,) = check_database(databases=["default"])

    assert error.msg.startswith("DATABASE_URL names a PostgreSQL ")
    with pytest.raises(SystemCheckError):
        call_command("check", databases=["default"], stdout=StringIO())


def test_a_role_that_may_not_create_the_extension_is_told_what_to_run():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_extension WHERE extname = 'earthdistance'")  # Rolled back with the test.
    assert found() == []  # A superuser may.

    with acting_as_an_ordinary_role():
        (error,) = [error for error in check_database(databases=["default"]) if error.id == "omnistore.extensions"]

    assert "CREATE EXTENSION cube; CREATE EXTENSION earthdistance;" in error.msg


def test_another_currency_than_that_of_the_prices_is_named(settings):
    make_variant(price=1290)
    settings.SHOP_CURRENCY = "USD"

    (error,) = check_database(databases=["default"])

    assert error.msg.startswith("SHOP_CURRENCY is USD, but this shop's prices are in EUR")


def test_a_second_currency_beside_the_shops_own_is_fine(settings):
    make_variant(price=1290)
    make_variant(price=1400, currency="USD")
    settings.SHOP_CURRENCY = "USD"

    assert found() == []


def test_production_refuses_the_demos_accounts_with_the_published_password(settings):
    make_customer(email="clerk@example.com", password="omnistore-demo")
    make_customer(email="head@example.com", password="changed since")
    assert found() == []

    settings.PRODUCTION = True

    (error,) = check_database(databases=["default"])
    assert "(clerk@example.com)" in error.msg


@pytest.mark.parametrize(
    ("make_unfit", "words"),
    [
        (lambda settings, monkeypatch: monkeypatch.setattr(database_checks, "OLDEST_POSTGRES", 990000), "16 or later"),
        (lambda settings, monkeypatch: setattr(settings, "SHOP_CURRENCY", "USD"), "prices are in EUR"),
    ],
)
def test_readiness_names_what_makes_the_database_unfit_until_it_is_mended(
    client, settings, monkeypatch, make_unfit, words
):
    make_variant(price=1290)
    with monkeypatch.context() as broken:
        make_unfit(settings, broken)
        response = client.get("/readyz")
    settings.SHOP_CURRENCY = "EUR"

    assert (response.status_code, response.json()["state"]) == (503, "not ready")
    assert words in response.json()["fitness"]
    assert client.get("/readyz").json()["state"] == "ready"


def test_readiness_asks_for_what_cannot_change_only_until_all_is_well(client, django_assert_num_queries):
    client.get("/readyz")
    before = database_checks._was_fit

    assert before
    with django_assert_num_queries(3):  # The database, whether it takes changes, and the journal.
        client.get("/readyz")


def test_a_database_that_production_has_migrated_is_closed_to_demos_for_ever(settings):
    mark_production()
    settings.DEMO = True
    assert found() == []

    settings.PRODUCTION, settings.DEMO = True, False
    mark_production()
    mark_production()
    assert found() == []

    settings.PRODUCTION, settings.DEMO = False, True
    assert found() == ["production"]
    settings.DEMO = False
    assert found() == []


@pytest.mark.parametrize("reset", [True, False])
def test_demo_data_is_never_written_into_it_and_nothing_is_deleted(settings, reset):
    settings.PRODUCTION = True
    mark_production()
    customer = make_customer(email="ana@example.com")
    settings.PRODUCTION, settings.DEMO = False, True

    with pytest.raises(CommandError, match="belongs to a production shop"):
        call_command("seed_demo", reset=reset, verbosity=0)

    assert Customer.objects.get() == customer


@pytest.mark.django_db(transaction=True)
def test_web_does_not_start_on_an_unfit_database_but_waits_for_one_that_is_away(settings, monkeypatch):
    make_customer(email="clerk@example.com", password="omnistore-demo")
    settings.PRODUCTION = True

    with pytest.raises(ImproperlyConfigured, match="published password"):
        refuse_unfit_database()

    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    connection.close()
    refuse_unfit_database()


def test_web_loads_the_checks_before_its_models():
    command = [sys.executable, "-c", "import omnistore.tools.database_checks"]

    assert subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ).returncode == 0
