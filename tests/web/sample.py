"""A small WSGI application behind the shop's web server; its responses contain what it received."""

import hashlib
import json
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs

from omnistore.web.server import Web

at_work = 0
most_at_work = 0
counting = threading.Lock()


def sample(environ, start_response):
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    return PAGES.get(environ["PATH_INFO"], echo)(environ, start_response, **query)


def echo(environ, start_response, **query):
    """Respond with every text of the environ, and the size and hash of the body."""
    body = environ["wsgi.input"].read()
    known = {name: value for name, value in environ.items() if isinstance(value, str)}
    content = {**known, "body": [len(body), hashlib.sha256(body).hexdigest()]}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(content).encode()]


def work(environ, start_response, seconds="0"):
    """Occupy a thread for a while; respond with the highest number of busy threads so far."""
    global at_work, most_at_work
    with counting:
        at_work += 1
        most_at_work = max(most_at_work, at_work)
    time.sleep(float(seconds))
    with counting:
        at_work -= 1
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(most_at_work).encode()]


def stream(environ, start_response, parts="1"):
    """Respond with a stream of parts of a thousand bytes."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (str(number % 10).encode() * 1000 for number in range(int(parts)))


def file(environ, start_response, path="", skip="0"):
    """Respond with a file from a position on."""
    opened = Path(path).open("rb")  # noqa: SIM115  # The server closes it.
    opened.seek(int(skip))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return environ["wsgi.file_wrapper"](opened, 1000)


def fail(environ, start_response):
    """Raise an exception that no framework catches."""
    raise RuntimeError("on purpose")


PAGES = {"/work": work, "/stream": stream, "/file": file, "/fail": fail}
application = Web(sample, threads=2)
