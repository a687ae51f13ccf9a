from pathlib import Path
from typing import Any

from core.data.imports.command import ImportCommand
from core.data.imports.run import Options
from inventory.services.stock_import import import_stock


class Command(ImportCommand):
    help = "Set stock levels from a CSV file of counted units (docs/importing.md)."

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Set the levels."""
        return import_stock(path=path, options=options)
