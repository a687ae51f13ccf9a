"""Notifications about a person themselves: their points, their tier, their account."""

from datetime import datetime

from accounts.models import Customer
from accounts.queries.timeline import summary_of
from core.journal import Entry
from core.texts.formats import number_text
from omnistore.engagement.queries.subjects.base import Context
from omnistore.engagement.rules.policy import Facts
from omnistore.engagement.rules.recipients import Recipient


class CustomerSubject:
    """
    The person whose timeline shows the entry.

    Templates may say `name`, `number` (the entry's ref), `summary` (the timeline's words) and the entry's figures.
    """

    def facts_of(self, entry: Entry) -> Facts | None:
        """Return no facts; None if the person is gone."""
        return {} if entry.customer_id else None

    def context_of(self, entry: Entry, *, reader: Recipient, now: datetime) -> Context:
        """Return the values that templates may name."""
        assert entry.customer_id is not None
        name = Customer.objects.values_list("name", flat=True).get(pk=entry.customer_id)
        figures = {
            field: number_text(figure, reader.language)
            for field, figure in entry.payload.items()
            if type(figure) is int and not field.endswith("_id")
        }
        return {**figures, "name": name, "number": entry.ref, "summary": summary_of(entry)}
