"""The files of the project, without those that were installed, made or kept beside them."""

import fnmatch
import os
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Folders with a dot hold environments, data and caches; only CI's is ours.
OURS_WITH_A_DOT = {".ci"}
NOT_OURS = {"node_modules", "__pycache__", "static-root"}


@cache
def _all() -> tuple[Path, ...]:
    """Walk once, past folders that hold a hundred times as many files as the project."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders if name not in NOT_OURS and (name[0] != "." or name in OURS_WITH_A_DOT)
        )
        found += [Path(folder, name) for name in sorted(names)]
    return tuple(found)


def files_like(*patterns: str) -> list[Path]:
    """Return the files whose names look so, in the order of their paths."""
    return [path for path in _all() if any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)]
