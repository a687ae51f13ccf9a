"""What the people's app does without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services.balances import balances, points_in_time, tiers
from accounts.services.customers import visit_events


@shared_task
def forget_visit_messages(**unknown: Any) -> None:
    """Forget the names of old messages about visits."""
    visit_events.forget_visit_messages(now=timezone.now())


@shared_task
def release_lapsed_holds(**unknown: Any) -> None:
    """Let go of what was held of balances for something that never came to an end."""
    balances.release_lapsed_holds(now=timezone.now())


@shared_task
def expire_balances(**unknown: Any) -> None:
    """End what is left on gift cards whose time is over."""
    balances.expire_balances(now=timezone.now())


@shared_task
def move_points_on(**unknown: Any) -> None:
    """Let pending points be spent, end old ones, and warn of those that end soon."""
    now = timezone.now()
    points_in_time.mature_points(now=now)
    points_in_time.expire_points(now=now)
    points_in_time.warn_of_expiry(now=now)


@shared_task
def compute_tiers(**unknown: Any) -> None:
    """Work out again the tiers of those whose points of the last twelve months may have become fewer."""
    tiers.compute_tiers(now=timezone.now())
