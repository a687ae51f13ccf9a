"""A run that is killed with its transactions half done, and run again."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.models import F, Sum

from core.data.invariants import find_breaches
from core.models import JournalEntry
from orders.models import Order, OrderLine, Payment, Return, ReturnLine

LINES = 3_000
PROFILE = ("--profile", "online-retail-ii")
HEADER = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]


@pytest.fixture
def history(tmp_path: Path) -> tuple[Path, int]:
    """A history of 3,000 lines with its net sum in pence; every tenth invoice cancels lines of earlier ones."""
    dice = random.Random(20091201)
    path = tmp_path / "history.csv"
    rows: list[list[object]] = []
    when = datetime(2009, 12, 1, 8)
    total = 0
    while len(rows) < LINES:
        when += timedelta(minutes=dice.randint(1, 60))
        customer = dice.choice(["", *range(13000, 13050)])
        number = 500_000 + len(rows)
        if len(rows) > 100 and dice.random() < 0.1:
            _, code, name, quantity, _, price, customer, _ = dice.choice([row for row in rows[-1000:] if row[3] > 0])
            lines = [[f"C{number}", code, name, -quantity, when, price, customer, "France"]]
        else:
            codes = [str(dice.randint(20_000, 20_200)) for _ in range(dice.randint(1, 30))]
            lines = [
                [str(number), code, f"THING {code}", dice.randint(1, 12), when, f"{dice.randint(10, 999) / 100:.2f}",
                 customer, "France"]
                for code in codes
            ]  # fmt: skip
        rows += lines
        total += sum(quantity * round(float(price) * 100) for _, _, _, quantity, _, price, _, _ in lines)
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *rows])
    return path, total


@pytest.mark.django_db(transaction=True)
def test_is_completed_by_the_next_run(history, run):
    path, total = history

    killed = _import(path)
    _wait_until(lambda: Order.objects.count() > 20, while_running=killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    _wait_until(_no_import_holds_its_lock)  # The server notices the end of a connection a moment later.
    written = Order.objects.count()
    rest = run("import_history", path, *PROFILE)

    assert written > 0
    assert rest["already_there"] > 0
    assert rest["imported"] + rest["already_there"] == rest["lines"] >= LINES
    assert OrderLine.objects.count() + ReturnLine.objects.count() == rest["lines"]
    assert (
        Order.objects.aggregate(sum=Sum("grand_total"))["sum"] - Return.objects.aggregate(sum=Sum("amount"))["sum"]
        == total
    )
    _check_books()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('import_rows'), to_regclass('import_orders')")
        assert cursor.fetchone() == (None, None)


@pytest.mark.django_db
def test_a_second_run_at_the_same_time_is_turned_away(history, run):
    path, _ = history
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('import'))")

        with pytest.raises(CommandError) as refusal:
            run("import_history", path, *PROFILE)
        # A server may notice the end of a connection later than the next test begins.
        other.execute("SELECT pg_advisory_unlock(hashtext('import'))")

    assert "Another import is running" in str(refusal.value)
    assert not Order.objects.exists()


def _import(path: Path) -> subprocess.Popen[bytes]:
    """Start the import of a history into the test's database, in transactions of a hundred lines."""
    connection.ensure_connection()
    server = connection.connection.info
    url = f"postgres://{server.user}:{quote(server.password)}@/{server.dbname}?host={server.host}&port={server.port}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_history", str(path), *PROFILE, "--json", "--rows-per-transaction", "100"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "omnistore.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def _wait_until(is_true: Callable[[], bool], *, while_running: subprocess.Popen[bytes] | None = None) -> None:
    while not is_true():
        assert while_running is None or while_running.poll() is None, while_running.stderr.read().decode()
        time.sleep(0.01)


def _no_import_holds_its_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory'"
                       " AND datname = current_database()")  # fmt: skip
        return cursor.rowcount == 0


def _check_books() -> None:
    """Nothing is written by half: orders, payments, returns and the journal agree."""
    assert not Order.objects.annotate(sum=Sum("lines__line_total")).exclude(sum=F("items_total")).exists()
    assert Payment.objects.count() == Order.objects.filter(grand_total__gt=0).count()
    assert JournalEntry.objects.filter(kind="order.imported").count() == Order.objects.count()
    assert JournalEntry.objects.filter(kind="return.imported").count() == Return.objects.count()
    given_back = OrderLine.objects.filter(return_lines__isnull=False).annotate(back=Sum("return_lines__quantity"))
    assert given_back.exists()
    assert not given_back.exclude(back=F("quantity_returned")).exists()
    assert find_breaches() == {}
