"""
The ledger of gift cards, store credit and points.

Every change is one conditional statement on the balance's row, so no more than the balance is held or spent, however
many tills try at once. Balances are locked in order of their ids, after the order and before the stock rows
(docs/locking.md). Every change of an amount writes an entry, exactly once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.events import BalanceChanged
from accounts.models import BalanceEntry
from accounts.models.balances import POINTS
from accounts.services.balances.point_batches import open_batch, redeem_batches
from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.ids import new_id
from core.journal import publish
from core.sweeping import Sweep, go_through

HOLD_LIFETIME = timedelta(hours=1)
ENDED_AT_ONCE = 500
EXPIRING = Sweep("accounts.expire_gift_cards", gettext_lazy("Expire a gift card"))

_OPEN = """
WITH fresh AS (
    INSERT INTO accounts_balance (
        kind, customer_id, currency, amount, held, state, key, code_hash, code_end, issued_for, opened_at)
    VALUES (%(kind)s, %(customer)s, %(currency)s, 0, 0, 'active', %(key)s, '', '', '', %(now)s)
    ON CONFLICT (customer_id, kind, currency) WHERE NOT (kind = 'gift_card') DO NOTHING
    RETURNING id
)
SELECT id FROM fresh
"""
_PRESENT = """
SELECT id FROM accounts_balance
WHERE customer_id = %(customer)s AND kind = %(kind)s AND currency = %(currency)s
"""
_WRITE_ENTRY = """
INSERT INTO accounts_balanceentry (
    balance_id, kind, amount, reference, note, channel, store, staff_id, occurred_at)
VALUES (%(balance)s, %(kind)s, %(amount)s, %(reference)s, %(note)s, %(channel)s, %(store)s, %(staff)s, %(now)s)
ON CONFLICT (balance_id, kind, reference) DO NOTHING
"""
_CHANGE = """
UPDATE accounts_balance SET amount = amount + %(amount)s
WHERE id = %(balance)s AND amount + %(amount)s >= held
RETURNING kind, customer_id, currency
"""
_LOCK = "SELECT id FROM accounts_balance WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE"
# Takes from the balances in order of their ids until the amount is reached; takes nothing if their sum is too small.
_HOLD = """
WITH account AS (
    SELECT id, amount - held AS free FROM accounts_balance
    WHERE id = ANY(%(balances)s::bigint[]) AND state = 'active' AND amount > held
      AND (expires_at IS NULL OR expires_at > %(now)s)
    ORDER BY id FOR UPDATE
), share AS (
    SELECT id, least(free, %(amount)s - before) AS part
    FROM (SELECT id, free, sum(free) OVER (ORDER BY id) - free AS before, sum(free) OVER () AS total
          FROM account) AS sums
    WHERE total >= %(amount)s AND before < %(amount)s
), taken AS (
    UPDATE accounts_balance AS balance SET held = balance.held + share.part
    FROM share WHERE balance.id = share.id AND balance.amount - balance.held >= share.part
    RETURNING balance.id, share.part
)
INSERT INTO accounts_balancehold (balance_id, reference, amount, state, held_at, expires_at)
SELECT id, %(reference)s::uuid, part, 'held', %(now)s::timestamptz, %(expires_at)s::timestamptz FROM taken
"""
_FREE = """
SELECT coalesce(sum(amount - held), 0)::bigint AS free FROM accounts_balance
WHERE id = ANY(%(balances)s::bigint[]) AND state = 'active' AND (expires_at IS NULL OR expires_at > %(now)s)
"""
_END = """
WITH ended AS (
    UPDATE accounts_balancehold SET state = %(state)s::text, ended_at = %(now)s::timestamptz
    WHERE reference = ANY(%(references)s::uuid[]) AND state = 'held'
    RETURNING balance_id, reference, amount
), entry AS (
    INSERT INTO accounts_balanceentry (
        balance_id, kind, amount, reference, note, channel, store, staff_id, occurred_at)
    SELECT balance_id, 'spent', -amount, reference::text, %(note)s::text, %(channel)s::text, %(store)s::text,
           %(staff)s::bigint, %(now)s::timestamptz
    FROM ended WHERE %(state)s::text = 'spent'
), per_balance AS (
    SELECT balance_id, sum(amount) AS amount FROM ended GROUP BY balance_id
), locked AS (
    SELECT balance.id, per_balance.amount
    FROM accounts_balance AS balance JOIN per_balance ON per_balance.balance_id = balance.id
    ORDER BY balance.id FOR UPDATE OF balance
), moved AS (
    UPDATE accounts_balance AS balance
    SET held = balance.held - locked.amount,
        amount = balance.amount - CASE WHEN %(state)s::text = 'spent' THEN locked.amount ELSE 0 END
    FROM locked WHERE balance.id = locked.id
)
SELECT ended.reference, ended.balance_id, ended.amount, balance.kind
FROM ended JOIN accounts_balance AS balance ON balance.id = ended.balance_id
"""
# An expired hold is renewed if the money is still there.
_HOLD_AGAIN = """
WITH lapsed AS (
    SELECT balance_id, sum(amount) AS amount FROM accounts_balancehold
    WHERE reference = ANY(%(references)s::uuid[]) AND state = 'released' GROUP BY balance_id
), locked AS (
    SELECT balance.id, lapsed.amount FROM accounts_balance AS balance JOIN lapsed ON lapsed.balance_id = balance.id
    ORDER BY balance.id FOR UPDATE OF balance
), taken AS (
    UPDATE accounts_balance AS balance SET held = balance.held + locked.amount
    FROM locked WHERE balance.id = locked.id AND balance.state = 'active'
      AND balance.amount - balance.held >= locked.amount
    RETURNING balance.id
), again AS (
    UPDATE accounts_balancehold AS hold SET state = 'held', ended_at = NULL
    FROM taken WHERE hold.balance_id = taken.id AND hold.reference = ANY(%(references)s::uuid[])
      AND hold.state = 'released'
)
SELECT (SELECT count(*) FROM lapsed) = (SELECT count(*) FROM taken) AS is_whole
"""
_LAPSED = """
SELECT reference FROM accounts_balancehold WHERE state = 'held' AND expires_at < %(now)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_HAS_ENDED = "state = 'active' AND amount > 0 AND held = 0 AND expires_at < %(now)s"
_EXPIRED = f"SELECT id FROM accounts_balance WHERE {_HAS_ENDED} AND id > %(after)s ORDER BY id LIMIT %(limit)s"
_LOCK_EXPIRED = f"SELECT id, amount FROM accounts_balance WHERE {_HAS_ENDED} AND id = %(id)s FOR UPDATE SKIP LOCKED"


