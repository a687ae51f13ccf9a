"""
The errors of `manage.py up` on a full disk: one sentence without a traceback.

The disk is a small tmpfs that only these processes see. Root can mount it; other users can if Linux lets them be root
in a user namespace (unshare of util-linux 2.38 or later).
"""

import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.fault

NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "PRODUCTION", "TEST_DATA", "HOST")
LONGEST_WAIT_SECONDS = 300
MOUNT = 'mount -t tmpfs -o size="$SIZE",mode=777 tmpfs "$DATA"'
# Fills the disk as soon as PostgreSQL runs, while the migrations create tables.
FILL = """
(until grep -q "ready to accept connections" "$DATA/log/postgres.log" 2> /dev/null; do
    kill -0 $$ && sleep 0.02 || exit
 done
 cat /dev/zero > "$DATA/something-large" 2> /dev/null) &
"""


def in_namespace(start):
    """Return a command that mounts a disk of SIZE at DATA in a namespace, and then starts a command."""
    if not os.getuid():
        return ["unshare", "--mount", "sh", "-c", f"{MOUNT} && {start}"]
    back = f"unshare --user --map-user={os.getuid()} --map-group={os.getgid()}"
    as_root = ["unshare", "--user", "--map-root-user", "--mount"]
    return [*as_root, "sh", "-c", f"{MOUNT} && exec {back} sh -c '{start}'"]


@pytest.fixture
def up(tmp_path):
    data = tmp_path / "data"
    data.mkdir()

    def run(size, before=""):
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        ports = {"PORT": str(_free_port()), "LIVE_PORT": str(_free_port())}
        command = in_namespace(f"{before} exec {sys.executable} manage.py up")
        result = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env={**inherited, **ports, "DJANGO_SETTINGS_MODULE": "omnistore.settings", "DATA": str(data), "SIZE": size},
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT_SECONDS,
        )
        assert result.returncode == 1
        return result.stderr.replace(str(data), "DATA")

    return run


def test_too_little_space_is_reported_at_the_start(up):
    output = up("20m")

    assert output == "Only 20 MB are free for DATA: make room for 300 MB.\n"


def test_a_disk_that_becomes_full_during_the_start_is_reported(up):
    output = up("400m", before=FILL)

    assert output == "The disk is full: make room for DATA, then start again.\n"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
