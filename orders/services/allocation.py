"""Working out which location serves which lines of an order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from carts.queries.carts import CartLineView
from core.actors import Actor
from core.errors import Malformed, Refusal
from inventory.queries.supplies import SupplySource, load_sources, shipping_supplies
from inventory.rules.sourcing import LocationSupply, Wanted, choose_sources
from inventory.services.reservations import ReservationRequest, insufficient_stock, new_reservation_id
from orders.rules.checkout import CARRY_OUT, PICKUP, SHIP, FulfilmentRequest


class StoreCannotServe(Refusal):
    """The chosen store does not exist, is closed for good, or does not do what is asked of it."""

    code = "store_cannot_serve"


@dataclass(frozen=True, slots=True)
class AllocatedLine:
    """Units of one cart line that one location serves, under the reservation that will hold them."""

    line_id: int
    variant_id: int
    sku: str
    quantity: int
    unit_price: int | None
    reservation_id: UUID


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one location does for an order, in one way; becomes a fulfilment."""

    kind: str
    source: SupplySource
    lines: list[AllocatedLine]
    promised_at: datetime | None
    address: dict[str, Any] = field(default_factory=dict)

    @property
    def requests(self) -> list[ReservationRequest]:
        """The units to be promised at this location."""
        return [
            ReservationRequest(line.variant_id, self.source.id, line.quantity, line.sku, line.reservation_id)
            for line in self.lines
        ]


def allocate(
    requests: Sequence[FulfilmentRequest], lines: Sequence[Sequence[CartLineView]], *, by: Actor, now: datetime
) -> list[Allocation]:
    """
    Return what each location is to do, in at most two statements however many lines there are.

    lines: for each wish, the cart lines it takes. Goods to be shipped come from as few locations as possible. Raises
    StoreCannotServe, and InsufficientStock naming each line that no shipping location has enough of. Stock is only
    looked at here; promising it is reserve_stock's.
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

    parts = []
    for request, taken in zip(requests, lines, strict=True):
        if request.kind == PICKUP:
            parts.append(_pickup(request, by_code.get(request.store), taken, now))
        elif request.kind == CARRY_OUT:
            parts.append(Allocation(CARRY_OUT, _present(by_id, by.store_id), [_whole(line) for line in taken], now))
        else:
            parts += [
                Allocation(SHIP, by_id[location_id], part_lines, by_id[location_id].arrives_at(now), request.address)
                for location_id, part_lines in shares
                if {line.line_id for line in part_lines} <= {line.id for line in taken}
            ]
    return parts


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
    everything = {line.variant_id: line for taken in shipped for line in taken}
    left = [LocationSupply(row["location_id"], row["variant_id"], row["available"], row["rank"])
            for row in shipping_supplies(list(everything))]  # fmt: skip
    shares: list[tuple[int, list[AllocatedLine]]] = []
    # Each address is a parcel of its own; a variant is in one line, so the wishes do not compete for units.
    for taken in shipped:
        chosen = choose_sources(wanted=[Wanted(line.variant_id, line.quantity) for line in taken], supplies=left)
        if chosen.short:
            raise insufficient_stock(
                [
                    {
                        "sku": everything[short.variant_id].sku,
                        "requested": short.requested,
                        "available": short.available,
                    }
                    for short in chosen.short
                ]
            )
        by_location: dict[int, list[AllocatedLine]] = {}
        for share in chosen.shares:
            part = _some(everything[share.variant_id], share.quantity)
            by_location.setdefault(share.location_id, []).append(part)
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
