"""`manage.py check_parity`: compare prices across all channels."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from carts.services.parity import check_parity

MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Compare what web, app and till charge for everything on sale; exit code 1 if prices differ without a reason."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        check = check_parity(now=timezone.now())
        for example in check.examples.select_related("variant")[:MOST_SHOWN]:
            self.stdout.write(f"{example.variant.sku}  {example.kind}  {json.dumps(example.prices)}")
        self.stdout.write(f"{check.variants} variants compared, {check.differences} differ")
        if check.differences:
            raise CommandError(f"{check.differences} prices differ without a registered reason.")
