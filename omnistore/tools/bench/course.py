"""The whole course of a measurement of this tree's shop, from an empty directory to the figures."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from omnistore.tools.bench.callers.by_hand import recruit_hands
from omnistore.tools.bench.callers.crowd import Crowd
from omnistore.tools.bench.callers.plain import COMMAND, make_tables, recruit_callers
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
from omnistore.tools.bench.shops.premises import MeasuredShop, Site, free_port, open_shop, open_web

CONCURRENCIES = (1, 16)
BUYERS = 64
TOO_LATE = 300
ORDERS_BEHIND = 320

Say = Callable[[str], None]


@dataclass
class Course:
    """One run. seconds: how long each measurement lasts."""

    shop: MeasuredShop
    seconds: float
    say: Say

    def measure_plain(self, concurrency: int) -> dict[str, Figures]:
        """Measure the plain shop, with two processes of four threads."""
        make_tables(self.shop.database)
        port, database = free_port(), self.shop.database.info.dsn
        with open_web(self.shop.site, name="plain", command=COMMAND, port=port, PLAIN_DATABASE=database) as plain:
            shares = [
                {"count": count, "port": port, "seed": number * 1000} for number, count in enumerate(split(concurrency))
            ]
            with Crowd(recruit_callers, shares) as crowd:
                warm_up(crowd, concurrency)
                return {"journey": measure(crowd, "journey", self.seconds, self._meter(plain))}

    def measure_by_hand(self, concurrency: int) -> dict[str, Figures]:
        """Measure the same journey as SQL; what psycopg costs its callers counts as the server's time."""
        customers = [person["id"] for person in self.shop.invite(concurrency * REGULARS_EACH)]
        self.shop.keeper.ask("analyse")
        shares = [
            {
                "count": count,
                "conninfo": self.shop.database.info.dsn,
                **self.shop.goods,
                "customers": customers[number :: len(split(concurrency))],
                "seed": number * 1000,
            }
            for number, count in enumerate(split(concurrency))
        ]
        with Crowd(recruit_hands, shares) as crowd:
            warm_up(crowd, concurrency)
            hands = [psutil.Process(pid) for pid in crowd.pids]
            return {"journey": measure(crowd, "journey", self.seconds, self._meter(*hands))}

    def measure_rush(self) -> dict[str, Any]:
        """Have many buyers order the last units of one variant, and more buyers than there are units."""
        people = self.shop.invite(self.shop.hot_units + TOO_LATE)
        self.shop.keeper.ask("analyse")
        with visitors(self.shop, BUYERS, newcomers=people, regulars=[]) as crowd:
            crowd.do("want_hot", seconds=60)
            done = crowd.do("rush", seconds=60)
        sold, refusals = done.latencies(), done.latencies(REFUSED)
        return {
            "buyers": BUYERS,
            "units": self.shop.hot_units,
            "sold": len(sold),
            "refused": len(refusals),
            "orders_per_second": round(len(sold) / (done.last() - done.began), 1),
            "p50_ms": round(percentile(sold, 50) * 1000, 2),
            "p95_ms": round(percentile(sold, 95) * 1000, 2),
            "refusals_p99_ms": round(percentile(refusals, 99) * 1000, 2) if refusals else None,
        }

    def _meter(self, *servers: psutil.Process) -> Meter:
        return Meter(servers=servers, postgres=self.shop.postgres, database=self.shop.database)


def site_of_this_tree(data: Path) -> Site:
    """Return where a shop of this tree's code stands."""
    return Site(Path(settings.BASE_DIR), Path(sys.executable), data, port=free_port(), live_port=free_port())


def run(data: Path, *, seconds: float, say: Say) -> dict[str, Any] | None:
    """
    Measure everything, telling on the way, and return what was measured; None if the books do not balance after it.

    data: an empty directory. seconds: how long each measurement lasts. Raises CrowdFailed at the first wrong answer,
    and ServerError.
    """
    say("Filling the shelves ...")
    with open_shop(site_of_this_tree(data)) as shop:
        return _run_in(Course(shop, seconds, say))


def _run_in(course: Course) -> dict[str, Any] | None:
    ours, by_hand, yardsticks = {}, {}, []
    course.say(f"Measuring what worker, beat and live do for {ORDERS_BEHIND} orders ...")
    behind = measure_background(course.shop, orders=ORDERS_BEHIND)
    for concurrency in CONCURRENCIES:
        course.say(f"Measuring the shop, {_at_once(concurrency)} ...")
        ours[concurrency] = measure_steps(course.shop, concurrency=concurrency, seconds=course.seconds)
        yardsticks.append(yardstick_ms())
    course.say(f"Measuring a plain shop, {_at_once(16)} ...")
    plain = course.measure_plain(16)
    course.say(f"Selling {course.shop.hot_units} units of one variant to {BUYERS} buyers ...")
    rush = course.measure_rush()
    breaches = course.shop.keeper.ask("find_breaches")
    for concurrency in CONCURRENCIES:
        course.say(f"Measuring hand-written SQL, {_at_once(concurrency)} ...")
        by_hand[concurrency] = course.measure_by_hand(concurrency)
        yardsticks.append(yardstick_ms())
    yardstick = round(statistics.median(yardsticks), 1)

    headings = {f"shop, {_at_once(concurrency)}": found for concurrency, found in ours.items()}
    headings[f"plain views, {_at_once(16)}"] = plain
    headings |= {f"SQL by hand, {_at_once(concurrency)}": found for concurrency, found in by_hand.items()}
    course.say("\n" + table(headings) + "\n")
    _tell_background(behind, ours[16]["journey"], course.say)
    _tell_rush(rush, course.say)
    for line, is_kept in budget(ours[16]["journey"], plain=plain["journey"]):
        course.say(f"{'kept    ' if is_kept else 'EXCEEDED'}  {line}, journey, 16 at once")
    course.say(f"Yardstick: a million additions in Python took {yardstick} ms of CPU.")
    course.say(f"Audit: {f'BREACHES of {breaches}' if breaches else 'every invariant holds'}.")
    if breaches or rush["sold"] != rush["units"]:
        return None
    return {
        "ours": {f"c{concurrency}": as_json(found) for concurrency, found in ours.items()},
        "sql_limit": {f"c{concurrency}": as_json(found) for concurrency, found in by_hand.items()},
        "plain": {"c16": as_json(plain)},
        "background": background_as_json(behind),
        "hot_sku": rush,
        "yardstick_ms": yardstick,
    }


def _tell_background(behind: Background, journey: Figures, say: Say) -> None:
    say(background_table(behind))
    say(f"A journey, 16 at once, and what comes behind it: {journey.cpu_ms + behind.all_cpu_ms:.1f} ms of CPU.\n")


def _tell_rush(rush: dict[str, Any], say: Say) -> None:
    say(
        f"One variant, {rush['buyers']} buyers at once: {rush['sold']} of {rush['units']} units sold, "
        f"{rush['orders_per_second']} orders/s; {rush['refused']} refused, p99 {rush['refusals_p99_ms']} ms\n"
    )


def _at_once(concurrency: int) -> str:
    return "one at a time" if concurrency == 1 else f"{concurrency} at once"
