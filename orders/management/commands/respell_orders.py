"""`manage.py respell_orders`: bring what orders say about people and places into its one spelling."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from orders.services.placing.respelling import Respelt, respell_orders


class Command(BaseCommand):
    help = (
        "Bring contacts and addresses of orders that were placed by an earlier release into the spelling in which the "
        "shop stores and compares them today. Each changed order gets an entry in the journal. Safe to repeat, and to "
        "stop."
    )

    def handle(self, **chosen: Any) -> None:
        """Go through all orders, some hundreds in each transaction, and print what was changed."""
        total, after = Respelt(), 0
        while True:
            done = respell_orders(after=after, now=timezone.now())
            if not done.last:
                break
            total += done
            after = done.last
        self.stdout.write(f"{total.orders} orders")
        for name, count in sorted(total.fields.items()):
            self.stdout.write(f"{count:>8}  {name}")
