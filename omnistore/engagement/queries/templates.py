"""The templates of notifications, read from the folders `notifications` of the apps."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps

from omnistore.engagement.rules.templates import Template, parse_template

FOLDER = "notifications"


@cache
def template_named(name: str) -> Template:
    """Return a template by the name of its file. Raises LookupError if no app has one."""
    for path in template_files():
        if path.stem == name:
            return read_template(path)
    raise LookupError(f"No app has {FOLDER}/{name}.toml.")


def template_files() -> Iterator[Path]:
    """Yield the file of every template."""
    for app in apps.get_app_configs():
        yield from sorted(Path(app.path, FOLDER).glob("*.toml"))


def read_template(path: Path) -> Template:
    """Read one template's file. Raises TemplateError."""
    return parse_template(tomllib.loads(path.read_text()))
