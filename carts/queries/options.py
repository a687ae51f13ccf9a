"""Shipping and pickup options of a cart: what can be shipped, and which store has what and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carts.queries.carts import CartView
from carts.queries.quoting import countries_served, place_at, quote_cart, supply_of
from core.actors import Actor
from core.texts.translated import TranslatedText
from inventory.queries.availability import GeoPoint, StoreSupply, store_supplies
from inventory.queries.hours import load_hours
from inventory.queries.supplies import load_sources, shipping_supplies
from inventory.rules.opening import Hours, is_open, ready_at
from inventory.rules.sourcing import LocationSupply, Wanted, choose_sources

ALL, PART, NONE = "all", "part", "none"


@dataclass(frozen=True, slots=True)
class ShipOption:
    """
    Shipping the whole cart.

    how_much: all, part or none of the lines can be shipped. price: minor units. promised_at: when the last parcel
    arrives. available: units that can be shipped, by variant. countries: to which; None for all.
    """

    how_much: str
    price: int
    promised_at: datetime | None
    available: Mapping[int, int]
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class StoreOption:
    """Pickup in a store. ready_at: None if no line is there in full. available: available units by variant."""

    code: str
    name: TranslatedText
    how_much: str
    distance_km: float | None
    open_now: bool
    ready_at: datetime | None
    available: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Options:
    """All options of a cart; stores nearest first, or by code without a place to measure from."""

    ship: ShipOption
    stores: Sequence[StoreOption]


def find_options(cart: CartView, *, near: GeoPoint | None, by: Actor, now: datetime, limit: int) -> Options:
    """
    Return the shipping and pickup options of a cart with lines, in four statements. limit: most stores.

    Gift cards need neither: they are left out.
    """
    cart = cart._replace(lines=[line for line in cart.lines if not line.is_stored_value])
    shipped = quote_cart(cart, by=by, now=now, supplies=[supply_of(cart, place_at(cart), is_shipped=True)])
    supplies = store_supplies([line.variant_id for line in cart.lines], near=near, limit=limit)
    hours = load_hours([supply.location_id for supply in supplies])
    return Options(
        _ship(cart, shipped.totals.shipping, now),
        [_store(cart, supply, hours[supply.location_id], now) for supply in supplies],
    )


def _ship(cart: CartView, price: int, now: datetime) -> ShipOption:
    rows = shipping_supplies([line.variant_id for line in cart.lines])
    supplies = [LocationSupply(row["location_id"], row["variant_id"], row["available"], row["rank"]) for row in rows]
    sourcing = choose_sources(wanted=[Wanted(line.variant_id, line.quantity) for line in cart.lines], supplies=supplies)
    available = {line.variant_id: 0 for line in cart.lines}
    for supply in supplies:
        available[supply.variant_id] += supply.available
    promises = [
        source.arrives_at(now) for source in load_sources(ids=list({share.location_id for share in sourcing.shares}))
    ]
    return ShipOption(
        how_much=_how_much([available[line.variant_id] >= line.quantity for line in cart.lines]),
        price=price,
        promised_at=max((promise for promise in promises if promise), default=None),
        available=available,
        countries=countries_served(cart),
    )


def _store(cart: CartView, supply: StoreSupply, hours: Hours, now: datetime) -> StoreOption:
    available = {line.variant_id: supply.available.get(line.variant_id, 0) for line in cart.lines}
    enough = [available[line.variant_id] >= line.quantity for line in cart.lines]
    return StoreOption(
        code=supply.code,
        name=supply.name,
        how_much=_how_much(enough),
        distance_km=supply.distance_km,
        open_now=is_open(hours, now),
        ready_at=ready_at(hours, now, supply.lead_minutes) if any(enough) else None,
        available=available,
    )


def _how_much(enough: list[bool]) -> str:
    if all(enough):
        return ALL
    return PART if any(enough) else NONE
