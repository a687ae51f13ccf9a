"""Sending messages: each once, and once more if a worker died while sending it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.errors import Refusal
from omnistore.engagement.media import all_media
from omnistore.engagement.media.base import SendError
from omnistore.engagement.models import Message
from omnistore.engagement.rules.policy import OLDEST_NEWS

logger = logging.getLogger(__name__)

BATCH = 200
MOST_ATTEMPTS = 8
MOST_INTERRUPTIONS = 1
LONGEST_PAUSE_SECONDS = 3600
# Longer than any task may run: a message that is still being sent afterwards has lost its worker.
LEASE = timedelta(minutes=15)


class NotFailed(Refusal):
    """Only a message that failed can be sent again."""

    code = "not_failed"


def queue_message(message: Message) -> None:
    """
    Put a message in the queue, in the caller's transaction; it is sent after the commit.

    Does nothing if this recipient already has a message about the same journal entry by this medium.
    """
    Message.objects.bulk_create([message], ignore_conflicts=True)


def send_queued_messages(*, now: datetime) -> int:
    """
    Send the messages that are due, up to a batch. Return how many were sent.

    Each message is marked before and after it is sent, each time in a committed transaction: a worker that dies in
    between leaves one marked message, which is sent once more, and then never again automatically.
    """
    _take_up_interrupted(now)
    sent_count = 0
    for _number in range(BATCH):
        message = _claim_next(now)
        if message is None:
            break
        sent_count += _send(message, now)
    return sent_count


@transaction.atomic
def send_again(message: Message, *, now: datetime) -> None:
    """
    Put a failed message back in the queue with a full set of attempts; locks the message's row.

    Raises NotFailed.
    """
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.state != Message.FAILED:
        raise NotFailed(_("Only a message that failed can be sent again."))
    locked.state, locked.attempts, locked.next_attempt_at, locked.error = Message.QUEUED, 0, now, ""
    locked.save(update_fields=["state", "attempts", "next_attempt_at", "error"])


@transaction.atomic(durable=True)
def _claim_next(now: datetime) -> Message | None:
    due = Message.objects.filter(state=Message.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at", "event_id")
    message = due.select_for_update(skip_locked=True, of=("self",)).first()
    if message is not None:
        message.state, message.claimed_at = Message.SENDING, now
        message.attempts += 1
        message.save(update_fields=["state", "claimed_at", "attempts"])
    return message


def _send(message: Message, now: datetime) -> bool:
    try:
        all_media()[message.medium].send(message)
    except SendError as error:
        logger.warning("message %s not sent: %s", message.pk, error)
        is_over = error.permanent or message.attempts >= MOST_ATTEMPTS
        message.state = Message.FAILED if is_over else Message.QUEUED
        message.next_attempt_at = now + _pause_after(message.attempts)
        message.error = str(error)[:500]
    else:
        message.state, message.sent_at, message.error = Message.SENT, now, ""
    message.save(update_fields=["state", "next_attempt_at", "sent_at", "error"])
    return message.state == Message.SENT


@transaction.atomic
def _take_up_interrupted(now: datetime) -> None:
    interrupted = Message.objects.filter(state=Message.SENDING, claimed_at__lt=now - LEASE)
    is_over = Q(interruptions__gte=MOST_INTERRUPTIONS) | Q(created_at__lt=now - OLDEST_NEWS)
    interrupted.filter(is_over).update(
        state=Message.FAILED, error="The worker died while sending; the message may have gone out."
    )
    interrupted.update(state=Message.QUEUED, next_attempt_at=now, interruptions=F("interruptions") + 1)


def _pause_after(attempts: int) -> timedelta:
    return timedelta(seconds=min(15 * 2.0**attempts, LONGEST_PAUSE_SECONDS))
