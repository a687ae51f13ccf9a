"""
The journal of business events, written in the transaction of each event.

A business event is a frozen dataclass below Event, in its app's module `events`; publish() appends it. The same rows
serve as the person's timeline (visible at commit) and as the outbox: functions marked with @handles are called for each
entry of their kinds, in commit order, at least once (core/dispatch.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from core.actors import Actor
from core.data import sql

_COMMON = {"by", "occurred_at", "customer_id", "ref"}
# The version's place in a payload. Left out for the first version, so the hot statements pay nothing for it.
VERSION = "version"

# For the hot statements that append their one event themselves.
INSERT_EVENT = "INSERT INTO core_journal (occurred_at, kind, customer_id, channel, store, actor_id, ref, payload)"

_APPEND = f"""
{INSERT_EVENT}
SELECT * FROM json_to_recordset(%(events)s::json) AS event(
    occurred_at timestamptz, kind text, customer_id bigint, channel text, store text, actor_id bigint, ref text,
    payload jsonb)
"""

Words = Callable[["Entry"], str]


@dataclass(frozen=True, slots=True)
class Notification:
    """
    What people hear of an event, if the policy of notifications allows it.

    template: the name of its file in the app's folder `notifications`. subject: what it is about, and so what the
    template may say. recipients: who gets it.
    """

    template: str
    subject: str
    recipients: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    Something that happened, in the past tense.

    by: who did it and on which channel. customer_id: the customer whose timeline shows it, if any. ref: the number or
    code by which people find its subject. The fields of subclasses are ids and figures and form the payload; money is
    in minor units.

    version: raised when the fields of a class change; all versions are listed in tests/architecture/event_schemas.json.
    words: how a timeline says it, in the active language (core/texts/wording.py).
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    words: ClassVar[Words | None] = None
    notifications: ClassVar[Sequence[Notification]] = ()

    by: Actor
    occurred_at: datetime
    customer_id: int | None = None
    ref: str = ""

    def __init_subclass__(cls, *, family: str = "") -> None:
        """Make the class known by its kind. family: the first part of the kinds, where each entry has its own."""
        kind = family or cls.__dict__.get("kind", "")
        if kind:
            _event_classes[kind] = cls

    def payload(self) -> dict[str, Any]:
        """Return the event's own fields by name, and its version unless it is the first."""
        fields = {name: value for name, value in vars(self).items() if name not in _COMMON}
        return fields if self.version == 1 else {**fields, VERSION: self.version}


@dataclass(frozen=True, kw_only=True)
class ShopEvent(Event):
    """Something that happened in the shop itself: no customer's timeline shows it, so it needs no words."""

    customer_id: None = field(default=None, init=False)


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

    @property
    def version(self) -> int:
        """Return the version of the event's class by which the payload was written."""
        return int(self.payload.get(VERSION, 1))


Handler = Callable[[Entry], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler with the kinds of entry it receives; name is the key of its position and never changes."""

    name: str
    kinds: tuple[str, ...]
    handle: Handler


_event_classes: dict[str, type[Event]] = {}
_subscriptions: dict[str, Subscription] = {}


def event_classes() -> Mapping[str, type[Event]]:
    """Return the classes of all events by kind, or by the first part of their kinds."""
    return _event_classes


def event_class(kind: str) -> type[Event] | None:
    """Return the class of the entries of a kind."""
    return _event_classes.get(kind) or _event_classes.get(kind.partition(".")[0])


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
