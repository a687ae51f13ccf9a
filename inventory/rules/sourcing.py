"""Which locations ship what: as few parcels as possible, from the best-ranked locations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import NamedTuple

# Trying every combination of locations is exact; beyond this many, a greedy choice is made.
MOST_COMBINATIONS = 5000


class Wanted(NamedTuple):
    """Units of a variant that are to be shipped."""

    variant_id: int
    quantity: int


class LocationSupply(NamedTuple):
    """Units of a variant that a location could ship; a lower rank goes first."""

    location_id: int
    variant_id: int
    available: int
    rank: int


class SourcingShare(NamedTuple):
    """Units of a variant that one location is to ship."""

    location_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Short:
    """A variant of which all locations together have too few units."""

    variant_id: int
    requested: int
    available: int


@dataclass(frozen=True, slots=True)
class Sourcing:
    """Which location ships what; or, if anything is short, only what is short."""

    shares: Sequence[SourcingShare] = field(default_factory=list)
    short: Sequence[Short] = field(default_factory=list)


class _Choice:
    """The demand and the supplies, indexed for the functions below."""

    def __init__(self, wanted: Sequence[Wanted], supplies: Sequence[LocationSupply]) -> None:
        self.demand: dict[int, int] = {}
        for want in wanted:
            # Two lines of one variant draw on the same units.
            self.demand[want.variant_id] = self.demand.get(want.variant_id, 0) + want.quantity
        usable = [supply for supply in supplies if supply.variant_id in self.demand and supply.available > 0]
        self.ranked = sorted({(supply.rank, supply.location_id) for supply in usable})
        self.available = {(supply.location_id, supply.variant_id): supply.available for supply in usable}
        # By location, the best-ranked first: the variants of which it has all wanted units.
        self.wholly: dict[int, set[int]] = {location_id: set() for _rank, location_id in self.ranked}
        for supply in usable:
            if supply.available >= self.demand[supply.variant_id]:
                self.wholly[supply.location_id].add(supply.variant_id)

    def in_stock(self, variant_id: int) -> int:
        """Return how many units all locations have together."""
        return sum(self.available.get((location_id, variant_id), 0) for _rank, location_id in self.ranked)


def choose_sources(*, wanted: Sequence[Wanted], supplies: Sequence[LocationSupply]) -> Sourcing:
    """
    Choose which location ships how many units of each variant.

    The fewest locations that can serve every variant whole come first, then the better rank, then the lower id. A
    variant is split over several locations only if none has enough of it, and then over as few as possible.
    wanted: quantities of at least 1; a variant may occur several times. supplies: at most one per location and variant,
    with the available units, less safety stock.
    """
    choice = _Choice(wanted, supplies)
    coverable = set[int]().union(*choice.wholly.values())
    split = [variant_id for variant_id in choice.demand if variant_id not in coverable]
    short = [
        Short(variant_id, choice.demand[variant_id], in_stock)
        for variant_id in split
        if (in_stock := choice.in_stock(variant_id)) < choice.demand[variant_id]
    ]
    if short:
        return Sourcing(short=short)
    senders = _fewest_senders(choice.wholly, coverable)
    shares = [
        SourcingShare(next(sender for sender in senders if variant_id in choice.wholly[sender]), variant_id, quantity)
        for variant_id, quantity in choice.demand.items()
        if variant_id in coverable
    ]
    for variant_id in split:
        shares += _split(choice, variant_id, preferred={share.location_id for share in shares})
    return Sourcing(shares=shares)


def _fewest_senders(wholly: dict[int, set[int]], coverable: set[int]) -> list[int]:
    """Return the fewest locations, best rank first, that serve every variant some single location can serve whole."""
    serves: dict[int, set[int]] = {}
    for location_id, served in wholly.items():
        # A location that serves no more than a better-ranked one never helps.
        if served and not any(served <= better for better in serves.values()):
            serves[location_id] = served
    looked_at = 0
    for size in range(len(serves) + 1):
        for senders in islice(combinations(serves, size), MOST_COMBINATIONS - looked_at):
            if set[int]().union(*(serves[sender] for sender in senders)) == coverable:
                return list(senders)
            looked_at += 1
        if looked_at >= MOST_COMBINATIONS:
            break
    return _greedy_senders(serves, coverable)


def _greedy_senders(serves: dict[int, set[int]], coverable: set[int]) -> list[int]:
    chosen: list[int] = []
    missing = coverable
    while missing:
        best = max(serves, key=lambda location_id: len(serves[location_id] & missing))
        chosen.append(best)
        missing = missing - serves[best]
    return sorted(chosen, key=list(serves).index)


def _split(choice: _Choice, variant_id: int, *, preferred: Iterable[int]) -> list[SourcingShare]:
    """Split a variant over locations that ship anyway, then over those that have most of it."""
    missing = choice.demand[variant_id]
    sending = set(preferred)
    by_preference = sorted(
        (location_id for _rank, location_id in choice.ranked if (location_id, variant_id) in choice.available),
        key=lambda location_id: (location_id not in sending, -choice.available[location_id, variant_id]),
    )
    shares = []
    for location_id in by_preference:
        quantity = min(missing, choice.available[location_id, variant_id])
        shares.append(SourcingShare(location_id, variant_id, quantity))
        missing -= quantity
        if not missing:
            break
    return shares
