"""A small WSGI application behind the shop's own web server; it tells what reached it."""

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
    asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    return PAGES.get(environ["PATH_INFO"], tell)(environ, start_response, **asked)


def tell(environ, start_response, **asked):
    """Every text of the environ, and what the body was."""
    body = environ["wsgi.input"].read()
    known = {name: value for name, value in environ.items() if isinstance(value, str)}
    told = {**known, "body": [len(body), hashlib.sha256(body).hexdigest()]}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


def work(environ, start_response, seconds="0"):
    """Take a thread for a while; answers how many were at work at most until now."""
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
    """Parts of a thousand bytes, made one by one."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (str(number % 10).encode() * 1000 for number in range(int(parts)))


def file(environ, start_response, path="", skip="0"):
    """A file, from some byte on."""
    opened = Path(path).open("rb")  # noqa: SIM115  # The server closes it.
    opened.seek(int(skip))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return environ["wsgi.file_wrapper"](opened, 1000)


def fail(environ, start_response):
    """Raise what no framework has caught."""
    raise RuntimeError("on purpose")


PAGES = {"/work": work, "/stream": stream, "/file": file, "/fail": fail}
application = Web(sample, threads=2)
