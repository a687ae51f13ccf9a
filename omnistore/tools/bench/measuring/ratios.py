"""Holding the figures of two shops against each other, which were measured in turns. Pure."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from omnistore.tools.bench.measuring.figures import Background, Figures

MEASURES: Mapping[str, Callable[[Figures], float]] = {
    "per second": lambda found: found.rps,
    "p50 ms": lambda found: found.p50_ms,
    "p95 ms": lambda found: found.p95_ms,
    "CPU ms of web": lambda found: found.server_cpu_ms,
    "CPU ms of PostgreSQL": lambda found: found.pg_cpu_ms,
    "CPU ms of both": lambda found: found.cpu_ms,
    "SQL statements": lambda found: found.sql,
}
BEHIND = "behind the answers, for an order"
ALL = "CPU ms of all"
IDLE = "idle, % of a core"


@dataclass(frozen=True)
class Compared:
    """
    The medians of one figure on both sides, and of the ratios ours / theirs of all rounds with the least and the most.

    No ratio where theirs was nothing in some round, or one of them was less than its idling.
    """

    ours: float
    theirs: float
    ratio: float | None
    least: float | None
    most: float | None


Comparison = Mapping[str, Mapping[str, Compared]]


def compare(pairs: Sequence[tuple[float, float]]) -> Compared:
    """Compare one figure; pairs: ours and theirs of each round, at least one."""
    ours, theirs = (round(statistics.median(side), 2) for side in zip(*pairs, strict=True))
    if any(other <= 0 or one < 0 for one, other in pairs):
        return Compared(ours, theirs, None, None, None)
    ratios = [one / other for one, other in pairs]
    ratio, least, most = (round(each, 3) for each in (statistics.median(ratios), min(ratios), max(ratios)))
    return Compared(ours, theirs, ratio, least, most)


def compare_steps(rounds: Sequence[tuple[Mapping[str, Figures], Mapping[str, Figures]]]) -> Comparison:
    """Compare every measure of every step; rounds: ours and theirs, by step."""
    return {
        step: {
            name: compare([(measure(ours[step]), measure(theirs[step])) for ours, theirs in rounds])
            for name, measure in MEASURES.items()
        }
        for step in rounds[0][0]
    }


def compare_background(rounds: Sequence[tuple[Background, Background]]) -> Comparison:
    """Compare what orders cost behind their answers, by process; one that a side does not have costs it nothing."""
    names = {name: None for pair in rounds for side in pair for name in side.cpu_ms}
    by_process = {
        f"CPU ms of {name}": compare(
            [(ours.cpu_ms.get(name, 0), theirs.cpu_ms.get(name, 0)) for ours, theirs in rounds]
        )
        for name in names
    }
    return {
        BEHIND: {
            **by_process,
            ALL: compare([(ours.all_cpu_ms, theirs.all_cpu_ms) for ours, theirs in rounds]),
            IDLE: compare([(ours.all_idle_percent, theirs.all_idle_percent) for ours, theirs in rounds]),
        }
    }


def as_json(compared: Comparison) -> dict[str, dict[str, Any]]:
    """Shape a comparison by what was measured, and by figure."""
    return {what: {name: asdict(figure) for name, figure in figures.items()} for what, figures in compared.items()}


def table(compared: Comparison) -> str:
    """Lay a comparison out for people."""
    lines = [f"{'':<26}{'ours':>10}{'theirs':>10}   ours / theirs (least .. most)"]
    for what, figures in compared.items():
        lines += ["", what]
        lines += [f"  {name:<24}{one.ours:>10.2f}{one.theirs:>10.2f}   {_ratio(one)}" for name, one in figures.items()]
    return "\n".join(lines)


def _ratio(one: Compared) -> str:
    return "-" if one.ratio is None else f"{one.ratio:.2f} ({one.least:.2f} .. {one.most:.2f})"
