"""What a measured shop stands on: a tree, its Python, its Procfile."""

import sys
from pathlib import Path

import psutil
import pytest

from omnistore.tools.bench.shops.premises import Keeper, Site, free_port, open_programs, open_web, paused
from omnistore.tools.servers.processes import ServerError, wait_until

LONGEST_WAIT_SECONDS = 60


@pytest.fixture
def site(tmp_path):
    """A tree with nothing of the shop in it but a Procfile."""
    tree = tmp_path / "tree with a space"
    tree.mkdir()
    (tree / "Procfile").write_text(
        'web: exec sleep 600\nworker: echo "$PWD $PORT $LIVE_PORT $DATA" > told; exec sleep 600\n'
    )
    return Site(tree, Path(sys.executable), tmp_path / "data", port=free_port(), live_port=free_port())


def test_its_own_procfile_runs_in_its_own_tree_and_data(site):
    told = site.tree / "told"

    with open_programs(site, {"worker": site.programs()["worker"]}) as running:
        assert wait_until(lambda: told.exists() and told.read_text() != "", seconds=LONGEST_WAIT_SECONDS)

    assert told.read_text() == f"{site.tree} {site.port} {site.live_port} {site.data}\n"
    assert not running["worker"].is_running()


def test_its_own_python_comes_first_and_servers_of_the_machine_are_left_alone(site, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/shop")

    environment = site.environment()

    assert environment["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert (environment["DATABASE_URL"], environment["REDIS_URL"]) == ("", "")


def test_programs_are_stopped_when_measuring_fails(site):
    with pytest.raises(ValueError, match="wrong"), open_programs(site, {"worker": "exec sleep 600"}) as running:
        raise ValueError("wrong")

    assert not running["worker"].is_running()


def test_a_web_that_dies_is_told_with_its_last_words(site):
    (site.tree / "Procfile").write_text("web: echo No such shop.; exit 1\n")

    with pytest.raises(ServerError, match=r"The web process does not start: No such shop\."), open_web(site):
        pass


@pytest.mark.parametrize("error", [None, ValueError("wrong")])
def test_what_is_paused_stands_still_with_its_children_and_goes_on_after(site, error):
    with open_programs(site, {"worker": "sleep 600 & exec sleep 600"}) as running:
        worker = running["worker"]
        assert wait_until(worker.children, seconds=LONGEST_WAIT_SECONDS)
        family = [worker, *worker.children()]
        try:
            with paused([worker]):
                assert wait_until(lambda: all(is_stopped(one) for one in family), seconds=LONGEST_WAIT_SECONDS)
                if error:
                    raise error
        except ValueError:
            pass

        assert wait_until(lambda: not any(is_stopped(one) for one in family), seconds=LONGEST_WAIT_SECONDS)


def test_a_tree_whose_shop_cannot_be_opened_is_told_with_its_last_words(site):
    keeper = Keeper(site)

    with pytest.raises(ServerError, match=r"(?s)cannot be kept open: .*No module named 'omnistore'"):
        keeper.opened()
    keeper.stop()


def is_stopped(process):
    return process.status() == psutil.STATUS_STOPPED
