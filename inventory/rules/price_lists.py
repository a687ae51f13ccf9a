"""
Which price wins. Amounts in minor units of one currency.

A price of this channel or store goes before the customer's, and the customer's before the price for everybody; but no
segment makes a price higher than it is for everybody. docs/pricing.md explains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

BASE, PUBLIC, SEGMENT, DEVIATION = "base", "public", "segment", "deviation"

WON = "won"
NOT_YET, OVER, OTHER_CHANNEL, OTHER_STORE, OTHER_SEGMENT, TOO_FEW = (
    *("not_yet", "over", "other_channel", "other_store", "other_segment", "too_few"),
)
OUTRANKED, DEARER = "outranked", "dearer"


@dataclass(frozen=True, slots=True)
class PriceContext:
    """For whom a price is: when, on which channel, and in which segments. store: a code, empty outside of stores."""

    now: datetime
    channel: str = "web"
    store: str = ""
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PriceTier:
    """
    The price of one unit in a list, from min_quantity units on. channel, store, segment: empty for all.

    priority: the smaller goes first among lists of one kind. is_tax_included: None means as at the place of supply.
    """

    list_id: int
    amount: int
    min_quantity: int = 1
    channel: str = ""
    store: str = ""
    segment: str = ""
    priority: int = 100
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_tax_included: bool | None = None

    @property
    def kind(self) -> str:
        if self.channel or self.store:
            return DEVIATION
        return SEGMENT if self.segment else PUBLIC


@dataclass(frozen=True, slots=True)
class WinningPrice:
    """The price that won. step: its tier of a price list; None for the ordinary price."""

    amount: int
    step: PriceTier | None = None

    @property
    def is_tax_included(self) -> bool | None:
        return self.step.is_tax_included if self.step else None


@dataclass(frozen=True, slots=True)
class PriceVerdict:
    """The verdict on a price: word says why it won or lost. step: None for the ordinary price."""

    amount: int
    word: str
    step: PriceTier | None = None


def price_of(
    base: int | None, steps: Sequence[PriceTier], *, quantity: int, context: PriceContext
) -> WinningPrice | None:
    """
    Return the price of one unit for a quantity; None without an ordinary price: lists alone put nothing on sale.

    The order of the steps does not matter.
    """
    if base is None:
        return None
    if not steps:
        return WinningPrice(base)
    ranked = _ranked(steps, quantity, context)
    if DEVIATION in ranked:
        return _winning(ranked[DEVIATION])
    public = _winning(ranked[PUBLIC]) if PUBLIC in ranked else WinningPrice(base)
    if SEGMENT in ranked and ranked[SEGMENT].amount <= public.amount:
        return _winning(ranked[SEGMENT])
    return public


def judge_prices(
    base: int | None, steps: Sequence[PriceTier], *, quantity: int, context: PriceContext
) -> list[PriceVerdict]:
    """Return the verdict on every price, the one that won first, then by kind and amount."""
    won = price_of(base, steps, quantity=quantity, context=context)
    if base is None or won is None:
        return []
    verdicts = [
        PriceVerdict(step.amount, _objection(step, quantity, context) or _word(step, won, context), step)
        for step in steps
    ]
    verdicts.append(PriceVerdict(base, WON if won.step is None else OUTRANKED))
    order = [DEVIATION, SEGMENT, PUBLIC, BASE]
    return sorted(
        verdicts,
        key=lambda verdict: (
            verdict.word != WON,
            order.index(verdict.step.kind if verdict.step else BASE),
            verdict.amount,
            verdict.step.min_quantity if verdict.step else 0,
            verdict.step.list_id if verdict.step else 0,
        ),
    )


def price_tiers(base: int | None, steps: Sequence[PriceTier], *, context: PriceContext) -> list[tuple[int, int]]:
    """Return the quantities from which a unit costs less, with its price then, the smallest quantity first."""
    first = price_of(base, steps, quantity=1, context=context)
    if first is None:
        return []
    tiers, lowest = [], first.amount
    for quantity in sorted({step.min_quantity for step in steps if step.min_quantity > 1}):
        priced = price_of(base, steps, quantity=quantity, context=context)
        if priced is not None and priced.amount < lowest:
            lowest = priced.amount
            tiers.append((quantity, lowest))
    return tiers


def parse_price_tiers(rows: Sequence[Sequence[Any]] | None) -> tuple[PriceTier, ...]:
    """Parse the rows of a statement: the fields of a tier in their order, with moments as text."""
    return tuple(
        PriceTier(
            *(list_id, amount, min_quantity, channel, store or "", segment or "", priority),
            starts_at=datetime.fromisoformat(starts_at),
            ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
            is_tax_included=is_tax_included,
        )
        for (
            *(list_id, amount, min_quantity, channel, store, segment, priority, starts_at, ends_at, is_tax_included),
        ) in rows or ()
    )


def with_public_amount(rows: Sequence[Sequence[Any]] | None, amount: int) -> list[list[Any]]:
    """Return the rows of parse_price_tiers with another amount where a tier is for everybody and any quantity."""
    # Channel, store and segment come first in the rest.
    return [
        [list_id, amount if min_quantity == 1 and not any(rest[:3]) else own, min_quantity, *rest]
        for list_id, own, min_quantity, *rest in rows or ()
    ]


def _ranked(steps: Sequence[PriceTier], quantity: int, context: PriceContext) -> dict[str, PriceTier]:
    """Return the best applicable tier of each kind."""
    best: dict[str, PriceTier] = {}
    for step in steps:
        if _objection(step, quantity, context) is None:
            present = best.get(step.kind)
            if present is None or _goes_first(step) < _goes_first(present):
                best[step.kind] = step
    return best


def _goes_first(step: PriceTier) -> tuple[int, int, int, int]:
    return step.priority, step.amount, step.list_id, step.min_quantity


def _objection(step: PriceTier, quantity: int, context: PriceContext) -> str | None:
    """Return why a tier does not apply; None if it does."""
    if step.starts_at is not None and context.now < step.starts_at:
        return NOT_YET
    if step.ends_at is not None and context.now >= step.ends_at:
        return OVER
    if step.channel and step.channel != context.channel:
        return OTHER_CHANNEL
    if step.store and step.store != context.store:
        return OTHER_STORE
    if step.segment and step.segment not in context.segments:
        return OTHER_SEGMENT
    return TOO_FEW if quantity < step.min_quantity else None


def _word(step: PriceTier, won: WinningPrice, context: PriceContext) -> str:
    """Return the verdict on a tier that applies."""
    if won.step == step:
        return WON
    same_kind = won.step is not None and won.step.kind == step.kind
    segment_above_public = step.kind == SEGMENT and (won.step is None or won.step.kind == PUBLIC)
    if segment_above_public or (same_kind and won.step is not None and won.step.priority == step.priority):
        return DEARER
    return OUTRANKED


def _winning(step: PriceTier) -> WinningPrice:
    return WinningPrice(step.amount, step)
