"""Naming another person for pickup, and taking that back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import NotFound, Refusal
from core.journal import publish
from orders.events import CollectorNamed, CollectorRemoved
from orders.events.about import about_order
from orders.models import Collector, Fulfilment, Order
from orders.rules.lifecycle import OPEN_PICKUP_STATES


class NothingToCollect(Refusal):
    """No pickup of this order is waiting, so nobody can collect it."""

    code = "nothing_to_collect"


@transaction.atomic
def name_collector(*, number: str, name: str, phone: str, by: Actor, now: datetime) -> Collector:
    """
    Name another person who may collect an order, replacing the one named before.

    phone: E.164, or empty. Locks the order. Raises NotFound, NothingToCollect.
    """
    order = _with_open_pickup(number)
    collector, _created = Collector.objects.update_or_create(
        order=order, defaults={"name": name, "phone": phone, "named_at": now}
    )
    publish(
        CollectorNamed(
            **about_order(order, by, now),
        )
    )
    return collector


@transaction.atomic
def remove_collector(*, number: str, by: Actor, now: datetime) -> None:
    """
    Take back that another person may collect an order; without one, this changes nothing.

    Locks the order. Raises NotFound, NothingToCollect.
    """
    order = _with_open_pickup(number)
    removed, _by_model = Collector.objects.filter(order=order).delete()
    if removed:
        publish(
            CollectorRemoved(
                **about_order(order, by, now),
            )
        )


def _with_open_pickup(number: str) -> Order:
    order = Order.objects.locked().filter(number=number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    open_states = ("pending", *OPEN_PICKUP_STATES)
    if not order.fulfilments.filter(kind=Fulfilment.PICKUP, state__in=open_states).exists():
        raise NothingToCollect(_("Nothing of this order is waiting to be collected."))
    return order
