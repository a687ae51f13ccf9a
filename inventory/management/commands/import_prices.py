from pathlib import Path
from typing import Any

from core.data.imports.command import ImportCommand
from core.data.imports.run import Options
from inventory.services.price_import import import_prices


class Command(ImportCommand):
    help = "Set ordinary prices and prices of price lists from a CSV file (docs/importing.md)."

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Set the prices."""
        return import_prices(path=path, options=options)
