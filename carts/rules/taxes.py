"""
Taxes by place, category and day. Amounts in minor units, rates in basis points (1900 is 19 %).

docs/pricing.md describes the rounding: once per rate of an order, then split over its lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from core.money import round_half_up, split
from core.texts.spelling import code_letters

WHOLE = 10_000
FINER = 1000  # Parts of a basis point: the finest rate is a hundred-thousandth of a percent.
TREATMENTS_REMEMBERED = 1024
# Whole, except for rates like 8.875 %.
BasisPoints = int | Decimal
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
    """
    The tax rate of a category in a zone, from one day until another (excluded; None: without an end).

    levy: the name of the tax, where several taxes are due on the same goods. is_compound: on what the goods cost with
    the taxes that are not.
    """

    zone_id: int
    category_id: int
    basis_points: BasisPoints
    starts: date
    ends: date | None = None
    levy: str = ""
    is_compound: bool = False


class Levy(NamedTuple):
    """One of several taxes on the same goods."""

    name: str
    basis_points: BasisPoints
    is_compound: bool = False


class Treatment(NamedTuple):
    """
    How goods are taxed in one place. is_exempt: the buyer is exempt from this rate.

    levies: each tax, if there are several; basis_points is what they come to together.
    """

    zone_id: int
    basis_points: BasisPoints
    is_included: bool
    is_exempt: bool = False
    levies: tuple[Levy, ...] = ()


class LevyTax(NamedTuple):
    """What one of several taxes comes to."""

    name: str
    basis_points: BasisPoints
    is_compound: bool
    tax: int


class Taxed(NamedTuple):
    """
    The tax of one amount. tax: included in it or added to it. added: what is added on top; negative: deducted.

    levies: what each of several taxes is of it.
    """

    tax: int = 0
    added: int = 0
    levies: tuple[LevyTax, ...] = ()

    def plus(self, other: "Taxed") -> "Taxed":
        """Return the tax of both amounts together."""
        if not (self.levies or other.levies):
            return Taxed(self.tax + other.tax, self.added + other.added)
        sums = {levy[:3]: levy.tax for levy in self.levies}
        for levy in other.levies:
            sums[levy[:3]] = sums.get(levy[:3], 0) + levy.tax
        levies = tuple(LevyTax(*levy, tax) for levy, tax in sums.items())
        return Taxed(self.tax + other.tax, self.added + other.added, levies)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """
    The part of an order with one tax rate: base is without tax, and base + tax is what is paid for it.

    levy: the name of the tax where there are several; goods then stand in the base of each.
    """

    zone_id: int
    basis_points: BasisPoints
    is_included: bool
    is_exempt: bool
    base: int
    tax: int
    levy: str = ""


NOTHING = Taxed()


class _Key(NamedTuple):
    """What is rounded together and stands in one tax line: everything of an order at one rate of one tax."""

    zone_id: int
    levy: str
    basis_points: BasisPoints
    is_included: bool
    is_exempt: bool


class _Part(NamedTuple):
    """What one tax is of an amount: numerator / denominator of it. levy: if it is one of several."""

    key: _Key
    numerator: int
    denominator: int
    levy: Levy | None


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
        rates = self._rates(zone.id, category_id, day) or self._rates(zone.id, self.standard, day)
        if len(rates) == 1 and not rates[0].levy:
            return Treatment(zone.id, rates[0].basis_points, zone.is_included, is_exempt)
        levies = tuple(sorted(Levy(rate.levy, rate.basis_points, rate.is_compound) for rate in rates))
        return Treatment(zone.id, _together(levies), zone.is_included, is_exempt, levies)

    def _rates(self, zone_id: int, category_id: int | None, day: date) -> list[Rate]:
        if category_id is None:
            return []
        known = self._by_key.get((zone_id, category_id), ())
        return [rate for rate in known if rate.starts <= day and (rate.ends is None or day < rate.ends)]


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
    and in no tax line). Tax is rounded once per rate and split by largest remainder.
    """
    groups: dict[_Key, list[tuple[int, _Part]]] = {}
    for index, (_amount, treatment) in enumerate(amounts):
        if treatment is not None:
            for part in _parts_of(treatment):
                groups.setdefault(part.key, []).append((index, part))
    taxed = [NOTHING] * len(amounts)
    sums: dict[_Key, int] = {}
    for key, members in groups.items():
        shares = _shares(members, amounts)
        sums[key] = 0 if key.is_exempt else sum(shares)
        for (index, part), tax in zip(members, shares, strict=True):
            taxed[index] = taxed[index].plus(_taxed(tax, part))
    lines = [_line(key, sums[key], members, amounts, taxed) for key, members in groups.items()]
    return taxed, sorted(lines, key=lambda line: (-line.basis_points, line.zone_id, line.is_exempt, line.levy))


