"""Computes figures, a table and one line of JSON from measurements. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

STEPS = ("list", "detail", "cart", "read", "checkout", "journey")
# The budget of the whole journey at concurrency 16: statements, and milliseconds of server and PostgreSQL together.
MOST_STATEMENTS = 24.0
MOST_CPU_MS = 20.0
# The same budget for any machine, as a multiple of the cost of plain views: 3.3 ms where the budget was set.
MOST_PLAIN_JOURNEYS = MOST_CPU_MS / 3.3


@dataclass(frozen=True)
class Usage:
    """The usage so far: CPU seconds of the server and of PostgreSQL, and SQL statements."""

    server_seconds: float
    pg_seconds: float
    statements: int

    def since(self, before: "Usage") -> "Usage":
        """Return the usage between an earlier reading and this one."""
        return Usage(
            self.server_seconds - before.server_seconds,
            self.pg_seconds - before.pg_seconds,
            self.statements - before.statements,
        )


@dataclass(frozen=True)
class Figures:
    """One measurement; milliseconds and statements are per operation: a step, or a whole journey."""

    rps: float
    p50_ms: float
    p95_ms: float
    server_cpu_ms: float
    pg_cpu_ms: float
    sql: float

    @property
    def cpu_ms(self) -> float:
        """Return the CPU of the server and PostgreSQL together."""
        return self.server_cpu_ms + self.pg_cpu_ms


@dataclass(frozen=True)
class Background:
    """
    The work of the processes other than web, by their names.

    cpu_ms: per order, without their idle usage. idle_percent: of a core, while nothing is ordered.
    """

    orders: int
    cpu_ms: Mapping[str, float]
    idle_percent: Mapping[str, float]

    @property
    def all_cpu_ms(self) -> float:
        """Return the CPU per order of all processes together."""
        return round(sum(self.cpu_ms.values()), 2)

    @property
    def all_idle_percent(self) -> float:
        """Return the idle usage of all processes together."""
        return round(sum(self.idle_percent.values()), 2)


def figures(latencies: Sequence[float], *, seconds: float, used: Usage) -> Figures:
    """Summarise a measurement. latencies: seconds of each operation, at least one. seconds: the duration of all."""
    operations = len(latencies)
    assert operations, "Nothing was measured."
    return Figures(
        rps=round(operations / seconds, 1),
        p50_ms=round(percentile(latencies, 50) * 1000, 2),
        p95_ms=round(percentile(latencies, 95) * 1000, 2),
        server_cpu_ms=round(used.server_seconds * 1000 / operations, 2),
        pg_cpu_ms=round(used.pg_seconds * 1000 / operations, 2),
        sql=round(used.statements / operations, 2),
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
    Divide the background work among the orders that caused it. used, idle_used: CPU seconds of each process.

    seconds, idle_seconds: the durations of the two measurements. The idle usage of a process is not counted for orders.
    """
    assert orders, "Nothing was ordered."
    idle = {name: cpu / idle_seconds for name, cpu in idle_used.items()}
    return Background(
        orders=orders,
        cpu_ms={name: round((cpu - idle[name] * seconds) * 1000 / orders, 2) for name, cpu in used.items()},
        idle_percent={name: round(share * 100, 2) for name, share in idle.items()},
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]


def as_json(measured: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
    """Return the measurements of one concurrency as JSON, by step."""
    return {step: asdict(step_figures) for step, step_figures in measured.items()}


def background_as_json(measured: Background) -> dict[str, Any]:
    """Return the cost of the processes other than web as JSON."""
    return {
        "orders": measured.orders,
        "cpu_ms_per_order": {**measured.cpu_ms, "all": measured.all_cpu_ms},
        "idle_percent_of_a_core": {**measured.idle_percent, "all": measured.all_idle_percent},
    }


def budget(journey: Figures, *, plain: Figures) -> list[tuple[str, bool]]:
    """
    Compare the journey at concurrency 16 with its budget: return each line, and whether it is met.

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
    """Return the measurements as a table. rows: by heading, such as "shop, 16 at once", then by step."""
    lines = [f"{'':<10}{'per second':>12}{'p50 ms':>10}{'p95 ms':>10}{'server ms':>11}{'pg ms':>8}{'SQL':>7}"]
    for heading, measured in rows.items():
        lines += ["", heading]
        lines += [
            f"{step:<10}{cost.rps:>12.1f}{cost.p50_ms:>10.2f}{cost.p95_ms:>10.2f}"
            f"{cost.server_cpu_ms:>11.2f}{cost.pg_cpu_ms:>8.2f}{cost.sql:>7.2f}"
            for step, cost in measured.items()
        ]
    return "\n".join(lines)


def background_table(measured: Background) -> str:
    """Return the cost of the processes other than web as a table."""
    rows = [(name, cpu_ms, measured.idle_percent[name]) for name, cpu_ms in measured.cpu_ms.items()]
    rows.append(("all of them", measured.all_cpu_ms, measured.all_idle_percent))
    lines = [f"{'background work':<20}{'CPU ms per order':>22}{'idle, % of a core':>20}"]
    return "\n".join([*lines, *(f"{name:<20}{cpu_ms:>22.2f}{idle:>20.2f}" for name, cpu_ms, idle in rows)])
