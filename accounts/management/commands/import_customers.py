from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.services.customers.customer_import import import_customers
from core.data.imports.command import ImportCommand
from core.data.imports.run import Options


class Command(ImportCommand):
    help = "Import customers from a CSV file (docs/importing.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare this importer's arguments beside the shared ones."""
        super().add_arguments(parser)
        parser.add_argument("--region", help="The country of phone numbers without a country code, for example GB.")

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Import the customers."""
        return import_customers(path=path, options=options, region=chosen["region"])
