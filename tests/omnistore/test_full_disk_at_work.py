"""A running shop whose disk becomes full: reads keep working, and it sells again when there is space."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.omnistore.test_faults import NOT_INHERITED, _free_port, _wait
from tests.omnistore.test_full_disk import in_namespace

pytestmark = pytest.mark.fault

START_SECONDS = 600
NOTICED_WITHIN_SECONDS = 30
ROUNDS = 30
FULL, ROOM = "The disk is nearly full", "There is room on the disk again"
READS = ("/livez", "/readyz", "/", "/stores/", "/search/?q=lamp", "/api/v1/catalogue/products/")


class Shop:
    """A demo shop with its data on a small disk that only its processes see."""

    def __init__(self, data: Path) -> None:
        self.port = _free_port()
        kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        own = {"PORT": str(self.port), "LIVE_PORT": str(_free_port()), "DATA": str(data), "SIZE": "900m"}
        self.output_file = data.with_suffix(".out")
        self.process = subprocess.Popen(
            in_namespace(f"exec {sys.executable} manage.py up"),
            cwd=settings.BASE_DIR,
            env={**kept, **own, "DJANGO_SETTINGS_MODULE": "omnistore.settings"},
            stdout=self.output_file.open("w"),
            stderr=subprocess.STDOUT,
        )
        # The directory as the shop's processes see it.
        self.disk = Path(f"/proc/{self.process.pid}/root{data}")
        _wait(lambda: "Stop with Ctrl-C" in self.output(), seconds=START_SECONDS, otherwise=self.output)

    def output(self) -> str:
        return self.output_file.read_text()

    def fill(self) -> None:
        """Write to a file until the disk is full, and wait until the shop has noticed."""
        command = ["dd", "if=/dev/zero", f"of={self.disk / 'large'}", "bs=1M", "oflag=append", "conv=notrunc"]
        subprocess.run(command, capture_output=True)
        _wait(lambda: self.times(FULL) > self.times(ROOM), seconds=NOTICED_WITHIN_SECONDS, otherwise=self.output)
        time.sleep(1)

    def times(self, said: str) -> int:
        return self.output().count(said)

    def when_full(self, act: Callable[[], object]) -> object:
        """
        Return what an act answers while the disk is full all the time.

        A checkpoint of PostgreSQL may remove old segments of its log meanwhile; then there was room, and writes are
        rightly accepted.
        """
        for _attempt in range(5):
            self.fill()
            freed = self.times(ROOM)
            answer = act()
            if self.times(ROOM) == freed:
                return answer
        raise AssertionError(self.output())

    def ask(self, path: str, body: object = None) -> tuple[int, object]:
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", sent, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def read_everything(self) -> Counter:
        return Counter(self.ask(path)[0] for _ in range(ROUNDS) for path in READS)

    def add_to_a_cart(self) -> int:
        _status, products = self.ask("/api/v1/catalogue/products/?limit=1")
        _status, product = self.ask(f"/api/v1/catalogue/products/{json.loads(products)['results'][0]['slug']}/")
        return self.ask("/api/v1/cart/lines/", {"sku": json.loads(product)["variants"][0]["sku"]})[0]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    data = tmp_path_factory.mktemp("small-disk") / "data"
    data.mkdir()
    shop = Shop(data)
    yield shop
    shop.process.terminate()
    assert shop.process.wait(timeout=60) == 0


def test_reads_and_probes_work_and_writes_are_refused_until_there_is_space(shop):
    assert shop.read_everything() == {200: ROUNDS * len(READS)}
    assert shop.add_to_a_cart() == 201

    assert shop.when_full(shop.read_everything) == {200: ROUNDS * len(READS)}
    assert shop.when_full(lambda: {shop.add_to_a_cart() for _ in range(ROUNDS)}) == {503}
    ready = json.loads(shop.ask("/readyz")[1])
    assert (ready["state"], ready["changes"]) == ("degraded", "PostgreSQL lets nothing be changed")

    (shop.disk / "large").unlink()
    _wait(lambda: shop.add_to_a_cart() == 201, seconds=NOTICED_WITHIN_SECONDS, otherwise=shop.output)
    assert json.loads(shop.ask("/readyz")[1])["changes"] == "ok"
    assert shop.times(FULL) == shop.times(ROOM)
