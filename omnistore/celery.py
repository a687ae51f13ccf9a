"""The worker's Celery application, and the schedule of periodic tasks."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

from core.web import logs

MINUTE, HOUR = 60, 3600

# Every task by name, with the seconds between two runs. Beat writes these rows when it starts; staff may change them in
# the admin until the next start.
TIMETABLE = {
    "core.tasks.dispatch_journal": 1,
    "omnistore.engagement.tasks.send_messages": 2,
    "inventory.tasks.release_expired_reservations": 15,
    "inventory.tasks.turn_price_lists": 15,
    "inventory.tasks.read_price_files": 5,
    "inventory.tasks.close_on_public_holidays": 24 * HOUR,
    "orders.tasks.settle_open_payments": 15,
    "orders.tasks.settle_refunds": 15,
    "orders.tasks.process_webhook_events": 15,
    "orders.tasks.follow_parcels": MINUTE,
    "orders.tasks.void_expired_authorisations": 10 * MINUTE,
    "orders.tasks.detach_removed_cards": 10 * MINUTE,
    "orders.tasks.expire_overdue_pickups": MINUTE,
    "orders.tasks.reconcile": 24 * HOUR,
    "carts.tasks.check_parity": 24 * HOUR,
    "carts.tasks.forget_expired_codes": HOUR,
    "carts.tasks.revalue_carts": MINUTE,
    "carts.tasks.note_offered_prices": 10 * MINUTE,
    "core.tasks.prepare_journal_months": HOUR,
    "accounts.tasks.release_lapsed_holds": MINUTE,
    "accounts.tasks.expire_balances": HOUR,
    "accounts.tasks.move_points_on": HOUR,
    "accounts.tasks.confirm_tax_numbers": MINUTE,
    "accounts.tasks.compute_tiers": 6 * HOUR,
    "accounts.tasks.forget_visit_messages": HOUR,
    "accounts.tasks.forget_wrong_sign_ins": 10 * MINUTE,
    "orders.tasks.forget_networks": 10 * MINUTE,
    "core.tasks.forget_old_answers": HOUR,
}

app = Celery("omnistore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    # A run that no worker takes in time is dropped: the next one does its work. The worker decides by its own clock, so
    # the time is longer than clocks differ; omnistore/tools/beat.py keeps the queue short meanwhile.
    task: {"task": task, "schedule": seconds, "options": {"expire_seconds": max(seconds, HOUR)}}
    for task, seconds in TIMETABLE.items()
}
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Keep Celery from replacing the JSON logging of settings.LOGGING."""


@task_prerun.connect
def name_task_in_logs(task_id: str, task: "Task[Any, Any]", **kwargs: Any) -> None:
    """Add the task's name and id to every log line that it writes."""
    logs.start(task=task.name, task_id=task_id)
