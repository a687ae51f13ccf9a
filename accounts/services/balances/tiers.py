"""Tier memberships, computed from the points of the last twelve months."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy

from accounts.events import TierChanged
from accounts.queries.loyalty import tiers_of_the_shop
from accounts.rules.loyalty import Tier, tier_reached
from core.actors import THE_SYSTEM
from core.data import sql
from core.journal import publish
from core.sweeping import Sweep, go_through

WINDOW = timedelta(days=365)
AT_ONCE = 500
COMPUTING = Sweep("accounts.compute_tiers", gettext_lazy("Compute the tier of a customer"))

# The person's row is locked first, so that concurrent computations run one after the other.
_PERSON = """
SELECT id FROM accounts_customer
WHERE id = (SELECT coalesce(merged_into_id, id) FROM accounts_customer WHERE id = %(customer)s)
FOR NO KEY UPDATE
"""
_STANDING = """
SELECT coalesce((SELECT sum(accrual.points) FROM accounts_pointaccrual AS accrual
                 JOIN accounts_balance AS balance ON balance.id = accrual.balance_id
                 JOIN accounts_customer AS record ON record.id = balance.customer_id
                 WHERE (record.id = %(person)s OR record.merged_into_id = %(person)s)
                   AND accrual.earned_at > %(since)s), 0)::bigint AS points,
       (SELECT tier_id FROM accounts_tiermembership WHERE customer_id = %(person)s) AS tier
"""
_WRITE = """
INSERT INTO accounts_tiermembership (customer_id, tier_id, points, reached_at, computed_at)
VALUES (%(person)s, %(tier)s, %(points)s, %(now)s, %(now)s)
ON CONFLICT (customer_id) DO UPDATE
SET points = excluded.points, computed_at = excluded.computed_at, tier_id = excluded.tier_id,
    reached_at = CASE WHEN accounts_tiermembership.tier_id IS DISTINCT FROM excluded.tier_id
                      THEN excluded.reached_at ELSE accounts_tiermembership.reached_at END
"""
_LEAVE = """
DELETE FROM accounts_segmentmembership
WHERE customer_id = %(person)s AND segment_id IN (SELECT segment_id FROM accounts_loyaltytier WHERE id = %(tier)s)
"""
_JOIN = """
INSERT INTO accounts_segmentmembership (segment_id, customer_id, since)
SELECT segment_id, %(person)s, %(now)s FROM accounts_loyaltytier WHERE id = %(tier)s AND segment_id IS NOT NULL
ON CONFLICT (customer_id, segment_id) DO UPDATE SET until = NULL
"""
# People whose points of the last twelve months, with the present tiers, lead to another membership.
_STALE = """
SELECT standing.customer_id
FROM accounts_tiermembership AS standing
JOIN accounts_customer AS person ON person.id = standing.customer_id AND person.merged_into_id IS NULL
CROSS JOIN LATERAL (
    SELECT coalesce(sum(accrual.points), 0)::bigint AS points FROM accounts_pointaccrual AS accrual
    JOIN accounts_balance AS balance ON balance.id = accrual.balance_id
    JOIN accounts_customer AS record ON record.id = balance.customer_id
    WHERE (record.id = person.id OR record.merged_into_id = person.id) AND accrual.earned_at > %(since)s
) AS year
WHERE standing.customer_id > %(after)s AND (
    standing.points <> year.points
    OR standing.tier_id IS DISTINCT FROM (SELECT id FROM accounts_loyaltytier WHERE threshold <= year.points
                                          ORDER BY threshold DESC LIMIT 1))
ORDER BY standing.customer_id LIMIT %(limit)s
"""


@transaction.atomic(savepoint=False)
def compute_tier(*, customer_id: int, now: datetime) -> None:
    """
    Store the person's present tier, and move them from the former tier's segment to the new one's.

    customer_id: any of the person's records. Locks the person.
    """
    _compute(customer_id, tiers_of_the_shop(), now)


def compute_tiers(*, now: datetime) -> int:
    """
    Compute the tiers of people who should have another, each in a separate transaction.

    Returns how many people were computed.
    """
    tiers, count, after = tiers_of_the_shop(), 0, 0

    def act(row: sql.Row) -> bool:
        with transaction.atomic(durable=True):
            _compute(row["customer_id"], tiers, now)
        return True

    while rows := sql.fetch_all(_STALE, {"since": now - WINDOW, "after": after, "limit": AT_ONCE}):
        count += go_through(COMPUTING, rows, act, ref=lambda row: row["customer_id"], now=now)
        after = rows[-1]["customer_id"]
    return count


def _compute(customer_id: int, tiers: list[Tier], now: datetime) -> None:
    row = sql.fetch_one(_PERSON, {"customer": customer_id})
    assert row is not None
    person = row["id"]
    standing = sql.fetch_one(_STANDING, {"person": person, "since": now - WINDOW})
    assert standing is not None
    former = next((tier for tier in tiers if tier.id == standing["tier"]), None)
    tier = tier_reached(tiers, standing["points"])
    sql.execute(_WRITE, {"person": person, "tier": tier.id if tier else None, "points": standing["points"], "now": now})
    if tier == former:
        return
    if former:
        sql.execute(_LEAVE, {"person": person, "tier": former.id})
    if tier:
        sql.execute(_JOIN, {"person": person, "tier": tier.id, "now": now})
    publish(
        TierChanged(
            by=THE_SYSTEM,
            occurred_at=now,
            customer_id=person,
            tier=tier.code if tier else "",
            name=tier.name if tier else {},
            former=former.code if former else "",
            is_up=(tier.threshold if tier else -1) > (former.threshold if former else -1),
        )
    )
