"""Scheduled tasks of carts."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from carts.services import cart_codes, offered_prices, parity


@shared_task
def check_parity(**unknown: Any) -> None:
    """Compare what web, app and till charge for everything on sale."""
    parity.check_parity(now=timezone.now())


@shared_task
def forget_expired_codes(**unknown: Any) -> None:
    """Delete the codes of carts that have expired."""
    cart_codes.forget_expired_codes(now=timezone.now())


@shared_task
def note_offered_prices(**unknown: Any) -> None:
    """Record what promotions make one unit cost everybody."""
    offered_prices.note_offered_prices(now=timezone.now())
