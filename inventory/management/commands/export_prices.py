"""`manage.py export_prices FILE`: every price, as import_prices reads it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.data.csv_files import written_lines
from inventory.models import PriceList
from inventory.queries.price_files import COLUMNS, exported_prices


class Command(BaseCommand):
    help = "Write ordinary prices and prices of price lists into a CSV file that import_prices reads."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what is wanted, and where."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The CSV file to write.")
        parser.add_argument("--price-list", default="", metavar="CODE", help="Only the prices of this list.")

    def handle(self, **chosen: Any) -> None:
        """Write the file and tell how many prices it holds."""
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
