"""Lists are passed to PostgreSQL as arrays, whatever they hold."""

import os
import socket
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, OperationalError, connections, transaction
from django.db.transaction import TransactionManagementError

from core.data import sql
from core.web.api.problems import sqlstate_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", []),
        ("bigint", [1, -2, None, 2**62]),
        ("boolean", [True, False, None]),
        ("numeric", [Decimal("12.90")]),
        ("text", ["", "NULL", "null", "plain", 'says "so"', "back\\slash", "a,b", "{curly}", "[square]", None]),
        ("text", ["line\nbreak", "tab\t", "\x7f", "چای", "☕", "it's", " spaced "]),
        ("uuid", [UUID("01900000-0000-7000-8000-000000000001"), None]),
        ("timestamptz", [datetime(2026, 3, 1, 12, 30, 15, 250_000, UTC), None]),
        ("jsonb", [{"a": [1, "two"], "b": 'a "quoted" \\ word'}]),
        ("int", [[1, 2], [3, 4]]),
        ("text", [["a", "b c"], ["{", None]]),
    ],
)
def test_a_list_is_returned_unchanged(kind: str, values: list[Any]) -> None:
    row = sql.fetch_one(f"SELECT %(values)s::{kind}[] AS found", {"values": values})

    assert row == {"found": values}


def test_an_error_is_djangos_and_breaks_the_transaction() -> None:
    with pytest.raises(DataError), transaction.atomic():
        sql.fetch_all("SELECT %(values)s::uuid[]", {"values": ["none"]})

    with transaction.atomic():
        assert sql.fetch_one("SELECT 1 AS one", {}) == {"one": 1}


def test_no_statement_runs_in_a_transaction_that_must_be_rolled_back() -> None:
    with pytest.raises(TransactionManagementError), transaction.atomic():
        transaction.set_rollback(True)
        sql.execute("SELECT 1", {})


def test_a_percent_sign_is_doubled_and_a_parameter_may_be_repeated() -> None:
    row = sql.fetch_one("SELECT 7 %% %(by)s::int AS rest, %(by)s::int AS again", {"by": 4})

    assert row == {"rest": 3, "again": 4}


def test_the_first_statement_after_the_server_is_lost_raises_an_error() -> None:
    """libpq gives such a result no state, and its connection looks healthy until the next statement."""
    own = connections["default"].copy()
    own.ensure_connection()
    with socket.socket(fileno=os.dup(own.connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)

    with pytest.raises(OperationalError) as error:
        own.run("SELECT 1 AS one", {}, prepared=True)

    assert sqlstate_of(error.value) == ""
    own.close()


@pytest.mark.parametrize("how", ["the socket is shut", "the server ends it"])
def test_a_commit_after_the_server_is_lost_raises_an_error(how: str) -> None:
    own = connections["default"].copy()
    own.set_autocommit(False)
    own.run("SELECT 1 AS one", {}, prepared=True)
    if how == "the socket is shut":
        with socket.socket(fileno=os.dup(own.connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
    else:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [own.connection.info.backend_pid])

    with pytest.raises(OperationalError):
        own.commit()

    own.close()


def test_what_was_written_by_hand_is_committed_by_django() -> None:
    own, other = connections["default"].copy(), connections["default"].copy()
    with own.cursor() as cursor:
        cursor.execute("CREATE TABLE kept_by_hand (number int)")

    own.set_autocommit(False)
    own.run("INSERT INTO kept_by_hand VALUES (%(number)s)", {"number": 7}, prepared=True)
    before = other.run("SELECT number FROM kept_by_hand", {}, prepared=True).rows()
    own.commit()

    assert (before, other.run("SELECT number FROM kept_by_hand", {}, prepared=True).rows()) == ([], [{"number": 7}])
    own.rollback()
    own.set_autocommit(True)
    with own.cursor() as cursor:
        cursor.execute("DROP TABLE kept_by_hand")
    own.close()
    other.close()
