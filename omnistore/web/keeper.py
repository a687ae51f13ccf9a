"""
The parent of the processes of web and live: `python -m omnistore.web.keeper`, with granian's options.

Granian ends the whole web when a worker is killed within seconds of its start, as happens where memory is short. So its
loop is replaced by one that tells workers that were killed from those that cannot start.
"""

import signal
import time
from typing import Any

from granian import cli
from granian.server import MPServer

# A worker that ran this long was able to start, so another one is as well.
HEALTHY_SECONDS = 20.0
SECONDS_BETWEEN_STARTS = 5.0
# Of those who were killed, or asked to end, by somebody else.
INNOCENT = (0, -signal.SIGTERM, -signal.SIGKILL)


class Keeper(MPServer):
    """Replaces a killed worker however often, and ends with exit status 1 once none is able to start."""

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while True:
            self.main_loop_interrupt.wait()
            self.main_loop_interrupt.clear()  # Before the look, so that a worker that dies during it is seen next.
            if self.reload_signal:
                self._reload(spawn_target, target_loader)
            dead = [worker for worker in self.wrks if not worker.is_alive()]
            if any(_could_not_start(worker) for worker in dead):
                if not any(worker.is_alive() and _is_healthy(worker) for worker in self.wrks):
                    self.interrupt_children = [worker.idx for worker in dead]  # Makes the exit status 1.
                    return
                # Its fault may be for the whole machine, and the others need the processor.
                self.main_loop_interrupt.wait(SECONDS_BETWEEN_STARTS)
            if self.interrupt_signal:
                self.interrupt_children.clear()
                return
            self.interrupt_children.clear()
            self._respawn_workers([worker.idx for worker in dead], spawn_target, target_loader)


def _could_not_start(worker: Any) -> bool:
    return worker.inner.exitcode not in INNOCENT and not _is_healthy(worker)


def _is_healthy(worker: Any) -> bool:
    return bool(time.monotonic() - worker.birth > HEALTHY_SECONDS)


def main() -> None:
    """Read granian's options and serve."""
    cli.Server = Keeper
    cli.entrypoint()


if __name__ == "__main__":
    main()
