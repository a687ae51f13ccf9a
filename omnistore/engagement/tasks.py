"""Engagement's periodic work."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from omnistore.engagement.services import messages


@shared_task
def send_messages(**unknown: Any) -> None:
    """Send the messages that are due."""
    messages.send_queued_messages(now=timezone.now())
