"""Imports behind a pooler in transaction mode, which may run each transaction on another of its connections."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from core.data.imports import Options
from core.data.imports.run import ImportRunning, one_at_a_time
from core.data.locks import try_to_hold
from inventory.models import Price, PriceFile
from inventory.services.price_files import read_price_files
from inventory.services.price_import import import_prices
from tests.factories.inventory import make_variant
from tests.imports.test_prices import HEADER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now():
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class NextConnection:
    """Moves the import to another of the server's connections at every step, as a pooler may."""

    def __init__(self):
        self.moves = 0

    def show(self, step, part):
        if not connection.in_atomic_block:
            connection.close()
            self.moves += 1

    def finish(self):
        self.show("", 1.0)


@pytest.fixture
def prices(write_csv):
    for number in range(4):
        make_variant(sku=f"MUG-{number}", price=1290)
    return write_csv(HEADER, *((f"MUG-{number}", "", "", "9.90", "EUR") for number in range(4)))


def held_locks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return cursor.fetchone()[0]


def setting(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return cursor.fetchone()[0]


def test_an_import_goes_on_when_each_step_runs_on_another_connection(prices, now):
    pooler = NextConnection()

    figures = import_prices(path=prices, options=Options(now=now, rows_per_transaction=2, progress=pooler))

    assert pooler.moves >= 3
    assert (figures["lines"], figures["updated"], figures["refused"]) == (4, 4, 0)
    assert set(Price.objects.values_list("amount", flat=True)) == {990}


def test_it_leaves_no_lock_no_setting_and_no_table_on_the_connection_that_it_used(prices, now):
    memory = setting("work_mem")

    import_prices(path=prices, options=Options(now=now))

    assert held_locks() == 0
    assert setting("work_mem") == memory
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('import_rows')")
        assert cursor.fetchone() == (None,)


def test_the_lock_is_held_while_the_importing_connection_changes_and_given_back_after():
    with one_at_a_time():
        connection.close()
        assert held_locks() == 0
        with pytest.raises(ImportRunning), one_at_a_time():
            pass

    with one_at_a_time():
        pass


def test_a_lock_taken_in_a_session_would_stay_behind():
    """The negative control: what the pooler's next client would find."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('import'))")

        with pytest.raises(ImportRunning), one_at_a_time():
            pass
        cursor.execute("SELECT pg_advisory_unlock(hashtext('import'))")
    other.close()


def test_the_holder_of_a_lock_keeps_no_reader_of_the_journal_waiting():
    with try_to_hold("import") as is_free, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
        )
        assert is_free
        assert cursor.fetchone() == (0,)


def test_a_failed_block_gives_the_lock_back():
    with pytest.raises(ZeroDivisionError), try_to_hold("import"):
        raise ZeroDivisionError

    with try_to_hold("import") as is_free:
        assert is_free


def test_a_price_file_waits_for_the_run_that_has_the_lock_and_is_read_by_the_next(now):
    make_variant(sku="MUG", price=1290)
    content = f"{HEADER}\nMUG,,,9.90,EUR\n".encode()
    PriceFile.objects.create(name="prices.csv", content=content, uploaded_at=now)

    with try_to_hold("price files"):
        assert read_price_files(now=now) == 0
    with try_to_hold("import"):
        assert read_price_files(now=now) == 0
    assert read_price_files(now=now + timedelta(minutes=1)) == 1

    assert PriceFile.objects.get().state == PriceFile.CHECKED
