"""A person's timeline over all channels, read from the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.data import sql
from core.journal import Entry, event_class

# Each record of the person is read along its own index, newest first, so that the cost is a page, not a whole history.
_ASKED_FOR = """
      AND (%(before_at)s::timestamptz IS NULL OR (occurred_at, id) < (%(before_at)s, %(before_id)s::bigint))
      AND (%(kind)s = '' OR kind = %(kind)s OR starts_with(kind, %(kind)s || '.'))
      AND (%(channel)s = '' OR channel = %(channel)s)
      AND (%(store)s = '' OR store = %(store)s)
    ORDER BY occurred_at DESC, id DESC
    LIMIT %(limit)s
"""
# Visits of the person's devices before they signed in there carry the device's key, which is shown to nobody.
_PAGE = f"""
SELECT id, kind, occurred_at, customer_id, channel, store, actor_id, ref, payload FROM (
    SELECT entry.id, entry.kind, entry.occurred_at, entry.customer_id, entry.channel, entry.store, entry.actor_id,
           entry.ref, entry.payload
    FROM unnest(%(person_ids)s::bigint[]) AS person (id)
    CROSS JOIN LATERAL (
        SELECT * FROM core_journal WHERE customer_id = person.id {_ASKED_FOR}
    ) AS entry
    UNION ALL
    SELECT entry.id, entry.kind, entry.occurred_at, link.customer_id, entry.channel, entry.store, entry.actor_id,
           '', entry.payload
    FROM accounts_visitorlink AS link
    CROSS JOIN LATERAL (
        SELECT * FROM core_journal
        WHERE ref = link.visitor AND ref <> '' AND customer_id IS NULL AND starts_with(kind, 'touch.')
          AND occurred_at <= link.linked_at AND (link.since IS NULL OR occurred_at > link.since) {_ASKED_FOR}
    ) AS entry
    WHERE link.customer_id = ANY(%(person_ids)s::bigint[])
) AS entry
ORDER BY occurred_at DESC, id DESC
LIMIT %(limit)s
"""

_STORY = """
SELECT id, kind, occurred_at, customer_id, channel, store, actor_id, ref, payload
FROM core_journal WHERE ref = %(ref)s AND ref <> '' AND split_part(kind, '.', 1) = ANY(%(families)s::text[])
ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class TimelinePlace:
    """A place in a timeline: everything before this instant, and at this instant everything below this id."""

    at: datetime
    id: int = 0

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"


def summary_of(entry: Entry) -> str:
    """Return an entry as a short sentence in the active language."""
    event = event_class(entry.kind)
    if event is None or event.words is None:
        return entry.kind.replace(".", " ").replace("_", " ").capitalize()
    return event.words(entry)


def timeline(
    *,
    person_ids: Sequence[int],
    before: TimelinePlace | None = None,
    kind: str = "",
    channel: str = "",
    store: str = "",
    limit: int,
) -> list[Entry]:
    """
    Return a person's entries on every channel, newest first, in one statement.

    person_ids: all records of the person. before: the place of the last entry seen. kind: one kind, or a family of
    them ("order"); channel and store: exactly these; empty for all.
    """
    rows = sql.fetch_all(
        _PAGE,
        {
            "person_ids": list(person_ids),
            "before_at": before.at if before else None,
            "before_id": before.id if before else None,
            "kind": kind,
            "channel": channel,
            "store": store,
            "limit": limit,
        },
    )
    return [Entry(**row) for row in rows]


def history_of(*, ref: str, families: Sequence[str], limit: int) -> list[Entry]:
    """
    Return the entries about one object, newest first, in one statement.

    ref: the number by which people find it. families: the prefixes of the kinds to include ("order").
    """
    rows = sql.fetch_all(_STORY, {"ref": ref, "families": list(families), "limit": limit})
    return [Entry(**row) for row in rows]


def entry_json(entry: Entry) -> dict[str, Any]:
    """Return an entry as the API returns it."""
    return {
        "id": str(entry.id),
        "kind": entry.kind,
        "occurred_at": entry.occurred_at.isoformat(),
        "channel": entry.channel,
        "store": entry.store or None,
        "summary": summary_of(entry),
        "ref": entry.ref or None,
    }
