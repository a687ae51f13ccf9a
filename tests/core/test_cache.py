import itertools
import logging
import socket

import pytest

from core.web import cache as module
from core.web.cache import CircuitBreaker, FailOpenCache


@pytest.fixture(autouse=True)
def breaker(monkeypatch):
    fresh = CircuitBreaker()
    monkeypatch.setattr(module, "breaker", fresh)
    return fresh


@pytest.fixture
def dead(tmp_path):
    return FailOpenCache(f"unix://{tmp_path}/nobody.sock", {})


@pytest.fixture
def living(settings):
    cache = FailOpenCache(settings.REDIS_URL, {"KEY_PREFIX": "test"})
    yield cache
    cache.clear()


def test_stores_its_values(living):
    living.set("a", {"b": 1})

    assert living.get("a") == {"b": 1}
    assert living.get("c", "default") == "default"
    assert living.add("a", 2) is False
    assert living.get_many(["a", "c"]) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda cache: cache.get("a"), None),
        (lambda cache: cache.get("a", "default"), "default"),
        (lambda cache: cache.get("a", default="default"), "default"),
        (lambda cache: cache.set("a", 1), None),
        (lambda cache: cache.set("a", 1, timeout=5), None),
        (lambda cache: cache.add("a", 1), True),
        (lambda cache: cache.touch("a"), False),
        (lambda cache: cache.delete("a"), False),
        (lambda cache: cache.get_many(["a"]), {}),
        (lambda cache: cache.set_many({"a": 1}), []),
        (lambda cache: cache.delete_many(["a"]), None),
        (lambda cache: cache.has_key("a"), False),
        (lambda cache: cache.incr("a"), 1),
        (lambda cache: cache.incr("a", 3), 3),
        (lambda cache: cache.get_or_set("a", lambda: 7), 7),
        (lambda cache: cache.clear(), None),
        (lambda cache: "a" in cache, False),
    ],
)
def test_a_dead_server_is_a_miss(dead, ask, answer):
    assert ask(dead) == answer


def test_a_server_that_does_not_answer_is_avoided_and_logged_once(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(module.time, "monotonic", lambda: 100.0)
    with socket.socket(socket.AF_UNIX) as deaf, caplog.at_level(logging.WARNING, logger="core.web.cache"):
        deaf.bind(f"{tmp_path}/deaf.sock")
        deaf.listen()
        deaf.setblocking(False)
        cache = FailOpenCache(f"unix://{tmp_path}/deaf.sock", {"OPTIONS": {"socket_timeout": 0.01}})
        cache.get("a")
        assert _calls(deaf) > 0

        for _ in range(1000):
            cache.get("a")

        assert _calls(deaf) == 0
    assert len(caplog.records) == 1


def _calls(server):
    """Accept every waiting connection, and return how many there were."""
    for number in itertools.count():
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number


def test_only_one_request_a_second_checks_whether_it_is_back(breaker, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    breaker.failed(ConnectionError("gone"))

    assert [breaker.allows(), breaker.allows()] == [False, False]
    now[0] += module.SECONDS_BETWEEN_TRIES
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]
