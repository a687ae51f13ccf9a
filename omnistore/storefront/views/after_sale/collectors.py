"""Naming another person who may collect an order, and taking that back."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models.form_fields import PhoneInput
from core.errors import Refusal
from core.web import logs
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.orders import order_address, order_of
from omnistore.storefront.visitors import visitor_of
from orders.queries.views import OrderView
from orders.rules.lifecycle import OPEN_PICKUP_STATES
from orders.services.fulfilment.pickups.collectors import name_collector, remove_collector


class CollectorForm(forms.Form):
    """Who may collect the order beside the buyer."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = PhoneInput(label=gettext_lazy("Phone (optional)"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def collector(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """Ask for the person; on POST name them, or take the named one back."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    if not has_open_pickup(order):
        return redirect(order_address(order))
    by, now = visitor_of(request).actor, timezone.now()
    if request.method != "POST":
        return _shown(request, order, CollectorForm(initial=order.collector or {}))
    try:
        if "remove" in request.POST:
            remove_collector(number=order.number, by=by, now=now)
            messages.success(request, _("Only you may collect it now."))
            return redirect(order_address(order))
        form = CollectorForm(request.POST)
        if not form.is_valid():
            return _shown(request, order, form, status=422)
        named = name_collector(number=order.number, **form.cleaned_data, by=by, now=now)
        messages.success(request, _("%(name)s may collect it now.") % {"name": named.name})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(order_address(order))


def has_open_pickup(order: OrderView) -> bool:
    """Return whether somebody may still collect goods of the order."""
    return any(part.kind == "pickup" and part.state in ("pending", *OPEN_PICKUP_STATES) for part in order.fulfilments)


def _shown(request: HttpRequest, order: OrderView, form: CollectorForm, *, status: int = 200) -> HttpResponse:
    context = {
        "title": _("Who may collect it?"),
        "form": form,
        "named": order.collector,
        "order_address": order_address(order),
    }
    return private_page(request, "storefront/collector.html", context, status=status)
