"""Extracts another commit of this shop into a directory, with a Python that has its requirements."""

import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

# The modules that agent.py needs, and their directories in this and in older commits.
NEEDED = ("shop.py", "stock_room.py")
BENCHES = ("omnistore/tools/bench/shops", "omnistore/bench")


class CannotCompare(Exception):
    """A commit cannot be compared with this tree; the text is one sentence for the user of the command."""


@dataclass(frozen=True)
class OtherTree:
    """A commit that is ready to run. name: its short hash and subject."""

    name: str
    tree: Path
    python: Path


def build(commit: str, *, repository: Path, python: Path, at: Path) -> OtherTree:
    """
    Extract a commit of the repository into a new directory, and find the Python for it.

    python: this tree's; it runs both if their requirements are equal. commit: any revision that Git understands.
    Raises CannotCompare.
    """
    full_hash = _find(commit, repository)
    # An archive leaves no trace in the repository, even after a crash; a work tree would.
    archive = _git(repository, "archive", "--format=tar", full_hash)
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(at, filter="data")
    if not any(all((at / bench / file).exists() for file in NEEDED) for bench in BENCHES):
        raise CannotCompare(
            f"Commit {commit} cannot be measured: {' or '.join(BENCHES)} has no {' and '.join(NEEDED)}."
        )
    if (repository / ".env").exists():
        shutil.copy(repository / ".env", at)
    if (at / "requirements.txt").read_bytes() != (repository / "requirements.txt").read_bytes():
        python = _install(at, python, commit)
    return OtherTree(_name(full_hash, repository), at, python)


def name_of_this(repository: Path) -> str:
    """Return the name of this tree: its commit, and whether it has changes since."""
    is_changed = _git(repository, "status", "--porcelain", "--untracked-files=no").strip()
    return _name(_find("HEAD", repository), repository) + (", with changes" if is_changed else "")


def _find(commit: str, repository: Path) -> str:
    try:
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
        return _git(repository, *arguments).decode().strip()
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
    """Install the tree's requirements with its own Makefile, as its users do."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    process = subprocess.run(
        ["make", f"PYTHON={python}", ".venv/.runtime"], cwd=tree, env=environment, capture_output=True, text=True
    )
    if process.returncode:
        reason = (process.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotCompare(f"What commit {commit} requires cannot be installed: {reason}")
    return tree / ".venv" / "bin" / "python"
