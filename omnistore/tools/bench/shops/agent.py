"""
The control process of one measured shop: starts its servers, fills it, and runs operations for the benchmark.

The Python of the measured commit runs it in that commit's tree, and it uses that commit's modules, so this tree can
measure an older or newer shop. A commit needs only these: `shop.open_servers` and `stock_room` of its benchmark, the
journal's lag in `core.dispatch`, `core.data.invariants.find_breaches` (or `core.invariants.find_breaches`) and the
messages' states. When one of them is renamed, add the new name here and keep the old one.

Each request is one line of JSON with a name and its arguments; each result is one line. The servers stop when the input
ends.
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


def serve() -> None:
    """Start the servers, write the catalogue and the database's address, then one result for each request."""
    # Output of the commit's code must not mix with the results.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    with benchmark_module("shop").open_servers():
        print(json.dumps(fill()), file=results)
        for line in sys.stdin:
            name, arguments = json.loads(line)
            print(json.dumps(OPERATIONS[name](**arguments)), file=results)


def benchmark_module(name: str) -> Any:
    """Return a module of the commit's benchmark."""
    try:
        return import_module(f"omnistore.tools.bench.shops.{name}")
    except ModuleNotFoundError:  # A commit from before the tools had a package of their own.
        return import_module(f"omnistore.bench.{name}")


def fill() -> dict[str, Any]:
    """Write the catalogue; return it, and the database's address."""
    from django.db import connection
    from django.utils import timezone

    stock_room = benchmark_module("stock_room")
    catalogue = stock_room.fill_shelves(now=timezone.now())
    connection.ensure_connection()
    return {
        "catalogue": asdict(catalogue),
        "hot_sku": stock_room.HOT_SKU,
        "hot_units": stock_room.HOT_UNITS,
        "database": connection.connection.info.dsn,
    }


def add_shoppers(count: int) -> list[dict[str, Any]]:
    """Write so many signed-in shoppers; return the id and the token of each."""
    from django.utils import timezone

    shoppers = benchmark_module("stock_room").invite_shoppers(count=count, now=timezone.now())
    return [asdict(shopper) for shopper in shoppers]


def analyse() -> None:
    """Update PostgreSQL's statistics."""
    benchmark_module("stock_room").analyse()


def is_caught_up() -> bool:
    """Return whether the journal is dispatched and all messages are sent; before the first message it is False."""
    from core import dispatch
    from omnistore.engagement.models import Message

    # Older commits have the second name.
    names = vars(dispatch)
    lag = names["find_lag"]().seconds if "find_lag" in names else names["lag_seconds"]()
    is_open = Message.objects.filter(state__in=(Message.QUEUED, Message.SENDING)).exists()
    return bool(lag == 0) and not is_open and Message.objects.filter(state=Message.SENT).exists()


def find_breaches() -> list[str]:
    """Return the names of the violated invariants."""
    try:
        from core.data import invariants
    except ImportError:  # A commit from before core had rooms.
        from core import invariants  # type: ignore[no-redef, attr-defined]

    return sorted(invariants.find_breaches())


OPERATIONS: dict[str, Callable[..., Any]] = {
    operation.__name__: operation for operation in (add_shoppers, analyse, is_caught_up, find_breaches)
}

if __name__ == "__main__":
    # Import the tree's modules, not those beside this file.
    own_directory = str(Path(__file__).parent)
    sys.path[:] = [str(Path.cwd()), *(path for path in sys.path if path != own_directory)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    import django

    django.setup()
    serve()
