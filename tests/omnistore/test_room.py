"""What the supervisor does when the disk runs full; with a PostgreSQL that only remembers what it was told."""

from collections import namedtuple

import pytest

from omnistore.tools.servers import room as rooms
from omnistore.tools.servers.room import BALLAST_BYTES, ENOUGH_BYTES, LOW_BYTES, Room

Usage = namedtuple("Usage", "total used free")
PLENTY, LITTLE, NONE = ENOUGH_BYTES + 1, LOW_BYTES - 1, 0


class Server:
    """Stands for PostgreSQL: takes changes or not, and may have ended."""

    takes = True
    is_up = True  # Whether it can be reached.

    def answers(self):
        return self.is_up

    def take_changes(self, allowed):
        self.takes = allowed


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A data directory on a disk whose free bytes the test says."""
    (tmp_path / "run").mkdir()

    class Disk:
        free = PLENTY
        data = tmp_path
        ballast = tmp_path / "run" / "ballast"

    monkeypatch.setattr(rooms.shutil, "disk_usage", lambda _path: Usage(0, 0, Disk.free))
    return Disk


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def said():
    return []


@pytest.fixture
def room(disk, server, said):
    return Room(disk.data, server, said.append)


def test_some_room_is_kept_back_while_there_is_plenty(room, disk, server):
    room.look()

    assert disk.ballast.stat().st_size == BALLAST_BYTES
    assert server.takes


def test_nothing_is_kept_back_where_there_is_just_enough(room, disk, said):
    disk.free = ENOUGH_BYTES

    room.look()

    assert not disk.ballast.exists()
    assert said == []


def test_changes_stop_before_the_disk_is_full_and_that_is_said_once(room, disk, server, said):
    disk.free = LITTLE

    room.look()
    room.look()

    assert not server.takes
    assert said == [f"The disk is nearly full: until there is room for {disk.data}, the shop takes no orders."]


def test_the_room_kept_back_is_for_a_postgresql_that_could_not_start(room, disk, server):
    room.look()
    disk.free = NONE
    room.look()
    assert disk.ballast.exists()

    server.is_up = False
    room.look()

    assert not disk.ballast.exists()


def test_a_little_more_room_is_not_enough_to_go_on(room, disk, server):
    disk.free = NONE
    room.look()
    disk.free = ENOUGH_BYTES

    room.look()

    assert not server.takes


def test_with_room_again_the_shop_goes_on_by_itself(room, disk, server, said):
    disk.free = NONE
    room.look()
    disk.free = PLENTY

    room.look()

    assert server.takes
    assert disk.ballast.exists()
    assert said[-1] == "There is room on the disk again: the shop takes orders."
