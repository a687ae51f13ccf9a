"""Runs every case and prints `N passed, N failed`; fails unless exactly those fail that docs/pricing.md argues."""

import json
import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import django

HERE = Path(__file__).parent
PRICING = HERE.parents[1] / "docs" / "pricing.md"
MOST_ARGUED = 5


class Case(NamedTuple):
    """A worked case. expected: only what its source says."""

    id: str
    kind: str
    source: str
    inputs: dict[str, Any]
    expected: dict[str, Any]


def all_cases() -> list[Case]:
    """Return the cases of all files, in the order of their ids."""
    lines = [line for path in sorted(HERE.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return sorted(Case(**json.loads(line)) for line in lines)


def argued_cases() -> set[str]:
    """Return the ids of the cases that docs/pricing.md argues in a table: each row begins with one."""
    return set(re.findall(r"^\| (m\d{3}) \|", PRICING.read_text(), re.MULTILINE))


def failure_of(case: Case) -> str:
    """Return how the shop's answer differs from the expected one; empty if it does not."""
    try:
        computed = import_module(f"tests.cases.kinds.{case.kind}").computed(case.inputs)
    except Exception as error:  # Whatever a rule raises, the other cases are still told.
        return f"{type(error).__name__}: {error}"
    return ", ".join(
        f"{key} {computed.get(key)}, not {value}" for key, value in case.expected.items() if computed.get(key) != value
    )


def complaints() -> Iterator[str]:
    """Yield what is wrong, with each failure printed and the sum at the end."""
    cases, argued = all_cases(), argued_cases()
    failures = {case.id: failure for case in cases if (failure := failure_of(case))}
    for case in cases:
        if case.id in failures:
            mark = " (argued in docs/pricing.md)" if case.id in argued else ""
            print(f"{case.id} {case.kind}: {failures[case.id]}{mark}\n     {case.source}")
    print(f"{len(cases) - len(failures)} passed, {len(failures)} failed")
    if failures.keys() - argued:
        yield f"{len(failures.keys() - argued)} failures are not argued."
    if argued - failures.keys():
        yield f"Argued, but not failing: {', '.join(sorted(argued - failures.keys()))}."
    if len(argued) > MOST_ARGUED:
        yield f"{len(argued)} cases are argued; {MOST_ARGUED} may be."


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    sys.exit("\n".join(complaints()) or None)
