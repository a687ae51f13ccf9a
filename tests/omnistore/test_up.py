"""The errors of `manage.py up`: one sentence that names the cause, without a traceback."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

SERVER_VARIABLES = ("DATABASE_URL", "REDIS_URL", "PRODUCTION", "DEMO", "HOST", "TEST_DATA")


@pytest.fixture
def up(tmp_path, settings, monkeypatch):
    """Start the shop in this process with changed settings, so it is not loaded again."""
    asked_by_signal = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    monkeypatch.delenv("HOST", raising=False)
    settings.DATA_DIR, settings.IS_POSTGRES_EMBEDDED, settings.IS_VALKEY_EMBEDDED = tmp_path, False, False

    def run(**values):
        for name, value in values.items():
            setattr(settings, name, value)
        output = StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("up", stdout=output)
        assert output.getvalue() == ""
        return f"{end.value.code}\n"  # Python prints it like this at exit.

    yield run
    for number, handler in asked_by_signal.items():
        signal.signal(number, handler)


@pytest.fixture
def up_with(tmp_path):
    """Start the shop in a separate process with environment variables."""

    def run(**variables):
        kept = {name: value for name, value in os.environ.items() if name not in SERVER_VARIABLES}
        answer = subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env={**kept, "DJANGO_SETTINGS_MODULE": "omnistore.settings", "DATA": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert answer.returncode == 1
        assert answer.stdout == ""
        return answer.stderr

    return run


def test_a_port_in_use_is_named(up):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        output = up(PORT=port, LIVE_PORT=1)

    assert output == (
        f"Port {port} cannot be used (Address already in use): stop what uses it, or set PORT to another.\n"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nonsense", "DATABASE_URL must look like postgres://user:secret@host:5432/name.\n"),
        (
            "postgres://shop:hunter2@127.0.0.1:9/shop",
            "The database named by DATABASE_URL cannot be used: connection failed: "
            'connection to server at "127.0.0.1", port 9 failed: Connection refused\n',
        ),
    ],
)
def test_a_wrong_database_url_is_explained_without_its_password(up_with, free_port, url, expected):
    output = up_with(DATABASE_URL=url, PORT=str(free_port), LIVE_PORT=str(free_port))

    assert output == expected


def test_a_wrong_redis_url_is_explained(up, db, free_port):
    output = up(REDIS_URL="redis://127.0.0.1:9/0", PORT=free_port, LIVE_PORT=free_port)

    assert output.startswith("The Valkey named by REDIS_URL cannot be used: ")
    assert output.count("\n") == 1


def test_data_of_a_version_with_other_migrations_is_refused(up, db, free_port):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts' AND name = '0001_customers'")

    output = up(PORT=free_port, LIVE_PORT=free_port)

    assert output.startswith("This data was made by a version with other migrations, before the first release.")
    assert "make reset" in output
    assert output.count("\n") == 1


def test_production_with_unsafe_settings_is_refused(up_with):
    output = up_with(PRODUCTION="1")

    assert output.startswith("SECRET_KEY is the development key")
    assert "DATABASE_URL must name the PostgreSQL server" in output
    assert output.count("\n") == 1


def test_a_second_shop_on_the_same_data_is_refused(up, tmp_path, free_port):
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        output = up(PORT=free_port)

    assert output == f"The shop is already running on {tmp_path}: stop it first, or choose another DATA directory.\n"


def test_a_data_directory_that_cannot_be_made_is_named(up):
    output = up(DATA_DIR=Path("/proc/no-such-place"))

    assert output == "No such file or directory: /proc/no-such-place\n"


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
