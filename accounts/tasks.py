"""What the people's app does without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import balances, touches


@shared_task
def forget_touch_messages(**unknown: Any) -> None:
    """Forget the names of old messages about visits."""
    touches.forget_touch_messages(now=timezone.now())


@shared_task
def release_lapsed_holds(**unknown: Any) -> None:
    """Let go of what was held of balances for something that never came to an end."""
    balances.release_lapsed_holds(now=timezone.now())


@shared_task
def expire_balances(**unknown: Any) -> None:
    """End what is left on gift cards whose time is over."""
    balances.expire_balances(now=timezone.now())
