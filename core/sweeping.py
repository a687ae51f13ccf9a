"""
Sweeps: periodic work on many rows, in which one bad row stops none of the others.

A row that raises, or that is not done yet, is put on the work list with its reason, and is tried again with growing
pauses. Meanwhile the sweep leaves it out, so that a hundred rows that can never be done do not stand before the others.
Staff see the list in the back office.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise

from core.data import sql

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=10)
TRIES_UNTIL_LONGEST = 10
# A row that its sweep has not taken up for so long was finished in another way.
FORGOTTEN_AFTER = timedelta(hours=6)
WORTH_AN_ALARM = timedelta(hours=1)

_POSTPONE = """
INSERT INTO core_unfinishedwork AS known (sweep, ref, tries, detail, since, next_try_at)
VALUES (%(sweep)s, %(ref)s, 1, %(detail)s, %(now)s, %(now)s + %(first)s)
ON CONFLICT (sweep, ref) DO UPDATE SET tries = known.tries + 1, detail = EXCLUDED.detail,
    next_try_at = %(now)s + least(%(first)s * power(2, least(known.tries, %(most)s)), %(longest)s)
"""
_LEFT_OUT = "SELECT ref FROM core_unfinishedwork WHERE sweep = %(sweep)s AND next_try_at > %(now)s"
_FINISH = "DELETE FROM core_unfinishedwork WHERE sweep = %(sweep)s AND ref = ANY(%(refs)s::text[])"
_FORGET = "DELETE FROM core_unfinishedwork WHERE next_try_at < %(before)s"
_OLD = "SELECT count(*) AS rows FROM core_unfinishedwork WHERE since < now() - %(old)s"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep by its technical name, and what it does to a row, in the reader's language."""

    name: str
    title: str | Promise

    def __post_init__(self) -> None:
        _sweeps[self.name] = self

    def leaves_out(self, ref: str) -> str:
        """
        Return the condition by which a sweep's statement leaves out rows whose next try is still to come.

        ref: the SQL of a row's reference. The statement has the parameter now.
        """
        return f"""NOT EXISTS (
            SELECT FROM core_unfinishedwork AS left_over
            WHERE left_over.sweep = '{self.name}' AND left_over.ref = ({ref})::text
              AND left_over.next_try_at > %(now)s)"""

    def left_out(self, *, now: datetime) -> list[str]:
        """Return the references of the rows whose next try is still to come."""
        return [row["ref"] for row in sql.fetch_all(_LEFT_OUT, {"sweep": self.name, "now": now})]


_sweeps: dict[str, Sweep] = {}


def sweeps() -> dict[str, Sweep]:
    """Return all sweeps by name."""
    return dict(_sweeps)


def go_through(
    sweep: Sweep, rows: Sequence[Row], act: Callable[[Row], bool | None], *, ref: Callable[[Row], object], now: datetime
) -> int:
    """
    Do something to each row, whatever becomes of the others; the caller has no transaction open.

    act: returns True for a row that it did, None for one that something else did first, and False for one that has to
    wait, for instance because a provider does not answer. ref: what identifies a row in this sweep. Return how many
    rows this run did.
    """
    finished: list[str] = []
    done = 0
    for row in rows:
        name = str(ref(row))
        try:
            is_done, detail = act(row), "no answer yet"
        except (OperationalError, InterfaceError):
            # The database is gone, not the row at fault: the next run begins again.
            raise
        except Exception as error:  # Whatever is wrong with one row must not stop the rows behind it.
            logger.exception("sweep %s could not do %s", sweep.name, name)
            is_done, detail = False, f"{type(error).__name__}: {error}"
        if is_done is False:
            _postpone(sweep, name, detail, now)
        else:
            finished.append(name)
            done += is_done is True
    if finished:
        sql.execute(_FINISH, {"sweep": sweep.name, "refs": finished})
    return done


def forget_finished_elsewhere(*, now: datetime) -> int:
    """Take rows off the work list that no sweep finds any more. Return how many."""
    return sql.execute(_FORGET, {"before": now - FORGOTTEN_AFTER})


def count_old() -> float:
    """Return how many rows have been on the work list for an hour, for the metrics."""
    row = sql.fetch_one(_OLD, {"old": WORTH_AN_ALARM})
    return float(row["rows"]) if row else 0.0


def _postpone(sweep: Sweep, ref: str, detail: str, now: datetime) -> None:
    sql.execute(
        _POSTPONE,
        {
            "sweep": sweep.name,
            "ref": ref[:80],
            "detail": detail[:500],
            "now": now,
            "first": FIRST_PAUSE,
            "longest": LONGEST_PAUSE,
            "most": TRIES_UNTIL_LONGEST,
        },
    )
