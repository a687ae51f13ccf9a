"""Compares the figures of two shops that were measured in alternating rounds. Pure."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from omnistore.tools.bench.measuring.figures import Background, Figures

MEASURES: Mapping[str, Callable[[Figures], float]] = {
    "per second": lambda cost: cost.rps,
    "p50 ms": lambda cost: cost.p50_ms,
    "p95 ms": lambda cost: cost.p95_ms,
    "CPU ms of web": lambda cost: cost.server_cpu_ms,
    "CPU ms of PostgreSQL": lambda cost: cost.pg_cpu_ms,
    "CPU ms of both": lambda cost: cost.cpu_ms,
    "SQL statements": lambda cost: cost.sql,
}
BACKGROUND = "background work, per order"
ALL = "CPU ms of all"
IDLE = "idle, % of a core"


@dataclass(frozen=True)
class Compared:
    """
    The medians of one figure on both sides, and the median, least and most of the ratios ours / theirs of all rounds.

    There is no ratio if theirs was zero in a round, or if a side was below its idle usage.
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
    if any(their <= 0 or our < 0 for our, their in pairs):
        return Compared(ours, theirs, None, None, None)
    ratios = [our / their for our, their in pairs]
    ratio, least, most = (round(value, 3) for value in (statistics.median(ratios), min(ratios), max(ratios)))
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
    """Compare the background work by process; a process that a side does not have costs it nothing."""
    names = {name: None for pair in rounds for side in pair for name in side.cpu_ms}
    by_process = {
        f"CPU ms of {name}": compare(
            [(ours.cpu_ms.get(name, 0), theirs.cpu_ms.get(name, 0)) for ours, theirs in rounds]
        )
        for name in names
    }
    return {
        BACKGROUND: {
            **by_process,
            ALL: compare([(ours.all_cpu_ms, theirs.all_cpu_ms) for ours, theirs in rounds]),
            IDLE: compare([(ours.all_idle_percent, theirs.all_idle_percent) for ours, theirs in rounds]),
        }
    }


def as_json(compared: Comparison) -> dict[str, dict[str, Any]]:
    """Return a comparison as JSON, by step and figure."""
    return {step: {name: asdict(figure) for name, figure in figures.items()} for step, figures in compared.items()}


def table(compared: Comparison) -> str:
    """Return a comparison as a table."""
    lines = [f"{'':<26}{'ours':>10}{'theirs':>10}   ours / theirs (least .. most)"]
    for step, figures in compared.items():
        lines += ["", step]
        lines += [
            f"  {name:<24}{figure.ours:>10.2f}{figure.theirs:>10.2f}   {_ratio(figure)}"
            for name, figure in figures.items()
        ]
    return "\n".join(lines)


def _ratio(figure: Compared) -> str:
    return "-" if figure.ratio is None else f"{figure.ratio:.2f} ({figure.least:.2f} .. {figure.most:.2f})"
