"""
Runs many threads at once, each with a connection of its own, all started at the same moment.

Starting together does not make them overlap: on a busy machine one may be done before the next begins. A negative
control therefore lets them meet in the gap it is about, after what they read and before what they write: at a Meeting
where the gap lies between two steps in Python, by racers_meet() where it lies inside one statement.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db import connection

# Only a racer that never comes is waited for this long; the others then continue, and the test shows the result.
LONGEST_WAIT_SECONDS = 60

# The shop's own limits on waiting must not decide who wins on a busy machine.
_PATIENCE = "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0"

# A sequence counts outside all transactions, so each racer sees at once that another has come.
_MEETING_IN_SQL = f"""
CREATE SEQUENCE racers_come;
CREATE FUNCTION racers_meet(racers int) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    gives_up_at timestamptz := clock_timestamp() + interval '{LONGEST_WAIT_SECONDS} seconds';
BEGIN
    PERFORM nextval('racers_come');
    WHILE (SELECT last_value FROM racers_come) < racers AND clock_timestamp() < gives_up_at LOOP
        PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN true;
END $$;
"""
_NO_MEETING_IN_SQL = "DROP FUNCTION racers_meet(int); DROP SEQUENCE racers_come"


class Meeting:
    """The point where every racer waits for all the others; all must come equally often."""

    def __init__(self, racers: int) -> None:
        self._barrier = threading.Barrier(racers)

    def after(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """Return the step followed by the meeting: what it read is old before any racer continues."""

        @wraps(step)
        def step_and_meet(*args: Any, **options: Any) -> Any:
            result = step(*args, **options)
            self._wait()
            return result

        return step_and_meet

    def before(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """Return the step preceded by the meeting: no racer writes before all have read."""

        @wraps(step)
        def meet_and_step(*args: Any, **options: Any) -> Any:
            self._wait()
            return step(*args, **options)

        return meet_and_step

    def _wait(self) -> None:
        try:
            self._barrier.wait(timeout=LONGEST_WAIT_SECONDS)
        except threading.BrokenBarrierError:
            pass


@contextmanager
def meeting_in_sql() -> Iterator[None]:
    """Let statements call racers_meet(n), which is true once n sessions have called it."""
    _run(_MEETING_IN_SQL)
    try:
        yield
    finally:
        _run(_NO_MEETING_IN_SQL)


def race(runners: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all functions at once and return what each returned, or the exception it raised, in their order."""
    barrier = threading.Barrier(len(runners))
    results: list[Any] = [None] * len(runners)

    def run(place: int, runner: Callable[[], Any]) -> None:
        try:
            _run(_PATIENCE)
            barrier.wait(timeout=LONGEST_WAIT_SECONDS)
            results[place] = runner()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, runner)) for place, runner in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=2 * LONGEST_WAIT_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results


def _run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
