"""Periodic tasks of the base layer."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import dispatch, idempotency, journal, sweeping

MONTHS_AHEAD = timedelta(days=62)


@shared_task
def dispatch_journal(**unknown: Any) -> None:
    """Deliver new entries of the journal to their handlers."""
    dispatch.dispatch_journal(now=timezone.now())


@shared_task
def prepare_journal_months(**unknown: Any) -> None:
    """Create the journal's partitions for the coming months."""
    today = timezone.now().date()
    journal.ensure_months(today, today + MONTHS_AHEAD)


@shared_task
def forget_old_answers(**unknown: Any) -> None:
    """Delete expired answers to repeated requests, and unfinished work that was finished in another way."""
    now = timezone.now()
    idempotency.forget_expired(now=now)
    sweeping.forget_finished_elsewhere(now=now)
