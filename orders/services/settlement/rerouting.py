"""Moves goods that have not left to another store, another address or another way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from carts.queries.pricing_config import current_pricing_config
from carts.rules.delivery import PricedMethod
from carts.rules.taxes import TaxPlace
from core.actors import THE_SYSTEM, Actor
from core.errors import NotFound
from core.journal import publish
from core.states.moving import move
from core.states.transitions import IllegalTransition
from core.texts.translated import in_language
from inventory.queries.supplies import SupplySource, load_sources, shipping_supplies
from inventory.rules.sourcing import LocationSupply, Wanted, choose_sources
from inventory.services.held_stock import await_put_away
from inventory.services.reservations import (
    ReservationRequest,
    insufficient_stock,
    lock_levels,
    new_reservation_id,
    release_reservations,
    reserve_stock,
)
from orders.events import FulfilmentChanged
from orders.models import Fulfilment, FulfilmentLine, Order
from orders.queries.balances_due import balance_due_in
from orders.queries.scopes import check_served
from orders.rules.lifecycle import FULFILMENTS, may_be_changed
from orders.services.fulfilment.cancellation import give_shipping_back
from orders.services.fulfilment.fulfilments import about_fulfilment
from orders.services.fulfilment.labels import live_shipment
from orders.services.fulfilment.pieces import Pieces, take_apart, waiting_in
from orders.services.placing.allocation import StoreCannotServe
from orders.services.settlement.resending import WayNotPossible, method_there, place_of_address

PICKUP, SHIP = Fulfilment.PICKUP, Fulfilment.SHIP


@dataclass(frozen=True, slots=True)
class Destination:
    """Where goods are to go: kind pickup with the code of a store, or ship with an address."""

    kind: str
    store: str = ""
    address: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Share:
    """What one location is to supply."""

    location_id: int
    promised_at: datetime | None
    pieces: Pieces


@transaction.atomic(savepoint=False)
def change_fulfilment(
    *, number: str, fulfilment_id: int, to: Destination, by: Actor, now: datetime, pieces: Pieces | None = None
) -> None:
    """
    Send goods of an order elsewhere: to another store or address, or from pickup to a parcel and back.

    A shopper may do so until picking begins, staff until the goods leave. pieces: units by the order line's id; all
    that waits without it. What is there already stays. Stock is reserved at the new place and released at the former
    one. Nothing becomes dearer: a change that would is refused. Shipping is given back with the last parcel. Locks the
    order, then balances, then the stock rows last. Raises NotFound, AnotherStoresOrder, IllegalTransition,
    TooManyPieces, StoreCannotServe, WayNotPossible, InsufficientStock.
    """
    order = Order.objects.locked().filter(number=number).first()
    source = order.fulfilments.select_related("location").filter(pk=fulfilment_id).first() if order else None
    if order is None or source is None:
        raise NotFound(_("There is no such part of an order."))
    check_served(number, by=by)
    _check_changeable(order, source, by)
    source.order = order
    if _is_there(source, to):
        return  # Asked twice, or by two people.
    if balance_due_in(order.pk) and now > order.placed_at + timedelta(days=settings.UNPAID_PICKUP_DAYS):
        # Otherwise nobody would ever pay for goods that are promised anew each time.
        raise WayNotPossible(_("Goods are sent when they are paid. Pay the order first."), reason="unpaid")
    method = _check_price(source, to, pieces, by)
    if pieces is not None:
        (source,) = take_apart([source], pieces)
    is_at_desk = source.state_of_goods == "ready"
    goods = _goods_of(source)
    swaps: list[tuple[UUID, ReservationRequest]] = []
    for share in _shares(source, goods, to, now):
        (part,) = take_apart([source], share.pieces)
        swaps += _reserved_anew(_goods_of(part), part.location_id, share.location_id)
        new = _rehomed(part, to, share, method, by=by, now=now)
        publish(FulfilmentChanged(**about_fulfilment(new, by, now)))
    if source.kind == SHIP and to.kind == PICKUP:
        give_shipping_back(order, by=by, now=now)
    _move_stock(swaps, is_at_desk=is_at_desk, by=by, now=now)


def _move_stock(
    swaps: Sequence[tuple[UUID, ReservationRequest]], *, is_at_desk: bool, by: Actor, now: datetime
) -> None:
    """Reserve at the new places and release at the former ones; goods that lie at a desk wait to be put away."""
    if not swaps:
        return
    former, requests = [reservation_id for reservation_id, _request in swaps], [request for _id, request in swaps]
    lock_levels(reservation_ids=former, requests=requests)
    reserve_stock(requests=requests, by=by, now=now)
    release_reservations(ids=former, by=by, now=now, reason="changed")
    if is_at_desk:
        await_put_away(reservation_ids=former, reason="changed", by=by, now=now)


def costs_the_same(*, kind: str, store: str, address: Mapping[str, Any], to: Destination) -> bool:
    """
    Return whether goods are taxed alike at a destination, and may be sent there, as far as the shop knows.

    kind, store, address: how they go now; store is the code of the place that supplies them.
    """
    config = current_pricing_config()
    former = _tax_place(kind, address, config.places.get(store))
    wanted = _tax_place(to.kind, to.address, config.places.get(to.store))
    if former is None or wanted is None:
        return True
    is_reached = to.kind == PICKUP or config.delivery is None or config.delivery.reaches(wanted)
    same_zone = config.taxes is None or config.taxes.zone_of(former) == config.taxes.zone_of(wanted)
    return former.country == wanted.country and same_zone and is_reached


def _check_changeable(order: Order, source: Fulfilment, by: Actor) -> None:
    is_open = order.state == Order.PLACED and may_be_changed(kind=source.kind, state=source.state, by=by)
    if not is_open or (source.kind == SHIP and live_shipment(source.pk)):
        raise IllegalTransition(
            _("These goods are being prepared or have left, so where they go cannot be changed."),
            state=source.state,
            wanted="changed",
        )


def _is_there(source: Fulfilment, to: Destination) -> bool:
    if source.kind != to.kind:
        return False
    return source.location.code == to.store if to.kind == PICKUP else source.address == dict(to.address)


def _check_price(source: Fulfilment, to: Destination, pieces: Pieces | None, by: Actor) -> PricedMethod | None:
    """
    Refuse what would change the order's taxes or its shipping, or send goods that are not paid.

    Return the delivery method by which they go there, in a shop that has methods.
    """
    has_parcel = source.order.fulfilments.filter(kind=SHIP).exclude(state="cancelled").exists()
    if not costs_the_same(kind=source.kind, store=source.location.code, address=source.address, to=to):
        raise WayNotPossible(
            _("There the order would cost something else. Cancel it, and order again."), reason="other_price"
        )
    if source.kind == PICKUP and to.kind == SHIP:
        is_free = not source.order.shipping_total and by.staff_id is not None
        if not has_parcel and not is_free:
            raise WayNotPossible(
                _("Sending it would cost shipping. Cancel it, and order again with delivery."), reason="shipping"
            )
        if balance_due_in(source.order_id):
            raise WayNotPossible(_("Goods are sent when they are paid. Pay the order first."), reason="unpaid")
    if to.kind != SHIP:
        return None
    # What the store lacks and sends instead is its own cost.
    is_shops_cost = source.kind == PICKUP and by.staff_id is not None
    return method_there(source, to.address, pieces=pieces, pays_nothing=is_shops_cost)


def _tax_place(kind: str, address: Mapping[str, Any], place: TaxPlace | None) -> TaxPlace | None:
    if kind == PICKUP:
        return place
    return place_of_address(address)


def _goods_of(fulfilment: Fulfilment) -> list[FulfilmentLine]:
    return list(FulfilmentLine.objects.select_related("order_line").filter(pk__in=[
        part.pk for part in waiting_in([fulfilment])
    ]).order_by("pk"))  # fmt: skip


def _shares(source: Fulfilment, goods: Sequence[FulfilmentLine], to: Destination, now: datetime) -> list[_Share]:
    everything = {part.order_line_id: part.quantity for part in goods}
    if to.kind == PICKUP:
        found = load_sources(codes=[to.store])
        ready_at = found[0].ready_at(now) if found and found[0].offers_pickup else None
        if ready_at is None:
            raise StoreCannotServe(_("Nothing can be collected at %(store)s.") % {"store": to.store}, store=to.store)
        return [_Share(found[0].id, ready_at, everything)]
    if source.kind == SHIP:
        return [_Share(source.location_id, source.promised_at, everything)]
    shares = _senders(source, goods)
    senders = {place.id: place for place in load_sources(ids=list(shares))}
    return [_Share(place, _arrival(senders.get(place), now), pieces) for place, pieces in shares.items()]


def _arrival(sender: SupplySource | None, now: datetime) -> datetime | None:
    return sender.arrives_at(now) if sender else None


def _senders(source: Fulfilment, goods: Sequence[FulfilmentLine]) -> dict[int, dict[int, int]]:
    """Return which units each place is to send: other places first, for the store may lack what it should have."""
    lines: dict[int, list[FulfilmentLine]] = {}
    for part in goods:
        lines.setdefault(part.order_line.variant_id or 0, []).append(part)
    supplies = [
        LocationSupply(row["location_id"], row["variant_id"], row["available"], row["rank"])
        for row in shipping_supplies(list(lines))
        if row["location_id"] != source.location_id
    ]
    wanted = [Wanted(part.order_line.variant_id or 0, part.quantity) for part in goods]
    chosen = choose_sources(wanted=wanted, supplies=supplies)
    if chosen.short and source.location.ships:
        return {source.location_id: {part.order_line_id: part.quantity for part in goods}}
    if chosen.short:
        raise insufficient_stock(
            [
                {
                    "sku": lines[short.variant_id][0].order_line.sku,
                    "requested": short.requested,
                    "available": short.available,
                }
                for short in chosen.short
            ]
        )
    by_place: dict[int, dict[int, int]] = {}
    left = {part.pk: part.quantity for part in goods}
    for share in chosen.shares:
        missing = share.quantity
        for part in lines[share.variant_id]:
            taken = min(missing, left[part.pk])
            if taken:
                by_place.setdefault(share.location_id, {})[part.order_line_id] = taken
                left[part.pk], missing = left[part.pk] - taken, missing - taken
    return by_place


def _reserved_anew(goods: Sequence[FulfilmentLine], former: int, wanted: int) -> list[tuple[UUID, ReservationRequest]]:
    """Point lines at reservations that are made last, where they move; return each former one with what follows it."""
    if former == wanted:
        return []
    swaps = []
    for part in goods:
        assert part.reservation_id is not None and part.order_line.variant_id is not None
        request = ReservationRequest(
            part.order_line.variant_id, wanted, part.quantity, part.order_line.sku, new_reservation_id()
        )
        swaps.append((part.reservation_id, request))
        part.reservation_id = request.reservation_id
    FulfilmentLine.objects.bulk_update(goods, ["reservation_id"])
    return swaps


def _rehomed(
    part: Fulfilment, to: Destination, share: _Share, method: PricedMethod | None, *, by: Actor, now: datetime
) -> Fulfilment:
    """Change a part on which no work was done; end any other, and let a new one hold its goods."""
    address = dict(to.address) if to.kind == SHIP else {}
    if part.kind == to.kind and part.state == "placed":
        part.location_id, part.address, part.promised_at = share.location_id, address, share.promised_at
        part.save(update_fields=["location", "address", "promised_at"])
        return part
    keeps_method = part.kind == to.kind == SHIP
    name = in_language(method.method.name, part.order.language) if method else ""
    new = Fulfilment.objects.create(
        order=part.order,
        kind=to.kind,
        location_id=share.location_id,
        state="placed",
        address=address,
        method=part.method if keeps_method else method.method.code if method else "",
        method_name=part.method_name if keeps_method else name,
        promised_at=share.promised_at,
    )
    FulfilmentLine.objects.filter(fulfilment=part, handed_over_at__isnull=True).update(fulfilment=new)
    if part.lines.exists():
        move(FULFILMENTS[part.kind], part, "collected", by=THE_SYSTEM, finished_at=now)
    else:
        move(FULFILMENTS[part.kind], part, "cancelled", by=by, finished_at=now)
    return new
