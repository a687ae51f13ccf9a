"""The shop's web server in a separate process with a sample application and short limits."""

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection

import psutil
import pytest
from django.conf import settings

from omnistore.tools.servers.processes import wait_until

START_SECONDS = 60.0


class Served:
    """A running server, for whole requests or single bytes."""

    def __init__(self, port, process):
        self.port = port
        self.process = process

    def ask(self, path, method="GET", body=None, headers=None):
        """Send a request on a new connection; return the read response."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.text = answer.read()
        connection.close()
        return answer

    def memory_bytes(self):
        """Return the memory of the server and its worker."""
        process = psutil.Process(self.process.pid)
        return sum(member.memory_info().rss for member in (process, *process.children()))

    def open(self, *, sending=b""):
        """Open a connection and send bytes; the caller closes the connection."""
        wire = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        wire.sendall(sending)
        return wire

    def say(self, request):
        """Send the bytes of a request; return all bytes until the server closes the connection."""
        with self.open(sending=request) as wire, wire.makefile("rb") as answer:
            return answer.read()


def serve(application, *options, program=("-m", "omnistore.web.keeper"), **variables):
    """Start a server for an application; return it and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, *program, "--interface", "rsgi", "--port", str(port), "--http", "1", "--no-ws"),
        *("--backpressure", "8192", "--http1-header-read-timeout", "1000", *options, application),
    ]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **variables})
    served = Served(port, process)
    if not wait_until(lambda: process.poll() is not None or answers(served), seconds=START_SECONDS):
        process.kill()
    assert process.poll() is None, "the server does not start"
    return served, process


@pytest.fixture(scope="package")
def served():
    served, process = serve("tests.web.sample:application")
    yield served
    process.terminate()
    process.wait(timeout=30)


def answers(served):
    try:
        return served.ask("/livez").status == 200
    except OSError:
        return False
