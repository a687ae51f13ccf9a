"""Kill -9 of every part while customers buy: nothing is sold twice, and no confirmed order is lost."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

import psycopg
import pytest
from django.conf import settings

from omnistore.tools.servers.locations import postgres_url
from tests.omnistore.test_faults import HEALED_WITHIN_SECONDS, NOT_INHERITED, _wait, running_shop

pytestmark = pytest.mark.fault

BUYERS, UNITS = 40, 25
PATIENCE_SECONDS = 120
STORE = "ber-mitte"


class Buyer(threading.Thread):
    """A guest who orders one unit, and repeats each request until it succeeds or is refused."""

    def __init__(self, shop, sku):
        super().__init__()
        self.address = f"http://127.0.0.1:{shop.port}/api/v1/"
        self.sku, self.token, self.order, self.refusal = sku, "", None, ""

    def run(self):
        cart = self.ask("cart/lines/", {"sku": self.sku})
        self.token = cart["cart_token"]
        order = {
            "cart_version": cart["version"],
            "expected_total": cart["totals"]["grand"],
            "fulfilments": [{"kind": "pickup", "store": STORE}],
            "payments": [{"method": "test"}],
            "contact": {"email": "guest@example.com"},
        }
        answer = self.ask("checkout/", order, key=str(uuid.uuid4()))
        if "number" in answer and answer.get("code") is None:
            self.order = answer["number"]
        else:
            self.refusal = answer["code"]

    def ask(self, path, body=None, key=""):
        deadline, last = time.monotonic() + PATIENCE_SECONDS, None
        while time.monotonic() < deadline:
            request = urllib.request.Request(
                self.address + path,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json", "X-Cart-Token": self.token, "Idempotency-Key": key},
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                last = json.load(error)
                if last["code"] not in ("unavailable", "busy", "request_in_progress"):
                    return last
            except OSError as error:
                last = error
            time.sleep(0.2)
        raise AssertionError(f"no answer to {path} for {PATIENCE_SECONDS} s, at last {last}")


def stock_of_one_variant(shop):
    """Set the stock of one variant in the store by a count, and return its SKU."""
    with shop.postgres() as connection:
        level, sku, on_hand = connection.execute(
            """
            SELECT level.id, variant.sku, level.on_hand FROM inventory_stocklevel AS level
            JOIN inventory_variant AS variant ON variant.id = level.variant_id AND variant.is_active
            JOIN inventory_location AS location ON location.id = level.location_id AND location.code = %s
            WHERE level.reserved = 0 AND level.safety = 0 ORDER BY level.id LIMIT 1
            """,
            [STORE],
        ).fetchone()
        connection.execute("UPDATE inventory_stocklevel SET on_hand = %s WHERE id = %s", [UNITS, level])
        connection.execute(
            """
            INSERT INTO inventory_stockmovement (level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id,
                                                 channel, reason, occurred_at)
            VALUES (%s, 'adjusted', %s, 0, 'count', 'fault', 'system', '', now())
            """,
            [level, UNITS - on_hand],
        )
    return sku


def kill_every_part_in_turn(shop):
    """Kill a web worker, the Celery worker, PostgreSQL and Valkey, each after the shop has recovered."""
    for name in ("web.keeper", "worker", "postgres", "valkey"):
        process = shop.family(name)
        victims = process.children() if name == "web.keeper" else []
        (victims[0] if victims else process).kill()
        time.sleep(1.0)
        _wait(lambda: shop.answers(lambda: shop.ask("/readyz")), seconds=HEALED_WITHIN_SECONDS, otherwise=shop.output)
        time.sleep(1.0)


def audit(shop):
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(
        [sys.executable, "manage.py", "audit"],
        cwd=settings.BASE_DIR,
        env={**kept, "DATA": str(shop.data), "DJANGO_SETTINGS_MODULE": "omnistore.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_kill_while_customers_buy_sells_twice_or_loses_an_order(tmp_path):
    with running_shop(tmp_path / "data", DEMO="1") as shop:
        sku = stock_of_one_variant(shop)
        buyers = [Buyer(shop, sku) for _ in range(BUYERS)]
        killer = threading.Thread(target=kill_every_part_in_turn, args=(shop,))
        killer.start()
        for buyer in buyers:
            buyer.start()
            time.sleep(0.5)
        for buyer in buyers:
            buyer.join(PATIENCE_SECONDS * 2)
        killer.join()

        sold = [buyer for buyer in buyers if buyer.order]
        assert {buyer.refusal for buyer in buyers if not buyer.order} <= {"insufficient_stock"}
        assert len(sold) == UNITS
        assert len({buyer.order for buyer in sold}) == UNITS
        for buyer in sold:
            assert buyer.ask(f"orders/{buyer.order}/")["number"] == buyer.order
        # The sweep settles orders whose request died.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with psycopg.connect(postgres_url(shop.data)) as connection:
                if connection.execute("SELECT count(*) FROM orders_order WHERE state = 'pending'").fetchone() == (0,):
                    break
            time.sleep(1)
        checked = audit(shop)
        assert checked.returncode == 0, checked.stdout + checked.stderr
