"""Shipping and pickup options of a cart: what can be shipped, and which store has what and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carts.queries.carts import CartView
from carts.queries.delivery import countries_served, possible_methods
from carts.queries.quoting import place_at, quote_ways, supply_of
from carts.rules.delivery import DeliveryMethod
from carts.rules.taxes import TaxPlace
from core.actors import Actor
from core.texts.translated import TranslatedText
from inventory.queries.availability import GeoPoint, StoreSupply, store_supplies
from inventory.queries.hours import load_hours
from inventory.queries.supplies import SupplySource, load_sources, shipping_supplies
from inventory.rules.opening import Hours, is_open, ready_at
from inventory.rules.sourcing import LocationSupply, Wanted, choose_sources

ALL, PART, NONE = "all", "part", "none"


@dataclass(frozen=True, slots=True)
class MethodOption:
    """A delivery method for the whole cart. price: minor units, after promotions; promised_at: of the last parcel."""

    code: str
    name: TranslatedText
    price: int
    promised_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShipOption:
    """
    Shipping the whole cart.

    how_much: all, part or none of the lines can be shipped. price: minor units. promised_at: when the last parcel
    arrives. available: units that can be shipped, by variant. countries: to which; None for all. methods: that carry it
    there, the cheapest first, whose price and promise are those above; None for a shop without methods.
    """

    how_much: str
    price: int
    promised_at: datetime | None
    available: Mapping[int, int]
    countries: frozenset[str] | None = None
    methods: Sequence[MethodOption] | None = None


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


def find_options(
    cart: CartView, *, near: GeoPoint | None, by: Actor, now: datetime, limit: int, place: TaxPlace | None = None
) -> Options:
    """
    Return the shipping and pickup options of a cart with lines, in four statements.

    limit: most stores. place: where to ship, as far as it is known; else the shop's own country. Gift cards need
    neither way: they are left out.
    """
    cart = cart._replace(lines=[line for line in cart.lines if not line.is_stored_value])
    supplies = store_supplies([line.variant_id for line in cart.lines], near=near, limit=limit)
    hours = load_hours([supply.location_id for supply in supplies])
    return Options(
        _ship(cart, place or place_at(cart), by, now),
        [_store(cart, supply, hours[supply.location_id], now) for supply in supplies],
    )


def _ship(cart: CartView, place: TaxPlace, by: Actor, now: datetime) -> ShipOption:
    possible = possible_methods(cart, place)
    methods = None if possible is None else [each.method for each in possible]
    ways = [[supply_of(cart, place, is_shipped=True, method=each.code)] for each in methods or ()]
    quotes = quote_ways(cart, by=by, now=now, ways=ways or [[supply_of(cart, place, is_shipped=True)]])
    rows = shipping_supplies([line.variant_id for line in cart.lines])
    supplies = [LocationSupply(row["location_id"], row["variant_id"], row["available"], row["rank"]) for row in rows]
    sourcing = choose_sources(wanted=[Wanted(line.variant_id, line.quantity) for line in cart.lines], supplies=supplies)
    available = {line.variant_id: 0 for line in cart.lines}
    for supply in supplies:
        available[supply.variant_id] += supply.available
    sources = load_sources(ids=list({share.location_id for share in sourcing.shares}))
    enough = [available[line.variant_id] >= line.quantity for line in cart.lines]
    options = [
        MethodOption(method.code, method.name, quoted.totals.shipping, _promise(sources, now, method))
        for method, quoted in zip(methods or (), quotes, strict=False)
    ]
    return ShipOption(
        how_much=NONE if methods == [] else _how_much(enough),
        price=quotes[0].totals.shipping,
        promised_at=_promise(sources, now, methods[0] if methods else None),
        available=available,
        countries=countries_served(cart),
        methods=None if methods is None else options,
    )


def _promise(sources: Sequence[SupplySource], now: datetime, method: DeliveryMethod | None) -> datetime | None:
    """Return when the last parcel arrives."""
    days, cut_off = (method.working_days, method.cut_off) if method else (None, None)
    promises = [source.arrives_at(now, working_days=days, cut_off=cut_off) for source in sources]
    return max((promise for promise in promises if promise), default=None)


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
