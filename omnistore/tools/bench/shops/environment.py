"""
The environment of a measured shop: a tree of the code, its own servers and the programs of its own Procfile.

The benchmark only calls and observes it; the shop of another commit runs only that commit's code.
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
AGENT_PROGRAM = Path(__file__).with_name("agent.py")
LAST_LINES = 6


@dataclass(frozen=True)
class Environment:
    """A tree of the shop's code, the Python that runs it, its data directory and its ports."""

    tree: Path
    python: Path
    data: Path
    port: int
    live_port: int

    def programs(self) -> dict[str, str]:
        """Return the commands of the tree's own Procfile."""
        return read_procfile(self.tree / "Procfile")

    def variables(self, **more: str) -> dict[str, str]:
        """Return the environment variables of the shop's processes, with more for one program."""
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
            # Servers that already run on the machine are not used.
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "ENABLE_TEST_PROVIDER": "1",
            **more,
        }

    def end_of_log(self, name: str) -> str:
        """Return the last lines of a program's log."""
        log = self.data / "log" / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else ["it has no log"]
        return "\n".join(lines[-LAST_LINES:])


class Agent:
    """The control process of a shop (agent.py)."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        log = environment.data / "log" / "agent.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            # It stops the servers when its input ends, so nothing keeps running if this process is killed.
            self._child = subprocess.Popen(
                [str(environment.python), str(AGENT_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment.variables(),
                cwd=environment.tree,
                start_new_session=True,
            )

    def wait_until_open(self) -> dict[str, Any]:
        """Wait until the shop is filled; return its catalogue and its database's address. Raises ServerError."""
        shop: dict[str, Any] = self._result()
        return shop

    def call(self, operation: str, **arguments: Any) -> Any:
        """Run one of the agent's operations and return its result. Raises ServerError if the agent has died."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps([operation, arguments]).encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            pass  # Its log, read below, says why.
        return self._result()

    def server(self, name: str) -> psutil.Process:
        """Return the server process whose program name begins with this name."""
        children = psutil.Process(self._child.pid).children()
        return next(child for child in children if child.name().startswith(name))

    def stop(self) -> None:
        """Stop the servers and the control process."""
        stop_group(self._child, ask=signal.SIGTERM, seconds=STOP_SECONDS)
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            pipe.close()

    def _result(self) -> Any:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise ServerError(
                f"The shop in {self._environment.tree} does not run: {self._environment.end_of_log('agent')}"
            )
        return json.loads(line)


@dataclass(frozen=True)
class MeasuredShop:
    """A filled and running shop, with the processes whose CPU time is measured."""

    environment: Environment
    agent: Agent
    web: psutil.Process
    postgres: psutil.Process
    valkey: psutil.Process
    database: "psycopg.Connection[Any]"
    catalogue: dict[str, Any]
    hot_sku: str
    hot_units: int

    def add_shoppers(self, count: int) -> list[dict[str, Any]]:
        """Add so many signed-in shoppers; each has an id and a token."""
        shoppers: list[dict[str, Any]] = self.agent.call("add_shoppers", count=count)
        return shoppers


@contextmanager
def open_shop(environment: Environment) -> Iterator[MeasuredShop]:
    """Start and fill the shop of an environment; stop it afterwards. Raises ServerError."""
    agent = Agent(environment)
    try:
        shop = agent.wait_until_open()
        with (
            psycopg.connect(shop["database"], autocommit=True) as database,
            open_web(environment) as web,
        ):
            yield MeasuredShop(
                environment=environment,
                agent=agent,
                web=web,
                postgres=agent.server("postgres"),
                valkey=agent.server("valkey"),
                database=database,
                catalogue=shop["catalogue"],
                hot_sku=shop["hot_sku"],
                hot_units=shop["hot_units"],
            )
    finally:
        agent.stop()


@contextmanager
def open_web(
    environment: Environment, *, name: str = WEB, command: str = "", port: int = 0, **variables: str
) -> Iterator[psutil.Process]:
    """
    Start the web processes of the Procfile and stop them afterwards. Raises ServerError if they do not respond.

    name, command, port, variables: of another program that is served instead.
    """
    port = port or environment.port
    commands = {name: command or environment.programs()[WEB]}
    with open_programs(environment, commands, PORT=str(port), **variables) as running:
        web = running[name]
        if not wait_until(lambda: not _runs(web) or _responds(port), seconds=START_SECONDS) or not _runs(web):
            raise ServerError(f"The {name} process does not start: {environment.end_of_log(name)}")
        yield web


@contextmanager
def open_programs(
    environment: Environment, commands: Mapping[str, str], **variables: str
) -> Iterator[dict[str, psutil.Process]]:
    """Start programs in the environment's tree, and stop them afterwards."""
    metrics = environment.data / "run" / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    all_variables = environment.variables(PROMETHEUS_MULTIPROC_DIR=str(metrics), **variables)
    enter = f"cd {shlex.quote(str(environment.tree))}"
    programs = [
        Program(name, f"{enter} && {command}", data=environment.data, environment=all_variables)
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
    """Suspend processes and their children, and resume them afterwards."""
    processes = [process for parent in parents for process in (parent, *parent.children(recursive=True))]
    try:
        for process in processes:
            process.suspend()
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.resume()


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _runs(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def _responds(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
