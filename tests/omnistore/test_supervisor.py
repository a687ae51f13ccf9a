import signal

import pytest

from omnistore.tools.supervisor import Program, Supervisor, read_procfile

LONGEST_WAIT_SECONDS = 60


@pytest.fixture
def messages():
    return []


@pytest.fixture
def supervisor(messages):
    return Supervisor(messages.append)


@pytest.fixture
def program(tmp_path):
    programs = []

    def make(command):
        program = Program("web", command, data=tmp_path, environment={"PATH": "/usr/bin:/bin", "PORT": "8123"})
        programs.append(program)
        program.start()
        return program

    yield make
    for program in programs:
        program.make_sure_it_stopped()


def test_starts_again_at_once_what_dies_once(supervisor, messages, program, tmp_path):
    web = program(f"echo started >> {tmp_path}/starts; exec sleep 60")
    first = web.child

    first.kill()
    supervisor.wait_for(lambda: web.child is not first and web.is_alive(), web, seconds=LONGEST_WAIT_SECONDS)

    assert web.is_alive()
    assert messages == ["web has died and is started again"]


def test_leaves_growing_pauses_to_what_keeps_dying(supervisor, messages, program):
    web = program("exit 1")

    def say(sentence):
        messages.append(sentence)
        if len(messages) == 3:
            supervisor.asked_to_stop.set()

    supervisor.say = say

    supervisor.watch(web)

    assert messages == [
        "web has died and is started again",
        "web has died and is started again in 1 s",
        "web has died and is started again in 2 s",
    ]
    assert supervisor.deaths["web"] == 3


def test_asks_before_it_kills(supervisor, program, tmp_path):
    web = program(
        f"trap 'echo asked > {tmp_path}/last; exit 0' TERM; touch {tmp_path}/ready; while :; do sleep 0.05; done"
    )
    supervisor.wait_for((tmp_path / "ready").exists, web, seconds=LONGEST_WAIT_SECONDS)

    supervisor.stop([web])

    assert (tmp_path / "last").read_text() == "asked\n"
    assert not web.is_alive()


def test_kills_what_does_not_listen(supervisor, program, tmp_path, monkeypatch):
    monkeypatch.setattr("omnistore.tools.supervisor.STOP_SECONDS", 0.5)
    web = program(f"trap '' TERM; touch {tmp_path}/ready; while :; do sleep 0.05; done")
    child = web.child
    supervisor.wait_for((tmp_path / "ready").exists, web, seconds=LONGEST_WAIT_SECONDS)

    supervisor.stop([web])

    assert not web.is_alive()
    assert child.returncode == -signal.SIGKILL


def test_ends_what_a_killed_supervisor_left_running(program, tmp_path):
    left_over = program("exec sleep 60").child

    program("exec sleep 60")

    assert left_over.wait(timeout=LONGEST_WAIT_SECONDS) != 0


def test_programs_get_their_environment(program, tmp_path):
    program("echo $PORT").child.wait(timeout=LONGEST_WAIT_SECONDS)

    assert (tmp_path / "log" / "web.log").read_text() == "8123\n"


def test_reads_the_procfile(tmp_path):
    (tmp_path / "Procfile").write_text("# The shop\nweb: granian --port ${PORT:-8000} a:b\n\nbeat: celery beat\n")

    assert read_procfile(tmp_path / "Procfile") == {"web": "granian --port ${PORT:-8000} a:b", "beat": "celery beat"}
