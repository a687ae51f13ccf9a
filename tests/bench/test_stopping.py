"""A measurement that is stopped on the way leaves nothing behind; nor does one whose process is killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest
from django.conf import settings

from omnistore.tools.servers.processes import is_running, wait_until

pytestmark = pytest.mark.fault

SERVERS = {"postgres", "valkey-server"}
LONGEST_WAIT_SECONDS = 300.0


@pytest.fixture
def bench(tmp_path):
    """A measurement under way, in a temporary directory of its own, whose servers are running."""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "omnistore.settings"}
    command = [sys.executable, "manage.py", "bench", "--against", "HEAD"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        is_open = wait_until(lambda: names_of(family(process)) >= SERVERS, seconds=LONGEST_WAIT_SECONDS)
        assert is_open, process.poll()
        yield process
    finally:
        process.kill()
        process.wait()


def family(process):
    """All that a process has started, and what that has."""
    return psutil.Process(process.pid).children(recursive=True)


def names_of(processes):
    """What they are called; some last only for a moment and are gone when they are asked."""
    names = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            names.add(process.name())
    return names


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_its_servers_and_deletes_its_directory(bench, tmp_path, number):
    started = family(bench)

    bench.send_signal(number)

    assert bench.communicate(timeout=LONGEST_WAIT_SECONDS)[1].strip() == "Stopped."
    assert bench.returncode == 1
    assert not any(map(is_running, started))
    assert not any(tmp_path.glob("omnistore-bench-*"))


def test_killed_it_takes_its_servers_along(bench):
    started = family(bench)

    bench.kill()

    assert wait_until(lambda: not any(map(is_running, started)), seconds=LONGEST_WAIT_SECONDS)
