"""
Parts of the shop that are one folder each: payment providers, tax services, carriers.

A part is found by its folder alone. It may hold settings of its own (settings.py), templates and static files.
"""

import runpy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What the folders of parts bring along, read without importing them.

    settings: the names in capitals of their settings.py. checks: their functions find_unsafe, which take all settings
    and return a sentence for each with which a production shop must not run.
    """

    settings: Mapping[str, Any]
    checks: tuple[Callable[[Mapping[str, Any]], list[str]], ...]
    templates: tuple[Path, ...]
    static: tuple[Path, ...]

    def find_unsafe(self, settings: Mapping[str, Any]) -> list[str]:
        """Return a sentence for every unsafe setting of a part."""
        return [sentence for check in self.checks for sentence in check(settings)]


def read_parts(*parents: Path) -> Parts:
    """Read the parts in some folders."""
    folders = [parent / name for parent in parents for name in names_in(parent)]
    # Run as files: their packages import models, which cannot be imported before the settings are complete.
    read = [runpy.run_path(str(path)) for folder in folders if (path := folder / "settings.py").is_file()]
    return Parts(
        settings={name: value for names in read for name, value in names.items() if name.isupper()},
        checks=tuple(names["find_unsafe"] for names in read if "find_unsafe" in names),
        templates=tuple(path for folder in folders if (path := folder / "templates").is_dir()),
        static=tuple(path for folder in folders if (path := folder / "static").is_dir()),
    )


def names_in(parent: Path) -> list[str]:
    """Return the names of the parts in a folder."""
    return sorted(path.parent.name for path in parent.glob("*/__init__.py"))


def exported(package: str, paths: Iterable[str], name: str) -> dict[str, Any]:
    """Import every folder of a package and return the objects that they export under a name, by their own names."""
    modules = (import_module(f"{package}.{found.name}") for found in iter_modules(paths) if found.ispkg)
    objects = [getattr(module, name) for module in modules if hasattr(module, name)]
    return {part.name: part for part in objects}