def whole_and_finer(basis_points: BasisPoints) -> tuple[int, int]:
    """Return a rate as it is stored: whole basis points, and thousandths of one."""
    return divmod(int(basis_points * FINER), FINER)


def joined(whole: int, finer: int) -> BasisPoints:
    """Return a rate from what is stored of it; the reverse of whole_and_finer."""
    return whole + Decimal(finer) / FINER if finer else whole


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


def _together(levies: Sequence[Levy]) -> BasisPoints:
    """Return what several taxes come to, as one rate."""
    together = sum((share for share in _effective(levies)), Fraction(0)) * WHOLE
    return (
        int(together)
        if together.denominator == 1
        else Decimal(round_half_up(*(together * FINER).as_integer_ratio())) / FINER
    )


def _effective(levies: Sequence[Levy]) -> list[Fraction]:
    """Return what each tax is of the net amount."""
    rates = [Fraction(levy.basis_points) / WHOLE for levy in levies]
    simple = sum((rate for levy, rate in zip(levies, rates, strict=True) if not levy.is_compound), Fraction(0))
    return [rate * (1 + simple) if levy.is_compound else rate for levy, rate in zip(levies, rates, strict=True)]


@lru_cache(TREATMENTS_REMEMBERED)
def _parts_of(treatment: Treatment) -> tuple[_Part, ...]:
    """Return what each tax of a treatment is of an amount; for the exempt, all of them as one."""
    zone_id, basis_points, is_included, is_exempt, several = treatment
    levies = several or (Levy("", basis_points),)
    effective = _effective(levies)
    paid = 1 + sum(effective) if is_included else Fraction(1)
    if is_exempt:
        levies, effective = (Levy("", basis_points),), [sum(effective, Fraction(0))]
    return tuple(
        _Part(
            _Key(zone_id, levy.name, levy.basis_points, is_included, is_exempt),
            *(share / paid).as_integer_ratio(),
            levy if several and not is_exempt else None,
        )
        for levy, share in zip(levies, effective, strict=True)
    )


def _shares(members: Sequence[tuple[int, _Part]], amounts: Sequence[tuple[int, Treatment | None]]) -> list[int]:
    """Return the tax of each member of a group: rounded once for all of them, then split by what is due of each."""
    common = lcm(*(part.denominator for _index, part in members))
    due = [amounts[index][0] * part.numerator * (common // part.denominator) for index, part in members]
    tax = round_half_up(sum(due), common)
    return split(tax, due) if tax else [0] * len(members)


def _line(
    key: _Key,
    tax: int,
    members: Sequence[tuple[int, _Part]],
    amounts: Sequence[tuple[int, Treatment | None]],
    taxed: Sequence[Taxed],
) -> TaxLine:
    base = 0
    for index, part in members:
        found = taxed[index]
        base += amounts[index][0] + found.added - found.tax
        if part.levy is not None and part.levy.is_compound:
            base += sum(levy.tax for levy in found.levies if not levy.is_compound)
    rate = 0 if key.is_exempt else key.basis_points
    return TaxLine(key.zone_id, rate, key.is_included, key.is_exempt, base, tax, key.levy)


def _taxed(tax: int, part: _Part) -> Taxed:
    if part.key.is_exempt:
        return Taxed(0, -tax if part.key.is_included else 0)
    levies = () if part.levy is None else (LevyTax(*part.levy, tax),)
    return Taxed(tax, 0 if part.key.is_included else tax, levies)
