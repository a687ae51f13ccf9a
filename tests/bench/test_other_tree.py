"""Another commit laid out beside this tree."""

import subprocess
import sys
from pathlib import Path

import pytest

from omnistore.tools.bench.shops.other_tree import CannotCompare, build, name_of_this

PYTHON = Path(sys.executable)
MAKEFILE = """.venv/.runtime:
\t@mkdir -p .venv/bin && ln -s $(PYTHON) .venv/bin/python
"""


@pytest.fixture
def repository(tmp_path):
    """A repository with two commits: the shop as it was, and as it is."""
    place = tmp_path / "repository"
    place.mkdir()
    git(place, "init", "--quiet", "--initial-branch", "main")
    (place / "Makefile").write_text(MAKEFILE)
    (place / "requirements.txt").write_text("django\n")
    for file in ("omnistore/tools/bench/shops/shop.py", "omnistore/tools/bench/shops/stock_room.py"):
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text("then\n")
    commit(place, "Then")
    (place / "omnistore/tools/bench/shops/shop.py").write_text("now\n")
    commit(place, "Now")
    return place


def git(place, *arguments):
    """Run Git, as somebody."""
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True, text=True).stdout


def commit(place, subject):
    """Commit all there is."""
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", subject)


@pytest.mark.parametrize("given", ["HEAD~1", "main^", "{}"])
def test_it_is_laid_out_by_any_name_that_git_knows(repository, tmp_path, given):
    long = git(repository, "rev-parse", "HEAD~1").strip()

    found = build(given.format(long), repository=repository, python=PYTHON, at=tmp_path / "other")

    assert (found.tree / "omnistore/tools/bench/shops/shop.py").read_text() == "then\n"
    assert found.name == f"{git(repository, 'rev-parse', '--short', 'HEAD~1').strip()} (Then)"
    assert (repository / "omnistore/tools/bench/shops/shop.py").read_text() == "now\n"


def test_it_leaves_no_trace_in_the_repository(repository, tmp_path):
    build("HEAD~1", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert git(repository, "worktree", "list").count("\n") == 1
    assert git(repository, "status", "--porcelain") == ""


def test_the_same_python_runs_both_while_they_require_the_same(repository, tmp_path):
    found = build("HEAD~1", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert found.python == PYTHON


def test_other_requirements_are_installed_for_it_alone(repository, tmp_path):
    (repository / "requirements.txt").write_text("django\nceleritas\n")

    found = build("HEAD~1", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert found.python == tmp_path / "other/.venv/bin/python"
    assert found.python.resolve() == PYTHON.resolve()


def test_requirements_that_cannot_be_had_refuse_it_with_the_reason(repository, tmp_path):
    (repository / "Makefile").write_text(".venv/.runtime:\n\t@echo No such wheel. >&2; exit 1\n")
    commit(repository, "Broken")
    (repository / "requirements.txt").write_text("celeritas\n")

    with pytest.raises(CannotCompare, match=r"What commit HEAD requires cannot be installed: .*"):
        build("HEAD", repository=repository, python=PYTHON, at=tmp_path / "other")


@pytest.mark.parametrize("given", ["nonsense", "0000000", "--all", "main:Makefile"])
def test_an_unknown_commit_is_refused_with_one_sentence(repository, tmp_path, given):
    with pytest.raises(CannotCompare) as refusal:
        build(given, repository=repository, python=PYTHON, at=tmp_path / "other")

    assert str(refusal.value) == f"There is no commit {given} in {repository}."
    assert not (tmp_path / "other").exists()


def test_a_commit_without_a_shop_to_fill_is_refused(repository, tmp_path):
    git(repository, "rm", "--quiet", "omnistore/tools/bench/shops/stock_room.py")
    commit(repository, "Emptied")

    with pytest.raises(CannotCompare, match=r"HEAD cannot be measured: .* has no .*stock_room.py"):
        build("HEAD", repository=repository, python=PYTHON, at=tmp_path / "other")


def test_settings_kept_beside_the_code_hold_for_both(repository, tmp_path):
    (repository / ".env").write_text("SHOP_NAME=Lind\n")

    found = build("HEAD", repository=repository, python=PYTHON, at=tmp_path / "other")

    assert (found.tree / ".env").read_text() == "SHOP_NAME=Lind\n"


def test_this_tree_is_told_from_its_commit_once_something_is_changed(repository):
    assert name_of_this(repository).endswith("(Now)")

    (repository / "Makefile").write_text("")

    assert name_of_this(repository).endswith("(Now), with changes")
