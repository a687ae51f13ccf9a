"""Periodic tasks of accounts."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services.balances import balances, points_in_time, tiers
from accounts.services.customers import tax_numbers, visit_events
from accounts.services.identity import wrong_sign_ins


@shared_task
def forget_visit_messages(**unknown: Any) -> None:
    """Delete the ids of old visit events."""
    visit_events.forget_visit_messages(now=timezone.now())


@shared_task
def forget_wrong_sign_ins(**unknown: Any) -> None:
    """Delete wrong passwords that count no more."""
    wrong_sign_ins.forget_wrong_sign_ins(now=timezone.now())


@shared_task
def release_lapsed_holds(**unknown: Any) -> None:
    """Release expired holds of balances."""
    balances.release_lapsed_holds(now=timezone.now())


@shared_task
def expire_balances(**unknown: Any) -> None:
    """Expire the balances of gift cards past their end."""
    balances.expire_balances(now=timezone.now())


@shared_task
def move_points_on(**unknown: Any) -> None:
    """Mature pending points, expire old ones, and warn of those that expire soon."""
    now = timezone.now()
    points_in_time.mature_points(now=now)
    points_in_time.expire_points(now=now)
    points_in_time.warn_of_expiry(now=now)


@shared_task
def compute_tiers(**unknown: Any) -> None:
    """Compute the tiers of people whose points of the last twelve months may have decreased."""
    tiers.compute_tiers(now=timezone.now())


@shared_task
def confirm_tax_numbers(**unknown: Any) -> None:
    """Have VAT numbers confirmed."""
    tax_numbers.confirm_tax_numbers(now=timezone.now())
