"""What the people's app does without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import touches


@shared_task
def forget_touch_messages(**unknown: Any) -> None:
    """Forget the names of old messages about visits."""
    touches.forget_touch_messages(now=timezone.now())
