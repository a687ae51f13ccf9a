"""The unsafe settings with which a production shop refuses to run."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SHORTEST_SECRET_KEY = 50
SENDS_NOTHING = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")
}


class Danger(NamedTuple):
    """An unsafe setting: the variable to change, how to detect it, and what to do about it."""

    variable: str
    is_present: Callable[[Mapping[str, Any], Mapping[str, str]], bool]
    remedy: str


def _is_absent(name: str) -> Callable[[Mapping[str, Any], Mapping[str, str]], bool]:
    return lambda settings, environment: not (environment.get(name) or environment.get(f"{name}_FILE"))


def _is_guessable(key: str) -> bool:
    return len(key) < SHORTEST_SECRET_KEY or "development" in key or len(set(key)) < 10


def _has_a_guessable_key(name: str) -> Callable[[Mapping[str, Any], Mapping[str, str]], bool]:
    return lambda settings, environment: any(
        _is_guessable(key) for key in settings.get(name, ()) if key != settings["SECRET_KEY"]
    )


DANGERS = (
    Danger(
        "SECRET_KEY",
        lambda settings, environment: _is_guessable(settings["SECRET_KEY"]),
        "is the development key or too short: set it to at least 50 random characters, "
        'for example from: python -c "import secrets; print(secrets.token_urlsafe(50))"',
    ),
    *(
        Danger(
            name,
            _has_a_guessable_key(name),
            "has a key that is too short: each needs at least 50 random characters, like SECRET_KEY.",
        )
        for name in ("SECRET_KEY_FALLBACKS", "CODE_KEYS")
    ),
    Danger("DEBUG", lambda settings, environment: settings["DEBUG"], "shows internals to strangers: set it to 0."),
    Danger(
        "ALLOWED_HOSTS",
        lambda settings, environment: (
            not settings["ALLOWED_HOSTS"]
            or any(host == "*" or host.startswith(".") for host in settings["ALLOWED_HOSTS"])
            or not environment.get("ALLOWED_HOSTS")
        ),
        "must list the host names of this shop, separated by commas, without a wildcard (* or a leading dot).",
    ),
    Danger(
        "DEMO",
        lambda settings, environment: settings["DEMO"],
        "opens the mailbox of all customers and well-known passwords: set it to 0.",
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
    Danger(
        "EMAIL_URL",
        lambda settings, environment: (
            _is_absent("EMAIL_URL")(settings, environment) or settings["EMAIL_BACKEND"] in SENDS_NOTHING
        ),
        "must name the mail server: smtp+tls://user:secret@host:587. Anything else writes people's codes where others "
        "read them, or nowhere.",
    ),
    Danger(
        "STAFF_SECOND_FACTOR",
        lambda settings, environment: not settings["STAFF_SECOND_FACTOR"],
        "lets staff in with a password alone: set it to 1.",
    ),
)


def find_unsafe(settings: Mapping[str, Any], *, environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for every unsafe setting: which variable to change and to what."""
    return [f"{danger.variable} {danger.remedy}" for danger in DANGERS if danger.is_present(settings, environment)]
