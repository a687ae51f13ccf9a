"""Headers that the shop itself sets: validated once, not for every response that has them."""

from collections.abc import Mapping

from django.http.response import HttpResponseBase, ResponseHeaders

# By their lower-case names, as Django's responses store them.
Written = dict[str, tuple[str, str]]


def written(headers: Mapping[str, str]) -> Written:
    """Validate headers as Django does, and return them ready to be added to any response."""
    return dict(ResponseHeaders(headers)._store)


def add(response: HttpResponseBase, headers: Written) -> None:
    """Add headers to a response without replacing those that it has."""
    response.headers._store = headers | response.headers._store


def put(response: HttpResponseBase, name: str, value: str) -> None:
    """Set one header: a plain value directly, any other through Django, which encodes or refuses it."""
    if value.isascii() and value.isprintable():
        response.headers._store[name.lower()] = (name, value)
    else:
        response.headers[name] = value


# A Django version that stores headers elsewhere must fail loudly.
assert written({"Content-Length": "0"}) == {"content-length": ("Content-Length", "0")}
