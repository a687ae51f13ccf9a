"""The benchmark of this tree's shop, from an empty directory to the figures."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from omnistore.tools.bench.callers.load import LoadGenerator
from omnistore.tools.bench.callers.plain import COMMAND, make_plain_callers, make_tables
from omnistore.tools.bench.callers.sql_caller import make_sql_callers
from omnistore.tools.bench.callers.visitor import REFUSED
from omnistore.tools.bench.journeys import (
    REGULARS_EACH,
    measure,
    measure_background,
    measure_steps,
    split,
    visitors,
    warm_up,
)
from omnistore.tools.bench.measuring.figures import (
    Background,
    Figures,
    as_json,
    background_as_json,
    background_table,
    budget,
    percentile,
    table,
)
from omnistore.tools.bench.measuring.meters import Meter, yardstick_ms
from omnistore.tools.bench.shops.environment import Environment, MeasuredShop, free_port, open_shop, open_web

CONCURRENCIES = (1, 16)
BUYERS = 64
BUYERS_TOO_MANY = 300
BACKGROUND_ORDERS = 320

Say = Callable[[str], None]


@dataclass
class Benchmark:
    """One run of all measurements. seconds: how long each of them lasts."""

    shop: MeasuredShop
    seconds: float
    say: Say

    def measure_plain(self, concurrency: int) -> dict[str, Figures]:
        """Measure the plain shop with two processes of four threads."""
        make_tables(self.shop.database)
        port, database = free_port(), self.shop.database.info.dsn
        with open_web(
            self.shop.environment, name="plain", command=COMMAND, port=port, PLAIN_DATABASE=database
        ) as plain:
            shares = [
                {"count": count, "port": port, "seed": number * 1000} for number, count in enumerate(split(concurrency))
            ]
            with LoadGenerator(make_plain_callers, shares) as load:
                warm_up(load, concurrency)
                return {"journey": measure(load, "journey", self.seconds, self._meter(plain))}

    def measure_by_hand(self, concurrency: int) -> dict[str, Figures]:
        """Measure the same journey as SQL; the callers' CPU time in psycopg counts as the server's."""
        customers = [shopper["id"] for shopper in self.shop.add_shoppers(concurrency * REGULARS_EACH)]
        self.shop.agent.call("analyse")
        shares = [
            {
                "count": count,
                "conninfo": self.shop.database.info.dsn,
                **self.shop.catalogue,
                "customers": customers[number :: len(split(concurrency))],
                "seed": number * 1000,
            }
            for number, count in enumerate(split(concurrency))
        ]
        with LoadGenerator(make_sql_callers, shares) as load:
            warm_up(load, concurrency)
            callers = [psutil.Process(pid) for pid in load.pids]
            return {"journey": measure(load, "journey", self.seconds, self._meter(*callers))}

    def measure_flash_sale(self) -> dict[str, Any]:
        """Measure concurrent orders of one variant by more buyers than there are units."""
        shoppers = self.shop.add_shoppers(self.shop.hot_units + BUYERS_TOO_MANY)
        self.shop.agent.call("analyse")
        with visitors(self.shop, BUYERS, newcomers=shoppers, regulars=[]) as load:
            load.run("add_hot", seconds=60)
            completed = load.run("buy_hot", seconds=60)
        sold, refusals = completed.latencies(), completed.latencies(REFUSED)
        return {
            "buyers": BUYERS,
            "units": self.shop.hot_units,
            "sold": len(sold),
            "refused": len(refusals),
            "orders_per_second": round(len(sold) / (completed.last() - completed.began), 1),
            "p50_ms": round(percentile(sold, 50) * 1000, 2),
            "p95_ms": round(percentile(sold, 95) * 1000, 2),
            "refusals_p99_ms": round(percentile(refusals, 99) * 1000, 2) if refusals else None,
        }

    def _meter(self, *servers: psutil.Process) -> Meter:
        return Meter(servers=servers, postgres=self.shop.postgres, database=self.shop.database)


def environment_of_this_tree(data: Path) -> Environment:
    """Return the environment of a shop with this tree's code."""
    return Environment(Path(settings.BASE_DIR), Path(sys.executable), data, port=free_port(), live_port=free_port())


