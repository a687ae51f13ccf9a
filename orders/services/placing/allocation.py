"""Allocates the lines of an order to locations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from carts.queries.carts import CartLineView
from carts.rules.delivery import DeliveryMethod
from core.actors import Actor
from core.errors import Malformed, Refusal
from inventory.queries.supplies import SupplySource, load_sources, shipping_supplies
from inventory.rules.sourcing import LocationSupply, Wanted, choose_sources
from inventory.services.reservations import ReservationRequest, insufficient_stock, new_reservation_id
from orders.rules.checkout import CARRY_OUT, PICKUP, SHIP, FulfilmentRequest


class StoreCannotServe(Refusal):
    """The chosen store does not exist, is closed permanently, or does not offer this kind of fulfilment."""

    code = "store_cannot_serve"


@dataclass(frozen=True, slots=True)
class AllocatedLine:
    """Units of one cart line that one location supplies, with the id of the reservation that will hold them."""

    line_id: int
    variant_id: int
    sku: str
    quantity: int
    unit_price: int | None
    reservation_id: UUID


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one location supplies for an order in one way; becomes a fulfilment. method: by which it is shipped."""

    kind: str
    source: SupplySource
    lines: list[AllocatedLine]
    promised_at: datetime | None
    address: dict[str, Any] = field(default_factory=dict)
    method: DeliveryMethod | None = None

    @property
    def requests(self) -> list[ReservationRequest]:
        """The reservations to be made at this location."""
        return [
            ReservationRequest(line.variant_id, self.source.id, line.quantity, line.sku, line.reservation_id)
            for line in self.lines
        ]


def allocate(
    requests: Sequence[FulfilmentRequest],
    lines: Sequence[Sequence[CartLineView]],
    *,
    methods: Sequence[DeliveryMethod | None],
    by: Actor,
    now: datetime,
) -> list[Allocation]:
    """
    Return what each location supplies, in at most two statements for any number of lines.

    lines: for each request, the cart lines it takes; methods: by which it is shipped, if the shop has any. Shipped
    goods come from as few locations as possible. Raises StoreCannotServe, and InsufficientStock naming each line that
    no shipping location has enough of. This only reads stock; reserve_stock reserves it.
    """
    shares = _shipping_shares(requests, lines)
    ids = {location_id for location_id, _lines in shares}
    if any(request.kind == CARRY_OUT for request in requests):
        if by.store_id is None:
            raise Malformed(_("Only a till hands goods over the counter."), field="fulfilments")
        ids.add(by.store_id)
    codes = [request.store for request in requests if request.kind == PICKUP]
    sources = load_sources(ids=sorted(ids), codes=codes)
    by_id = {source.id: source for source in sources}
    by_code = {source.code: source for source in sources}

    allocations = []
    for request, taken, method in zip(requests, lines, methods, strict=True):
        if request.kind == PICKUP:
            allocations.append(_pickup(request, by_code.get(request.store), taken, now))
        elif request.kind == CARRY_OUT:
            allocations.append(
                Allocation(CARRY_OUT, _present(by_id, by.store_id), [_whole(line) for line in taken], now)
            )
        else:
            allocations += [
                _shipped(request, by_id[location_id], shipped_lines, method, now)
                for location_id, shipped_lines in shares
                if {line.line_id for line in shipped_lines} <= {line.id for line in taken}
            ]
    return allocations


def _shipped(
    request: FulfilmentRequest,
    source: SupplySource,
    lines: list[AllocatedLine],
    method: DeliveryMethod | None,
    now: datetime,
) -> Allocation:
    if method is None:
        return Allocation(SHIP, source, lines, source.arrives_at(now), request.address)
    promised_at = source.arrives_at(now, working_days=method.working_days, cut_off=method.cut_off)
    return Allocation(SHIP, source, lines, promised_at, request.address, method)


def _pickup(
    request: FulfilmentRequest, source: SupplySource | None, lines: Sequence[CartLineView], now: datetime
) -> Allocation:
    if source is None or not source.offers_pickup:
        raise StoreCannotServe(
            _("Nothing can be collected at %(store)s.") % {"store": request.store}, store=request.store
        )
    ready_at = source.ready_at(now)
    if ready_at is None:
        raise StoreCannotServe(_("%(store)s is closed permanently.") % {"store": request.store}, store=request.store)
    return Allocation(PICKUP, source, [_whole(line) for line in lines], ready_at)


def _shipping_shares(
    requests: Sequence[FulfilmentRequest], lines: Sequence[Sequence[CartLineView]]
) -> list[tuple[int, list[AllocatedLine]]]:
    shipped = [taken for request, taken in zip(requests, lines, strict=True) if request.kind == SHIP]
    if not shipped:
        return []
    line_of = {line.variant_id: line for taken in shipped for line in taken}
    left = [LocationSupply(row["location_id"], row["variant_id"], row["available"], row["rank"])
            for row in shipping_supplies(list(line_of))]  # fmt: skip
    shares: list[tuple[int, list[AllocatedLine]]] = []
    # Each address is a separate parcel; a variant is in one line, so the requests do not compete for units.
    for taken in shipped:
        chosen = choose_sources(wanted=[Wanted(line.variant_id, line.quantity) for line in taken], supplies=left)
        if chosen.short:
            raise insufficient_stock(
                [
                    {
                        "sku": line_of[short.variant_id].sku,
                        "requested": short.requested,
                        "available": short.available,
                    }
                    for short in chosen.short
                ]
            )
        by_location: dict[int, list[AllocatedLine]] = {}
        for share in chosen.shares:
            allocated = _some(line_of[share.variant_id], share.quantity)
            by_location.setdefault(share.location_id, []).append(allocated)
        shares += by_location.items()
    return shares


def _whole(line: CartLineView) -> AllocatedLine:
    return _some(line, line.quantity)


def _some(line: CartLineView, quantity: int) -> AllocatedLine:
    return AllocatedLine(line.id, line.variant_id, line.sku, quantity, line.unit_price, new_reservation_id())


def _present(by_id: dict[int, SupplySource], store_id: int | None) -> SupplySource:
    source = by_id.get(store_id or 0)
    if source is None:
        raise StoreCannotServe(_("This store is not active."), store=None)
    return source
