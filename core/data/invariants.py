"""Invariants of the data, as SQL that returns the rows that breach them."""

from collections.abc import Callable
from dataclasses import dataclass

from core.data import rebasing, sql


@dataclass(frozen=True, slots=True)
class Invariant:
    """
    A named statement that returns the rows in breach.

    is_breach: decides about each row, where only the function that stores it knows; the statement finds what it may be.
    """

    name: str
    statement: str
    is_breach: Callable[[sql.Row], bool] | None = None


_registered: list[Invariant] = []


def invariant(name: str, statement: str, *, is_breach: Callable[[sql.Row], bool] | None = None) -> None:
    """Register a check for `manage.py audit`. Each app lists its own in its `invariants` module."""
    _registered.append(Invariant(name, statement, is_breach))


def find_breaches() -> dict[str, list[sql.Row]]:
    """Run every registered check and return the offending rows by invariant; empty when the data is sound."""
    breaches = {check.name: _rows_in_breach(check) for check in _registered}
    return {name: rows for name, rows in breaches.items() if rows}


def _rows_in_breach(check: Invariant) -> list[sql.Row]:
    rows = sql.fetch_all(check.statement, {})
    return [row for row in rows if check.is_breach(row)] if check.is_breach else rows


def registered() -> list[Invariant]:
    """Return the checks in order of registration."""
    return list(_registered)


invariant(
    "the journal's numbers are this server's",
    f"""
    SELECT handler, xid FROM core_consumeroffset WHERE xid >= {rebasing.UNUSED_FROM}
    UNION ALL
    SELECT 'the journal', max(xid) FROM core_journal WHERE xid >= {rebasing.UNUSED_FROM} HAVING count(*) > 0
    """,
)
invariant("no entry of the journal was passed over by its readers", rebasing.PASSED_OVER)
invariant(
    "nothing that periodic work could not do waits a day",
    """
    SELECT id, sweep, ref, tries, detail, since FROM core_unfinishedwork
    WHERE since < now() - interval '24 hours' AND next_try_at > now() - interval '6 hours'
    """,
)
