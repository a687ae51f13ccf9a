"""Scheduled work on orders."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.services.fulfilment import labels
from orders.services.fulfilment.pickups import deadlines
from orders.services.payments import authorisations, cards, reconciliation
from orders.services.payments.refunding import refunds
from orders.services.placing import unpaid
from orders.services.settlement import payments, tracking, webhook_events


@shared_task
def settle_open_payments(**unknown: Any) -> None:
    """Resolve payment attempts without an outcome."""
    payments.settle_open_payments(now=timezone.now())
    authorisations.settle_captures(now=timezone.now())


@shared_task
def void_expired_authorisations(**unknown: Any) -> None:
    """Void authorisations that are about to expire; their amounts are due again."""
    authorisations.void_expired(now=timezone.now())


@shared_task
def settle_refunds(**unknown: Any) -> None:
    """Ask providers for open refunds, and void authorisations that are not needed."""
    refunds.settle_refunds(now=timezone.now())
    authorisations.void_unneeded(now=timezone.now())


@shared_task
def process_webhook_events(**unknown: Any) -> None:
    """Try webhook events again whose payment was not known yet."""
    webhook_events.process_webhook_events(now=timezone.now())


@shared_task
def detach_removed_cards(**unknown: Any) -> None:
    """Ask providers again to detach cards that their owners have removed."""
    cards.detach_removed(now=timezone.now())


@shared_task
def expire_overdue_pickups(**unknown: Any) -> None:
    """Remind buyers of pickups; cancel and refund those that nobody collected or paid in time."""
    now = timezone.now()
    deadlines.remind_of_pickups(now=now)
    deadlines.expire_overdue_pickups(now=now)
    deadlines.end_unpaid_pickups(now=now)


@shared_task
def forget_networks(**unknown: Any) -> None:
    """Forget from which networks guests ordered what is paid by now."""
    unpaid.forget_networks()


@shared_task
def reconcile(**unknown: Any) -> None:
    """Compare the providers' records with ours."""
    reconciliation.reconcile(now=timezone.now())


@shared_task
def follow_parcels(**unknown: Any) -> None:
    """Settle labels without an outcome, apply what carriers said too early, and ask those that tell nothing."""
    now = timezone.now()
    labels.settle_shipments(now=now)
    tracking.apply_tracking_events(now=now)
    tracking.look_for_parcels(now=now)
