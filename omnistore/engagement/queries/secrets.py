"""What stands in messages and is for their recipients alone."""

from django.conf import settings

from omnistore.engagement.models import Message
from orders.models import Fulfilment
from orders.rules.order_links import order_key
from orders.rules.pickup_codes import collection_code

MASK = "••••••••"


def masked_body(message: Message) -> str:
    """Return a message's text as staff may read it: without pickup codes, and without the keys of guests' links."""
    body = message.body
    for secret in _secrets_of(message.ref):
        body = body.replace(secret, MASK)
    return body


def _secrets_of(number: str) -> list[str]:
    if not number:
        return []
    fulfilments = Fulfilment.objects.filter(order__number=number).values_list("pk", flat=True)
    codes = [collection_code(pk, secret=secret) for pk in fulfilments for secret in settings.COLLECTION_SECRETS]
    return [*codes, *(order_key(number, secret=secret) for secret in settings.ORDER_LINK_SECRETS)]
