"""Sends a receipt where the shopper wants it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound
from core.journal import publish
from orders.events import ReceiptRequested
from orders.events.about import about_order
from orders.models import Order, ReceiptRequest
from orders.queries.scopes import check_served

EMAIL, SMS = "email", "sms"


@transaction.atomic
def request_receipt(*, number: str, medium: str, address: str, by: Actor, now: datetime) -> ReceiptRequest:
    """
    Request that an order's receipt is sent.

    medium: email or sms. address: the recipient, an e-mail address or a number as E.164; empty for the one the order
    has. Raises NotFound, AnotherStoresOrder, and Malformed if the order has none either.
    """
    order = Order.objects.select_related("customer").filter(number=number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    check_served(number, by=by)
    address = address or _known_address(order, medium)
    if not address:
        raise Malformed(_("Enter where to send the receipt."), field="address")
    request = ReceiptRequest.objects.create(order=order, medium=medium, address=address, requested_at=now)
    publish(
        ReceiptRequested(
            **about_order(order, by, now),
            receipt_request_id=request.pk,
        )
    )
    return request


def _known_address(order: Order, medium: str) -> str:
    if medium == EMAIL:
        return order.contact_email or (order.customer.email if order.customer else "")
    return order.contact_phone or (str(order.customer.phone or "") if order.customer else "")
