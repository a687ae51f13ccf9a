"""The whole course of a measurement, from an empty directory to the figures."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.invariants import find_breaches
from omnistore.bench.by_hand import recruit_hands
from omnistore.bench.crowd import Crowd, Done
from omnistore.bench.figures import STEPS, Figures, as_json, budget, figures, percentile, table
from omnistore.bench.meters import Meter, yardstick_ms
from omnistore.bench.plain import APPLICATION, make_tables, recruit_callers
from omnistore.bench.shop import MeasuredShop, free_port, open_servers, open_web
from omnistore.bench.stock_room import HOT_SKU, HOT_UNITS, Goods, Shopper, analyse, fill_shelves, invite_shoppers
from omnistore.bench.visitor import REFUSED, recruit_visitors
from omnistore.servers.postgres import Postgres

CONCURRENCIES = (1, 16)
# Two processes drive more than one core can; within each the callers are threads that mostly wait.
MOST_PROCESSES = 2
# Until each thread of each process has met each statement a few times, and PostgreSQL has settled on its plans.
WARM_UP_JOURNEYS = 160
WARM_UP_SECONDS = 20.0
# More carts than can be filled in a measurement on the machines this is for.
NEWCOMERS_PER_SECOND = {1: 60, 16: 200}
REGULARS_EACH = 8
BUYERS = 64
TOO_LATE = 300

Say = Callable[[str], None]


@dataclass
class Course:
    """One run. seconds: how long each measurement lasts."""

    postgres: Postgres
    shop: MeasuredShop
    goods: Goods
    seconds: float
    say: Say

    def measure_shop(self, concurrency: int) -> dict[str, Figures]:
        """Measure each step by itself, and the journey as a whole."""
        newcomers = invite_shoppers(count=int(self.seconds * NEWCOMERS_PER_SECOND[concurrency]), now=timezone.now())
        regulars = invite_shoppers(count=concurrency * REGULARS_EACH, now=timezone.now())
        analyse()
        meter = Meter(servers=[self.shop.web], postgres=self.shop.postgres)
        measured = {}
        with self._visitors(concurrency, newcomers, regulars) as crowd:
            crowd.do("journey", seconds=WARM_UP_SECONDS, most_each=WARM_UP_JOURNEYS // concurrency)
            for step in STEPS:
                seconds = self.seconds if step == "journey" else self.seconds / 2
                measured[step] = _measure(crowd, step, seconds, meter)
        return measured

    def measure_plain(self, concurrency: int) -> dict[str, Figures]:
        """Measure the plain shop, served as ours is."""
        connection.ensure_connection()
        make_tables(connection.connection)
        database = connection.connection.info.dsn
        with open_web(self.postgres, port=free_port(), application=APPLICATION, PLAIN_DATABASE=database) as plain:
            shares = [
                {"count": count, "port": plain.port, "seed": number * 1000}
                for number, count in enumerate(_split(concurrency))
            ]
            with Crowd(recruit_callers, shares) as crowd:
                crowd.do("journey", seconds=WARM_UP_SECONDS, most_each=WARM_UP_JOURNEYS // concurrency)
                meter = Meter(servers=[plain.web], postgres=plain.postgres)
                return {"journey": _measure(crowd, "journey", self.seconds, meter)}

    def measure_by_hand(self, concurrency: int) -> dict[str, Figures]:
        """Measure the same journey as SQL; what psycopg costs its callers counts as the server's time."""
        connection.ensure_connection()
        customers = [shopper.id for shopper in invite_shoppers(count=concurrency * REGULARS_EACH, now=timezone.now())]
        analyse()
        shares = [
            {
                "count": count,
                "conninfo": connection.connection.info.dsn,
                "categories": self.goods.categories,
                "products": self.goods.products,
                "warehouse_id": self.goods.warehouse_id,
                "customers": customers[number :: len(_split(concurrency))],
                "seed": number * 1000,
            }
            for number, count in enumerate(_split(concurrency))
        ]
        with Crowd(recruit_hands, shares) as crowd:
            crowd.do("journey", seconds=WARM_UP_SECONDS, most_each=WARM_UP_JOURNEYS // concurrency)
            hands = [psutil.Process(pid) for pid in crowd.pids]
            meter = Meter(servers=hands, postgres=self.shop.postgres)
            return {"journey": _measure(crowd, "journey", self.seconds, meter)}

    def measure_rush(self) -> dict[str, Any]:
        """Have many buyers order the last units of one variant, and more buyers than there are units."""
        shoppers = invite_shoppers(count=HOT_UNITS + TOO_LATE, now=timezone.now())
        analyse()
        with self._visitors(BUYERS, shoppers, []) as crowd:
            crowd.do("want_hot", seconds=60)
            done = crowd.do("rush", seconds=60)
        sold, refusals = done.latencies(), done.latencies(REFUSED)
        return {
            "buyers": BUYERS,
            "units": HOT_UNITS,
            "sold": len(sold),
            "refused": len(refusals),
            "orders_per_second": round(len(sold) / (done.last() - done.began), 1),
            "p50_ms": round(percentile(sold, 50) * 1000, 2),
            "p95_ms": round(percentile(sold, 95) * 1000, 2),
            "refusals_p99_ms": round(percentile(refusals, 99) * 1000, 2) if refusals else None,
        }

    def _visitors(self, concurrency: int, newcomers: Sequence[Shopper], regulars: Sequence[Shopper]) -> Crowd:
        counts = _split(concurrency)
        goods = {"categories": self.goods.categories, "products": self.goods.products, "hot_sku": HOT_SKU}
        shares = [
            {
                "count": count,
                "port": self.shop.port,
                "goods": goods,
                "newcomers": [shopper.token for shopper in newcomers[number :: len(counts)]],
                "regulars": [shopper.token for shopper in regulars[number :: len(counts)]],
                "seed": number * 1000,
            }
            for number, count in enumerate(counts)
        ]
        return Crowd(recruit_visitors, shares)


def run(*, seconds: float, say: Say) -> dict[str, Any] | None:
    """
    Measure everything, telling on the way, and return what was measured; None if the books do not balance after it.

    seconds: how long each measurement lasts. Raises CrowdFailed at the first wrong answer.
    """
    with open_servers() as postgres:
        say("Filling the shelves ...")
        goods = fill_shelves(now=timezone.now())
        with open_web(postgres, port=settings.PORT) as shop:
            return _run_in(Course(postgres, shop, goods, seconds, say))


def _run_in(course: Course) -> dict[str, Any] | None:
    ours, by_hand, yardsticks = {}, {}, []
    for concurrency in CONCURRENCIES:
        course.say(f"Measuring the shop, {_at_once(concurrency)} ...")
        ours[concurrency] = course.measure_shop(concurrency)
        yardsticks.append(yardstick_ms())
    course.say(f"Measuring a plain shop, {_at_once(16)} ...")
    plain = course.measure_plain(16)
    course.say(f"Selling {HOT_UNITS} units of one variant to {BUYERS} buyers ...")
    rush = course.measure_rush()
    breaches = find_breaches()
    for concurrency in CONCURRENCIES:
        course.say(f"Measuring hand-written SQL, {_at_once(concurrency)} ...")
        by_hand[concurrency] = course.measure_by_hand(concurrency)
        yardsticks.append(yardstick_ms())

    headings = {f"shop, {_at_once(concurrency)}": found for concurrency, found in ours.items()}
    headings[f"plain views, {_at_once(16)}"] = plain
    headings |= {f"SQL by hand, {_at_once(concurrency)}": found for concurrency, found in by_hand.items()}
    course.say("\n" + table(headings) + "\n")
    _tell_rush(rush, course.say)
    for line, is_kept in budget(ours[16]["journey"], plain=plain["journey"]):
        course.say(f"{'kept    ' if is_kept else 'EXCEEDED'}  {line}, journey, 16 at once")
    yardstick = round(statistics.median(yardsticks), 1)
    course.say(f"Yardstick: a million additions in Python took {yardstick} ms of CPU.")
    course.say(f"Audit: {f'BREACHES of {sorted(breaches)}' if breaches else 'every invariant holds'}.")
    if breaches or rush["sold"] != HOT_UNITS:
        return None
    return {
        "ours": {f"c{concurrency}": as_json(found) for concurrency, found in ours.items()},
        "sql_limit": {f"c{concurrency}": as_json(found) for concurrency, found in by_hand.items()},
        "plain": {"c16": as_json(plain)},
        "hot_sku": rush,
        "yardstick_ms": yardstick,
    }


def _tell_rush(rush: dict[str, Any], say: Say) -> None:
    say(
        f"One variant, {rush['buyers']} buyers at once: {rush['sold']} of {rush['units']} units sold, "
        f"{rush['orders_per_second']} orders/s; {rush['refused']} refused, p99 {rush['refusals_p99_ms']} ms\n"
    )


def _measure(crowd: Crowd, step: str, seconds: float, meter: Meter) -> Figures:
    before = meter.read()
    done: Done = crowd.do(step, seconds=seconds)
    return figures(done.latencies(), seconds=done.seconds, used=meter.read().since(before))


def _split(concurrency: int) -> list[int]:
    """Share callers among processes."""
    processes = min(MOST_PROCESSES, concurrency)
    return [len(range(number, concurrency, processes)) for number in range(processes)]


def _at_once(concurrency: int) -> str:
    return "one at a time" if concurrency == 1 else f"{concurrency} at once"
