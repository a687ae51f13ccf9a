"""What a store's staff need to see: open tills, and what must be done now."""

from dataclasses import dataclass
from datetime import datetime

from core.data import sql

# The states are written out here, because only then does PostgreSQL use the index of open fulfilments.
_NOW = """
SELECT (count(*) FILTER (WHERE kind = 'pickup' AND state = 'placed'))::int AS to_accept,
       (count(*) FILTER (WHERE kind = 'pickup' AND state IN ('accepted', 'picking')))::int AS to_pick,
       (count(*) FILTER (WHERE kind = 'pickup' AND state = 'ready'))::int AS ready,
       (count(*) FILTER (WHERE kind = 'pickup' AND state <> 'ready' AND promised_at < %(now)s))::int AS late,
       (count(*) FILTER (WHERE kind = 'pickup' AND state = 'ready' AND expires_at < %(soon)s))::int AS leaving,
       (count(*) FILTER (WHERE kind = 'pickup' AND wrong_codes >= %(most_wrong)s))::int AS locked,
       min(promised_at) FILTER (WHERE kind = 'pickup' AND state IN ('placed', 'accepted', 'picking')) AS next_promise,
       (count(*) FILTER (WHERE kind = 'ship' AND state = 'placed'))::int AS parcels_to_pick,
       (count(*) FILTER (WHERE kind = 'ship' AND state = 'picking'))::int AS parcels_to_send,
       (SELECT coalesce(sum(held.units), 0)::int
        FROM inventory_heldstock AS held JOIN inventory_stocklevel AS level ON level.id = held.level_id
        WHERE level.location_id = %(store)s AND held.state = 'put_away' AND held.units > 0) AS to_put_away,
       (SELECT count(*)::int FROM orders_tillsession
        WHERE store_id = %(store)s AND closed_at IS NULL) AS open_tills
FROM orders_fulfilment
WHERE location_id = %(store)s AND state IN ('placed', 'accepted', 'picking', 'ready')
"""
_OPEN_TILLS = """
SELECT session.id, session.register, session.opened_at, session.opening_float, session.currency,
       staff.name AS opened_by, session.rescues_id IS NOT NULL AS is_rescue
FROM orders_tillsession AS session JOIN accounts_customer AS staff ON staff.id = session.opened_by_id
WHERE session.store_id = %(store)s AND session.closed_at IS NULL
ORDER BY session.register, session.id LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class OpenTill:
    """A register that sells, or takes late sales of a closed session (is_rescue); opening_float in minor units."""

    id: int
    register: str
    opened_at: datetime
    opening_float: int
    currency: str
    opened_by: str
    is_rescue: bool


@dataclass(frozen=True, slots=True)
class NowInStore:
    """
    The work that waits for a store's staff.

    late: promised for a time that has passed, and not ready. leaving: ready, and expiring soon unless somebody comes.
    to_put_away: units that are sold again once somebody confirms that they are on the shelf.
    """

    to_accept: int
    to_pick: int
    ready: int
    late: int
    leaving: int
    locked: int
    next_promise: datetime | None
    parcels_to_pick: int
    parcels_to_send: int
    to_put_away: int
    open_tills: int


def now_in_store(*, store_id: int, now: datetime, soon: datetime, most_wrong: int) -> NowInStore:
    """Return the work that waits in a store, in one statement. soon: until when a ready pickup counts as leaving."""
    row = sql.fetch_one(_NOW, {"store": store_id, "now": now, "soon": soon, "most_wrong": most_wrong})
    assert row is not None
    return NowInStore(**row)


def open_tills(*, store_id: int) -> list[OpenTill]:
    """Return the registers of a store that are open, by name, in one statement."""
    return [OpenTill(**row) for row in sql.fetch_all(_OPEN_TILLS, {"store": store_id})]
