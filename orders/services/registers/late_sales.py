"""
The session of a sale that a till could not send at once, and whether a known sale is the same one.

A register may be closed before all its sales are here. Those that come later go to a session of their own, which
rescues the closed one: its count stays as it was, and head office sees what came after it (decision 0150).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Refusal
from core.journal import publish
from orders.events import TillOpened
from orders.services.registers.till_sessions import SessionNotOpen

# The clocks of a till and of the shop may differ by so much.
CLOCKS_DIFFER = timedelta(minutes=5)

_SESSION = """
SELECT id, register, opened_at, closed_at FROM orders_tillsession
WHERE id = %(session)s AND store_id = %(store)s AND rescues_id IS NULL FOR SHARE
"""
_OPEN_RESCUE = "SELECT id FROM orders_tillsession WHERE rescues_id = %(session)s AND closed_at IS NULL FOR SHARE"
_RESCUE = """
INSERT INTO orders_tillsession (store_id, register, currency, opening_float, opened_by_id, opened_at, rescues_id)
SELECT store_id, register, currency, 0, %(staff)s::bigint, %(now)s::timestamptz, id
FROM orders_tillsession WHERE id = %(session)s
ON CONFLICT (rescues_id) WHERE closed_at IS NULL DO NOTHING
RETURNING id
"""
_REGISTER_OF_SALE = """
SELECT (ours.store_id, ours.register) IS NOT DISTINCT FROM (theirs.store_id, theirs.register) AS is_same
FROM orders_order AS orders
LEFT JOIN orders_tillsession AS theirs ON theirs.id = orders.till_session_id
LEFT JOIN orders_tillsession AS ours ON ours.id = %(session)s::bigint
WHERE orders.client_id = %(client_id)s AND orders.state <> 'failed'
"""


class OccurredAtNotValid(Refusal):
    """The sale cannot have happened at this moment: its register was not open; `opened_at`, `closed_at` say when."""

    code = "occurred_at_not_valid"


def take_session_of_late_sale(
    *, session_id: int, store_id: int | None, occurred_at: datetime, by: Actor, now: datetime
) -> int:
    """
    Return the session that a late sale belongs to: its own while it is open, else the one that rescues it.

    That session stays open until the transaction ends. Raises SessionNotOpen for one of another store, and
    OccurredAtNotValid.
    """
    session = sql.fetch_one(_SESSION, {"session": session_id, "store": store_id})
    if session is None:
        raise SessionNotOpen(_("There is no such till session in this store. Open one first."))
    closed_at = session["closed_at"]
    if not session["opened_at"] - CLOCKS_DIFFER <= occurred_at <= (closed_at or now) + CLOCKS_DIFFER:
        raise OccurredAtNotValid(
            _("This register was not open at that moment. Check the clock of the till."),
            opened_at=session["opened_at"].isoformat(),
            closed_at=closed_at and closed_at.isoformat(),
        )
    return session_id if closed_at is None else _rescue(session, by=by, now=now)


def is_of_register(*, client_id: UUID, session_id: int | None) -> bool:
    """Return whether the known sale of a client id was made at the register of a session."""
    row = sql.fetch_one(_REGISTER_OF_SALE, {"client_id": client_id, "session": session_id})
    return row is not None and row["is_same"]


def _rescue(session: sql.Row, *, by: Actor, now: datetime) -> int:
    wanted = {"session": session["id"], "staff": by.staff_id, "now": now}
    # Two sales may begin it at once, and it may be closed meanwhile.
    while (present := sql.fetch_one(_OPEN_RESCUE, wanted)) is None:
        begun = sql.fetch_one(_RESCUE, wanted)
        if begun is not None:
            publish(TillOpened(by=by, occurred_at=now, ref=session["register"], session_id=begun["id"]))
    return int(present["id"])
