"""
Points of orders: the accrual opens when the order is confirmed, and is settled when money, goods or states change.
"""

from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction

from accounts.queries.loyalty import programme_of
from accounts.rules.loyalty import Programme, percent_for, points_earned
from accounts.services.balances.loyalty import open_accrual, settle_accrual
from accounts.services.balances.tiers import compute_tier
from carts.rules.goods import paths_of
from core.actors import Actor
from core.data import sql
from core.money import places_of
from orders.models import Order
from orders.queries.accrual import AccrualOrder, accrual_context, accrual_order

_TERMS = "SELECT terms FROM accounts_pointaccrual WHERE reference = %(reference)s"


@transaction.atomic(savepoint=False)
def open_order_points(*, order_id: int, by: Actor, now: datetime) -> int:
    """
    Open the accrual of an order's points, by the rules in force when it was placed; safe to repeat.

    One statement where the programme is switched off. Return how many pending points it has earned so far.
    """
    order = accrual_order(order_id=order_id)
    if order is None:
        return 0
    programme = programme_of(order.currency)
    if not programme.is_active or not programme.points_per_unit:
        return 0
    accrual_rules = orjson.dumps(_accrual_rules(order, programme)).decode()
    open_accrual(customer_id=order.person_id, reference=order.number, terms=accrual_rules, by=by, now=order.placed_at)
    return settle_order_points(order_id=order_id, by=by, now=now)


@transaction.atomic(savepoint=False)
def settle_order_points(*, order_id: int, by: Actor, now: datetime) -> int:
    """
    Set an order's points to what the money received and not refunded, and the goods not returned, have earned.

    The points mature when the return window of the last goods is over. Safe to repeat; does nothing for an order that
    earns none. Locks the order, then the accrual and the balance, then the person. Return the difference.
    """
    Order.objects.locked().filter(pk=order_id).first()
    order = accrual_order(order_id=order_id)
    row = sql.fetch_one(_TERMS, {"reference": order.number}) if order else None
    if order is None or row is None:
        return 0
    difference = settle_accrual(
        reference=order.number, points=_points(order, row["terms"]), matures_at=_matures_at(order, row["terms"]),
        by=by, now=now,
    )  # fmt: skip
    if difference:
        compute_tier(customer_id=order.person_id, now=now)
    return difference


def _accrual_rules(order: AccrualOrder, programme: Programme) -> dict[str, Any]:
    """Return the rules by which an order earns, fixed when it is placed: later changes do not affect it."""
    context = accrual_context(customer_id=order.person_id, now=order.placed_at)
    return {
        "points_per_unit": programme.points_per_unit,
        "pending_days": programme.pending_days,
        "percents": {
            str(line.id): percent_for(context.bonuses, categories=paths_of(line.category), earner=context.earner)
            for line in order.lines
            if line.earns
        },
    }


def _points(order: AccrualOrder, accrual_rules: dict[str, Any]) -> int:
    if order.state in (Order.CANCELLED, Order.FAILED):
        return 0
    percents = accrual_rules["percents"]
    return points_earned(
        [(amount, percents.get(str(line_id), 0)) for line_id, amount in order.amounts().items()],
        points_per_unit=accrual_rules["points_per_unit"],
        minor_per_unit=10 ** places_of(order.currency),
    )


def _matures_at(order: AccrualOrder, accrual_rules: dict[str, Any]) -> datetime | None:
    if order.closed_at is None or order.state != Order.COMPLETED:
        return None
    return order.closed_at + timedelta(days=accrual_rules["pending_days"])
