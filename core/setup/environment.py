"""Reads and checks the environment's variables, for the settings of the shop and of its parts."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

HIGHEST_PORT = 65535

environ.Env.read_env(Path(__file__).resolve().parent.parent / ".env")
env = environ.FileAwareEnv()  # NAME_FILE is a file with the value of NAME, for mounted secrets.


def switch(name: str, *, default: bool) -> bool:
    """Read an on/off variable."""
    return a_switch(name, env.str(name, default="1" if default else "0"))


def number(name: str, *, default: int) -> int:
    """Read a whole-number variable."""
    return a_number(name, env.str(name, default=str(default)))


def is_production() -> bool:
    """Return whether the shop runs for real."""
    return switch("PRODUCTION", default=False)


def is_demo() -> bool:
    """Return whether the shop runs to be tried out."""
    return switch("DEMO", default=not is_production())


def a_number(variable: str, value: str) -> int:
    """Parse a whole number that is not negative."""
    if value.isascii() and value.isdigit():
        return int(value)
    raise ImproperlyConfigured(f"{variable} is {value!r}: set it to a whole number.")


def numbers(variable: str, default: list[str]) -> list[int]:
    """Read whole numbers that are not negative, separated by commas, without repetitions, the largest first."""
    values = [value.strip() for value in env.list(variable, default=default)]
    return sorted({a_number(variable, value) for value in values if value}, reverse=True)


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


def a_name(variable: str, value: str) -> str:
    """Parse a name that becomes a part of keys and of queues' names."""
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", value):
        return value
    raise ImproperlyConfigured(f"{variable} is {value!r}: set it to up to 64 Latin letters, digits, hyphens and dots.")


def a_choice(variable: str, value: str, choices: tuple[str, ...]) -> str:
    """Parse one of several choices."""
    if value in choices:
        return value
    raise ImproperlyConfigured(
        f"{variable} is {value!r}: set it to {' or '.join(choice or 'nothing' for choice in choices)}."
    )


def a_postgres_url(value: str) -> str:
    """Check that a URL names a PostgreSQL database."""
    # The value may hold a password, so the message does not repeat it.
    if urlsplit(value).scheme not in ("postgres", "postgresql") or not urlsplit(value).path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:secret@host:5432/name.")
    return value
