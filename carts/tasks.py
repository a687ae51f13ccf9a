"""Scheduled tasks of carts."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from carts.services import cart_codes, currency, offered_prices, parity

_is_revalued = False


@shared_task
def check_parity(**unknown: Any) -> None:
    """Compare what web, app and till charge for everything on sale."""
    parity.check_parity(now=timezone.now())


@shared_task
def forget_expired_codes(**unknown: Any) -> None:
    """Delete the codes of carts that have expired."""
    cart_codes.forget_expired_codes(now=timezone.now())


@shared_task
def revalue_carts(**unknown: Any) -> None:
    """Bring carts of another currency to the shop's; a setting changes with a restart, so once in each process."""
    global _is_revalued
    if not _is_revalued:
        currency.revalue_carts(now=timezone.now())
        _is_revalued = True


@shared_task
def note_offered_prices(**unknown: Any) -> None:
    """Record what promotions make one unit cost everybody."""
    offered_prices.note_offered_prices(now=timezone.now())
