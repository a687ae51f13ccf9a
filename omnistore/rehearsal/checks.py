"""What is asked of a restored copy, by the same code that runs the shop."""

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
def looking_at(copy: Copy) -> Iterator[None]:
    """Have Django talk to the copy instead of the shop."""
    the_shops = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        HOST=str(copy.sockets), PORT="5432", USER=copy.shop.user, PASSWORD="", NAME=copy.shop.database
    )
    # How the shop's server is reached (TLS, a service's name) says nothing of a socket.
    connection.settings_dict["OPTIONS"] = {"options": the_shops["OPTIONS"]["options"], "prepare_threshold": None}
    # What happens in a copy is no news of the shop's.
    logging.disable(logging.WARNING)
    try:
        connection.ensure_connection()
        assert str(copy.sockets) == connection.connection.info.host
        yield
    finally:
        logging.disable(logging.NOTSET)
        connection.close()
        connection.settings_dict.update(the_shops)


def check(copy: Copy, steps: Steps, *, from_another_server: bool) -> None:
    """
    Look through a copy as after a real restore. Raises RehearsalError at the first thing that is not right.

    from_another_server: whether its journal may have to be taken over, which a physical copy's must not.
    """
    with looking_at(copy):
        with steps.step("Migrations") as told:
            _check_migrations()
            told.append("all applied")
        with steps.step("Journal") as told:
            told.append(_take_over_journal() if from_another_server else _check_journal())
        with steps.step("Audit") as told:
            told.append(_audit())


def _check_migrations() -> None:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0, stdout=StringIO())
    except SystemExit as exit:
        raise RehearsalError("migrations of this version are not applied; migrate the shop first") from exit


def _take_over_journal() -> str:
    before = _offset()
    call_command("migrate", interactive=False, verbosity=0, stdout=StringIO())
    if find_lag().is_foreign:
        raise RehearsalError("the journal is still under the numbers of the shop's server")
    raised = _offset() - before
    return f"taken over, its numbers raised by {raised}" if raised else "goes on as it is"


def _check_journal() -> str:
    if find_lag().is_foreign:
        raise RehearsalError("the journal holds numbers that the copy has not come to")
    return "goes on as it is"


def _offset() -> int:
    row = sql.fetch_one("SELECT core_journal_offset() AS offset", {})
    assert row is not None
    return int(row["offset"])


def _audit() -> str:
    written = StringIO()
    try:
        call_command("audit", stdout=written)
    except CommandError as error:
        breached = [
            line.removeprefix("BREACHED").strip() for line in written.getvalue().splitlines() if "BREACHED" in line
        ]
        raise RehearsalError(f"the audit of the copy finds breaches ({'; '.join(breached)})") from error
    return f"{len(written.getvalue().splitlines())} checks, no breach"
