"""A request as WSGI's environ (PEP 3333), from what the server tells of it (RSGI)."""

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
# What each header is called; hostile names are many, so only so many are remembered.
MOST_NAMES = 512
_BARE = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_SEPARATORS = {"HTTP_COOKIE": "; "}


def environ_of(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """
    Return the environ of a request whose body is there already.

    length: of the body in bytes; it stands as CONTENT_LENGTH also where the client sent the body in chunks.
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
    # "X_Forwarded_For" would be taken for "X-Forwarded-For", which a proxy in front sets and visitors must not.
    if "_" in header:
        return None
    return _BARE.get(header) or f"HTTP_{header.upper().replace('-', '_')}"


def _as_wsgi(text: str) -> str:
    """Write text as WSGI wants it: each byte of its UTF-8 as the letter of that number."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
