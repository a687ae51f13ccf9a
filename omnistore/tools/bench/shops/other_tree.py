"""Another commit of this shop, laid out in a directory beside, with a Python that has what it requires."""

import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

# What fills a shop (keeper.py): where it is, and where it was in older commits.
FILLED_BY = ("shop.py", "stock_room.py")
BENCHES = ("omnistore/tools/bench/shops", "omnistore/bench")


class CannotCompare(Exception):
    """A commit cannot be measured beside this tree; the text is one sentence for whoever typed the command."""


@dataclass(frozen=True)
class OtherTree:
    """A commit that is ready to be run. name: how it is told from this tree."""

    name: str
    tree: Path
    python: Path


def build(commit: str, *, repository: Path, python: Path, at: Path) -> OtherTree:
    """
    Lay out a commit of the repository in a new directory, and find the Python for it.

    python: this tree's; it serves both where both require the same. commit: anything that Git takes for one.
    Raises CannotCompare.
    """
    found = _find(commit, repository)
    # An archive leaves no trace in the repository, however this ends; a work tree of Git's would.
    archive = _git(repository, "archive", "--format=tar", found)
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(at, filter="data")
    if not any(all((at / bench / file).exists() for file in FILLED_BY) for bench in BENCHES):
        raise CannotCompare(
            f"Commit {commit} cannot be measured: {' or '.join(BENCHES)} has no {' and '.join(FILLED_BY)}."
        )
    if (repository / ".env").exists():
        shutil.copy(repository / ".env", at)
    if (at / "requirements.txt").read_bytes() != (repository / "requirements.txt").read_bytes():
        python = _install(at, python, commit)
    return OtherTree(_name(found, repository), at, python)


def name_of_this(repository: Path) -> str:
    """Return how this tree is called: by its commit, and whether something in it was changed since."""
    is_changed = _git(repository, "status", "--porcelain", "--untracked-files=no").strip()
    return _name(_find("HEAD", repository), repository) + (", with changes" if is_changed else "")


def _find(commit: str, repository: Path) -> str:
    try:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
        return _git(repository, *asked).decode().strip()
    except subprocess.CalledProcessError as error:
        raise CannotCompare(f"There is no commit {commit} in {repository}.") from error


def _name(commit: str, repository: Path) -> str:
    return _git(repository, "show", "--no-patch", "--format=%h (%s)", commit).decode().strip()


def _git(repository: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True).stdout
    except FileNotFoundError as error:
        raise CannotCompare("Git is not installed, and without it there is no other commit.") from error


def _install(tree: Path, python: Path, commit: str) -> Path:
    """Have the tree's own Makefile install what the tree requires, as for anybody who runs it."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    made = subprocess.run(
        ["make", f"PYTHON={python}", ".venv/.runtime"], cwd=tree, env=environment, capture_output=True, text=True
    )
    if made.returncode:
        reason = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotCompare(f"What commit {commit} requires cannot be installed: {reason}")
    return tree / ".venv" / "bin" / "python"
