from pathlib import Path
from typing import Any

from core.data.imports.command import ImportCommand
from core.data.imports.run import Options
from inventory.services.store_import import import_stores


class Command(ImportCommand):
    help = "Import stores and warehouses from a CSV file (docs/importing.md)."

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Import the locations."""
        return import_stores(path=path, options=options)
