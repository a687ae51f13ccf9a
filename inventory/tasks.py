"""Scheduled tasks of stock and prices."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from core.actors import THE_SYSTEM
from inventory.services import price_files, price_lists, public_holidays, reservations


@shared_task
def release_expired_reservations(**unknown: Any) -> None:
    """Release expired reservations."""
    reservations.release_expired(now=timezone.now())


@shared_task
def turn_price_lists(**unknown: Any) -> None:
    """Apply price lists that began, ended or were changed to price ranges and histories."""
    price_lists.turn_price_lists(now=timezone.now())


@shared_task
def close_on_public_holidays(**unknown: Any) -> None:
    """Close places on the public holidays that come."""
    public_holidays.close_on_public_holidays(by=THE_SYSTEM, now=timezone.now())


@shared_task
def read_price_files(**unknown: Any) -> None:
    """Check and save the price files that staff uploaded."""
    price_files.read_price_files(now=timezone.now())
