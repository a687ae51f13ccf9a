"""The subjects of notifications by name; an event class names one of them."""

from collections.abc import Mapping

from omnistore.engagement.queries.subjects.base import Context, Subject
from omnistore.engagement.queries.subjects.customers import CustomerSubject
from omnistore.engagement.queries.subjects.orders import OrderSubject

SUBJECTS: Mapping[str, Subject] = {"order": OrderSubject(), "customer": CustomerSubject()}

__all__ = ["SUBJECTS", "Context", "Subject"]
