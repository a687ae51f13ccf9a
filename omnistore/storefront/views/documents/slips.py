"""Slips of an order for its buyer, to view and print."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from omnistore.storefront.pages import page
from omnistore.storefront.views.orders import order_of
from orders.channels.slips import slip_response
from orders.queries.documents.slips import gift_receipt, return_slip


@require_safe
@page
def gift(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """What proves where the goods were bought, without their prices."""
    return slip_response(gift_receipt(order_of(request, number, key).number))


@require_safe
@page
def sent_back(request: HttpRequest, number: str, return_number: str, key: str = "") -> HttpResponse:
    """What goes with goods that are sent or brought back."""
    order = order_of(request, number, key)
    if all(goods["number"] != return_number for goods in order.returns):
        raise NotFound(_("There is no such return."))
    return slip_response(return_slip(return_number))
