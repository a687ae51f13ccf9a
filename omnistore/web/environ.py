"""Converts a request of the server (RSGI) to WSGI's environ (PEP 3333)."""

import sys
from functools import lru_cache
from typing import IO, Any

from granian.rsgi import Scope

_SAME_FOR_ALL: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
# The size of the cache of header names; it is limited because clients can send arbitrary names.
MOST_NAMES = 512
_BARE = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_SEPARATORS = {"HTTP_COOKIE": "; "}


def environ_of(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """
    Return the environ of a request whose body has been read.

    length: of the body in bytes; it is CONTENT_LENGTH even if the client sent the body in chunks.
    """
    name, _colon, port = scope.server.rpartition(":")
    environ = _SAME_FOR_ALL | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _as_wsgi(scope.path),
        "QUERY_STRING": _as_wsgi(scope.query_string),
        "SERVER_PROTOCOL": "HTTP/1.1" if scope.http_version == "1.1" else "HTTP/1.0",
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
    }
    for header, value in scope.headers.items():
        key = _name_of(header)
        if key is None:
            continue
        known = environ.get(key)
        environ[key] = value if known is None else f"{known}{_SEPARATORS.get(key, ',')}{value}"
    if length:
        environ["CONTENT_LENGTH"] = str(length)
    return environ


@lru_cache(MOST_NAMES)
def _name_of(header: str) -> str | None:
    # "X_Forwarded_For" would be read as "X-Forwarded-For", which only a proxy may set.
    if "_" in header:
        return None
    return _BARE.get(header) or f"HTTP_{header.upper().replace('-', '_')}"


def _as_wsgi(text: str) -> str:
    """Return text in WSGI's encoding: its UTF-8 bytes decoded as Latin-1."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
