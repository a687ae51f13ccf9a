"""The environment of a measured shop: a tree, its Python, its Procfile."""

import sys
from pathlib import Path

import psutil
import pytest

from omnistore.tools.bench.shops.environment import Agent, Environment, free_port, open_programs, open_web, paused
from omnistore.tools.servers.processes import ServerError, wait_until

LONGEST_WAIT_SECONDS = 60


@pytest.fixture
def environment(tmp_path):
    """An environment whose tree contains only a Procfile."""
    tree = tmp_path / "tree with a space"
    tree.mkdir()
    (tree / "Procfile").write_text(
        'web: exec sleep 600\nworker: echo "$PWD $PORT $LIVE_PORT $DATA" > variables; exec sleep 600\n'
    )
    return Environment(tree, Path(sys.executable), tmp_path / "data", port=free_port(), live_port=free_port())


def test_its_procfile_runs_in_its_tree_with_its_data(environment):
    output = environment.tree / "variables"

    with open_programs(environment, {"worker": environment.programs()["worker"]}) as running:
        assert wait_until(lambda: output.exists() and output.read_text() != "", seconds=LONGEST_WAIT_SECONDS)

    assert output.read_text() == f"{environment.tree} {environment.port} {environment.live_port} {environment.data}\n"
    assert not running["worker"].is_running()


def test_its_own_python_comes_first_and_servers_of_the_machine_are_not_used(environment, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/shop")

    variables = environment.variables()

    assert variables["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert (variables["DATABASE_URL"], variables["REDIS_URL"]) == ("", "")


def test_programs_are_stopped_when_measuring_fails(environment):
    with pytest.raises(ValueError, match="wrong"), open_programs(environment, {"worker": "exec sleep 600"}) as running:
        raise ValueError("wrong")

    assert not running["worker"].is_running()


def test_the_error_for_a_web_process_that_dies_contains_the_end_of_its_log(environment):
    (environment.tree / "Procfile").write_text("web: echo No such shop.; exit 1\n")

    with pytest.raises(ServerError, match=r"The web process does not start: No such shop\."), open_web(environment):
        pass


@pytest.mark.parametrize("error", [None, ValueError("wrong")])
def test_paused_processes_and_their_children_are_suspended_and_resumed(environment, error):
    with open_programs(environment, {"worker": "sleep 600 & exec sleep 600"}) as running:
        worker = running["worker"]
        assert wait_until(worker.children, seconds=LONGEST_WAIT_SECONDS)
        family = [worker, *worker.children()]
        try:
            with paused([worker]):
                assert wait_until(lambda: all(is_stopped(process) for process in family), seconds=LONGEST_WAIT_SECONDS)
                if error:
                    raise error
        except ValueError:
            pass

        assert wait_until(lambda: not any(is_stopped(process) for process in family), seconds=LONGEST_WAIT_SECONDS)


def test_the_error_for_a_shop_that_does_not_start_contains_the_end_of_its_log(environment):
    agent = Agent(environment)

    with pytest.raises(ServerError, match=r"(?s)does not run: .*No module named 'omnistore'"):
        agent.wait_until_open()
    agent.stop()


def is_stopped(process):
    return process.status() == psutil.STATUS_STOPPED
