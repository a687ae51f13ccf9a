"""A running shop keeps working with held connections, half-sent bodies and a frozen PostgreSQL."""

import resource
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest

from tests.omnistore.test_faults import _wait, running_shop
from tests.omnistore.test_faults_in_checkout import Buyer, stock_of_one_variant

pytestmark = pytest.mark.fault

IDLE, HALF_SENT = 2000, 200
OPEN_FILES = 8192
LIVE, READY, SHARED = "/livez", "/readyz", "/api/v1/catalogue/products/"
PROBE_SECONDS, REFUSED_WITHIN_SECONDS = 1.0, 3.0
HALF = (
    b"POST /api/v1/cart/lines/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 900\r\n\r\n{"a'
)


def hold(shop, count, sending, at_the_end):
    """Open so many connections, send the same bytes on each, and keep them open."""
    for _ in range(count):
        wire = at_the_end.enter_context(socket.create_connection(("127.0.0.1", shop.port), timeout=10))
        wire.sendall(sending)


def measure(shop, path, *, times):
    """Send so many requests; return the seconds and status of each response, slowest first."""
    answers = []
    for _ in range(times):
        started = time.monotonic()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{shop.port}{path}", timeout=20) as answer:
                status = answer.status
                answer.read()
        except urllib.error.HTTPError as error:
            status = error.code
        answers.append((time.monotonic() - started, status))
    return sorted(answers, reverse=True)


def report(name, answers):
    """Print the measurement for people who run these tests manually."""
    slowest = ", ".join(f"{seconds * 1000:.0f}" for seconds, _status in answers[:3])
    print(f"{name}: {len(answers)} answers, the slowest after {slowest} ms")


@pytest.fixture
def many_open_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_held_connections_and_half_sent_bodies_block_nobody(tmp_path, many_open_files):
    with running_shop(tmp_path / "data", DEMO="1") as shop, ExitStack() as at_the_end:
        sku = stock_of_one_variant(shop)
        hold(shop, IDLE, b"", at_the_end)
        hold(shop, HALF_SENT, HALF, at_the_end)

        for path in (LIVE, READY, SHARED):
            answers = measure(shop, path, times=100)
            report(f"{path} beside {IDLE} idle and {HALF_SENT} half-sent", answers)
            assert {status for _seconds, status in answers} == {200}
            # The second slowest of a hundred is the 99th percentile.
            assert answers[1][0] < PROBE_SECONDS

        buyers = [Buyer(shop, sku) for _ in range(5)]
        for buyer in buyers:
            buyer.start()
        for buyer in buyers:
            buyer.join()
        assert all(buyer.order for buyer in buyers)


def test_requests_fail_within_seconds_while_postgresql_is_frozen_and_succeed_after(tmp_path):
    with running_shop(tmp_path / "data") as shop:
        postmaster = shop.family("bin/postgres")
        search_concurrently(shop, "mugs", callers=30)
        frozen = [postmaster, *postmaster.children(recursive=True)]
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        try:
            refused = search_concurrently(shop, "lamps", callers=30)
            probes = measure(shop, LIVE, times=100)
            ready = measure(shop, READY, times=3)
        finally:
            for process in frozen:
                process.send_signal(signal.SIGCONT)

        report("/search/ with PostgreSQL frozen", refused)
        report("/livez with PostgreSQL frozen", probes)
        assert {status for _seconds, status in refused + ready} == {503}
        assert refused[0][0] < REFUSED_WITHIN_SECONDS
        assert {status for _seconds, status in probes} == {200}
        assert probes[1][0] < PROBE_SECONDS
        _wait(lambda: search_concurrently(shop, "cups", callers=1)[0][1] == 200, seconds=10)
        assert {status for _seconds, status in measure(shop, READY, times=20)} == {200}


def search_concurrently(shop, word, *, callers):
    """Search with many callers, each for a different word, so that no page is cached; return the slowest first."""
    answers = []
    threads = [
        threading.Thread(
            target=lambda path: answers.extend(measure(shop, path, times=3)), args=[f"/search/?q={word}{n}"]
        )
        for n in range(callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers, reverse=True)
