"""The fixtures of all tests: a temporary PostgreSQL and Valkey for each test process."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.signals import setting_changed
from hypothesis import HealthCheck, settings

from core.texts.languages import known_language
from omnistore.tools.servers.postgres import Postgres
from omnistore.tools.servers.valkey import Valkey
from tests import prepared, tidying

pytest_plugins = ["tests.shop", "tests.carriers.shop"]

# A busy machine must not fail a test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Imported modules stay in memory; repeated garbage collection of them takes a tenth of the time.
gc.freeze()
gc.set_threshold(50_000, 20, 20)

# Only tests change the shop's languages while it runs.
setting_changed.connect(lambda **_change: known_language.cache_clear(), weak=False)

SERVERS = pytest.StashKey[list[Postgres | Valkey]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start this process's servers, unless the environment names others; with workers only prepare theirs."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _clear_left_overs()
    data = Path(os.environ["DATA"])
    if config.getoption("numprocesses", None):
        prepared.prepare(data)
        return
    config.stash[SERVERS] = []
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(data, durable=False)
        config.stash[SERVERS].append(valkey)
        valkey.start()
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(data, durable=False)
        config.stash[SERVERS].append(postgres)
        prepared.start(postgres)


def pytest_collection_finish() -> None:
    """Exclude the models, routes and tests, which are all imported now, from garbage collection, too."""
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove what they wrote."""
    for server in config.stash.get(SERVERS, []):
        server.stop()
    shutil.rmtree(os.environ["DATA"], ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test's database, with a quick reset after tests that commit."""
    with django_db_blocker.unblock():
        tidier = tidying.put_back_by_hand()
    yield
    if tidier is not None:
        tidier.close()


def _clear_left_overs() -> None:
    """Remove the data of test runs that were killed; their servers died with them."""
    for directory in Path(tempfile.gettempdir()).glob("omnistore-test-*"):
        owner = directory.name.rpartition("-")[2]
        if owner.isdigit() and int(owner) != os.getpid() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(directory, ignore_errors=True)
