"""The visitor's address book."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries.addresses import get_address
from accounts.services.customers.addresses import add_address, change_address, remove_address
from core.errors import Refusal
from core.texts.languages import active_language
from omnistore.storefront.forms import ADDRESS_FIELDS, AddressForm, country_options
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.account import members_only
from omnistore.storefront.visitors import visitor_of

LARGEST_ID = 2**63 - 1


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members_only
def add(request: HttpRequest) -> HttpResponse:
    """Add an address."""
    visitor = visitor_of(request)
    assert visitor.customer is not None
    if request.method != "POST":
        return _show(request, {"name": visitor.customer.name, "country_code": settings.SHOP_COUNTRY})
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _show(request, form.data, form.errors)
    try:
        add_address(
            customer=visitor.customer,
            person_ids=visitor.owner.customer_ids,
            address=form.cleaned_data,
            by=visitor.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The address is saved."))
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members_only
def change(request: HttpRequest, address_id: int) -> HttpResponse:
    """Change an address; orders keep the address with which they were placed."""
    visitor = visitor_of(request)
    assert visitor.customer is not None
    known = get_address(person_ids=visitor.owner.customer_ids, address_id=_known(address_id))
    if request.method != "POST":
        initial = {name: getattr(known, name) for name in (*ADDRESS_FIELDS, "is_default")}
        return _show(request, initial, address_id=address_id)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _show(request, form.data, form.errors, address_id=address_id)
    change_address(
        customer=visitor.customer,
        person_ids=visitor.owner.customer_ids,
        address_id=known.pk,
        changes={name: form.cleaned_data[name] for name in (*ADDRESS_FIELDS, "is_default")},
        by=visitor.actor,
        now=timezone.now(),
    )
    messages.success(request, _("The address is saved."))
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members_only
def delete(request: HttpRequest, address_id: int) -> HttpResponse:
    """Show the address and ask for confirmation; then remove it."""
    visitor = visitor_of(request)
    assert visitor.customer is not None
    known = get_address(person_ids=visitor.owner.customer_ids, address_id=_known(address_id))
    if request.method != "POST":
        context = {"title": _("Delete this address?"), "address": known}
        return private_page(request, "storefront/address_delete.html", context)
    remove_address(
        customer=visitor.customer,
        person_ids=visitor.owner.customer_ids,
        address_id=known.pk,
        by=visitor.actor,
        now=timezone.now(),
    )
    messages.success(request, _("The address was deleted."))
    return redirect("account")


def _show(
    request: HttpRequest,
    values: Mapping[str, Any],
    errors: Mapping[str, Any] | None = None,
    *,
    address_id: int | None = None,
) -> HttpResponse:
    context = {
        "title": _("Address") if address_id else _("New address"),
        "values": values,
        "errors": errors or {},
        "address_id": address_id,
        "countries": country_options(active_language(), values.get("country_code", "")),
    }
    return private_page(request, "storefront/address_page.html", context, status=422 if errors else 200)


def _known(address_id: int) -> int:
    """Return an id that PostgreSQL can compare; no row has a larger one."""
    return address_id if address_id <= LARGEST_ID else 0
