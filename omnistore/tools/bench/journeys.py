"""Measures the steps of shoppers in a shop, and the background work that their orders cause."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import psutil

from omnistore.tools.bench.callers.load import Completed, LoadGenerator
from omnistore.tools.bench.callers.visitor import make_visitors
from omnistore.tools.bench.measuring.figures import STEPS, Background, Figures, background, figures
from omnistore.tools.bench.measuring.meters import Meter, seconds_of
from omnistore.tools.bench.shops.environment import WEB, MeasuredShop, open_programs, paused
from omnistore.tools.servers.processes import ServerError

# Two processes create more load than one core can; within each, the callers are threads that mostly wait.
MOST_PROCESSES = 2
# Enough for each thread of each process to run each statement a few times, and for PostgreSQL to settle on its plans.
WARM_UP_JOURNEYS = 160
WARM_UP_SECONDS = 20.0
# More than the carts that can be filled in a measurement.
NEWCOMERS_PER_SECOND = {1: 60, 16: 200}
REGULARS_EACH = 8
# How many callers place the orders whose background work is measured, and for how long at most.
ORDERING = 16
ORDERING_SECONDS = 100.0
# Orders after which the worker has imported and prepared everything; then nobody orders for some seconds.
FIRST_ORDERS = 48
IDLE_SECONDS = 8.0
LONGEST_WAIT_SECONDS = 180.0
SECONDS_BETWEEN_LOOKS = 0.5


def measure_steps(shop: MeasuredShop, *, concurrency: int, seconds: float) -> dict[str, Figures]:
    """Measure each step, and the whole journey. seconds: how long the journey is measured."""
    newcomers = shop.add_shoppers(int(seconds * NEWCOMERS_PER_SECOND[concurrency]))
    regulars = shop.add_shoppers(concurrency * REGULARS_EACH)
    shop.agent.call("analyse")
    meter = Meter(servers=[shop.web], postgres=shop.postgres, database=shop.database)
    measured = {}
    with visitors(shop, concurrency, newcomers=newcomers, regulars=regulars) as load:
        warm_up(load, concurrency)
        for step in STEPS:
            measured[step] = measure(load, step, seconds if step == "journey" else seconds / 2, meter)
    return measured


def measure_background(shop: MeasuredShop, *, orders: int) -> Background:
    """
    Start the Procfile's programs except web and measure their work for so many orders, and while idle.

    They are paused while the orders are placed, so that PostgreSQL's work for web is not counted as theirs. Then they
    are watched until the journal is dispatched and every message is sent. They are stopped at the end.
    """
    beside_web = {name: command for name, command in shop.environment.programs().items() if name != WEB}
    regulars = shop.add_shoppers(ORDERING * REGULARS_EACH)
    with open_programs(shop.environment, beside_web) as running:
        processes = {**running, "PostgreSQL": shop.postgres, "Valkey": shop.valkey}
        _place_orders(shop, FIRST_ORDERS, regulars)
        _wait_until_caught_up(shop)
        shop.agent.call("analyse")
        idle = _Watch(processes)
        time.sleep(IDLE_SECONDS)
        idle.end()
        with paused(list(running.values())):
            placed = _place_orders(shop, orders, regulars)
            busy = _Watch(processes)
        _wait_until_caught_up(shop)
        busy.end()
    return background(
        orders=placed,
        used=busy.used,
        seconds=busy.seconds,
        idle_used=idle.used,
        idle_seconds=idle.seconds,
    )


def measure(load: LoadGenerator, step: str, seconds: float, meter: Meter) -> Figures:
    """Run one step for so long and return what it cost."""
    before = meter.read()
    completed: Completed = load.run(step, seconds=seconds)
    return figures(completed.latencies(), seconds=completed.seconds, used=meter.read().since(before))


def warm_up(load: LoadGenerator, concurrency: int) -> None:
    """Run journeys that are not measured."""
    load.run("journey", seconds=WARM_UP_SECONDS, most_each=WARM_UP_JOURNEYS // concurrency)


def visitors(
    shop: MeasuredShop, concurrency: int, *, newcomers: Sequence[dict[str, Any]], regulars: Sequence[dict[str, Any]]
) -> LoadGenerator:
    """Return a load generator of so many visitors, who share the shoppers among them."""
    counts = split(concurrency)
    catalogue = {
        "categories": shop.catalogue["categories"],
        "products": shop.catalogue["products"],
        "hot_sku": shop.hot_sku,
    }
    shares = [
        {
            "count": count,
            "port": shop.environment.port,
            "catalogue": catalogue,
            "newcomers": [shopper["token"] for shopper in newcomers[number :: len(counts)]],
            "regulars": [shopper["token"] for shopper in regulars[number :: len(counts)]],
            "seed": number * 1000,
        }
        for number, count in enumerate(counts)
    ]
    return LoadGenerator(make_visitors, shares)


def split(concurrency: int) -> list[int]:
    """Divide callers among processes."""
    processes = min(MOST_PROCESSES, concurrency)
    return [len(range(number, concurrency, processes)) for number in range(processes)]


def _place_orders(shop: MeasuredShop, orders: int, regulars: Sequence[dict[str, Any]]) -> int:
    # New visitors each time: web closes connections that are idle for long.
    with visitors(shop, ORDERING, newcomers=[], regulars=regulars) as load:
        return len(load.run("journey", seconds=ORDERING_SECONDS, most_each=orders // ORDERING).operations)


class _Watch:
    """Measures the CPU seconds of processes between its creation and end()."""

    def __init__(self, processes: Mapping[str, psutil.Process]) -> None:
        self._processes = processes
        self._before = {name: seconds_of(process) for name, process in processes.items()}
        self._began = time.monotonic()

    def end(self) -> None:
        self.seconds = time.monotonic() - self._began
        self.used = {name: seconds_of(process) - self._before[name] for name, process in self._processes.items()}


def _wait_until_caught_up(shop: MeasuredShop) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not shop.agent.call("is_caught_up"):
        if time.monotonic() > deadline:
            log = shop.environment.end_of_log("worker")
            raise ServerError(f"The background work does not end within {LONGEST_WAIT_SECONDS:.0f} s: {log}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
