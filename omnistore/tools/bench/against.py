"""
Compares this tree's shop with another commit's in one run, in alternating rounds with the same load.

Each shop has its own servers, data and Procfile. While one is measured, the other is idle: it gets no requests, and its
worker, beat and live are stopped.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from omnistore.tools.bench.benchmark import Say, environment_of_this_tree
from omnistore.tools.bench.journeys import measure_background, measure_steps
from omnistore.tools.bench.measuring.ratios import as_json, compare_background, compare_steps, table
from omnistore.tools.bench.shops.environment import Environment, MeasuredShop, free_port, open_shop
from omnistore.tools.bench.shops.other_tree import build, name_of_this

CONCURRENCY = 16
BACKGROUND_ORDERS = 192
OURS, THEIRS = "ours", "theirs"

Result = TypeVar("Result")


def run(temporary: Path, commit: str, *, seconds: float, rounds: int, say: Say) -> dict[str, Any] | None:
    """
    Measure both shops in alternating rounds and return both figures and their ratios, by step.

    Return None if the audit of a shop fails afterwards. temporary: an empty directory. seconds: how long each journey
    is measured. Raises CannotCompare, ServerError, and LoadFailed at the first wrong response.
    """
    here = Path(settings.BASE_DIR)
    other = build(commit, repository=here, python=Path(sys.executable), at=temporary / "tree")
    environments = {
        OURS: environment_of_this_tree(temporary / OURS),
        THEIRS: Environment(other.tree, other.python, temporary / THEIRS, port=free_port(), live_port=free_port()),
    }
    names = {OURS: name_of_this(here), THEIRS: other.name}
    with ExitStack() as exit_stack:
        shops = {}
        for side, environment in environments.items():
            say(f"Opening the shop of {names[side]} ...")
            shops[side] = exit_stack.enter_context(open_shop(environment))
        # This comes first: otherwise it would include dispatching the journal of all other measurements.
        background = alternate(
            "the background work",
            rounds,
            lambda side: measure_background(shops[side], orders=BACKGROUND_ORDERS),
            say,
        )
        steps = alternate(
            f"the journey, {CONCURRENCY} at once",
            rounds,
            lambda side: measure_steps(shops[side], concurrency=CONCURRENCY, seconds=seconds),
            say,
        )
        is_sound = _audit(shops, say)
    compared, compared_background = compare_steps(steps), compare_background(background)
    say(f"\nours:   {names[OURS]}\ntheirs: {names[THEIRS]}")
    say(f"{rounds} rounds in turns (ours theirs, theirs ours, ...), {CONCURRENCY} at once; medians\n")
    say(table({**compared, **compared_background}) + "\n")
    if not is_sound:
        return None
    return {
        "against": {
            **names,
            "rounds": rounds,
            f"c{CONCURRENCY}": as_json(compared),
            "background": as_json(compared_background),
        }
    }


def alternate(what: str, rounds: int, measure: Callable[[str], Result], say: Say) -> list[tuple[Result, Result]]:
    """
    Measure both sides in each round and return the pairs of ours and theirs.

    The first side changes from round to round, so that a machine whose speed drifts favours neither side.
    """
    pairs = []
    for number in range(rounds):
        say(f"Measuring {what}, round {number + 1} of {rounds} ...")
        order = (OURS, THEIRS) if number % 2 == 0 else (THEIRS, OURS)
        measured = {side: measure(side) for side in order}
        pairs.append((measured[OURS], measured[THEIRS]))
    return pairs


def _audit(shops: Mapping[str, MeasuredShop], say: Say) -> bool:
    breaches = {side: shop.agent.call("find_breaches") for side, shop in shops.items()}
    for side, breached in breaches.items():
        say(f"Audit of {side}: {f'BREACHES of {breached}' if breached else 'every invariant holds'}.")
    return not any(breaches.values())