def run(data: Path, *, seconds: float, say: Say) -> dict[str, Any] | None:
    """
    Run all measurements and return their figures; return None if the audit fails afterwards.

    data: an empty directory. seconds: how long each measurement lasts. Raises ServerError, and LoadFailed at the first
    wrong response.
    """
    say("Filling the shop ...")
    with open_shop(environment_of_this_tree(data)) as shop:
        return _run(Benchmark(shop, seconds, say))


def _run(benchmark: Benchmark) -> dict[str, Any] | None:
    ours, by_hand, yardsticks = {}, {}, []
    benchmark.say(f"Measuring the background work of {BACKGROUND_ORDERS} orders ...")
    background = measure_background(benchmark.shop, orders=BACKGROUND_ORDERS)
    for concurrency in CONCURRENCIES:
        benchmark.say(f"Measuring the shop, {_at_once(concurrency)} ...")
        ours[concurrency] = measure_steps(benchmark.shop, concurrency=concurrency, seconds=benchmark.seconds)
        yardsticks.append(yardstick_ms())
    benchmark.say(f"Measuring a plain shop, {_at_once(16)} ...")
    plain = benchmark.measure_plain(16)
    benchmark.say(f"Selling {benchmark.shop.hot_units} units of one variant to {BUYERS} buyers ...")
    flash_sale = benchmark.measure_flash_sale()
    breaches = benchmark.shop.agent.call("find_breaches")
    for concurrency in CONCURRENCIES:
        benchmark.say(f"Measuring hand-written SQL, {_at_once(concurrency)} ...")
        by_hand[concurrency] = benchmark.measure_by_hand(concurrency)
        yardsticks.append(yardstick_ms())
    yardstick = round(statistics.median(yardsticks), 1)

    headings = {f"shop, {_at_once(concurrency)}": measured for concurrency, measured in ours.items()}
    headings[f"plain views, {_at_once(16)}"] = plain
    headings |= {f"SQL by hand, {_at_once(concurrency)}": measured for concurrency, measured in by_hand.items()}
    benchmark.say("\n" + table(headings) + "\n")
    _report_background(background, ours[16]["journey"], benchmark.say)
    _report_flash_sale(flash_sale, benchmark.say)
    for line, is_met in budget(ours[16]["journey"], plain=plain["journey"]):
        benchmark.say(f"{'met     ' if is_met else 'EXCEEDED'}  {line}, journey, 16 at once")
    benchmark.say(f"Yardstick: a million additions in Python took {yardstick} ms of CPU.")
    benchmark.say(f"Audit: {f'BREACHES of {breaches}' if breaches else 'every invariant holds'}.")
    if breaches or flash_sale["sold"] != flash_sale["units"]:
        return None
    return {
        "ours": {f"c{concurrency}": as_json(measured) for concurrency, measured in ours.items()},
        "sql_limit": {f"c{concurrency}": as_json(measured) for concurrency, measured in by_hand.items()},
        "plain": {"c16": as_json(plain)},
        "background": background_as_json(background),
        "hot_sku": flash_sale,
        "yardstick_ms": yardstick,
    }


def _report_background(background: Background, journey: Figures, say: Say) -> None:
    say(background_table(background))
    say(f"A journey, 16 at once, with its background work: {journey.cpu_ms + background.all_cpu_ms:.1f} ms of CPU.\n")


def _report_flash_sale(flash_sale: dict[str, Any], say: Say) -> None:
    say(
        f"One variant, {flash_sale['buyers']} buyers at once: "
        f"{flash_sale['sold']} of {flash_sale['units']} units sold, {flash_sale['orders_per_second']} orders/s; "
        f"{flash_sale['refused']} refused, p99 {flash_sale['refusals_p99_ms']} ms\n"
    )


def _at_once(concurrency: int) -> str:
    return "one at a time" if concurrency == 1 else f"{concurrency} at once"
