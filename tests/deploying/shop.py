"""The shop as it is deployed: settings from secrets in files, commands, and the processes of the Procfile."""

import os
import secrets
import signal
import sys
from pathlib import Path

import requests

from omnistore.tools.supervisor import read_procfile
from tests.deploying.servers import PASSWORD, ROOT, run, wait

POOLED = ("web", "live")
METRICS_TOKEN = "let-me-see"


class Shop:
    """A production shop on the servers of the layout."""

    def __init__(self, servers):
        self.servers, self.room, self.processes = servers, servers.room, {}
        ports = servers.ports
        self.address = f"https://localhost:{ports['https']}"
        self.inside = f"http://127.0.0.1:{ports['web']}"
        self.secrets = self.room / "secrets"
        self.secrets.mkdir(mode=0o700)
        self.key = secrets.token_urlsafe(50)
        self.settings = {
            "PRODUCTION": "1",
            "PUBLIC_URL": self.address,
            "ALLOWED_HOSTS": "localhost",
            "TRUSTED_PROXIES": "1",
            "HOST": "127.0.0.1",
            "PORT": str(ports["web"]),
            "LIVE_PORT": str(ports["live"]),
            "DATA": str(self.room / "data"),
            "STATIC_ROOT": str(self.room / "static"),
            "MEDIA_ROOT": str(self.room / "media"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.room / "metrics"),
            "SHOP_TIME_ZONE": "Europe/Berlin",
        }
        for name in ("data", "static", "media"):
            (self.room / name).mkdir()
        self.put("SECRET_KEY", self.key)
        self.put("DATABASE_URL", self.database_url("postgres"))
        self.put("REDIS_URL", servers.redis_url("omnistore"))
        self.put("EMAIL_URL", f"smtp://127.0.0.1:{ports['mail']}")
        self.put("METRICS_TOKEN", METRICS_TOKEN)

    def put(self, name, value):
        """Mount a secret as a file, with the line end that editors leave."""
        (self.secrets / name).write_text(f"{value}\n")
        self.settings[f"{name}_FILE"] = str(self.secrets / name)

    def database_url(self, port, name="omnistore"):
        return f"postgres://omnistore:{PASSWORD}@127.0.0.1:{self.servers.ports[port]}/{name}"

    def environment(self, **more):
        """Return the environment of a process: nothing of ours but the path."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        path = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
        # A secret's file is read rather than the variable, so it must not be named beside another value.
        settings = {name: value for name, value in self.settings.items() if name.removesuffix("_FILE") not in more}
        return kept | {"PATH": path, "PYTHONPATH": str(ROOT)} | settings | more

    def pooled(self):
        """Return what web and live have of their own: the pooler's address instead of PostgreSQL's."""
        return {"DATABASE_URL": self.database_url("pool"), "DATABASE_PREPARED_STATEMENTS": "0"}

    def manage(self, *arguments, expected=0, give=None, **more):
        """Run a command of manage.py and return its output."""
        command = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), *arguments]
        environment = self.environment(**more)
        return run(command, environment=environment, directory=self.room, expected=expected, give=give)

    def ask(self, code, **more):
        """Run a line of Python in the shop and return the last line that it prints."""
        return self.manage("shell", "--verbosity", "0", "--command", code, **more).strip().splitlines()[-1]

    def beside(self, name, **more):
        """Return what a second shop has of its own: a database, a name, and a user of Redis."""
        redis = self.servers.redis_url(name)
        return {"DATABASE_URL": self.database_url("postgres", name), "NAMESPACE": name, "REDIS_URL": redis} | more

    def start(self, *names, called="", **more):
        """Start processes of the Procfile, all of them if none is named, and wait until web takes requests."""
        lines = read_procfile(ROOT / "Procfile")
        for name in names or lines:
            environment = self.environment(**(self.pooled() if name in POOLED else {}) | more)
            command = ["/bin/sh", "-c", lines[name]]
            self.processes[called or name] = self.servers.spawn(
                called or name, command, ask=signal.SIGTERM, environment=environment, directory=ROOT
            )
        if "web" in (names or lines):
            wait(
                lambda: self.says("/readyz", '"ready"') or self.says("/readyz", '"degraded"'),
                f"web does not become ready; see {self.room}/web.log",
                seconds=120,
            )

    def stop(self, *names):
        """Stop processes as an upgrade does, all of them if none is named."""
        processes = [self.processes.pop(name) for name in names or list(self.processes)]
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=120)

    def log(self, name):
        """Return what a process has written."""
        return (self.room / f"{name}.log").read_text(errors="replace")

    def request(self, path, **options):
        """Ask web itself by its address, on a new connection."""
        return requests.get(self.inside + path, timeout=10, **options)

    def says(self, path, words):
        """Return whether web answers with some words, asked by its address."""
        try:
            return words in self.request(path).text
        except requests.RequestException:
            return False
