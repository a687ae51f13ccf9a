"""Metrics of a shop with several processes, some of which were killed."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

PROCESS = """
import os, signal, sys
from core.web import metrics
metrics.count_request("GET", "livez", 200, 0.01)
sys.stdout.write(metrics.written({"journal_lag_seconds": float(sys.argv[1]), "dead_letters": 0.0}).decode())
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(tmp_path):
    """Scrape a process that counts one request and is then killed; the directory is made by the first."""

    def scrape(lag):
        run = subprocess.run(
            [sys.executable, "-c", PROCESS, str(lag)],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "new" / "metrics")},
            capture_output=True,
            text=True,
        )
        assert run.returncode == -9, run.stderr
        return list(text_string_to_metric_families(run.stdout))

    return scrape


def samples(families, name):
    return [(sample.labels, sample.value) for family in families for sample in family.samples if sample.name == name]


def test_a_gauge_says_what_is_true_now_whatever_processes_before_have_seen(killed):
    assert samples(killed(33.0), "omnistore_journal_lag_seconds") == [({}, 33.0)]

    assert samples(killed(0.0), "omnistore_journal_lag_seconds") == [({}, 0.0)]


def test_counters_add_up_over_killed_processes(killed):
    killed(0.0)

    families = killed(0.0)

    assert [value for _labels, value in samples(families, "omnistore_requests_total")] == [2.0]
    assert [value for _labels, value in samples(families, "omnistore_request_seconds_count")] == [2.0]


def test_each_family_is_told_once(killed):
    killed(5.0)

    names = [family.name for family in killed(0.0)]

    assert len(names) == len(set(names))
    assert {"omnistore_requests", "omnistore_journal_lag_seconds", "omnistore_dead_letters"} <= set(names)


def test_gauges_that_a_release_before_left_in_the_directory_are_not_read(killed, tmp_path):
    killed(0.0)
    leftover = tmp_path / "new" / "metrics" / "gauge_all_4711.db"
    counted = next(leftover.parent.glob("counter_*.db"))
    leftover.write_bytes(counted.read_bytes())

    assert samples(killed(0.0), "omnistore_journal_lag_seconds") == [({}, 0.0)]
