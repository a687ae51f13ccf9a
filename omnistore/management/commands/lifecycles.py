"""Draws docs/lifecycles.md from the tables in the rules."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.rules import lifecycle as of_accounts
from core.states.transitions import Lifecycle
from inventory.rules import stock_documents
from orders.rules import lifecycle as of_orders

PAGE = Path(settings.BASE_DIR) / "docs" / "lifecycles.md"
DRAWN = (*of_orders.LIFECYCLES, of_accounts.GIFT_CARD, *stock_documents.LIFECYCLES)
HEAD = """# Lifecycles

The states of orders, fulfilments, payments, stock documents and the like: which state may follow which, what happens
then, and who may cause it. *Who* is the shopper, staff, or the system; the system causes whatever follows from
something else. The database refuses every other transition (decision 0111).

What an order owes has no states: it is the sum of its entries (`orders.models.BalanceDueEntry`), which only grow.

Drawn by `manage.py lifecycles` from `orders/rules/lifecycle.py`, `accounts/rules/lifecycle.py` and
`inventory/rules/stock_documents.py`; do not edit.
"""


class Command(BaseCommand):
    """Draw the lifecycles, or check that the page is up to date."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if the page is out of date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        drawn = page()
        if not check:
            PAGE.write_text(drawn)
        elif not PAGE.exists() or PAGE.read_text() != drawn:
            raise CommandError("docs/lifecycles.md is out of date; run manage.py lifecycles.")


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([HEAD, *(_section(lifecycle) for lifecycle in DRAWN)])


def _section(lifecycle: Lifecycle) -> str:
    begins = [f"    [*] --> {state}" for state in lifecycle.begins]
    pairs = [f"    {present} --> {after}" for present, following in lifecycle.pairs.items() for after in following]
    ends = [f"    {state} --> [*]" for state in lifecycle.states if state not in lifecycle.pairs]
    rows = [f"| | {event} | {state} | |" for state, event in lifecycle.begins.items()]
    rows += [
        f"| {move.present} | {move.event} | {move.next} | {', '.join(sorted(move.who))} |" for move in lifecycle.moves
    ]
    return "\n".join(
        [
            f"## {lifecycle.name[0].upper()}{lifecycle.name[1:]}",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *begins,
            *pairs,
            *ends,
            "```",
            "",
            "| from | what happens | to | who |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )
