"""`manage.py seed_demo`: fills the shop with demo data."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.data.imports.progress import Bar, Progress, Silence
from omnistore.tools.database_checks import IS_OF_PRODUCTION, is_of_production
from omnistore.tools.demo import seeding


class Command(BaseCommand):
    """Fill the shop with demo data; existing data stays."""

    help = "Fill the shop with demo data: goods, stores, stock, people and their history. Only where DEMO is on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scale",
            choices=("small", "large"),
            default="small",
            help="small: the demo shop. large: beside it, 100,000 variants and 200 stores in all.",
        )
        parser.add_argument("--seed", type=int, default=1, help="Another number makes another history and other stock.")
        parser.add_argument(
            "--reset", action="store_true", help="Delete everything in the shop first, orders and people included."
        )

    def handle(self, *args: Any, scale: str, seed: int, reset: bool, **options: Any) -> None:
        """Seed, and print what was done; the progress bar goes to stderr."""
        if not settings.DEMO:
            raise CommandError("Demo data is only for a demo: set DEMO=true, which a production shop must not have.")
        if is_of_production():
            raise CommandError(IS_OF_PRODUCTION)
        progress = Bar() if options["verbosity"] else Silence()
        started = time.monotonic()
        if reset:
            seeding.empty_the_shop()
        done = self.seed(scale=scale, seed=seed, progress=progress)
        progress.finish()
        if not done:
            self.say("The demo data is there already; nothing was changed.", options)
            return
        self.say(f"Seeded {' and '.join(done)} in {time.monotonic() - started:.1f} s.", options)

    def seed(self, *, scale: str, seed: int, progress: Progress) -> list[str]:
        """Write the missing data of the scale, and return its names."""
        done = []
        now = timezone.now()
        if not seeding.is_seeded():
            seeding.seed_small(seed=seed, now=now, progress=progress)
            done.append("the demo shop")
        if scale == "large" and not seeding.is_seeded_large():
            seeding.seed_large(seed=seed, now=now, progress=progress)
            done.append("the large catalogue")
        return done

    def say(self, sentence: str, options: dict[str, Any]) -> None:
        """Print a sentence."""
        if options["verbosity"]:
            self.stdout.write(sentence)
