"""Recording visit events: pages and products viewed, campaigns that led to a visit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.events import VisitRecorded
from core.actors import Actor
from core.data import sql
from core.journal import publish

VISITOR_HEADER = "X-Visitor"
OLDEST = timedelta(days=30)

_TAKE_NEW = """
INSERT INTO accounts_visitmessage (sender, message_id, received_at)
SELECT %(sender)s, message_id, %(now)s FROM unnest(%(message_ids)s::text[]) AS message_id
ON CONFLICT (sender, message_id) DO NOTHING
RETURNING message_id
"""
# The same person who signs in again on a device extends their link; another one begins where it ends.
_LINK = """
WITH last AS (
    SELECT id, customer_id, linked_at FROM accounts_visitorlink WHERE visitor = %(visitor)s
    ORDER BY linked_at DESC, id DESC LIMIT 1
), extended AS (
    UPDATE accounts_visitorlink AS link SET linked_at = %(now)s
    FROM last WHERE link.id = last.id AND last.customer_id = %(customer)s RETURNING link.id
)
INSERT INTO accounts_visitorlink (visitor, customer_id, since, linked_at)
SELECT %(visitor)s, %(customer)s, (SELECT linked_at FROM last), %(now)s WHERE NOT EXISTS (SELECT FROM extended)
"""
_FORGET = "DELETE FROM accounts_visitmessage WHERE received_at < %(before)s"


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """
    One event that an app or page reports. kind: for example page_view.

    path: the page's path, without the query, which may name people. props: codes and figures, no free text.
    """

    message_id: str
    kind: str
    occurred_at: datetime
    path: str = ""
    campaign: str = ""
    props: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a batch: how many visit events were new, repeated, or too old to count."""

    accepted: int
    repeated: int
    too_old: int


def is_visitor_key(text: str) -> bool:
    """Return whether a text can be the opaque key of a device: 16 to 64 letters, digits, hyphens and underscores."""
    return 16 <= len(text) <= 64 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


@transaction.atomic
def record_visit_events(*, visit_events: Sequence[VisitEvent], visitor: str, by: Actor, now: datetime) -> Taken:
    """
    Write the visit events of a person or visitor into the journal, each once, in two statements.

    visitor: the opaque key of a device, empty when only the person is known; beside a person it leads their earlier
    visits to them (one more statement). A time in the future becomes now: the
    clocks of devices are often wrong. Events older than 30 days are dropped.
    """
    recent = [visit_event for visit_event in visit_events if visit_event.occurred_at > now - OLDEST]
    sender = f"person:{by.customer_id}" if by.customer_id else f"visitor:{visitor}"
    if by.customer_id and visitor:
        link_visitor(visitor=visitor, customer_id=by.customer_id, now=now)
    by_message = {visit_event.message_id: visit_event for visit_event in reversed(recent)}
    rows = sql.fetch_all(_TAKE_NEW, {"sender": sender, "message_ids": sorted(by_message), "now": now})
    new = [by_message[row["message_id"]] for row in rows]
    publish(
        *(
            VisitRecorded(
                by=by,
                occurred_at=min(visit_event.occurred_at, now),
                customer_id=by.customer_id,
                ref="" if by.customer_id else visitor,
                kind=f"touch.{visit_event.kind}",
                visitor=visitor,
                path=visit_event.path,
                campaign=visit_event.campaign,
                props=visit_event.props,
            )
            for visit_event in new
        )
    )
    return Taken(accepted=len(new), repeated=len(recent) - len(new), too_old=len(visit_events) - len(recent))


@transaction.atomic
def link_visitor(*, visitor: str, customer_id: int, now: datetime) -> None:
    """Give the visits of a device that nobody was signed in for to the person who signs in there."""
    sql.execute(_LINK, {"visitor": visitor, "customer": customer_id, "now": now})


def forget_visit_messages(*, now: datetime) -> int:
    """Delete the ids of visit events that are too old to be accepted again. Return how many."""
    return sql.execute(_FORGET, {"before": now - OLDEST - timedelta(days=1)})
