"""Reading a person's saved cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.data import sql
from orders.rules.cards import has_expired

MOST_CARDS = 20

_CARDS = """
SELECT id, provider, provider_ref, provider_customer, brand, last4, exp_month, exp_year
FROM orders_savedcard WHERE customer_id = ANY(%(person_ids)s::bigint[]) AND removed_at IS NULL
  AND (%(id)s::bigint IS NULL OR id = %(id)s)
ORDER BY id DESC LIMIT %(limit)s
"""
_CUSTOMER = """
SELECT provider_customer FROM orders_savedcard
WHERE customer_id = ANY(%(person_ids)s::bigint[]) AND provider = %(provider)s ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class SavedCardView:
    """A saved card. provider_ref, provider_customer: the provider's ids of it and of its owner."""

    id: int
    provider: str
    provider_ref: str
    provider_customer: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    has_expired: bool


def cards_of(*, person_ids: Sequence[int], now: datetime, card_id: int | None = None) -> list[SavedCardView]:
    """Return a person's saved cards, newest first, or only the one with an id; in one statement."""
    rows = sql.fetch_all(_CARDS, {"person_ids": list(person_ids), "id": card_id, "limit": MOST_CARDS})
    return [
        SavedCardView(**row, has_expired=has_expired(month=row["exp_month"], year=row["exp_year"], now=now))
        for row in rows
    ]


def customer_at(provider: str, *, person_ids: Sequence[int]) -> str:
    """Return the provider's id of a person, from the card they saved last; empty if they never saved one."""
    row = sql.fetch_one(_CUSTOMER, {"person_ids": list(person_ids), "provider": provider})
    return row["provider_customer"] if row else ""
