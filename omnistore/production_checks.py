"""Validation of settings, and the unsafe settings with which a production shop refuses to run."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET_KEY = 50
HIGHEST_PORT = 65535


class Danger(NamedTuple):
    """An unsafe setting: the variable to change, how to detect it, and what to do about it."""

    variable: str
    is_present: Callable[[Mapping[str, Any], Mapping[str, str]], bool]
    remedy: str


def _is_absent(name: str) -> Callable[[Mapping[str, Any], Mapping[str, str]], bool]:
    return lambda settings, environment: not (environment.get(name) or environment.get(f"{name}_FILE"))


DANGERS = (
    Danger(
        "SECRET_KEY",
        lambda settings, environment: (
            len(settings["SECRET_KEY"]) < SHORTEST_SECRET_KEY
            or "development" in settings["SECRET_KEY"]
            or len(set(settings["SECRET_KEY"])) < 10
        ),
        "is the development key or too short: set it to at least 50 random characters, "
        'for example from: python -c "import secrets; print(secrets.token_urlsafe(50))"',
    ),
    Danger("DEBUG", lambda settings, environment: settings["DEBUG"], "shows internals to strangers: set it to 0."),
    Danger(
        "ALLOWED_HOSTS",
        lambda settings, environment: (
            not settings["ALLOWED_HOSTS"] or "*" in settings["ALLOWED_HOSTS"] or not environment.get("ALLOWED_HOSTS")
        ),
        "must list the host names of this shop, separated by commas, without a wildcard.",
    ),
    Danger(
        "DEMO",
        lambda settings, environment: settings["DEMO"],
        "opens the mailbox of all customers and well-known passwords: set it to 0.",
    ),
    Danger(
        "ENABLE_TEST_PROVIDER",
        lambda settings, environment: settings["ENABLE_TEST_PROVIDER"],
        "lets people pay with play money: set it to 0.",
    ),
    Danger(
        "DATABASE_URL",
        _is_absent("DATABASE_URL"),
        "must name the PostgreSQL server: postgres://user:secret@host/name.",
    ),
    Danger("REDIS_URL", _is_absent("REDIS_URL"), "must name the Valkey server: redis://host:6379/0."),
    Danger(
        "PUBLIC_URL",
        lambda settings, environment: urlsplit(settings["PUBLIC_URL"]).scheme != "https",
        "must be the https:// address under which customers reach the shop.",
    ),
    Danger("EMAIL_URL", _is_absent("EMAIL_URL"), "must name the mail server: smtp+tls://user:secret@host:587."),
)


def a_number(variable: str, value: str) -> int:
    """Parse a whole number that is not negative."""
    if value.isascii() and value.isdigit():
        return int(value)
    raise ImproperlyConfigured(f"{variable} is {value!r}: set it to a whole number.")


def a_port(variable: str, value: str) -> int:
    """Parse a TCP port."""
    if value.isascii() and value.isdigit() and 0 < int(value) <= HIGHEST_PORT:
        return int(value)
    raise ImproperlyConfigured(f"{variable} is {value!r}: set it to a port number between 1 and {HIGHEST_PORT}.")


def a_switch(variable: str, value: str) -> bool:
    """Parse on or off. Any other value is refused: a misspelt PRODUCTION must not publish a demo."""
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ImproperlyConfigured(f"{variable} is {value!r}: set it to 1 or 0.")


def a_choice(variable: str, value: str, choices: tuple[str, ...]) -> str:
    """Parse one of several choices."""
    if value in choices:
        return value
    raise ImproperlyConfigured(f"{variable} is {value!r}: set it to {' or '.join(choices)}.")


def a_postgres_url(value: str) -> str:
    """Check that a URL names a PostgreSQL database."""
    # The value may hold a password, so the message does not repeat it.
    if urlsplit(value).scheme not in ("postgres", "postgresql") or not urlsplit(value).path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:secret@host:5432/name.")
    return value


def find_unsafe(settings: Mapping[str, Any], *, environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for every unsafe setting: which variable to change and to what."""
    return [f"{danger.variable} {danger.remedy}" for danger in DANGERS if danger.is_present(settings, environment)]
