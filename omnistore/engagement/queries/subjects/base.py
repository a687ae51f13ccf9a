"""What notifications may be about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from core.journal import Entry
from omnistore.engagement.rules.policy import Facts
from omnistore.engagement.rules.recipients import Recipient

Context = Mapping[str, Any]


class Subject(Protocol):
    """One kind of subject, for example orders: what the policy has to know of it, and what templates may say."""

    def facts_of(self, entry: Entry) -> Facts | None:
        """Return what the policy has to know; None if the subject is gone."""

    def context_of(self, entry: Entry, *, reader: Recipient, now: datetime) -> Context:
        """
        Return what a template may say, by name: strings in the reader's language, and lists of rows.

        The reader's language is active.
        """
