"""What orders do without anybody asking."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.services.fulfilment import pickup
from orders.services.payments import authorisations, cards, reconciliation, refunds
from orders.services.settlement import payments, webhook_events


@shared_task
def settle_open_payments(**unknown: Any) -> None:
    """Ask providers what became of payments that nobody is waiting for any more."""
    payments.settle_open_payments(now=timezone.now())
    authorisations.settle_captures(now=timezone.now())


@shared_task
def void_expired_authorisations(**unknown: Any) -> None:
    """Make due again what providers will not keep for us any longer."""
    authorisations.void_expired(now=timezone.now())


@shared_task
def settle_refunds(**unknown: Any) -> None:
    """Ask providers to pay back what was promised back, and to let go of what they keep for nothing."""
    refunds.settle_refunds(now=timezone.now())
    authorisations.void_unneeded(now=timezone.now())


@shared_task
def process_webhook_events(**unknown: Any) -> None:
    """Try again what providers have told us before we could understand it."""
    webhook_events.process_webhook_events(now=timezone.now())


@shared_task
def detach_removed_cards(**unknown: Any) -> None:
    """Ask providers again to let go of cards that their owners have struck out."""
    cards.detach_removed(now=timezone.now())


@shared_task
def expire_overdue_pickups(**unknown: Any) -> None:
    """Cancel, put back and refund what nobody collected in time."""
    pickup.expire_overdue_pickups(now=timezone.now())


@shared_task
def reconcile(**unknown: Any) -> None:
    """Compare the providers' books with ours."""
    reconciliation.reconcile(now=timezone.now())
