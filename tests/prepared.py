"""
A cluster with every migration applied, kept between test runs and copied by each process with tests.

Applying the migrations costs many seconds, copying a directory hardly any. The copy is found by a digest of everything
that shapes the tables; each test database is then made from it, and migrated once more to be sure.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from omnistore.tools.servers.locations import postgres_directory
from omnistore.tools.servers.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".test-data"
HOW_MANY_KEPT = 3


def start(postgres: Postgres) -> None:
    """Start a PostgreSQL whose database `omnistore` is migrated, from a stored copy if there is one."""
    data = postgres.directory.parent
    is_migrated = copy_cluster(data)
    postgres.start()
    if not is_migrated and _migrate(data):
        postgres.stop()
        _keep(postgres.directory)
        postgres.start()


def prepare(data: Path) -> None:
    """Store a copy for the worker processes, unless the environment names a PostgreSQL."""
    if "DATABASE_URL" not in os.environ and not _prepared().exists():
        postgres = Postgres(data, durable=False)
        start(postgres)
        postgres.stop()


def copy_cluster(data: Path) -> bool:
    """Copy the stored cluster into a new data directory; return whether there was one."""
    if not _prepared().exists():
        return False
    data.mkdir(parents=True, exist_ok=True)
    _copy(_prepared(), postgres_directory(data))
    return True


def _prepared() -> Path:
    digest = hashlib.sha256()
    ours = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "core/states/guards.py"]
    for path in sorted([ROOT / "requirements.txt", *ours]):
        digest.update(path.read_bytes())
    return KEPT / f"postgres-{digest.hexdigest()[:16]}"


def _migrate(data: Path) -> bool:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "omnistore.settings", "DATA": str(data)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    # A failure here is ignored: the test databases are then migrated from scratch, and show the error.
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True).returncode == 0


def _keep(directory: Path) -> None:
    KEPT.mkdir(exist_ok=True)
    unfinished = KEPT / f"unfinished-{os.getpid()}"
    _copy(directory, unfinished)
    try:
        unfinished.rename(_prepared())
    except OSError:
        shutil.rmtree(unfinished)  # Another run was faster.
    oldest_first = sorted(KEPT.glob("postgres-*"), key=lambda path: path.stat().st_mtime)
    for outdated in oldest_first[:-HOW_MANY_KEPT]:
        shutil.rmtree(outdated, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    # cp keeps the owner, who is another user if root runs the tests.
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
