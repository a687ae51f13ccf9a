"""Puts the gifts of promotions into an order, beside goods that leave from the same place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from carts.queries.carts import CartLineView, CartView
from carts.queries.gifts import Taken
from carts.rules.gifts import QuotedGift
from core.actors import Actor
from inventory.services.reservations import new_reservation_id
from orders.services.placing.allocation import AllocatedLine, Allocation


def taken_by(allocations: Sequence[Allocation]) -> Taken:
    """Return the units by variant that each location supplies for an order."""
    taken: dict[int, dict[int, int]] = {}
    for allocation in allocations:
        units = taken.setdefault(allocation.source.id, {})
        for line in allocation.lines:
            units[line.variant_id] = units.get(line.variant_id, 0) + line.quantity
    return taken


def with_gifts(
    cart: CartView, allocations: Sequence[Allocation], gifts: Sequence[QuotedGift], *, by: Actor, now: datetime
) -> tuple[CartView, list[Allocation]]:
    """
    Return a cart and its allocations with a line for each gift that is given.

    A gift comes from the location that has most of it, with the first goods that leave from there, so it is reserved,
    packed and handed over like them. Stock that ran out since it was read makes the reservation fail.
    """
    lines, found = list(cart.lines), list(allocations)
    left: dict[tuple[int, int], int] = {}
    for gift in (gift for gift in gifts if gift.is_given):
        variant_id = gift.goods.variant_id
        units = {place: left.get((place, variant_id), free) for place, free in gift.goods.places.items()}
        chosen = max(units, key=lambda place: units[place])
        left[chosen, variant_id] = units[chosen] - gift.quantity
        at = next(place for place, allocation in enumerate(found) if allocation.source.id == chosen)
        lines.append(_line(gift, by=by, now=now))
        found[at] = replace(found[at], lines=[*found[at].lines, _allocated(gift)])
    return cart._replace(lines=lines), found


def _line(gift: QuotedGift, *, by: Actor, now: datetime) -> CartLineView:
    return CartLineView(
        id=gift.line_id,
        variant_id=gift.goods.variant_id,
        sku=gift.goods.sku,
        slug=gift.goods.slug,
        name=dict(gift.goods.name),
        attributes={},
        picture=gift.goods.picture,
        quantity=gift.quantity,
        unit_price=gift.goods.unit_price,
        unit_price_when_added=gift.goods.unit_price,
        added_channel=by.channel,
        added_store=None,
        added_store_name=None,
        added_at=now,
        problems=[],
        is_gift=True,
    )


def _allocated(gift: QuotedGift) -> AllocatedLine:
    goods = gift.goods
    return AllocatedLine(
        gift.line_id, goods.variant_id, goods.sku, gift.quantity, goods.unit_price, new_reservation_id()
    )
