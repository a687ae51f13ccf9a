"""What stock does without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from inventory.services import reservations


@shared_task
def release_expired_reservations(**unknown: Any) -> None:
    """Free the units of holds whose time is over."""
    reservations.release_expired(now=timezone.now())
