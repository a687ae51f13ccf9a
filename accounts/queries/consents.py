"""A person's consents in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.data import sql

# The newest row of each record counts. Until the person decides again after a merge, the most restrictive decision of
# their records is in force; a decision made since replaces all of them.
_IN_FORCE = """
WITH newest AS (
    SELECT DISTINCT ON (customer_id, medium, purpose)
        customer_id, medium, purpose, is_given, channel, store, text_version, decided_at, id
    FROM accounts_consent
    WHERE customer_id = ANY(%(person_ids)s)
    ORDER BY customer_id, medium, purpose, id DESC
)
SELECT DISTINCT ON (medium, purpose) medium, purpose, is_given, channel, store, text_version, decided_at
FROM newest
WHERE customer_id = %(customer_id)s OR NOT EXISTS (
    SELECT 1 FROM newest AS own
    JOIN accounts_customermerge AS merge ON merge.duplicate_id = newest.customer_id AND merge.undone_at IS NULL
    WHERE own.customer_id = %(customer_id)s AND own.medium = newest.medium AND own.purpose = newest.purpose
      AND own.decided_at > merge.merged_at
)
ORDER BY medium, purpose, is_given, id DESC
"""


@dataclass(frozen=True, slots=True)
class ConsentInForce:
    """A decision in force, with where and when it was made."""

    medium: str
    purpose: str
    is_given: bool
    channel: str
    store: str
    text_version: str
    decided_at: datetime


def consents_in_force(*, customer_id: int, person_ids: Sequence[int]) -> list[ConsentInForce]:
    """
    Return a person's decisions by medium and purpose, in one statement; whatever is missing was never allowed.

    person_ids: all records of the person, including customer_id, the surviving one.
    """
    rows = sql.fetch_all(_IN_FORCE, {"customer_id": customer_id, "person_ids": list(person_ids)})
    return [ConsentInForce(**row) for row in rows]


def may_send(*, customer_id: int, person_ids: Sequence[int], medium: str, purpose: str) -> bool:
    """Return whether a person consents to messages for a purpose by a medium."""
    in_force = consents_in_force(customer_id=customer_id, person_ids=person_ids)
    return any((c.medium, c.purpose) == (medium, purpose) and c.is_given for c in in_force)
