from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.data.imports.command import ImportCommand
from core.data.imports.run import Options
from inventory.services.product_import import import_products


class Command(ImportCommand):
    help = "Import products with their variants, prices and barcodes from a CSV file (docs/importing.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options that only this importer has."""
        super().add_arguments(parser)
        parser.add_argument("--publish", action="store_true", help="Show new products to shoppers at once.")

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Import the products."""
        return import_products(path=path, options=options, publish=chosen["publish"])
