"""The rehearsal of a logical dump, restored into a new server."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from omnistore.rehearsal.checks import check
from omnistore.rehearsal.copies import Copy
from omnistore.rehearsal.shop import Shop, run_program
from omnistore.rehearsal.steps import RehearsalError, Steps, size_of

JOBS = 2

_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""


def rehearse_dump(shop: Shop, room: Path, steps: Steps) -> None:
    """Dump the shop, restore the dump and check the copy. Raises RehearsalError."""
    dump = room / "dumps" / "shop.dump"
    dump.parent.mkdir(mode=0o700)
    with shop.connect() as connection, connection.transaction(), steps.step("Dump of the shop") as results:
        # One snapshot for the counts and the dump: the shop keeps selling meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _scalar(connection, "SELECT pg_export_snapshot()")
        in_shop = _count_rows(connection)
        shop.run("pg_dump", "-Fc", f"--snapshot={snapshot}", "-f", str(dump))
        results.append(size_of(dump))
    copy = Copy(shop, room / "dump")
    try:
        with steps.step("A fresh server"):
            copy.create()
        with steps.step("The dump restored into it") as results:
            restore(copy, dump)
            results.append(size_of(copy.directory))
        with (
            steps.step("Rows compared with the shop's at the moment of the dump") as results,
            copy.connect() as connection,
        ):
            results.append(compare(in_shop, _count_rows(connection)))
        check(copy, steps, from_another_server=True)
    finally:
        copy.stop()


def restore(copy: Copy, dump: Path) -> None:
    """Restore a dump into the copy's empty database. Raises RehearsalError."""
    run_program(
        copy.shop.programs / "pg_restore",
        *("--no-owner", "--no-privileges", "--exit-on-error", f"--jobs={JOBS}"),
        *("-h", str(copy.sockets), "-p", "5432", "-U", copy.shop.user, "-d", copy.shop.database, str(dump)),
    )


def _count_rows(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    names = [name for (name,) in connection.execute(_TABLES)]
    return {
        name: _scalar(connection, sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name)))
        for name in names
    }


def compare(in_shop: dict[str, int], in_copy: dict[str, int]) -> str:
    """Compare the numbers of rows by table. Raises RehearsalError with the tables that differ."""
    differing = sorted(name for name in in_shop | in_copy if in_shop.get(name) != in_copy.get(name))
    if differing:
        raise RehearsalError(f"other rows than in the shop in {', '.join(differing)}")
    return f"{sum(in_copy.values())} rows in {len(in_copy)} tables, the same"


def _scalar(connection: "psycopg.Connection[Any]", query: Any) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]
