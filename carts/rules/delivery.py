"""
Delivery methods: which of them carry a parcel to a place, and for how much. Amounts in minor units.

A parcel is what one order sends to one address. docs/pricing.md says how a rate is chosen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import NamedTuple

from carts.rules.goods import Item
from carts.rules.taxes import TaxPlace
from core.texts.spelling import code_letters
from core.texts.translated import TranslatedText

RANGE = ".."


class NotPostcodes(ValueError):
    """What was entered is neither the beginning of postcodes nor a range of them."""


class Parcel(NamedTuple):
    """What is sent: its value before promotions, its weight, and the longest side of the longest article in it."""

    value: int
    grams: int = 0
    longest_mm: int = 0


class Area(NamedTuple):
    """
    A country, an area of it, or some of its postcodes, which belongs to a zone.

    postcodes: beginnings ("10") and ranges of beginnings ("1010..1199"), as stored_postcodes returns them.
    """

    zone_id: int
    country: str
    area: str = ""
    postcodes: tuple[str, ...] = ()


class DeliveryRate(NamedTuple):
    """
    A price of a method. zone_id: None for wherever no zone of the method's rates lies.

    from_value: of the goods. most_grams, most_mm: the heaviest and the longest parcel; None for any.
    """

    zone_id: int | None
    currency: str
    amount: int
    from_value: int = 0
    most_grams: int | None = None
    most_mm: int | None = None

    def carries(self, parcel: Parcel) -> bool:
        """Return whether a parcel is worth enough, light enough and short enough for it."""
        return (
            parcel.value >= self.from_value
            and (self.most_grams is None or parcel.grams <= self.most_grams)
            and (self.most_mm is None or parcel.longest_mm <= self.most_mm)
        )

    def replaces(self, other: "DeliveryRate") -> bool:
        """Return whether it carries whatever the other one does, where that does, for no more."""
        return (
            (self.zone_id, self.currency) == (other.zone_id, other.currency)
            and self.amount <= other.amount
            and self.from_value <= other.from_value
            and _as_wide(self.most_grams, other.most_grams)
            and _as_wide(self.most_mm, other.most_mm)
        )


@dataclass(frozen=True, slots=True)
class DeliveryMethod:
    """
    A way in which parcels are sent. tax_category: the id of its own; None where it has the rates of its goods.

    working_days: from leaving to arrival; None for the shop's usual ones. cut_off: until when, on the clock of the
    place that sends, an order leaves the same day; None if the days are counted from that of the order.
    """

    code: str
    name: TranslatedText
    tax_category: int | None = None
    working_days: int | None = None
    cut_off: time | None = None
    rates: Sequence[DeliveryRate] = ()


class PricedMethod(NamedTuple):
    """A method that carries a parcel, and its price before promotions."""

    method: DeliveryMethod
    amount: int


@dataclass(frozen=True, slots=True)
class DeliveryTable:
    """All methods that are in use, in the shop's order, and the areas of all zones."""

    methods: Sequence[DeliveryMethod]
    areas: Sequence[Area] = ()

    def methods_for(self, parcel: Parcel, *, place: TaxPlace, currency: str) -> list[PricedMethod]:
        """Return the methods that carry a parcel to a place, the cheapest first; if equal, in the shop's order."""
        known = self._specific_first(place)
        priced = [
            PricedMethod(method, min(amounts))
            for method in self.methods
            if (amounts := _amounts(method, parcel, known, currency))
        ]
        return sorted(priced, key=lambda each: each.amount)

    def choose(self, code: str, parcel: Parcel, *, place: TaxPlace, currency: str) -> PricedMethod | None:
        """Return the method of a code, or the cheapest for an empty one; None if it does not carry the parcel there."""
        possible = self.methods_for(parcel, place=place, currency=currency)
        return next((each for each in possible if code in ("", each.method.code)), None)

    def countries(self) -> frozenset[str] | None:
        """Return the countries that any method reaches; None for all of them."""
        zones = {rate.zone_id for method in self.methods for rate in method.rates}
        return None if None in zones else frozenset(area.country for area in self.areas if area.zone_id in zones)

    def reaches(self, place: TaxPlace) -> bool:
        """Return whether any method sends anything to a place."""
        known = set(self._specific_first(place))
        return any(rate.zone_id in known for method in self.methods for rate in method.rates)

    def _specific_first(self, place: TaxPlace) -> list[int | None]:
        fits = [(fit, -area.zone_id) for area in self.areas if (fit := _fit(area, place)) is not None]
        return [*dict.fromkeys(-zone for _how, zone in sorted(fits, reverse=True)), None]


def parcel_of(items: Iterable[Item]) -> Parcel:
    """Return the parcel of some goods. An article without a weight or a size adds none."""
    goods = list(items)
    return Parcel(
        sum(item.value for item in goods),
        sum(item.quantity * item.grams for item in goods),
        max((item.longest_mm for item in goods), default=0),
    )


def stored_postcodes(texts: Iterable[str]) -> list[str]:
    """
    Return beginnings and ranges of postcodes as they are stored: letters and digits alone, each once.

    A range is of two beginnings of one length, the first not after the last. Raises NotPostcodes.
    """
    stored = []
    for text in texts:
        ends = [code_letters(end) for end in text.split(RANGE)]
        if len(ends) > 2 or not all(end.isascii() and end.isalnum() for end in ends):
            raise NotPostcodes(text)
        if len(ends[0]) != len(ends[-1]) or ends[0] > ends[-1]:
            raise NotPostcodes(text)
        stored.append(ends[0] if ends[0] == ends[-1] else RANGE.join(ends))
    return list(dict.fromkeys(stored))


def _amounts(method: DeliveryMethod, parcel: Parcel, known: Sequence[int | None], currency: str) -> list[int]:
    """Return what each rate that carries a parcel costs, of those for the most specific zone that the method names."""
    rates = [rate for rate in method.rates if rate.currency == currency]
    named = {rate.zone_id for rate in rates}
    zones = [zone for zone in known if zone in named]
    return [rate.amount for rate in rates if zones and rate.zone_id == zones[0] and rate.carries(parcel)]


def _fit(area: Area, place: TaxPlace) -> tuple[int, int] | None:
    """Return how specific a matching area is: the length of what it says of the postcode, then its area."""
    if area.country != place.country or (area.area and area.area != place.region):
        return None
    longest = 0
    if area.postcodes:
        postcode = code_letters(place.postcode)
        longest = max((_length(each, postcode) for each in area.postcodes), default=0)
        if not longest:
            return None
    return longest, 1 if area.area else 0


def _length(part: str, postcode: str) -> int:
    """Return how many letters of a postcode a beginning or a range says something of; 0 if it does not match."""
    first, _dots, last = part.partition(RANGE)
    size = len(first)
    return size if len(postcode) >= size and first <= postcode[:size] <= (last or first) else 0


def _as_wide(limit: int | None, other: int | None) -> bool:
    return limit is None or (other is not None and limit >= other)
