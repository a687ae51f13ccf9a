"""
Taxes by place, category and day. Amounts in minor units, rates in basis points (1900 is 19 %).

docs/pricing.md describes the rounding: once per rate of an order, then split over its lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from core.money import round_half_up, split
from core.texts.spelling import code_letters

WHOLE = 10_000
# Of the European Union, by ISO 3166.
MEMBER_STATES = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip


class TaxPlace(NamedTuple):
    """Where goods are supplied. country: ISO 3166 code; region: as in addresses of that country."""

    country: str
    region: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Places with the same taxes. region and prefixes: empty for the whole country."""

    id: int
    country: str
    region: str = ""
    prefixes: tuple[str, ...] = ()
    is_included: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """The tax rate of a category in a zone, from one day until another (excluded; None: without an end)."""

    zone_id: int
    category_id: int
    basis_points: int
    starts: date
    ends: date | None = None


class Treatment(NamedTuple):
    """How goods are taxed in one place. is_exempt: the buyer is exempt from this rate."""

    zone_id: int
    basis_points: int
    is_included: bool
    is_exempt: bool = False


class Taxed(NamedTuple):
    """The tax of one amount. tax: included in it or added to it. added: what is added on top; negative: deducted."""

    tax: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The part of an order with one tax rate: base is without tax, and base + tax is what is paid for it."""

    zone_id: int
    basis_points: int
    is_included: bool
    is_exempt: bool
    base: int
    tax: int


NOTHING = Taxed()


@dataclass(frozen=True)
class TaxTable:
    """All zones and rates of the shop. standard: the id of the tax category of goods without one."""

    zones: Sequence[Zone] = ()
    rates: Sequence[Rate] = ()
    standard: int | None = None
    _by_key: Mapping[tuple[int, int], list[Rate]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[tuple[int, int], list[Rate]] = {}
        for rate in self.rates:
            by_key.setdefault((rate.zone_id, rate.category_id), []).append(rate)
        object.__setattr__(self, "_by_key", by_key)

    def zone_of(self, place: TaxPlace) -> Zone | None:
        """Return the most specific zone that matches a place; None if nothing is taxed there."""
        matches = [(fit, -zone.id, zone) for zone in self.zones if (fit := _fit(zone, place)) is not None]
        return max(matches, key=lambda match: match[:2])[2] if matches else None

    def treatment(self, *, zone: Zone, category_id: int | None, day: date, is_exempt: bool) -> Treatment:
        """Return how a category is taxed in a zone on a day; a category without a rate is taxed as the standard one."""
        basis_points = self._rate(zone.id, category_id, day)
        if basis_points is None:
            basis_points = self._rate(zone.id, self.standard, day) or 0
        return Treatment(zone.id, basis_points, zone.is_included, is_exempt)

    def _rate(self, zone_id: int, category_id: int | None, day: date) -> int | None:
        if category_id is None:
            return None
        for rate in self._by_key.get((zone_id, category_id), ()):
            if rate.starts <= day and (rate.ends is None or day < rate.ends):
                return rate.basis_points
        return None


def is_exempt_at(place: TaxPlace, *, is_shipped: bool, tax_number_country: str, shop_country: str) -> bool:
    """
    Return whether a business with a confirmed tax number buys tax-free (2006/112/EC, article 138(1)).

    Only what is dispatched to another member state is exempt, for a business that another member state has registered.
    What is collected, or carried out of a store, was supplied where the store is.
    """
    elsewhere = MEMBER_STATES - {shop_country}
    return is_shipped and shop_country in MEMBER_STATES and {place.country, tax_number_country} <= elsewhere


def tax_amounts(amounts: Sequence[tuple[int, Treatment | None]]) -> tuple[list[Taxed], list[TaxLine]]:
    """
    Return the tax of each amount, and the tax lines, the highest rate first.

    amounts: what is paid (including tax, where prices include it), not negative, with its treatment (None: not taxed,
    and in no tax line). Tax is rounded once per treatment and split by largest remainder.
    """
    groups: dict[Treatment, list[int]] = {}
    for index, (_amount, treatment) in enumerate(amounts):
        if treatment is not None:
            groups.setdefault(treatment, []).append(index)
    taxed = [NOTHING] * len(amounts)
    lines = []
    for treatment, indexes in groups.items():
        weights = [amounts[index][0] for index in indexes]
        total = sum(weights)
        tax = _tax_of(total, treatment)
        shares = split(tax, weights) if tax else [0] * len(indexes)
        for index, share in zip(indexes, shares, strict=True):
            taxed[index] = _taxed(share, treatment)
        whole = _taxed(tax, treatment)
        base = total + whole.added - whole.tax
        rate = 0 if treatment.is_exempt else treatment.basis_points
        lines.append(TaxLine(treatment.zone_id, rate, treatment.is_included, treatment.is_exempt, base, whole.tax))
    return taxed, sorted(lines, key=lambda line: (-line.basis_points, line.zone_id, line.is_exempt))


def _fit(zone: Zone, place: TaxPlace) -> tuple[int, int] | None:
    """Return how specific a matching zone is: the length of its postcode prefix, then its region; None if no match."""
    if zone.country != place.country or (zone.region and zone.region != place.region):
        return None
    # Some countries write a blank or hyphen into a postcode, and people leave it out.
    postcode = code_letters(place.postcode) if zone.prefixes else ""
    prefixes = map(code_letters, zone.prefixes)
    longest = max((len(prefix) for prefix in prefixes if postcode.startswith(prefix)), default=0)
    if zone.prefixes and not longest:
        return None
    return longest, 1 if zone.region else 0


def _tax_of(total: int, treatment: Treatment) -> int:
    rate = treatment.basis_points
    return round_half_up(total * rate, WHOLE + rate) if treatment.is_included else round_half_up(total * rate, WHOLE)


def _taxed(share: int, treatment: Treatment) -> Taxed:
    if treatment.is_exempt:
        return Taxed(0, -share if treatment.is_included else 0)
    return Taxed(share, 0 if treatment.is_included else share)
