"""The floor's periodic work."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import dispatch, idempotency, journal

MONTHS_AHEAD = timedelta(days=62)


@shared_task
def dispatch_journal(**unknown: Any) -> None:
    """Hand new entries of the journal to their handlers."""
    dispatch.dispatch_journal(now=timezone.now())


@shared_task
def prepare_journal_months(**unknown: Any) -> None:
    """Make the journal's partitions for the months to come."""
    today = timezone.now().date()
    journal.ensure_months(today, today + MONTHS_AHEAD)


@shared_task
def forget_old_answers(**unknown: Any) -> None:
    """Delete the answers that were kept for repeated requests and have expired."""
    idempotency.forget_expired(now=timezone.now())
