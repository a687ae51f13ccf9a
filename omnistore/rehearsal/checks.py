"""Checks a restored copy with the code that runs the shop."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from django.core.management import CommandError, call_command
from django.db import connection

from core.data import sql
from core.dispatch import find_lag
from omnistore.rehearsal.copies import Copy
from omnistore.rehearsal.steps import RehearsalError, Steps


@contextmanager
def connected_to(copy: Copy) -> Iterator[None]:
    """Connect Django to the copy instead of the shop."""
    shop_settings = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        HOST=str(copy.sockets), PORT="5432", USER=copy.shop.user, PASSWORD="", NAME=copy.shop.database
    )
    # The shop's connection options (TLS, a service name) do not apply to a socket.
    connection.settings_dict["OPTIONS"] = {"options": shop_settings["OPTIONS"]["options"], "prepare_threshold": None}
    # Warnings about a copy do not belong in the shop's log.
    logging.disable(logging.WARNING)
    try:
        connection.ensure_connection()
        assert str(copy.sockets) == connection.connection.info.host
        yield
    finally:
        logging.disable(logging.NOTSET)
        connection.close()
        connection.settings_dict.update(shop_settings)


def check(copy: Copy, steps: Steps, *, from_another_server: bool) -> None:
    """
    Check a copy as after a real restore. Raises RehearsalError at the first failed check.

    from_another_server: whether the journal is taken over, which must not be needed for a physical copy.
    """
    with connected_to(copy):
        with steps.step("Migrations") as results:
            _check_migrations()
            results.append("all applied")
        with steps.step("Journal") as results:
            results.append(_take_over_journal() if from_another_server else _check_journal())
        with steps.step("Audit") as results:
            results.append(_audit())


def _check_migrations() -> None:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0, stdout=StringIO())
    except SystemExit as exit:
        raise RehearsalError("migrations of this version are not applied; migrate the shop first") from exit


def _take_over_journal() -> str:
    before = _offset()
    call_command("migrate", interactive=False, verbosity=0, stdout=StringIO())
    if find_lag().is_foreign:
        raise RehearsalError("the journal still has the transaction numbers of the shop's server")
    raised = _offset() - before
    return f"taken over, its numbers raised by {raised}" if raised else "goes on as it is"


def _check_journal() -> str:
    if find_lag().is_foreign:
        raise RehearsalError("the journal has transaction numbers that the copy has not reached")
    return "goes on as it is"


def _offset() -> int:
    row = sql.fetch_one("SELECT core_journal_offset() AS offset", {})
    assert row is not None
    return int(row["offset"])


def _audit() -> str:
    output = StringIO()
    try:
        call_command("audit", stdout=output)
    except CommandError as error:
        breached = [
            line.removeprefix("BREACHED").strip() for line in output.getvalue().splitlines() if "BREACHED" in line
        ]
        raise RehearsalError(f"the audit of the copy finds breaches ({'; '.join(breached)})") from error
    return f"{len(output.getvalue().splitlines())} checks, no breach"
