"""
Two shops in one run: this tree's and another commit's, measured in turns by the same visitors.

Each has its own servers, its own data and the programs of its own Procfile. While one is measured the other only
waits for requests that do not come: its worker, beat and live are stopped.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from omnistore.tools.bench.course import Say, site_of_this_tree
from omnistore.tools.bench.journeys import measure_background, measure_steps
from omnistore.tools.bench.measuring.ratios import as_json, compare_background, compare_steps, table
from omnistore.tools.bench.shops.other_tree import build, name_of_this
from omnistore.tools.bench.shops.premises import MeasuredShop, Site, free_port, open_shop

CONCURRENCY = 16
ORDERS_BEHIND = 192
OURS, THEIRS = "ours", "theirs"

Found = TypeVar("Found")


def run(temporary: Path, commit: str, *, seconds: float, rounds: int, say: Say) -> dict[str, Any] | None:
    """
    Measure both shops in turns, telling on the way; return both figures and their ratios, by step.

    None if the books of one do not balance after it. temporary: an empty directory. seconds: how long each journey is
    measured. Raises CannotCompare, CrowdFailed at the first wrong answer, and ServerError.
    """
    here = Path(settings.BASE_DIR)
    other = build(commit, repository=here, python=Path(sys.executable), at=temporary / "tree")
    sites = {
        OURS: site_of_this_tree(temporary / OURS),
        THEIRS: Site(other.tree, other.python, temporary / THEIRS, port=free_port(), live_port=free_port()),
    }
    names = {OURS: name_of_this(here), THEIRS: other.name}
    with ExitStack() as at_the_end:
        shops = {}
        for side, site in sites.items():
            say(f"Opening the shop of {names[side]} ...")
            shops[side] = at_the_end.enter_context(open_shop(site))
        # First, as the journal of everything that is measured afterwards would have to be read up for it.
        behind = in_turns(
            "what worker, beat and live do",
            rounds,
            lambda side: measure_background(shops[side], orders=ORDERS_BEHIND),
            say,
        )
        steps = in_turns(
            f"the journey, {CONCURRENCY} at once",
            rounds,
            lambda side: measure_steps(shops[side], concurrency=CONCURRENCY, seconds=seconds),
            say,
        )
        are_books_right = _audit(shops, say)
    compared, compared_behind = compare_steps(steps), compare_background(behind)
    say(f"\nours:   {names[OURS]}\ntheirs: {names[THEIRS]}")
    say(f"{rounds} rounds in turns (ours theirs, theirs ours, ...), {CONCURRENCY} at once; medians\n")
    say(table({**compared, **compared_behind}) + "\n")
    if not are_books_right:
        return None
    return {
        "against": {
            **names,
            "rounds": rounds,
            f"c{CONCURRENCY}": as_json(compared),
            "background": as_json(compared_behind),
        }
    }


def in_turns(what: str, rounds: int, measure: Callable[[str], Found], say: Say) -> list[tuple[Found, Found]]:
    """
    Measure both sides in each round, and return ours and theirs of each.

    Who goes first changes from round to round, so that a machine that grows slower or quicker favours nobody.
    """
    found = []
    for number in range(rounds):
        say(f"Measuring {what}, round {number + 1} of {rounds} ...")
        order = (OURS, THEIRS) if number % 2 == 0 else (THEIRS, OURS)
        measured = {side: measure(side) for side in order}
        found.append((measured[OURS], measured[THEIRS]))
    return found


def _audit(shops: Mapping[str, MeasuredShop], say: Say) -> bool:
    breaches = {side: shop.keeper.ask("find_breaches") for side, shop in shops.items()}
    for side, broken in breaches.items():
        say(f"Audit of {side}: {f'BREACHES of {broken}' if broken else 'every invariant holds'}.")
    return not any(breaches.values())