class BalanceNotEnough(Refusal):
    """The balance is too small; `available` is what it has, in minor units or points."""

    code = "balance_not_enough"


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """An amount to hold from some balances together (usually one), under the caller's reference."""

    reference: UUID
    balance_ids: tuple[int, ...]
    amount: int


@transaction.atomic(savepoint=False)
def balance_for(*, customer_id: int, kind: str, currency: str, now: datetime) -> int:
    """Return the id of a person's credit or points, created if there is none. currency: empty for points."""
    of_person = {"customer": customer_id, "kind": kind, "currency": currency, "key": new_id(), "now": now}
    row = sql.fetch_one(_PRESENT, of_person) or sql.fetch_one(_OPEN, of_person) or sql.fetch_one(_PRESENT, of_person)
    assert row is not None
    return int(row["id"])


@transaction.atomic(savepoint=False)
def change_balance(
    *,
    balance_id: int,
    kind: str,
    amount: int,
    reference: str,
    by: Actor,
    now: datetime,
    note: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """
    Add to or take from a balance, once per kind and reference.

    kind: of the entry (BalanceEntry). amount: minor units or points, not zero; held amounts cannot be taken.
    expires_at: when added points expire. Locks the balance until the transaction ends. Returns False and changes
    nothing if this change was written before. Raises BalanceNotEnough; roll back then.
    """
    changed = change_amount(
        balance_id=balance_id, kind=kind, amount=amount, reference=reference, by=by, now=now, note=note
    )
    if changed == POINTS and amount > 0:
        open_batch(
            balance_id=balance_id, kind="given", reference=f"{kind} {reference}", points=amount, now=now,
            expires_at=expires_at,
        )  # fmt: skip
    elif changed == POINTS:
        redeem_batches(balance_id=balance_id, points=-amount, cause=kind, reference=reference, now=now)
    return bool(changed)


@transaction.atomic(savepoint=False)
def change_amount(
    *, balance_id: int, kind: str, amount: int, reference: str, by: Actor, now: datetime, note: str = ""
) -> str:
    """
    Do what change_balance does, except for the batches of points, which the caller changes.

    Returns the balance's kind, or empty, with nothing changed, if this change was written before.
    """
    written = sql.execute(
        _WRITE_ENTRY,
        {
            "balance": balance_id,
            "kind": kind,
            "amount": amount,
            "reference": reference,
            "note": note,
            "now": now,
            **_origin(by),
        },
    )
    if not written:
        return ""
    row = sql.fetch_one(_CHANGE, {"balance": balance_id, "amount": amount})
    if row is None:
        raise _not_enough([balance_id], now)
    if row["customer_id"] is not None:
        publish(
            BalanceChanged(
                by=by,
                occurred_at=now,
                customer_id=row["customer_id"],
                ref=reference,
                balance=row["kind"],
                cause=kind,
                amount=amount,
                currency=row["currency"],
            )
        )
    return str(row["kind"])


@transaction.atomic(savepoint=False)
def hold_balances(*, requests: Sequence[HoldRequest], now: datetime) -> None:
    """
    Hold all requested amounts, or none, to pay for orders under way.

    Blocked, closed and expired balances count as empty. The balances stay locked until the caller's transaction
    ends. Raises BalanceNotEnough; roll back then.
    """
    everything = sorted({balance_id for request in requests for balance_id in request.balance_ids})
    if len(requests) > 1:
        sql.fetch_all(_LOCK, {"ids": everything})
    for request in requests:
        balances = list(request.balance_ids)
        values = {"balances": balances, "amount": request.amount, "reference": request.reference, "now": now}
        if not sql.execute(_HOLD, values | {"expires_at": now + HOLD_LIFETIME}):
            raise _not_enough(balances, now)


@transaction.atomic(savepoint=False)
def spend_holds(*, references: Sequence[UUID], note: str, by: Actor, now: datetime) -> bool:
    """
    Spend holds, once; an expired hold is renewed if the balance is still large enough.

    note: what it paid for, in words for people. Locks the balances. Returns False if a balance is too small: release
    the holds then.
    """
    wanted = list(references)
    row = sql.fetch_one(_HOLD_AGAIN, {"references": wanted})
    if row is None or not row["is_whole"]:
        return False
    spent = sql.fetch_all(_END, {"references": wanted, "state": "spent", "note": note, "now": now, **_origin(by)})
    for hold in spent:
        if hold["kind"] == POINTS:
            redeem_batches(
                balance_id=hold["balance_id"], points=hold["amount"], cause=BalanceEntry.SPENT,
                reference=str(hold["reference"]), now=now,
            )  # fmt: skip
    return True


@transaction.atomic(savepoint=False)
def release_holds(*, references: Sequence[UUID], now: datetime) -> int:
    """Release holds of failed orders; those already spent or released do not change. Return how many."""
    ended = {"references": list(references), "state": "released", "note": "", "now": now, **_origin(THE_SYSTEM)}
    return len(sql.fetch_all(_END, ended))


def release_lapsed_holds(*, now: datetime) -> int:
    """Release expired holds, a few hundred per transaction. Return how many."""
    released = 0
    while True:
        with transaction.atomic(durable=True):
            rows = sql.fetch_all(_LAPSED, {"now": now, "limit": ENDED_AT_ONCE})
            released += release_holds(references=[row["reference"] for row in rows], now=now) if rows else 0
        if len(rows) < ENDED_AT_ONCE:
            return released


def expire_balances(*, now: datetime) -> int:
    """Expire the balances of gift cards past their end, unless they are held now. Return how many expired."""
    ended = after = 0
    while rows := sql.fetch_all(_EXPIRED, {"now": now, "after": after, "limit": ENDED_AT_ONCE}):
        ended += go_through(EXPIRING, rows, lambda row: _expire(row["id"], now), ref=lambda row: row["id"], now=now)
        after = rows[-1]["id"]
    return ended


@transaction.atomic(durable=True)
def _expire(balance_id: int, now: datetime) -> bool | None:
    row = sql.fetch_one(_LOCK_EXPIRED, {"id": balance_id, "now": now})
    if row is None:
        return None  # Spent, held or being changed since it was found.
    return change_balance(
        balance_id=balance_id,
        kind=BalanceEntry.EXPIRED,
        amount=-row["amount"],
        reference=f"expiry {now:%Y-%m-%d}",
        by=THE_SYSTEM,
        now=now,
    )


def _origin(by: Actor) -> dict[str, object]:
    return {"channel": by.channel, "store": by.store_code, "staff": by.staff_id}


def _not_enough(balance_ids: Sequence[int], now: datetime) -> BalanceNotEnough:
    row = sql.fetch_one(_FREE, {"balances": list(balance_ids), "now": now})
    available = int(row["free"]) if row else 0
    return BalanceNotEnough(_("There is not enough left for this amount."), available=available)
