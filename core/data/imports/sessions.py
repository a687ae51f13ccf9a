"""Writing with several database sessions at once, because one statement uses only one core of the server."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Event

from django.db import connection


def write_in_sessions(
    pieces: Sequence[int], write: Callable[[int], None], *, sessions: int, show: Callable[[float], None]
) -> None:
    """
    Write every piece once, each in one of several sessions; a single session is the caller's own.

    write: writes a piece in a separate transaction; it sees committed rows only. show: receives the part that is done.
    The first error stops the other sessions after their current piece, and is raised.
    """
    if sessions == 1:
        for done, piece in enumerate(pieces, start=1):
            write(piece)
            show(done / len(pieces))
        return

    dealer = _Dealer(pieces)
    with ThreadPoolExecutor(max_workers=sessions) as pool:
        workers = [pool.submit(_work, dealer, write, show) for _ in range(sessions)]
        try:
            for worker in workers:
                worker.result()
        finally:
            # Ctrl-C reaches this thread only; the workers would continue to the last piece.
            dealer.stopped.set()


class _Dealer:
    """Gives each piece to the first worker that asks."""

    def __init__(self, pieces: Sequence[int]) -> None:
        self.stopped = Event()
        self.total = len(pieces)
        self._waiting: SimpleQueue[int] = SimpleQueue()
        for piece in pieces:
            self._waiting.put(piece)

    def __iter__(self) -> Iterator[int]:
        while not self.stopped.is_set():
            try:
                yield self._waiting.get_nowait()
            except Empty:
                return

    def part_dealt(self) -> float:
        return 1 - self._waiting.qsize() / self.total


def _work(dealer: _Dealer, write: Callable[[int], None], show: Callable[[float], None]) -> None:
    try:
        for piece in dealer:
            write(piece)
            show(dealer.part_dealt())
    except BaseException:
        dealer.stopped.set()
        raise
    finally:
        # Django opens a connection for each thread, and nothing else would close this one.
        connection.close()
