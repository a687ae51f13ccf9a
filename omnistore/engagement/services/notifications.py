"""Turning journal entries into queued messages."""

from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from core.journal import Entry
from core.languages import known_language
from omnistore.engagement.models import Message
from omnistore.engagement.queries.order_contacts import contact_of, places_of
from omnistore.engagement.rules.media import EMAIL, SMS, medium_for
from omnistore.engagement.services.messages import queue_message
from omnistore.engagement.services.templates import MessageContext, Template, render_template
from orders.queries.orders import get_order

# Older events come from an import, or from a shop that was down: nobody wants those messages.
OLDEST_NEWS = timedelta(days=3)


def notify_buyer(kind: str, entry: Entry, *, now: datetime) -> None:
    """
    Queue a notification about an order for its buyer, by their preferred medium; none without an address.

    kind: the name of a template. entry.ref is the order's number. Another system notifies about the orders that it
    took.
    """
    contact = contact_of(entry.ref)
    if contact is None or contact.is_imported:
        return
    medium = medium_for(
        preferred=contact.preferred, email=contact.email, phone=contact.phone, can_text=bool(settings.SMS_BACKEND)
    )
    if medium is not None:
        recipient = contact.email if medium == EMAIL else contact.phone
        notify(kind, entry, medium=medium, recipient=recipient, customer_id=contact.customer_id, now=now)


def send_requested_receipt(entry: Entry, *, now: datetime) -> None:
    """Queue an order's receipt if its buyer asked for it by e-mail or text and left that address."""
    contact = contact_of(entry.ref)
    if contact is None or contact.is_imported:
        return
    addresses = {EMAIL: contact.email, SMS: contact.phone if settings.SMS_BACKEND else ""}
    recipient = addresses.get(contact.receipt_medium, "")
    if recipient:
        medium = contact.receipt_medium
        notify("receipt", entry, medium=medium, recipient=recipient, customer_id=contact.customer_id, now=now)


def notify(kind: str, entry: Entry, *, medium: str, recipient: str, customer_id: int | None, now: datetime) -> None:
    """Queue a notification about an order for one recipient, unless the event is old."""
    if entry.occurred_at < now - OLDEST_NEWS:
        return
    order = get_order(entry.ref)
    language = known_language(order.language)
    places = places_of([part.store for part in order.fulfilments], language=language)
    template = render_template(
        kind,
        MessageContext(
            order=order,
            places=places,
            language=language,
            now=now,
            fulfilment_id=entry.payload.get("fulfilment_id"),
            refund=entry.payload.get("refund", 0),
        ),
    )
    message = Message(
        event_id=entry.id,
        kind=kind,
        medium=medium,
        recipient=recipient,
        customer_id=customer_id,
        order_number=order.number,
        language=language,
        next_attempt_at=now,
        created_at=now,
    )
    _write(message, template)
    queue_message(message)


def _write(message: Message, template: Template) -> None:
    if message.medium != EMAIL:
        message.body = template.text
        return
    context = {
        "letter": template,
        "language": message.language,
        "shop": settings.SHOP_NAME,
    }
    with override(message.language):
        message.subject = template.subject
        message.body = render_to_string("engagement/letter.txt", context).strip() + "\n"
        message.html = render_to_string("engagement/letter.html", context)
