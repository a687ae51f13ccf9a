"""Finds the kinds of a package by their files alone: a kind's name is that of its file."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from carts.rules.kinds.fields import parse_declared
from carts.rules.kinds.parsing import Fields

K = TypeVar("K")


@cache
def kinds_in(package: str, base: type[K]) -> Mapping[str, type[K]]:
    """Return the kinds in a package, by their names, in the order of their declared positions."""
    found = {
        module.name: _kind_of(f"{package}.{module.name}", base)
        for module in pkgutil.iter_modules(import_module(package).__path__)
    }
    kinds: Any = found.items()
    return dict(sorted(kinds, key=lambda named: (named[1].position, named[0])))


def parse_kind(value: Any, kinds: Mapping[str, type[K]], *, of: str) -> K:
    """Return the value of an object with its `kind`. of: names the object in errors. Raises PromotionNotValid."""
    fields = Fields(value, of=of)
    parsed: K = parse_declared(fields.one_of("kind", kinds), fields)
    return parsed


def _kind_of(module: str, base: type[K]) -> type[K]:
    # A module may define other classes too, such as the parts of a bundle.
    (kind,) = (
        value
        for value in vars(import_module(module)).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module
    )
    return kind
