"""A PostgreSQL that stops answering: a relay in front of the real one is frozen and thawed."""

import select
import socket
import threading
import time
from contextlib import suppress

import psycopg
import pytest
from django.db import OperationalError, connections
from psycopg.conninfo import make_conninfo

from core.data.database import watch
from core.data.database.watch import Watch, answers_in_time

pytestmark = pytest.mark.django_db


class Relay:
    """A relay before PostgreSQL with a separate socket that forwards nothing while it is frozen."""

    def __init__(self, directory, server):
        self.server = server
        self.is_frozen = threading.Event()
        self.freezes_at = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(directory / ".s.PGSQL.5432"))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                wire, _ = self.listener.accept()
                threading.Thread(target=self.pass_on, args=[wire], daemon=True).start()

    def pass_on(self, visitor):
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.server)
        sides = {visitor: server, server: visitor}
        with visitor, server, suppress(OSError):
            while True:
                for side in select.select(list(sides), [], [])[0]:
                    part = side.recv(65536)
                    if not part:
                        return
                    if self.freezes_at and self.freezes_at in part:
                        self.is_frozen.set()
                    while self.is_frozen.is_set():
                        time.sleep(0.01)
                    sides[side].sendall(part)


@pytest.fixture
def relay(tmp_path_factory):
    parameters = connections["default"].get_connection_params()
    directory = tmp_path_factory.mktemp("relay")
    relay = Relay(directory, f"{parameters['host']}/.s.PGSQL.{parameters.get('port') or 5432}")
    relay.conninfo = make_conninfo("", host=str(directory), user="postgres", dbname="postgres")
    yield relay
    relay.is_frozen.clear()
    relay.listener.close()


@pytest.fixture
def nobody(tmp_path_factory):
    """A socket that accepts connections and sends nothing."""
    directory = tmp_path_factory.mktemp("nobody")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(directory / ".s.PGSQL.5432"))
        listener.listen()
        yield make_conninfo("", host=str(directory), user="postgres", dbname="postgres")


def test_a_working_server_answers(relay):
    assert answers_in_time(relay.conninfo, seconds=30)


def test_a_server_that_only_accepts_connections_does_not_answer(nobody):
    assert not answers_in_time(nobody, seconds=0.1)


def test_a_server_that_does_not_exist_counts_as_answering(tmp_path):
    assert answers_in_time(make_conninfo("", host=str(tmp_path), user="postgres"), seconds=30)


def test_a_server_that_refuses_connections_counts_as_answering(relay):
    assert answers_in_time(make_conninfo(relay.conninfo, dbname="nowhere"), seconds=30)


def test_a_server_that_freezes_behind_a_pooler_does_not_answer(relay):
    relay.freezes_at = b"SELECT 1"

    assert not answers_in_time(relay.conninfo, seconds=1)


def test_requests_that_wait_for_a_frozen_server_fail_and_so_do_the_next_ones(relay):
    watching = Watch(longest_seconds=lambda: 10.0, conninfo=relay.conninfo)
    connection = psycopg.connect(relay.conninfo, autocommit=True)
    watching.keep(connection)
    errors = []
    waiting = threading.Thread(target=lambda: errors.append(error_of(connection, "SELECT pg_sleep(20)")))
    waiting.start()
    relay.is_frozen.set()

    watching.look()
    waiting.join()

    assert isinstance(errors[0], psycopg.OperationalError)
    assert watching.is_frozen
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        watching.refuse_if_frozen()


def test_a_server_that_answers_again_is_used_again(relay):
    watching = Watch(longest_seconds=lambda: 10.0, conninfo=relay.conninfo)
    relay.is_frozen.set()
    watching.look()
    assert watching.is_frozen

    relay.is_frozen.clear()
    watching.look()

    assert not watching.is_frozen
    watching.refuse_if_frozen()


def test_a_slow_request_continues_while_the_server_answers(relay):
    watching = Watch(longest_seconds=lambda: 10.0, conninfo=relay.conninfo)
    with psycopg.connect(relay.conninfo, autocommit=True) as connection:
        watching.keep(connection)

        watching.look()

        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_quick_requests_trigger_no_probe(nobody):
    watching = Watch(longest_seconds=lambda: 0.1, conninfo=nobody)

    watching.look()

    assert not watching.is_frozen


def test_the_shops_own_connections_are_watched(relay, monkeypatch):
    watching = Watch(longest_seconds=lambda: 10.0, conninfo=relay.conninfo)
    monkeypatch.setattr(watch, "_watch", watching)
    connection = connections["default"].copy()
    connection.settings_dict = {**connection.settings_dict, "HOST": directory_of(relay)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    relay.is_frozen.set()

    watching.look()

    assert not connection.is_usable()
    connection.close()
    with pytest.raises(OperationalError, match="does not answer"):
        connection.ensure_connection()


def test_a_connection_timeout_spares_the_next_caller_the_wait(nobody, monkeypatch):
    watching = Watch(longest_seconds=lambda: 0.0, conninfo=nobody)
    monkeypatch.setattr(watch, "_watch", watching)
    connection = connections["default"].copy()
    connection.settings_dict = {**connection.settings_dict, "HOST": nobody.partition("host=")[2].partition(" ")[0]}

    for _ in range(2):
        with pytest.raises(OperationalError):
            connection.ensure_connection()

    assert watching.is_frozen


def error_of(connection, statement):
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        return error
    return None


def directory_of(relay):
    return relay.listener.getsockname().rpartition("/")[0]
