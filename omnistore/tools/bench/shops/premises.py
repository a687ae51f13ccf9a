"""
Where a measured shop stands: a tree of the code, its own servers and the programs of its own Procfile.

The measurement only asks and looks; the shop of another commit is run by that commit's code alone.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
import psycopg

from omnistore.tools.servers.processes import ServerError, stop_group, wait_until
from omnistore.tools.supervisor import Program, Supervisor, read_procfile

START_SECONDS = 180.0
STOP_SECONDS = 40.0
HOST = "127.0.0.1"
WEB = "web"
KEEPER = Path(__file__).with_name("keeper.py")
LAST_LINES = 6


@dataclass(frozen=True)
class Site:
    """A tree of the shop's code, the Python that runs it, where its data lies, and the ports it has."""

    tree: Path
    python: Path
    data: Path
    port: int
    live_port: int

    def programs(self) -> dict[str, str]:
        """Return the commands of the tree's own Procfile."""
        return read_procfile(self.tree / "Procfile")

    def environment(self, **variables: str) -> dict[str, str]:
        """Return the environment of everything that runs here; variables: of one program."""
        return {
            **os.environ,
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "omnistore.settings",
            "DATA": str(self.data),
            "HOST": HOST,
            "PORT": str(self.port),
            "LIVE_PORT": str(self.live_port),
            "PUBLIC_URL": f"http://{HOST}:{self.port}",
            # Servers that the machine has already are not for this.
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "ENABLE_TEST_PROVIDER": "1",
            **variables,
        }

    def last_words(self, name: str) -> str:
        """Return how the log of something that runs here ends."""
        log = self.data / "log" / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else ["it left no log"]
        return "\n".join(lines[-LAST_LINES:])


class Keeper:
    """The process that keeps the shop of a site (keeper.py) and is asked about it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        log = site.data / "log" / "keeper.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            # It stops the servers when its input ends, so nothing is left running if this process is killed.
            self._child = subprocess.Popen(
                [str(site.python), str(KEEPER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=site.environment(),
                cwd=site.tree,
                start_new_session=True,
            )

    def opened(self) -> dict[str, Any]:
        """Wait until the shop is open and filled; return what it sells, and how its database is reached."""
        found: dict[str, Any] = self._answer()
        return found

    def ask(self, act: str, **arguments: Any) -> Any:
        """Have one of the keeper's acts done and return what it says. Raises ServerError if it has died."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps([act, arguments]).encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            pass  # Its log, read below, tells why.
        return self._answer()

    def server(self, name: str) -> psutil.Process:
        """Return the server's process whose program's name begins so."""
        children = psutil.Process(self._child.pid).children()
        return next(child for child in children if child.name().startswith(name))

    def stop(self) -> None:
        """Have the servers stopped."""
        stop_group(self._child, ask=signal.SIGTERM, seconds=STOP_SECONDS)
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            pipe.close()

    def _answer(self) -> Any:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise ServerError(f"The shop in {self._site.tree} cannot be kept open: {self._site.last_words('keeper')}")
        return json.loads(line)


@dataclass(frozen=True)
class MeasuredShop:
    """A filled shop that is open, and its processes by what their CPU time is counted as."""

    site: Site
    keeper: Keeper
    web: psutil.Process
    postgres: psutil.Process
    valkey: psutil.Process
    database: "psycopg.Connection[Any]"
    goods: dict[str, Any]
    hot_sku: str
    hot_units: int

    def invite(self, count: int) -> list[dict[str, Any]]:
        """Have so many new people signed in; each has an id and a token."""
        people: list[dict[str, Any]] = self.keeper.ask("invite", count=count)
        return people


@contextmanager
def open_shop(site: Site) -> Iterator[MeasuredShop]:
    """Open servers and web of a site and fill the shelves; stop all of it after. Raises ServerError."""
    keeper = Keeper(site)
    try:
        found = keeper.opened()
        with (
            psycopg.connect(found["database"], autocommit=True) as database,
            open_web(site) as web,
        ):
            yield MeasuredShop(
                site=site,
                keeper=keeper,
                web=web,
                postgres=keeper.server("postgres"),
                valkey=keeper.server("valkey"),
                database=database,
                goods=found["goods"],
                hot_sku=found["hot_sku"],
                hot_units=found["hot_units"],
            )
    finally:
        keeper.stop()


@contextmanager
def open_web(
    site: Site, *, name: str = WEB, command: str = "", port: int = 0, **variables: str
) -> Iterator[psutil.Process]:
    """
    Start the web processes of the site's Procfile and stop them after. Raises ServerError if they do not answer.

    name, command, port, variables: of something else to be served there, and of its environment.
    """
    port = port or site.port
    with open_programs(site, {name: command or site.programs()[WEB]}, PORT=str(port), **variables) as running:
        web = running[name]
        if not wait_until(lambda: not _runs(web) or _answers(port), seconds=START_SECONDS) or not _runs(web):
            raise ServerError(f"The {name} process does not start: {site.last_words(name)}")
        yield web


@contextmanager
def open_programs(site: Site, commands: Mapping[str, str], **variables: str) -> Iterator[dict[str, psutil.Process]]:
    """Start programs in the site's tree, and stop them after."""
    counts = site.data / "run" / "metrics"
    counts.mkdir(parents=True, exist_ok=True)
    environment = site.environment(PROMETHEUS_MULTIPROC_DIR=str(counts), **variables)
    enter = f"cd {shlex.quote(str(site.tree))}"
    programs = [
        Program(name, f"{enter} && {command}", data=site.data, environment=environment)
        for name, command in commands.items()
    ]
    try:
        for program in programs:
            program.start()
        yield {program.name: psutil.Process(program.child.pid) for program in programs if program.child is not None}
    finally:
        Supervisor(print).stop(programs)


@contextmanager
def paused(parents: Sequence[psutil.Process]) -> Iterator[None]:
    """Hold processes and their children where they are, and let them go on after."""
    held = [process for parent in parents for process in (parent, *parent.children(recursive=True))]
    try:
        for process in held:
            process.suspend()
        yield
    finally:
        for process in held:
            if process.is_running():
                process.resume()


def free_port() -> int:
    """Return a port of this machine that nothing listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def _answers(port: int) -> bool:
    asked = HTTPConnection(HOST, port, timeout=5)
    try:
        asked.request("GET", "/livez")
        return asked.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
