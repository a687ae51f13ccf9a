"""Workers that are killed, and workers that cannot start."""

import os
import subprocess
import sys
import time

import psutil
import pytest
from django.conf import settings

from omnistore.tools.servers.processes import wait_until
from tests.web.conftest import answers, serve

WAIT_SECONDS = 60.0
GRANIAN = ("-m", "granian", "--respawn-failed-workers")
# A worker counts as healthy soon, and one that could not start is tried again at once.
IMPATIENT = (
    "-c",
    "from omnistore.web import keeper; keeper.HEALTHY_SECONDS = 1; keeper.SECONDS_BETWEEN_STARTS = 0; keeper.main()",
)


@pytest.fixture
def broken(tmp_path):
    return tmp_path / "broken"


@pytest.fixture
def started(broken):
    """Start servers that are stopped after the test."""
    processes = []

    def start(**options):
        served, process = serve(
            *("tests.web.breakable:application", "--workers", "2", "--workers-kill-timeout", "2"),
            FOLDER=str(broken.parent),
            **options,
        )
        processes.append(process)
        # One that answers does not mean that both have started.
        assert wait_until(lambda: len(list(broken.parent.iterdir())) == 2, seconds=WAIT_SECONDS)
        return served, process

    yield start
    for process in processes:
        process.terminate()
        process.wait(timeout=30)


def workers_of(process):
    return psutil.Process(process.pid).children()


def kill_a_worker(process):
    """Kill the youngest worker; return whether another came in its place."""
    victim = max(workers_of(process), key=psutil.Process.create_time)
    victim.kill()
    wait_until(lambda: process.poll() is not None or is_replaced(process, victim), seconds=WAIT_SECONDS)
    return process.poll() is None


def is_replaced(process, victim):
    workers = workers_of(process)
    return len(workers) == 2 and victim not in workers


def test_workers_that_are_killed_as_they_come_are_replaced_for_as_long_as_it_takes(started):
    served, process = started()

    assert [kill_a_worker(process) for _ in range(8)] == [True] * 8
    assert served.ask("/livez").status == 200


def test_granian_alone_ends_when_a_new_worker_is_killed(started):
    """Negative control: if this fails, the keeper is no longer needed."""
    _served, process = started(program=GRANIAN)

    while kill_a_worker(process):
        pass

    assert process.wait(timeout=30) == 1


def test_all_workers_killed_at_once_come_back(started):
    served, process = started()
    before = workers_of(process)
    for worker in before:
        worker.kill()

    assert wait_until(lambda: len(set(workers_of(process)) - set(before)) == 2, seconds=WAIT_SECONDS)
    assert wait_until(lambda: answers(served), seconds=WAIT_SECONDS)


def test_a_shop_that_cannot_start_ends_with_an_error(broken):
    broken.touch()
    command = [sys.executable, "-m", "omnistore.web.keeper", "--interface", "rsgi", "--port", "0"]
    done = subprocess.run(
        [*command, "tests.web.breakable:application"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "FOLDER": str(broken.parent)},
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
    )

    assert done.returncode == 1
    assert "RuntimeError: broken" in done.stderr


def test_a_worker_that_cannot_start_is_tried_again_while_another_serves(started, broken):
    served, process = started(program=IMPATIENT)
    victim, other = workers_of(process)
    time.sleep(1.5)  # Not by the time of creation, which a machine may tell half a second wrong.
    broken.touch()
    victim.kill()

    assert wait_until(lambda: len(list(broken.parent.glob("failed-*"))) >= 3, seconds=WAIT_SECONDS)
    assert served.ask("/livez").status == 200

    broken.unlink()

    assert wait_until(lambda: is_replaced(process, victim) and process.poll() is None, seconds=WAIT_SECONDS)
    assert other in workers_of(process)


def test_a_server_that_is_asked_to_stop_ends_well(started):
    _served, process = started()
    kill_a_worker(process)

    process.terminate()

    assert process.wait(timeout=30) == 0
