"""Choosing another store, address or way for a part of an order, until it is picked."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Refusal
from core.texts.languages import active_language
from core.web import logs
from inventory.queries.availability import StoreSupply, place_of_postcode, place_of_store, stores_with
from omnistore.storefront.forms import ADDRESS_FIELDS, AddressForm, country_options
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.orders import order_address, order_of
from omnistore.storefront.visitors import visitor_of
from orders.channels.pieces import wanted_of
from orders.queries.views import FulfilmentView, OrderView
from orders.rules.checkout import PICKUP, SHIP
from orders.rules.lifecycle import may_be_changed
from orders.services.settlement.rerouting import Destination, change_fulfilment, costs_the_same

MOST_STORES = 20


@require_http_methods(["GET", "HEAD", "POST"])
@page
def change(request: HttpRequest, number: str, part: int, key: str = "") -> HttpResponse:
    """Show the stores that have all of it, and the address of a parcel; on POST change to what was chosen."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    by = visitor_of(request).actor
    found = next((one for one in order.fulfilments if one.id == part), None)
    if found is None or order.state != "placed" or not may_be_changed(kind=found.kind, state=found.state, by=by):
        return redirect(order_address(order))
    if request.method != "POST":
        return _shown(request, order, found, found.address)
    form = AddressForm(request.POST)
    store = request.POST.get("store", "")[:40]
    if not store and not form.is_valid():
        return _shown(request, order, found, form.data, form.errors)
    to = Destination(PICKUP, store) if store else Destination(SHIP, address=_address(found, form.cleaned_data))
    try:
        change_fulfilment(number=order.number, fulfilment_id=found.id, to=to, by=by, now=timezone.now())
        messages.success(request, _("It is changed. We have sent you a message, too."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(order_address(order))


def _address(part: FulfilmentView, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**part.address, **{name: values[name] for name in ADDRESS_FIELDS}}


def _shown(
    request: HttpRequest,
    order: OrderView,
    part: FulfilmentView,
    values: Mapping[str, Any],
    errors: Mapping[str, Any] | None = None,
) -> HttpResponse:
    lines = {line.id: line for line in order.lines}
    goods = [(lines[line_id].name, units) for line_id, units in part.lines if line_id in lines]
    context = {
        "title": _("Change where it goes"),
        "order_address": order_address(order),
        "part": part,
        "goods": goods,
        "stores": _stores(order, part),
        "values": values,
        "errors": errors or {},
        "countries": country_options(active_language(), values.get("country_code", "")),
    }
    return private_page(request, "storefront/change.html", context, status=422 if errors else 200)


def _stores(order: OrderView, part: FulfilmentView) -> list[StoreSupply]:
    """Return the other stores that have all goods of a part."""
    wanted = wanted_of(order, part)
    is_pickup = part.kind == PICKUP
    near = place_of_store(part.store) if is_pickup else place_of_postcode(part.address.get("postal_code", ""))
    return [
        store
        for store in stores_with(wanted=wanted, near=near, limit=MOST_STORES)
        if not (is_pickup and store.code == part.store)
        and costs_the_same(kind=part.kind, store=part.store, address=part.address, to=Destination(PICKUP, store.code))
    ]
