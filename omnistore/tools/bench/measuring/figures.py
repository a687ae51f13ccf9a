"""Turning what was measured into figures, a table and one line of JSON. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

STEPS = ("list", "detail", "cart", "read", "checkout", "journey")
# The budget of the whole journey at concurrency 16: statements, and milliseconds of server and PostgreSQL together.
MOST_STATEMENTS = 24.0
MOST_CPU_MS = 20.0
# The same budget on any machine: so many times what plain views cost there. Where it was set they cost 3.3 ms.
MOST_PLAIN_JOURNEYS = MOST_CPU_MS / 3.3


@dataclass(frozen=True)
class Usage:
    """What processes have used up so far: CPU seconds of the server, of PostgreSQL, and SQL statements."""

    server_seconds: float
    pg_seconds: float
    statements: int

    def since(self, before: "Usage") -> "Usage":
        """Return what was used between an earlier reading and this one."""
        return Usage(
            self.server_seconds - before.server_seconds,
            self.pg_seconds - before.pg_seconds,
            self.statements - before.statements,
        )


@dataclass(frozen=True)
class Figures:
    """One measurement; milliseconds and statements are per act: a step, or a whole journey."""

    rps: float
    p50_ms: float
    p95_ms: float
    server_cpu_ms: float
    pg_cpu_ms: float
    sql: float

    @property
    def cpu_ms(self) -> float:
        """CPU of the server and of PostgreSQL together."""
        return self.server_cpu_ms + self.pg_cpu_ms


@dataclass(frozen=True)
class Background:
    """
    What the processes beside web do, by their names.

    cpu_ms: for an order, what they take anyway left out. idle_percent: of a core, while nothing is ordered.
    """

    orders: int
    cpu_ms: Mapping[str, float]
    idle_percent: Mapping[str, float]

    @property
    def all_cpu_ms(self) -> float:
        """CPU that an order takes in all of them together."""
        return round(sum(self.cpu_ms.values()), 2)

    @property
    def all_idle_percent(self) -> float:
        """What all of them together take of a core."""
        return round(sum(self.idle_percent.values()), 2)


def figures(latencies: Sequence[float], *, seconds: float, used: Usage) -> Figures:
    """Sum up a measurement. latencies: seconds of each act, at least one. seconds: how long all of it took."""
    acts = len(latencies)
    assert acts, "Nothing was measured."
    return Figures(
        rps=round(acts / seconds, 1),
        p50_ms=round(percentile(latencies, 50) * 1000, 2),
        p95_ms=round(percentile(latencies, 95) * 1000, 2),
        server_cpu_ms=round(used.server_seconds * 1000 / acts, 2),
        pg_cpu_ms=round(used.pg_seconds * 1000 / acts, 2),
        sql=round(used.statements / acts, 2),
    )


def background(
    *,
    orders: int,
    used: Mapping[str, float],
    seconds: float,
    idle_used: Mapping[str, float],
    idle_seconds: float,
) -> Background:
    """
    Share what orders cost behind their answers among them. used, idle_used: CPU seconds of each process.

    seconds, idle_seconds: how long each of the two took. What a process takes while idle is no order's.
    """
    assert orders, "Nothing was ordered."
    idle = {name: each / idle_seconds for name, each in idle_used.items()}
    return Background(
        orders=orders,
        cpu_ms={name: round((each - idle[name] * seconds) * 1000 / orders, 2) for name, each in used.items()},
        idle_percent={name: round(each * 100, 2) for name, each in idle.items()},
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]


def as_json(measured: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
    """Shape the measurements of one concurrency by step."""
    return {step: asdict(found) for step, found in measured.items()}


def background_as_json(found: Background) -> dict[str, Any]:
    """Shape what the processes beside web cost."""
    return {
        "orders": found.orders,
        "cpu_ms_per_order": {**found.cpu_ms, "all": found.all_cpu_ms},
        "idle_percent_of_a_core": {**found.idle_percent, "all": found.all_idle_percent},
    }


def budget(journey: Figures, *, plain: Figures) -> list[tuple[str, bool]]:
    """
    Hold the journey at concurrency 16 against its budget: each line, and whether it is kept.

    plain: the same steps as plain views, measured in the same run.
    """
    ratio = journey.cpu_ms / plain.cpu_ms
    return [
        (f"SQL statements {journey.sql:.1f} of at most {MOST_STATEMENTS:.0f}", journey.sql <= MOST_STATEMENTS),
        (
            f"CPU of server and PostgreSQL {journey.cpu_ms:.1f} ms of at most {MOST_CPU_MS:.0f} ms",
            journey.cpu_ms <= MOST_CPU_MS,
        ),
        (
            f"CPU {ratio:.1f} times that of plain views, of at most {MOST_PLAIN_JOURNEYS:.1f} times",
            ratio <= MOST_PLAIN_JOURNEYS,
        ),
    ]


def table(rows: Mapping[str, Mapping[str, Figures]]) -> str:
    """Lay the measurements out for people. rows: by heading, such as "shop, 16 at once", then by step."""
    lines = [f"{'':<10}{'per second':>12}{'p50 ms':>10}{'p95 ms':>10}{'server ms':>11}{'pg ms':>8}{'SQL':>7}"]
    for heading, measured in rows.items():
        lines += ["", heading]
        lines += [
            f"{step:<10}{found.rps:>12.1f}{found.p50_ms:>10.2f}{found.p95_ms:>10.2f}"
            f"{found.server_cpu_ms:>11.2f}{found.pg_cpu_ms:>8.2f}{found.sql:>7.2f}"
            for step, found in measured.items()
        ]
    return "\n".join(lines)


def background_table(found: Background) -> str:
    """Lay out for people what the processes beside web cost."""
    rows = [(name, cpu_ms, found.idle_percent[name]) for name, cpu_ms in found.cpu_ms.items()]
    rows.append(("all of them", found.all_cpu_ms, found.all_idle_percent))
    lines = [f"{'behind the answers':<20}{'CPU ms for an order':>22}{'idle, % of a core':>20}"]
    return "\n".join([*lines, *(f"{name:<20}{cpu_ms:>22.2f}{idle:>20.2f}" for name, cpu_ms, idle in rows)])
