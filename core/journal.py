"""
The journal of business events, written in the transaction of each event.

A business event is a frozen dataclass below Event; publish() appends it. The same rows serve as the person's timeline
(visible at commit) and as the outbox: functions marked with @handles are called for each entry of their kinds, in
commit order, at least once (core/dispatch.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from core.actors import Actor
from core.data import sql

_COMMON = {"by", "occurred_at", "customer_id", "ref"}

# For the hot statements that append their one event themselves.
INSERT_EVENT = "INSERT INTO core_journal (occurred_at, kind, customer_id, channel, store, actor_id, ref, payload)"

_APPEND = f"""
{INSERT_EVENT}
SELECT * FROM json_to_recordset(%(events)s::json) AS event(
    occurred_at timestamptz, kind text, customer_id bigint, channel text, store text, actor_id bigint, ref text,
    payload jsonb)
"""


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    Something that happened, in the past tense.

    by: who did it and on which channel. customer_id: the customer whose timeline shows it, if any. ref: the number or
    code by which people find its subject. The fields of subclasses are ids and figures and form the payload; money is
    in minor units.
    """

    kind: ClassVar[str]

    by: Actor
    occurred_at: datetime
    customer_id: int | None = None
    ref: str = ""

    def payload(self) -> dict[str, Any]:
        """Return the event's own fields by name."""
        return {name: value for name, value in vars(self).items() if name not in _COMMON}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is read back from the journal."""

    id: int
    kind: str
    occurred_at: datetime
    customer_id: int | None
    channel: str
    store: str
    actor_id: int | None
    ref: str
    payload: dict[str, Any]


Handler = Callable[[Entry], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler with the kinds of entry it receives; name is the key of its position and never changes."""

    name: str
    kinds: tuple[str, ...]
    handle: Handler


_subscriptions: dict[str, Subscription] = {}


def publish(*events: Event) -> None:
    """Append events to the journal, in the caller's transaction: they are stored exactly if the caller's work is."""
    if not events:
        return
    rows = [
        {
            "occurred_at": event.occurred_at,
            "kind": event.kind,
            "customer_id": event.customer_id,
            "channel": event.by.channel,
            "store": event.by.store_code,
            "actor_id": event.by.staff_id,
            "ref": event.ref,
            "payload": event.payload(),
        }
        for event in events
    ]
    sql.execute(_APPEND, {"events": sql.as_json(rows)})


def handles(*events: type[Event]) -> Callable[[Handler], Handler]:
    """
    Call the function for every entry of these kinds, in commit order, at least once.

    Its database writes commit together with its position in the journal; its other effects must tolerate being
    repeated.
    """

    def subscribe(handle: Handler) -> Handler:
        name = f"{handle.__module__}.{handle.__qualname__}"
        _subscriptions[name] = Subscription(name, tuple(event.kind for event in events), handle)
        return handle

    return subscribe


def subscriptions() -> Sequence[Subscription]:
    """Return every handler that is subscribed, by name."""
    return [_subscriptions[name] for name in sorted(_subscriptions)]


def ensure_months(first: date, last: date) -> None:
    """Make the journal's partitions for every month from first to last, both included."""
    sql.fetch_all(
        """
        SELECT core_journal_ensure_month(month::date)
        FROM generate_series(date_trunc('month', %(first)s::date), %(last)s::date, interval '1 month') AS month
        """,
        {"first": first, "last": last},
    )
