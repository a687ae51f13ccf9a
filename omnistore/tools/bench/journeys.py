"""Measuring what shoppers do in a shop, whosever it is, and what the shop does behind their backs then."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import psutil

from omnistore.tools.bench.callers.crowd import Crowd, Done
from omnistore.tools.bench.callers.visitor import recruit_visitors
from omnistore.tools.bench.measuring.figures import STEPS, Background, Figures, background, figures
from omnistore.tools.bench.measuring.meters import Meter, seconds_of
from omnistore.tools.bench.shops.premises import WEB, MeasuredShop, open_programs, paused
from omnistore.tools.servers.processes import ServerError

# Two processes drive more than one core can; within each the callers are threads that mostly wait.
MOST_PROCESSES = 2
# Until each thread of each process has met each statement a few times, and PostgreSQL has settled on its plans.
WARM_UP_JOURNEYS = 160
WARM_UP_SECONDS = 20.0
# More carts than can be filled in a measurement on the machines this is for.
NEWCOMERS_PER_SECOND = {1: 60, 16: 200}
REGULARS_EACH = 8
# How many at once place the orders whose background work is measured, and for how long at most.
ORDERING = 16
ORDERING_SECONDS = 100.0
# Orders from which the worker has everything imported and prepared, and how long nobody orders then.
FIRST_ORDERS = 48
IDLE_SECONDS = 8.0
LONGEST_WAIT_SECONDS = 180.0
SECONDS_BETWEEN_LOOKS = 0.5


def measure_steps(shop: MeasuredShop, *, concurrency: int, seconds: float) -> dict[str, Figures]:
    """Measure each step by itself, and the journey as a whole. seconds: how long the journey is measured."""
    newcomers = shop.invite(int(seconds * NEWCOMERS_PER_SECOND[concurrency]))
    regulars = shop.invite(concurrency * REGULARS_EACH)
    shop.keeper.ask("analyse")
    meter = Meter(servers=[shop.web], postgres=shop.postgres, database=shop.database)
    measured = {}
    with visitors(shop, concurrency, newcomers=newcomers, regulars=regulars) as crowd:
        warm_up(crowd, concurrency)
        for step in STEPS:
            measured[step] = measure(crowd, step, seconds if step == "journey" else seconds / 2, meter)
    return measured


def measure_background(shop: MeasuredShop, *, orders: int) -> Background:
    """
    Start the programs of the Procfile beside web, and measure what they do for so many orders, and for none.

    They stand still while the orders are placed, so that PostgreSQL's work for web is not taken for theirs, and are
    watched from then on until the journal is read up and every message sent. They are stopped at the end.
    """
    beside_web = {name: command for name, command in shop.site.programs().items() if name != WEB}
    regulars = shop.invite(ORDERING * REGULARS_EACH)
    with open_programs(shop.site, beside_web) as running:
        processes = {**running, "PostgreSQL": shop.postgres, "Valkey": shop.valkey}
        _place_orders(shop, FIRST_ORDERS, regulars)
        _wait_until_caught_up(shop)
        shop.keeper.ask("analyse")
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


def measure(crowd: Crowd, step: str, seconds: float, meter: Meter) -> Figures:
    """Have a crowd do one step for so long, and sum up what it cost."""
    before = meter.read()
    done: Done = crowd.do(step, seconds=seconds)
    return figures(done.latencies(), seconds=done.seconds, used=meter.read().since(before))


def warm_up(crowd: Crowd, concurrency: int) -> None:
    """Have journeys made that nobody measures."""
    crowd.do("journey", seconds=WARM_UP_SECONDS, most_each=WARM_UP_JOURNEYS // concurrency)


def visitors(
    shop: MeasuredShop, concurrency: int, *, newcomers: Sequence[dict[str, Any]], regulars: Sequence[dict[str, Any]]
) -> Crowd:
    """Send so many visitors to a shop, who share the people among them."""
    counts = split(concurrency)
    goods = {"categories": shop.goods["categories"], "products": shop.goods["products"], "hot_sku": shop.hot_sku}
    shares = [
        {
            "count": count,
            "port": shop.site.port,
            "goods": goods,
            "newcomers": [person["token"] for person in newcomers[number :: len(counts)]],
            "regulars": [person["token"] for person in regulars[number :: len(counts)]],
            "seed": number * 1000,
        }
        for number, count in enumerate(counts)
    ]
    return Crowd(recruit_visitors, shares)


def split(concurrency: int) -> list[int]:
    """Share callers among processes."""
    processes = min(MOST_PROCESSES, concurrency)
    return [len(range(number, concurrency, processes)) for number in range(processes)]


def _place_orders(shop: MeasuredShop, orders: int, regulars: Sequence[dict[str, Any]]) -> int:
    # Web closes connections that are idle for long, so those who ordered before are not asked to order again.
    with visitors(shop, ORDERING, newcomers=[], regulars=regulars) as crowd:
        return len(crowd.do("journey", seconds=ORDERING_SECONDS, most_each=orders // ORDERING).acts)


class _Watch:
    """The CPU seconds that each of some processes uses from its making to its end."""

    def __init__(self, processes: Mapping[str, psutil.Process]) -> None:
        self._processes = processes
        self._before = {name: seconds_of(process) for name, process in processes.items()}
        self._began = time.monotonic()

    def end(self) -> None:
        self.seconds = time.monotonic() - self._began
        self.used = {name: seconds_of(process) - self._before[name] for name, process in self._processes.items()}


def _wait_until_caught_up(shop: MeasuredShop) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not shop.keeper.ask("is_caught_up"):
        if time.monotonic() > deadline:
            words = shop.site.last_words("worker")
            raise ServerError(f"The background work does not end within {LONGEST_WAIT_SECONDS:.0f} s: {words}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
