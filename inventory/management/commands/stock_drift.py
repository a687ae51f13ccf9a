"""Reports where stock differs from its ledger, and mends it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.services.stock_drift import StockDrift, find_stock_drift, mend_stock_drift


class Command(BaseCommand):
    """Report where stock differs from its ledger, as JSON; with --mend, bring it back to the ledger."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="set what differs to the sum of its movements")

    def handle(self, *args: Any, mend: bool, **options: Any) -> None:
        found = find_stock_drift()
        left = mend_stock_drift(drift=found) if mend and not found.is_empty else found
        report = {"found": _report(found), "mended": mend and not found.is_empty, "left": _report(left)}
        self.stdout.write(json.dumps(report))
        if not left.is_empty:
            raise CommandError("Stock differs from its ledger.")


def _report(drift: StockDrift) -> dict[str, Any]:
    return {"levels": drift.levels, "held": drift.held}
