"""Reading gift cards, credit and points, and their entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models.balances import CREDIT, POINTS
from accounts.queries.records import RECORDS_OF_PERSON
from core.data import sql

_OF_PERSON = """
SELECT kind, currency, sum(amount)::bigint AS amount, sum(amount - held)::bigint AS free,
       array_agg(id ORDER BY id) AS ids
FROM accounts_balance
WHERE customer_id = ANY(%(person_ids)s::bigint[]) AND kind <> 'gift_card' AND state = 'active'
GROUP BY kind, currency
"""
_OF_CUSTOMER = _OF_PERSON.replace(
    "customer_id = ANY(%(person_ids)s::bigint[])",
    f"customer_id IN ({RECORDS_OF_PERSON})",
)
_ENTRIES = """
SELECT entry.id, balance.kind AS balance, balance.currency, entry.kind, entry.amount, entry.reference, entry.channel,
       entry.store, entry.occurred_at
FROM accounts_balanceentry AS entry JOIN accounts_balance AS balance ON balance.id = entry.balance_id
WHERE balance.customer_id = ANY(%(person_ids)s::bigint[]) AND balance.kind = ANY(%(kinds)s::text[])
  AND balance.kind <> 'gift_card' AND (%(before)s::bigint IS NULL OR entry.id < %(before)s)
ORDER BY entry.id DESC LIMIT %(limit)s
"""
_HELD_FOR = "SELECT balance_id FROM accounts_balancehold WHERE reference = %(reference)s ORDER BY balance_id"
_CARD_COLUMNS = """
SELECT id, currency, amount, amount - held AS free, state, code_end, expires_at, code_shown_at, customer_id, issued_for
FROM accounts_balance
"""
_CARD_BY_HASH = f"{_CARD_COLUMNS} WHERE code_hash = %(code_hash)s AND code_hash <> ''"
_CARDS_ISSUED = f"{_CARD_COLUMNS} WHERE issued_for = ANY(%(references)s::text[]) AND issued_for <> '' ORDER BY id"


@dataclass(frozen=True, slots=True)
class Holding:
    """A person's balance of one kind. free: neither spent nor held; ids: the rows that it sums up."""

    kind: str
    currency: str
    amount: int = 0
    free: int = 0
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift card; free and amount in minor units of currency."""

    id: int
    currency: str
    amount: int
    free: int
    state: str
    code_end: str
    expires_at: datetime | None
    code_shown_at: datetime | None
    customer_id: int | None
    issued_for: str

    def is_usable(self, now: datetime) -> bool:
        """Return whether it can pay for something now."""
        return self.state == "active" and (self.expires_at is None or self.expires_at > now)


def holdings_of(*, person_ids: Sequence[int], currency: str) -> dict[str, Holding]:
    """Return a person's credit in a currency and points, by kind, over all records of the person; in one statement."""
    return _by_kind(sql.fetch_all(_OF_PERSON, {"person_ids": list(person_ids)}), currency)


def holdings_of_customer(*, customer_id: int, currency: str) -> dict[str, Holding]:
    """Return the same by the id of any record of the person."""
    return _by_kind(sql.fetch_all(_OF_CUSTOMER, {"customer": customer_id}), currency)


def entries_of(
    *, person_ids: Sequence[int], kinds: Sequence[str], before: int | None = None, limit: int = 20
) -> list[sql.Row]:
    """Return the entries of a person's credit and points, newest first. before: the id of the last one seen."""
    parameters = {"person_ids": list(person_ids), "kinds": list(kinds), "before": before, "limit": limit}
    return sql.fetch_all(_ENTRIES, parameters)


def find_card_by_hash(code_hash: str) -> GiftCard | None:
    """Return the gift card whose code has this hash, whatever its state."""
    row = sql.fetch_one(_CARD_BY_HASH, {"code_hash": code_hash})
    return GiftCard(**row) if row else None


def cards_issued_for(references: Sequence[str]) -> list[GiftCard]:
    """Return the gift cards that were issued for these sales or refunds."""
    return [GiftCard(**row) for row in sql.fetch_all(_CARDS_ISSUED, {"references": list(references)})]


def balances_held_for(reference: UUID) -> list[int]:
    """Return the ids of the balances that were held for a payment, in order."""
    return [int(row["balance_id"]) for row in sql.fetch_all(_HELD_FOR, {"reference": reference})]


def _by_kind(rows: Sequence[sql.Row], currency: str) -> dict[str, Holding]:
    holdings = {CREDIT: Holding(CREDIT, currency), POINTS: Holding(POINTS, "")}
    for row in rows:
        if row["currency"] in ("", currency):
            holdings[row["kind"]] = Holding(row["kind"], row["currency"], row["amount"], row["free"], tuple(row["ids"]))
    return holdings
