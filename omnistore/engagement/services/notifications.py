"""Turning journal entries into queued messages."""

from datetime import datetime

from django.utils.translation import override

from core.journal import Entry, Notification, event_class
from omnistore.engagement.media import all_media
from omnistore.engagement.models import Message
from omnistore.engagement.queries.recipients import RESOLVERS
from omnistore.engagement.queries.subjects import SUBJECTS
from omnistore.engagement.queries.templates import template_named
from omnistore.engagement.rules.policy import News, Reach, is_old, is_worth_sending, medium_for
from omnistore.engagement.rules.recipients import Recipient
from omnistore.engagement.services.messages import queue_message
from omnistore.engagement.services.rendering import render


def notify(entry: Entry, *, now: datetime) -> None:
    """
    Queue the notifications that the entry's class declares, for everybody whom the policy allows, in their language.

    A recipient gets one message for an entry by one medium, however often this is called.
    """
    event = event_class(entry.kind)
    if event is None or is_old(now - entry.occurred_at):
        return
    media = [Reach(name, medium.address, medium.is_on()) for name, medium in all_media().items()]
    facts = {name: SUBJECTS[name].facts_of(entry) for name in {told.subject for told in event.notifications}}
    for notification in event.notifications:
        known = facts[notification.subject]
        if known is None:
            continue
        news = News(entry.kind, notification.template, now - entry.occurred_at, {**entry.payload, **known})
        if not is_worth_sending(news):
            continue
        for recipient in RESOLVERS[notification.recipients](entry):
            reach = medium_for(news, recipient, media)
            if reach is not None:
                queue_message(_written(notification, entry, recipient, reach, now))


def _written(notification: Notification, entry: Entry, recipient: Recipient, reach: Reach, now: datetime) -> Message:
    with override(recipient.language):
        context = SUBJECTS[notification.subject].context_of(entry, reader=recipient, now=now)
        content = render(template_named(notification.template), context)
    layout = all_media()[reach.medium].lay_out(content, language=recipient.language)
    return Message(
        event_id=entry.id,
        kind=notification.template,
        medium=reach.medium,
        recipient=recipient.addresses[reach.address],
        customer_id=recipient.customer_id,
        ref=entry.ref,
        language=recipient.language,
        subject=layout.subject,
        body=layout.body,
        html=layout.html,
        next_attempt_at=now,
        created_at=now,
    )
