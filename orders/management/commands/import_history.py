from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.data.imports.command import ImportCommand
from core.data.imports.run import Options
from orders.services.history import PROFILES, import_history


class Command(ImportCommand):
    help = "Import historical orders and returns of another system from a CSV file (docs/importing.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options of this importer beside the common ones."""
        super().add_arguments(parser)
        parser.add_argument("--profile", choices=sorted(PROFILES), default="csv", help="The kind of file.")
        parser.add_argument("--source", default="", help="What the orders' external ids begin with (profile csv).")
        parser.add_argument(
            "--sessions", type=int, default=2, metavar="N", help="With how many connections orders are written; 2."
        )
        parser.add_argument("--publish", action="store_true", help="Show products made from the history to shoppers.")

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Import the orders and returns."""
        return import_history(
            path=path,
            profile_name=chosen["profile"],
            options=options,
            source_name=chosen["source"],
            publish=chosen["publish"],
            sessions=max(chosen["sessions"], 1),
        )
