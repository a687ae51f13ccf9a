"""What stock does without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from inventory.services import price_lists, reservations


@shared_task
def release_expired_reservations(**unknown: Any) -> None:
    """Free the units of holds whose time is over."""
    reservations.release_expired(now=timezone.now())


@shared_task
def turn_price_lists(**unknown: Any) -> None:
    """Work price lists that began, ended or were changed into price ranges and histories."""
    price_lists.turn_price_lists(now=timezone.now())
