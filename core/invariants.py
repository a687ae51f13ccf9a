"""What must always be true of the data, as SQL that returns the rows for which it is not."""

from dataclasses import dataclass

from core import sql


@dataclass(frozen=True, slots=True)
class Invariant:
    """A named statement that finds breaches; it returns no row while all is well."""

    name: str
    statement: str


_registered: list[Invariant] = []


def invariant(name: str, statement: str) -> None:
    """Register a check for `manage.py audit`. Each app lists its own in its `invariants` module."""
    _registered.append(Invariant(name, statement))


def find_breaches() -> dict[str, list[sql.Row]]:
    """Run every registered check and return the offending rows by invariant; empty when the data is sound."""
    found = {check.name: sql.fetch_all(check.statement, {}) for check in _registered}
    return {name: rows for name, rows in found.items() if rows}


def registered() -> list[Invariant]:
    """Return the checks in the order in which they were registered."""
    return list(_registered)


invariant(
    "no idempotency key is stuck",
    """
    SELECT id, scope, key FROM core_idempotentanswer
    WHERE status IS NULL AND locked_at < now() - interval '10 minutes'
    """,
)
