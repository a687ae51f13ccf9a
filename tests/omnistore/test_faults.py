"""Kill -9 of each part of a running shop: it recovers automatically, and the next start always works."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from django.conf import settings

from omnistore.tools.servers.locations import postgres_url, valkey_socket
from tests import prepared

pytestmark = pytest.mark.fault

# Far more than needed, for busy machines.
HEALED_WITHIN_SECONDS = 60.0
NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "PRODUCTION", "TEST_DATA", "HOST")


class Shop:
    """A supervisor in a separate process with separate data."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.data = data
        self.port = _free_port()
        kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        own = {"DATA": str(data), "PORT": str(self.port), "LIVE_PORT": str(_free_port()), "DEMO": "0"}
        if not data.exists():
            prepared.copy_cluster(data)
        self.output_file = data.with_suffix(".out").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *options],
            cwd=settings.BASE_DIR,
            env={**kept, **own, **environment, "DJANGO_SETTINGS_MODULE": "omnistore.settings"},
            stdout=self.output_file,
            stderr=subprocess.STDOUT,
        )
        _wait(lambda: self.is_started() or self.process.poll() is not None, seconds=300, otherwise=self.output)
        assert self.is_started(), self.output()

    def is_started(self) -> bool:
        return "Stop with Ctrl-C" in self.output()

    def output(self) -> str:
        return Path(self.output_file.name).read_text()

    def family(self, name: str) -> psutil.Process:
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if name in " ".join(child.cmdline()))

    def postgres(self) -> psycopg.Connection:
        return psycopg.connect(postgres_url(self.data), autocommit=True, connect_timeout=1)

    def ask(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.status

    def answers(self, question) -> bool:
        try:
            question()
        except (OSError, psycopg.Error, redis.RedisError):
            return False
        return True


@contextmanager
def running_shop(data, *options, **environment):
    shop = Shop(data, *options, **environment)
    try:
        yield shop
    finally:
        shop.process.terminate()
        assert shop.process.wait(timeout=60) == 0


def test_a_killed_postgresql_comes_back_with_everything_committed(tmp_path):
    with running_shop(tmp_path / "data", "--servers-only") as shop:
        with shop.postgres() as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

        for _ in range(3):
            shop.family("bin/postgres").kill()
            _wait(lambda: shop.answers(shop.postgres), seconds=HEALED_WITHIN_SECONDS)

        with shop.postgres() as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_killed_postgresql_comes_back_though_its_directory_was_closed_meanwhile(tmp_path):
    with running_shop(tmp_path / "data", "--servers-only") as shop:
        tmp_path.chmod(0o700)
        shop.family("bin/postgres").kill()

        _wait(lambda: shop.answers(shop.postgres), seconds=HEALED_WITHIN_SECONDS)


def test_a_killed_valkey_comes_back_with_its_queues(tmp_path):
    with running_shop(tmp_path / "data", "--servers-only") as shop:
        client = redis.Redis(unix_socket_path=str(valkey_socket(shop.data)))
        client.rpush("queue", "task")
        time.sleep(1.5)

        shop.family("valkey-server").kill()
        _wait(lambda: shop.answers(client.ping), seconds=HEALED_WITHIN_SECONDS)

        assert client.lrange("queue", 0, -1) == [b"task"]


def test_a_killed_supervisor_ends_its_servers_and_the_next_one_starts(tmp_path):
    shop = Shop(tmp_path / "data", "--servers-only")
    servers = psutil.Process(shop.process.pid).children()
    with shop.postgres() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    shop.process.kill()
    shop.process.wait()

    with running_shop(tmp_path / "data", "--servers-only") as next_shop, next_shop.postgres() as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    assert [server for server in servers if _runs(server)] == []


def test_the_lock_of_a_dead_postgresql_is_no_obstacle_even_if_its_pid_is_used_again(tmp_path):
    with running_shop(tmp_path / "data", "--servers-only"):
        pass
    lock = tmp_path / "data" / "postgres" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n1\n5432\n{lock.parent}\n\n  1 1\nready\n")

    with running_shop(tmp_path / "data", "--servers-only") as shop:
        assert shop.answers(shop.postgres)


def test_a_data_path_too_long_for_sockets_works(tmp_path):
    with running_shop(tmp_path / ("deep" * 30) / "data", "--servers-only") as shop:
        assert shop.answers(shop.postgres)


def test_killed_processes_of_the_shop_come_back(tmp_path):
    with running_shop(tmp_path / "data") as shop:
        for name in ("--interface rsgi", "celery --app omnistore worker", "celery --app omnistore beat"):
            before = shop.family(name)
            before.kill()
            _wait(lambda name=name, before=before: _differs(shop, name, before), seconds=HEALED_WITHIN_SECONDS)

        _wait(lambda: shop.answers(lambda: shop.ask("/livez")), seconds=HEALED_WITHIN_SECONDS)


def test_killed_web_workers_are_replaced(tmp_path):
    with running_shop(tmp_path / "data") as shop:
        for worker in shop.family("--interface rsgi").children():
            worker.kill()
            _wait(lambda: shop.answers(lambda: shop.ask("/livez")), seconds=HEALED_WITHIN_SECONDS)


def test_a_killed_supervisor_leaves_no_obstacle_for_the_next_start(tmp_path):
    shop = Shop(tmp_path / "data")
    family = psutil.Process(shop.process.pid).children(recursive=True)
    shop.process.kill()
    shop.process.wait()

    with running_shop(tmp_path / "data") as next_shop:
        assert next_shop.ask("/livez") == 200
    assert [process for process in family if _runs(process)] == []


def test_ctrl_c_stops_everything(tmp_path):
    shop = Shop(tmp_path / "data")
    family = psutil.Process(shop.process.pid).children(recursive=True)
    shop.process.send_signal(signal.SIGINT)

    assert shop.process.wait(timeout=60) == 0
    assert shop.output().endswith("Stopping ...\nStopped.\n")
    assert [process for process in family if _runs(process)] == []


def _wait(is_true, *, seconds, otherwise=lambda: ""):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return
        time.sleep(0.05)
    pytest.fail(f"not within {seconds} s: {otherwise()}")


def _differs(shop, name, before):
    try:
        return shop.family(name).pid != before.pid
    except (StopIteration, psutil.NoSuchProcess):
        return False


def _runs(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
