"""Reads the journal in tests that run in parallel."""

import time
from datetime import datetime

from core.data import sql
from core.data.rebasing import READABLE_BELOW
from core.dispatch import dispatch_journal

_HELD_BACK = f"SELECT count(*) AS entries FROM core_journal WHERE xid >= {READABLE_BELOW}"


def wait_until_readable() -> None:
    """
    Wait until readers can see every entry that was written.

    Readers stay below the oldest transaction open anywhere in the cluster, and a test in another process may hold one
    open for a while.
    """
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        held_back = sql.fetch_one(_HELD_BACK, {})
        if held_back == {"entries": 0}:
            return
        time.sleep(0.1)


def read_journal(*, now: datetime) -> None:
    """Pass every entry to its handlers once all are readable."""
    wait_until_readable()
    dispatch_journal(now=now)
