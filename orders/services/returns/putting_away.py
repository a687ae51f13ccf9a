"""Puts units that came back where their condition says, in the place that took them back."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from core.actors import Actor
from inventory.services.held_stock import UnitsInState, take_in_returned
from orders.models import Return


def put_away(goods: Return, units: Iterable[tuple[int | None, str, int]], *, by: Actor, now: datetime) -> None:
    """
    Book units of a return as sellable or held where they were taken back; locks the stock rows, so call it last.

    units: variant, state and number; those of no variant lie in no stock.
    """
    assert by.store_id is not None
    counted: Counter[tuple[int, str]] = Counter()
    for variant_id, state, quantity in units:
        if variant_id is not None:
            counted[variant_id, state] += quantity
    lines = [UnitsInState(variant, by.store_id, quantity, state) for (variant, state), quantity in counted.items()]
    if lines:
        take_in_returned(lines=lines, cause_kind="return", cause_id=goods.number, by=by, now=now)
