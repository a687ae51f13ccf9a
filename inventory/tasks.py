"""Scheduled tasks of stock and prices."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from inventory.services import price_files, price_lists, reservations


@shared_task
def release_expired_reservations(**unknown: Any) -> None:
    """Release expired reservations."""
    reservations.release_expired(now=timezone.now())


@shared_task
def turn_price_lists(**unknown: Any) -> None:
    """Apply price lists that began, ended or were changed to price ranges and histories."""
    price_lists.turn_price_lists(now=timezone.now())


@shared_task
def read_price_files(**unknown: Any) -> None:
    """Check and save the price files that staff uploaded."""
    price_files.read_price_files(now=timezone.now())
