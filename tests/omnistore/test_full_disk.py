"""
What `manage.py up` says on a disk without room: one sentence, and no trace.

The disk is a small one in memory, which only these processes see. Root may mount it; others may where Linux lets them
be root in a namespace of their own (unshare of util-linux 2.38 or later).
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
# Fills the disk as soon as PostgreSQL works on it, while tables are still being made.
FILL = """
(until grep -q "ready to accept connections" "$DATA/log/postgres.log" 2> /dev/null; do
    kill -0 $$ && sleep 0.02 || exit
 done
 cat /dev/zero > "$DATA/something-large" 2> /dev/null) &
"""


def in_namespace(start):
    """Return the command that mounts a disk of SIZE at DATA where only it sees it, and then starts something."""
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
        kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        ports = {"PORT": str(_free_port()), "LIVE_PORT": str(_free_port())}
        command = in_namespace(f"{before} exec {sys.executable} manage.py up")
        answer = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env={**kept, **ports, "DJANGO_SETTINGS_MODULE": "omnistore.settings", "DATA": str(data), "SIZE": size},
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT_SECONDS,
        )
        assert answer.returncode == 1
        return answer.stderr.replace(str(data), "DATA")

    return run


def test_too_little_room_is_told_at_the_start(up):
    said = up("20m")

    assert said == "Only 20 MB are free for DATA: make room for 300 MB.\n"


def test_a_disk_that_runs_full_on_the_way_is_named(up):
    said = up("400m", before=FILL)

    assert said == "The disk is full: make room for DATA, then start again.\n"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
