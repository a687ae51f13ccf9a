"""The servers of the layout: PostgreSQL, PgBouncer, Redis, nginx and a mail server, each on a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
from contextlib import ExitStack
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psycopg
from aiosmtpd.controller import Controller
from kombu import Connection
from kombu.exceptions import OperationalError

from omnistore.tools.servers.postgres import binaries, make_reachable, system_user
from omnistore.tools.servers.processes import spawn, stop_group, wait_until

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "docs" / "deploy"
PASSWORD = "deploy-rehearsal"
# What each Debian package brings.
PACKAGES = {
    "nginx": "nginx",
    "pgbouncer": "pgbouncer",
    "redis-server": "redis-server",
    "openssl": "openssl",
    "rabbitmqctl": "rabbitmq-server",
}
PLACES = ("/usr/sbin", "/usr/local/sbin")
# The server of Debian 12, which is older than the shop takes.
OLD_POSTGRES = Path("/usr/lib/postgresql/15/bin")
RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
# What docs/deploy.md says that a shop's user of Redis may do.
RIGHTS = ("~{name}:*", "&{name}:/0.{name}.pidbox", "+@all", "-@dangerous")


class Failed(Exception):
    """A step did not have the expected result."""


class Mailbox:
    """Receives what the shop sends."""

    def __init__(self):
        self.received = []

    def to(self, address):
        """Return the texts that an address has received."""
        return [text for receiver, text in list(self.received) if receiver == address]

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=default)
        texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        self.received.append((envelope.rcpt_tos[0], "\n".join([mail["Subject"], *texts])))
        return "250 OK"


class Servers:
    """Starts the servers in a directory, and stops them in reverse order."""

    def __init__(self, room: Path, exit_stack: ExitStack) -> None:
        self.room, self.exit_stack = room, exit_stack
        self.ports = {
            name: free_port()
            for name in (
                *("postgres", "old", "pool", "redis", "mail", "web", "live", "https", "http"),
                *("rabbitmq", "rabbitmq-distribution", "epmd"),
            )
        }
        self.user = system_user()
        self.mailbox = Mailbox()

    def start_postgres(self):
        """PostgreSQL on TCP with passwords; the shop's role is an ordinary one that owns its database."""
        self._start_cluster("postgres", binaries())
        self.as_superuser("postgres", f"CREATE ROLE omnistore LOGIN PASSWORD '{PASSWORD}'")
        self.as_superuser("postgres", "CREATE DATABASE omnistore OWNER omnistore")

    def start_old_postgres(self):
        """Start Debian's own PostgreSQL and return its address; nothing if it is not installed."""
        if not OLD_POSTGRES.exists():
            return ""
        self._start_cluster("old", OLD_POSTGRES)
        return f"postgres://postgres:{PASSWORD}@127.0.0.1:{self.ports['old']}/postgres"

    def _start_cluster(self, name, programs):
        data, password = self.room / name, self.room / f"{name}-superuser"
        data.mkdir()
        password.write_text(PASSWORD)
        self.hand_over(data, password)
        options = [
            "-U",
            "postgres",
            "--auth=scram-sha-256",
            f"--pwfile={password}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        run([str(programs / "initdb"), "-D", str(data), "--no-sync", *options], user=self.user, directory=data)
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(self.ports[name]), "-k", str(data)]
        self.spawn(name, command, ask=signal.SIGINT, user=self.user, directory=data)
        wait(lambda: self.superuser_reaches("postgres", port=name), "PostgreSQL does not start")

    def start_pooler(self):
        """PgBouncer with the sample file, for web and live."""
        users = self.room / "userlist.txt"
        users.write_text(f'"omnistore" "{PASSWORD}"\n')
        settings = self.sample(
            "pgbouncer.ini",
            {
                "port=5432": f"port={self.ports['postgres']}",
                "listen_port = 6432": f"listen_port = {self.ports['pool']}",
                "/etc/pgbouncer/userlist.txt": str(users),
            },
        )
        self.hand_over(users, settings)
        self.spawn("pgbouncer", [program("pgbouncer"), str(settings)], ask=signal.SIGINT, user=self.user)
        wait(lambda: is_open(self.ports["pool"]), "PgBouncer does not start")

    def start_redis(self):
        """Redis with a user for each shop, and a limit of memory, as compose.yaml sets it."""
        options = ["--port", str(self.ports["redis"]), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.room)]
        options += ["--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", "--user", "default", "off"]
        for name in ("omnistore", "restored"):
            options += ["--user", name, "on", f">{PASSWORD}", *(right.format(name=name) for right in RIGHTS)]
        self.spawn("redis", [program("redis-server"), *options], ask=signal.SIGTERM)
        wait(lambda: is_open(self.ports["redis"]), "Redis does not start")

    def redis_url(self, user):
        return f"redis://{user}:{PASSWORD}@127.0.0.1:{self.ports['redis']}/0"

    def start_rabbitmq(self):
        """RabbitMQ as its package sets it up, with a user and a vhost; returns its address."""
        home, port = self.room / "rabbitmq", self.ports["rabbitmq"]
        home.mkdir()
        (home / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{port}\ndefault_user = omnistore\ndefault_pass = {PASSWORD}\n"
            "default_vhost = shop\n"
        )
        places = {"MNESIA_BASE": "data", "LOG_BASE": "log", "ENABLED_PLUGINS_FILE": "plugins", "CONF_ENV_FILE": "none"}
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            **{f"RABBITMQ_{name}": str(home / place) for name, place in places.items()},
            "HOME": str(home),
            "RABBITMQ_NODENAME": "rehearsal@localhost",
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(self.ports["rabbitmq-distribution"]),
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
        }
        # Its first start leaves a name server running, which nothing else ends.
        self.exit_stack.callback(subprocess.run, ["epmd", "-kill"], env=environment, capture_output=True)
        self.hand_over(home)
        self.spawn("rabbitmq", [RABBITMQ], ask=signal.SIGTERM, environment=environment, user=self.user, directory=home)
        address = f"amqp://omnistore:{PASSWORD}@127.0.0.1:{port}/shop"
        wait(lambda: takes_tasks(address), "RabbitMQ does not start")
        return address

    def start_mail(self):
        """A mail server that delivers nothing."""
        controller = Controller(self.mailbox, hostname="127.0.0.1", port=self.ports["mail"])
        controller.start()
        self.exit_stack.callback(controller.stop)

    def start_proxy(self):
        """Nginx with the sample file and a certificate of our own."""
        key, certificate = self.room / "key.pem", self.room / "certificate.pem"
        options = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        options += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
        run([program("openssl"), "req", "-x509", *options])
        site = self.sample(
            "nginx.conf",
            {
                "listen 80;": f"listen 127.0.0.1:{self.ports['http']};",
                "listen 443 ssl;": f"listen 127.0.0.1:{self.ports['https']} ssl;",
                "127.0.0.1:8000": f"127.0.0.1:{self.ports['web']}",
                "127.0.0.1:8001": f"127.0.0.1:{self.ports['live']}",
                "shop.example.com": "localhost",
                "/etc/ssl/shop/fullchain.pem": str(certificate),
                "/etc/ssl/shop/key.pem": str(key),
                "/srv/shop/media/": f"{self.room}/media/",
            },
        )
        main = self.room / "nginx-main.conf"
        temporary = "".join(
            f"{kind}_temp_path {self.room}/nginx-{kind}; "
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main.write_text(
            f"daemon off; pid {self.room}/nginx.pid; error_log {self.room}/nginx-errors.log; "
            f"{'user root; ' if self.user else ''}events {{}} "
            f"http {{ access_log off; {temporary}include {site}; }}\n"
        )
        self.spawn("nginx", [program("nginx"), "-c", str(main), "-e", f"{self.room}/nginx.log"], ask=signal.SIGTERM)
        wait(lambda: is_open(self.ports["https"]), "nginx does not start")

    def as_superuser(self, database, *statements):
        """Run statements as PostgreSQL's superuser, each in a transaction of its own."""
        with self.connect(database, "postgres") as connection:
            for statement in statements:
                connection.execute(statement)

    def connect(self, database, user="omnistore", *, port="postgres"):
        """Connect to PostgreSQL, or through the pooler."""
        return psycopg.connect(
            host="127.0.0.1", port=self.ports[port], dbname=database, user=user, password=PASSWORD, autocommit=True
        )

    def superuser_reaches(self, database, *, port="postgres"):
        try:
            self.connect(database, "postgres", port=port).close()
        except psycopg.OperationalError:
            return False
        return True

    def spawn(self, name, command, *, ask, user=None, environment=None, directory=None):
        """Start a process that is stopped at the end; its output goes to a log of its own."""
        log = self.room / f"{name}.log"
        with log.open("ab") as output:
            child = spawn(
                command,
                death_signal=ask,
                output=output,
                environment=environment,
                directory=directory or self.room,
                user=user,
            )
        self.exit_stack.callback(stop_group, child, ask=ask, seconds=15.0)
        return child

    def sample(self, name, changes):
        """Write a sample file of the documentation with this machine's ports and paths."""
        text = (SAMPLES / name).read_text()
        for before, after in changes.items():
            if before not in text:
                raise Failed(f"docs/deploy/{name} has no {before!r} any more")
            text = text.replace(before, after)
        (self.room / name).write_text(text)
        return self.room / name

    def hand_over(self, *paths):
        if self.user is not None:
            make_reachable(self.room / "any", binaries())
            for path in paths:
                shutil.chown(path, self.user, self.user)


def find_missing():
    """Return the Debian packages that are needed and not installed."""
    return [package for name, package in PACKAGES.items() if not program(name)]


def program(name):
    """Return a program's path, also from the directories that only root's path has; empty if there is none."""
    return shutil.which(name) or next((found for place in PLACES if (found := shutil.which(name, path=place))), "")


def run(command, *, user=None, environment=None, directory=None, expected=0, give=None):
    """Run a command to its end and return its output. Raises Failed if its exit code is another."""
    done = subprocess.run(
        command, user=user, env=environment, cwd=directory, input=give, capture_output=True, text=True,
        group=user, extra_groups=[] if user else None,
    )  # fmt: skip
    if done.returncode != expected:
        raise Failed(
            f"{' '.join(command[:4])} ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-2000:]}"
        )
    return done.stdout + done.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def takes_tasks(address):
    """Return whether a broker takes connections."""
    try:
        with Connection(address) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except OperationalError:
        return False
    return True


def wait(is_true, complaint, *, seconds=60.0):
    """Wait for something that takes a while. Raises Failed."""
    if not wait_until(is_true, seconds=seconds):
        raise Failed(complaint)
