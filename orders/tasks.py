"""What orders do without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.services import notices, payments, pickup, reconciliation, refunds


@shared_task
def settle_open_payments(**unknown: Any) -> None:
    """Ask providers what became of payments that nobody is waiting for any more."""
    payments.settle_open_payments(now=timezone.now())


@shared_task
def settle_refunds(**unknown: Any) -> None:
    """Ask providers to pay back what was promised back."""
    refunds.settle_refunds(now=timezone.now())


@shared_task
def act_on_waiting_notices(**unknown: Any) -> None:
    """Try again what providers have told us before we could understand it."""
    notices.act_on_waiting_notices(now=timezone.now())


@shared_task
def expire_overdue_pickups(**unknown: Any) -> None:
    """Cancel, put back and refund what nobody collected in time."""
    pickup.expire_overdue_pickups(now=timezone.now())


@shared_task
def reconcile(**unknown: Any) -> None:
    """Compare the providers' books with ours."""
    reconciliation.reconcile(now=timezone.now())
