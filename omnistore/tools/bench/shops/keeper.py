"""
Keeps the shop of one commit: opens its servers, fills its shelves, and answers what the measurement asks about it.

It is run by that commit's Python in that commit's tree, whose modules it uses, so that an older or newer shop can be
measured by this tree. These are all that a commit must have for it: `shop.open_servers` and `stock_room` of its bench,
the journal's lag in `core.dispatch`, `core.data.invariants.find_breaches` (or `core.invariants.find_breaches`) and the
messages' states. Whoever renames one of them adds its new name here and keeps the old one.

One line of JSON in, a name and its arguments, and one out. It stops the servers when its input ends.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any


def keep() -> None:
    """Open the shop, say what it sells and where its database is, then answer line by line."""
    # What the commit's code prints must not stand between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    with of_the_bench("shop").open_servers():
        print(json.dumps(fill()), file=answers)
        for line in sys.stdin:
            name, arguments = json.loads(line)
            print(json.dumps(ACTS[name](**arguments)), file=answers)


def of_the_bench(name: str) -> Any:
    """Return a module of the commit's bench."""
    try:
        return import_module(f"omnistore.tools.bench.shops.{name}")
    except ModuleNotFoundError:  # A commit from before the tools had a package of their own.
        return import_module(f"omnistore.tools.bench.{name}")


def fill() -> dict[str, Any]:
    """Write the goods; return them, and how the database is reached."""
    from django.db import connection
    from django.utils import timezone

    stock_room = of_the_bench("stock_room")
    goods = stock_room.fill_shelves(now=timezone.now())
    connection.ensure_connection()
    return {
        "goods": asdict(goods),
        "hot_sku": stock_room.HOT_SKU,
        "hot_units": stock_room.HOT_UNITS,
        "database": connection.connection.info.dsn,
    }


def invite(count: int) -> list[dict[str, Any]]:
    """Write so many people who are signed in; return the id and the token of each."""
    from django.utils import timezone

    shoppers = of_the_bench("stock_room").invite_shoppers(count=count, now=timezone.now())
    return [asdict(shopper) for shopper in shoppers]


def analyse() -> None:
    """Have PostgreSQL look at the tables."""
    of_the_bench("stock_room").analyse()


def is_caught_up() -> bool:
    """Tell whether the journal is read up, and every message about it sent; before the first of them it is not."""
    from core import dispatch
    from omnistore.engagement.models import Message

    # The name it has, and the one it had in older commits.
    known = vars(dispatch)
    lag = known["find_lag"]().seconds if "find_lag" in known else known["lag_seconds"]()
    is_open = Message.objects.filter(state__in=(Message.QUEUED, Message.SENDING)).exists()
    return bool(lag == 0) and not is_open and Message.objects.filter(state=Message.SENT).exists()


def find_breaches() -> list[str]:
    """Name the invariants that do not hold."""
    try:
        from core.data import invariants
    except ImportError:  # A commit from before core had rooms.
        from core import invariants  # type: ignore[no-redef, attr-defined]

    return sorted(invariants.find_breaches())


ACTS: dict[str, Callable[..., Any]] = {act.__name__: act for act in (invite, analyse, is_caught_up, find_breaches)}

if __name__ == "__main__":
    # The tree's modules are meant, not those that lie beside this file.
    beside = str(Path(__file__).parent)
    sys.path[:] = [str(Path.cwd()), *(path for path in sys.path if path != beside)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    import django

    django.setup()
    keep()
