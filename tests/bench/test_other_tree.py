"""The extraction of another commit."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from omnistore.tools.bench.shops.agent import benchmark_module
from omnistore.tools.bench.shops.other_tree import CannotCompare, build, name_of_this

PYTHON = Path(sys.executable)
MAKEFILE = """.venv/.runtime:
\t@mkdir -p .venv/bin && ln -s $(PYTHON) .venv/bin/python
"""


@pytest.fixture
def repository(tmp_path):
    """A repository with two commits of the shop."""
    directory = tmp_path / "repository"
    directory.mkdir()
    git(directory, "init", "--quiet", "--initial-branch", "main")
    (directory / "Makefile").write_text(MAKEFILE)
    (directory / "requirements.txt").write_text("django\n")
    for file in ("omnistore/tools/bench/shops/shop.py", "omnistore/tools/bench/shops/stock_room.py"):
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text("then\n")
    commit(directory, "Then")
    (directory / "omnistore/tools/bench/shops/shop.py").write_text("now\n")
    commit(directory, "Now")
    return directory


def git(directory, *arguments):
    """Run Git with an author."""
    author = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *author, *arguments], cwd=directory, check=True, capture_output=True, text=True
    ).stdout


def commit(directory, subject):
    """Commit all files."""
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", subject)


@pytest.mark.parametrize("name", ["HEAD~1", "main^", "{}"])
def test_it_is_found_by_any_name_that_git_knows(repository, tmp_path, name):
    full_hash = git(repository, "rev-parse", "HEAD~1").strip()

    other = build(name.format(full_hash), repository=repository, python=PYTHON, at=tmp_path / "other")

    assert (other.tree / "omnistore/tools/bench/shops/shop.py").read_text() == "then\n"
    assert other.name == f"{git(repository, 'rev-parse', '--short', 'HEAD~1').strip()} (Then)"
    assert (repository / "omnistore/tools/bench/shops/shop.py").read_text() == "now\n"


def test_it_leaves_no_trace_in_the_repository(repository, tmp_path):
    build("HEAD~1", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert git(repository, "worktree", "list").count("\n") == 1
    assert git(repository, "status", "--porcelain") == ""


def test_the_same_python_runs_both_if_their_requirements_are_equal(repository, tmp_path):
    other = build("HEAD~1", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert other.python == PYTHON


def test_different_requirements_are_installed_in_its_own_tree(repository, tmp_path):
    (repository / "requirements.txt").write_text("django\nceleritas\n")

    other = build("HEAD~1", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert other.python == tmp_path / "other/.venv/bin/python"
    assert other.python.resolve() == PYTHON.resolve()


def test_requirements_that_cannot_be_installed_refuse_it_with_the_reason(repository, tmp_path):
    (repository / "Makefile").write_text(".venv/.runtime:\n\t@echo No such wheel. >&2; exit 1\n")
    commit(repository, "Broken")
    (repository / "requirements.txt").write_text("celeritas\n")

    with pytest.raises(CannotCompare, match=r"What commit HEAD requires cannot be installed: .*"):
        build("HEAD", repository=repository, python=PYTHON, at=tmp_path / "other")


@pytest.mark.parametrize("name", ["nonsense", "0000000", "--all", "main:Makefile"])
def test_an_unknown_commit_is_refused_with_one_sentence(repository, tmp_path, name):
    with pytest.raises(CannotCompare) as refusal:
        build(name, repository=repository, python=PYTHON, at=tmp_path / "other")

    assert str(refusal.value) == f"There is no commit {name} in {repository}."
    assert not (tmp_path / "other").exists()


def test_a_commit_without_the_needed_modules_is_refused(repository, tmp_path):
    git(repository, "rm", "--quiet", "omnistore/tools/bench/shops/stock_room.py")
    commit(repository, "Emptied")

    with pytest.raises(CannotCompare, match=r"HEAD cannot be measured: .* has no .*stock_room.py"):
        build("HEAD", repository=repository, python=PYTHON, at=tmp_path / "other")


def test_the_env_file_is_used_for_both(repository, tmp_path):
    (repository / ".env").write_text("SHOP_NAME=Lind\n")

    other = build("HEAD", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert (other.tree / ".env").read_text() == "SHOP_NAME=Lind\n"


def test_the_name_of_this_tree_says_that_it_has_changes(repository):
    assert name_of_this(repository).endswith("(Now)")

    (repository / "Makefile").write_text("")

    assert name_of_this(repository).endswith("(Now), with changes")


def test_an_older_commit_has_its_benchmark_elsewhere(monkeypatch):
    older = ModuleType("omnistore.bench.only_then")
    monkeypatch.setitem(sys.modules, "omnistore.bench", ModuleType("omnistore.bench"))
    monkeypatch.setitem(sys.modules, "omnistore.bench.only_then", older)

    assert benchmark_module("only_then") is older
    assert benchmark_module("stock_room").__name__ == "omnistore.tools.bench.shops.stock_room"
    with pytest.raises(ModuleNotFoundError):
        benchmark_module("never")
