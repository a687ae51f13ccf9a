"""Many at once, each in a thread with a connection of its own, all let go at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def race(runners: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all of them at once and return what each returned, or the exception it raised, in their order."""
    barrier = threading.Barrier(len(runners))
    results: list[Any] = [None] * len(runners)

    def run(place: int, runner: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[place] = runner()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, runner)) for place, runner in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results
