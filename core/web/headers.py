"""Headers that the shop itself writes: checked when they are written, not for every answer that carries them."""

from collections.abc import Mapping

from django.http.response import HttpResponseBase, ResponseHeaders

# By their names in small letters, as Django's answers keep them.
Written = dict[str, tuple[str, str]]


def written(headers: Mapping[str, str]) -> Written:
    """Check headers as Django does, and return them ready to be added to any answer."""
    return dict(ResponseHeaders(headers)._store)


def add(response: HttpResponseBase, headers: Written) -> None:
    """Add headers to an answer, which keeps what it has set itself."""
    response.headers._store = headers | response.headers._store


def put(response: HttpResponseBase, name: str, value: str) -> None:
    """Set one header; a plain value at once, any other as Django does, which encodes or refuses it."""
    if value.isascii() and value.isprintable():
        response.headers._store[name.lower()] = (name, value)
    else:
        response.headers[name] = value


# A Django that keeps them elsewhere must not go unnoticed.
assert written({"Content-Length": "0"}) == {"content-length": ("Content-Length", "0")}
