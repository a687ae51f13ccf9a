"""The checks of a rehearsal, and its errors for an incomplete backup."""

import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from omnistore.rehearsal.checks import check
from omnistore.rehearsal.dump import compare
from omnistore.rehearsal.point_in_time import Point, choose_point, prove
from omnistore.rehearsal.shop import find_shop, run_program
from omnistore.rehearsal.steps import RehearsalError, Steps, size_of

pytestmark = pytest.mark.django_db(transaction=True)

NOT_YET = 2**40


@pytest.fixture
def shop(transactional_db):
    return find_shop()


@pytest.fixture
def open_connection(shop):
    with shop.connect() as opened:
        yield opened


def committed(opened):
    return int(opened.execute("SELECT pg_current_xact_id()::text").fetchone()[0])


def a_point(*, before, after, entries=0):
    return Point(timezone.now(), before=before, after=after, entries=entries, last_entry=0, log_until="0/0")


def test_a_copy_with_the_earlier_and_without_the_later_transaction_passes(open_connection):
    point = a_point(before=committed(open_connection), after=NOT_YET)

    assert prove(open_connection, point).startswith("what was committed before is there")


def test_a_copy_with_the_later_transaction_is_refused(open_connection):
    point = a_point(before=committed(open_connection), after=committed(open_connection))

    with pytest.raises(RehearsalError, match="committed after the point is in the copy"):
        prove(open_connection, point)


def test_a_transaction_open_at_the_point_counts_as_absent(open_connection):
    before = committed(open_connection)
    with open_connection.transaction(force_rollback=True):
        under_way = committed(open_connection)

    assert prove(open_connection, a_point(before=before, after=under_way))


def test_a_copy_without_the_earlier_transaction_is_refused(open_connection):
    with pytest.raises(RehearsalError, match="committed before the point is not in the copy"):
        prove(open_connection, a_point(before=NOT_YET, after=NOT_YET))


def test_missing_entries_of_the_journal_are_counted(open_connection):
    point = a_point(before=committed(open_connection), after=NOT_YET, entries=3)

    with pytest.raises(RehearsalError, match="3 entries of the journal from before the point are missing"):
        prove(open_connection, point)


def test_a_point_lies_between_two_transactions_that_change_nothing(shop):
    point = choose_point(shop)

    with shop.connect() as opened:
        ended = [
            opened.execute("SELECT pg_xact_status(%s::text::xid8)", [n]).fetchone()[0]
            for n in (point.before, point.after)
        ]
    assert point.before < point.after
    assert ended == ["committed", "committed"]
    assert (point.entries, point.last_entry) == (0, 0)


def test_tables_with_different_numbers_of_rows_are_named():
    assert compare({"a": 1, "b": 2}, {"a": 1, "b": 2}) == "3 rows in 2 tables, the same"
    with pytest.raises(RehearsalError, match="other rows than in the shop in b, c"):
        compare({"a": 1, "b": 2, "c": 0}, {"a": 1, "b": 3})


def test_the_error_of_a_failed_program_is_quoted(shop):
    with pytest.raises(RehearsalError, match=r'pg_dump failed: .*database "nowhere" does not exist'):
        run_program(shop.programs / "pg_dump", "-d", f"{shop.conninfo} dbname=nowhere")


def test_programs_are_of_the_servers_version(shop):
    version = connection.connection.info.server_version // 10000

    assert (shop.programs / "pg_basebackup").exists()
    assert f"PostgreSQL) {version}." in _output_of(shop.programs / "postgres")


def test_the_password_is_not_on_a_programs_command_line(shop, settings):
    connection.settings_dict["PASSWORD"] = "hunter2"
    try:
        with_password = find_shop()
    finally:
        connection.settings_dict["PASSWORD"] = ""

    assert "hunter2" not in with_password.conninfo
    assert with_password.environment()["PGPASSWORD"] == "hunter2"


def test_a_shop_that_does_not_respond_is_reported(shop, tmp_path):
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = str(tmp_path)
    try:
        with pytest.raises(RehearsalError, match=r"does not answer .* start it first"):
            find_shop()
    finally:
        connection.settings_dict["HOST"] = host


def test_steps_are_printed_with_their_results(tmp_path):
    lines = []
    (tmp_path / "file").write_bytes(b"x" * 1_500_000)

    with Steps(lines.append).step("Copy") as results:
        results.append(size_of(tmp_path))
    with pytest.raises(ValueError), Steps(lines.append).step("Never done"):
        raise ValueError

    assert [line.partition(" s  ")[2] for line in lines] == ["Copy: 1.5 MB"]


class ShopAsCopy:
    """A fake copy that connects to the test's own database."""

    def __init__(self, shop):
        self.shop = shop
        self.sockets = Path(connection.get_connection_params()["host"])


def test_a_sound_copy_passes_all_checks(shop):
    lines = []

    check(ShopAsCopy(shop), Steps(lines.append), from_another_server=True)
    check(ShopAsCopy(shop), Steps(lines.append), from_another_server=False)

    texts = [line.partition(" s  ")[2] for line in lines]
    assert texts[:2] == ["Migrations: all applied", "Journal: goes on as it is"]
    assert texts[2].startswith("Audit: ") and texts[2].endswith(" checks, no breach")
    assert texts[3:] == texts[:3]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("DELETE FROM django_migrations WHERE app = 'engagement'", "migrations of this version are not applied"),
        ("INSERT INTO core_consumeroffset VALUES ('h', 10000000000, 0, now())", "that the copy has not reached"),
        (
            "INSERT INTO core_idempotentresponse (scope, key, request_hash, body, locked_at, expires_at) "
            "VALUES ('s', 'k', 'h', '', now() - interval '1 day', now())",
            "finds breaches .no idempotency key is stuck.",
        ),
    ],
)  # fmt: skip
def test_a_damaged_copy_is_refused(shop, damage, reason):
    with connection.cursor() as cursor:
        cursor.execute(damage)

    with pytest.raises(RehearsalError, match=reason):
        check(ShopAsCopy(shop), Steps(lambda line: None), from_another_server=False)


def _output_of(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout
