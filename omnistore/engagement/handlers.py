"""Notifications about events of every part of the shop."""

from django.utils import timezone

from core.journal import Entry, event_classes, handles
from omnistore.engagement.services.notifications import notify


# One handler for all kinds, so that people get messages in the order of the events.
@handles(*(event for event in event_classes().values() if event.notifications))
def notify_people(entry: Entry) -> None:
    """Queue the notifications about this entry."""
    notify(entry, now=timezone.now())
