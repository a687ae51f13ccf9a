"""Prints the walkthrough on the terminal."""

import os
import sys
from typing import Any

BOLD, DIM, GREEN, CYAN, RED = "1", "2", "32", "36", "31"
_IS_COLOURED = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def heading(title: str) -> None:
    """Print the heading of a scenario."""
    print(f"\n{_in(BOLD, title)}", flush=True)


def step(who: str, channel: str, what: str) -> None:
    """Print who did what on which channel."""
    print(f"  {_in(CYAN, f'{who:<6}')} {_in(DIM, f'{channel:<5}')} {what}", flush=True)


def note(what: str) -> None:
    """Print a detail below a step."""
    print(f"  {'':<12} {_in(DIM, what)}", flush=True)


def done(what: str) -> None:
    """Print that all steps succeeded."""
    print(f"\n{_in(GREEN, what)}", flush=True)


def failed(what: str) -> None:
    """Print the step that failed."""
    print(f"\n{_in(RED, f'The walkthrough failed: {what}')}", file=sys.stderr, flush=True)


def price(money: dict[str, str]) -> str:
    """Format an amount of money."""
    return f"{money['amount']} {money['currency']}"


def cart_lines(cart: dict[str, Any]) -> None:
    """Print the lines of a cart with their channels."""
    for line in cart["lines"]:
        where = f"{line['added_channel']} {line['added_store'] or ''}".strip()
        note(f"{line['quantity']} x {line['sku']:<24} {price(line['line_total']):>12}   added on {where}")


def _in(colour: str, text: str) -> str:
    return f"\033[{colour}m{text}\033[0m" if _IS_COLOURED else text
