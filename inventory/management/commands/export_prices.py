"""`manage.py export_prices FILE`: write all prices in the form that import_prices reads."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.data.csv_files import written_lines
from inventory.models import PriceList
from inventory.queries.price_files import COLUMNS, exported_prices


class Command(BaseCommand):
    help = "Write ordinary prices and prices of price lists into a CSV file that import_prices reads."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the price list."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The CSV file to write.")
        parser.add_argument("--price-list", default="", metavar="CODE", help="Only the prices of this list.")

    def handle(self, **chosen: Any) -> None:
        """Write the file and print the number of prices."""
        path, code = chosen["file"], chosen["price_list"]
        if code and not PriceList.objects.filter(code=code).exists():
            raise CommandError(f"There is no price list {code}.")
        prices = -1
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                for line in written_lines(COLUMNS, exported_prices(price_list=code)):
                    file.write(line)
                    prices += 1
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{prices} prices")
