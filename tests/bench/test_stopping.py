"""A benchmark that is stopped or killed leaves no processes and no files."""

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
    """A running benchmark with its servers, in a temporary directory."""
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
    """Return all descendants of a process."""
    return psutil.Process(process.pid).children(recursive=True)


def names_of(processes):
    """Return the names of processes; short-lived ones may have ended already."""
    names = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            names.add(process.name())
    return names


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_stops_its_servers_and_deletes_its_directory(bench, tmp_path, number):
    started = family(bench)

    bench.send_signal(number)

    assert bench.communicate(timeout=LONGEST_WAIT_SECONDS)[1].strip() == "Stopped."
    assert bench.returncode == 1
    assert not any(map(is_running, started))
    assert not any(tmp_path.glob("omnistore-bench-*"))


def test_its_servers_end_when_it_is_killed(bench):
    started = family(bench)

    bench.kill()

    assert wait_until(lambda: not any(map(is_running, started)), seconds=LONGEST_WAIT_SECONDS)
