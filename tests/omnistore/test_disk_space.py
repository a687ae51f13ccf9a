"""The watching of disk space, with a fake PostgreSQL that stores whether writes are allowed."""

from collections import namedtuple

import pytest

from omnistore.tools.servers import disk_space as module
from omnistore.tools.servers.disk_space import BALLAST_BYTES, ENOUGH_BYTES, LOW_BYTES, DiskSpace

Usage = namedtuple("Usage", "total used free")
PLENTY, LITTLE, NONE = ENOUGH_BYTES + 1, LOW_BYTES - 1, 0


class Server:
    """A fake PostgreSQL: it allows writes or not, and may have ended."""

    allows_writes = True
    is_up = True

    def answers(self):
        return self.is_up

    def allow_writes(self, is_allowed):
        self.allows_writes = is_allowed


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A data directory on a disk whose free bytes the test sets."""
    (tmp_path / "run").mkdir()

    class Disk:
        free = PLENTY
        data = tmp_path
        ballast = tmp_path / "run" / "ballast"

    monkeypatch.setattr(module.shutil, "disk_usage", lambda _path: Usage(0, 0, Disk.free))
    return Disk


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def messages():
    return []


@pytest.fixture
def space(disk, server, messages):
    return DiskSpace(disk.data, server, messages.append)


def test_some_space_is_reserved_while_there_is_plenty(space, disk, server):
    space.check()

    assert disk.ballast.stat().st_size == BALLAST_BYTES
    assert server.allows_writes


def test_nothing_is_reserved_while_there_is_just_enough(space, disk, messages):
    disk.free = ENOUGH_BYTES

    space.check()

    assert not disk.ballast.exists()
    assert messages == []


def test_writes_stop_before_the_disk_is_full_with_one_message(space, disk, server, messages):
    disk.free = LITTLE

    space.check()
    space.check()

    assert not server.allows_writes
    assert messages == [f"The disk is nearly full: until there is room for {disk.data}, the shop takes no orders."]


def test_the_reserved_space_is_for_a_postgresql_that_cannot_start(space, disk, server):
    space.check()
    disk.free = NONE
    space.check()
    assert disk.ballast.exists()

    server.is_up = False
    space.check()

    assert not disk.ballast.exists()


def test_a_little_more_space_does_not_allow_writes(space, disk, server):
    disk.free = NONE
    space.check()
    disk.free = ENOUGH_BYTES

    space.check()

    assert not server.allows_writes


def test_with_enough_space_writes_are_allowed_automatically(space, disk, server, messages):
    disk.free = NONE
    space.check()
    disk.free = PLENTY

    space.check()

    assert server.allows_writes
    assert disk.ballast.exists()
    assert messages[-1] == "There is room on the disk again: the shop takes orders."
