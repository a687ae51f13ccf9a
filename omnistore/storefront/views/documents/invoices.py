"""The invoice of an order: asked for, and shown to be printed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.services.customers.tax_numbers import NotATaxNumber
from core.texts.languages import active_language
from core.web import logs
from omnistore.storefront.forms import country_options
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.orders import order_address, order_of
from omnistore.storefront.visitors import visitor_of
from orders.channels.invoices import InvoiceForm, invoice_response, limit_pdfs, makes_pdfs
from orders.queries.documents.invoices import get_invoice
from orders.services.documents.invoicing import NotTheExemptBuyer, request_invoice


@require_http_methods(["GET", "HEAD", "POST"])
@page
def invoices(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """Ask for an invoice, and say whom it names."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    form = InvoiceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = request_invoice(
                order_number=order.number, buyer=form.buyer, by=visitor_of(request).actor, now=timezone.now()
            )
        except (NotATaxNumber, NotTheExemptBuyer) as refusal:
            form.add_error("tax_number", str(refusal))
        else:
            said = _("Here is your invoice.") if issued else _("You get the invoice when all the goods have left.")
            messages.success(request, said)
            return redirect(order_address(order))
    values = form.data if form.is_bound else {"country_code": settings.SHOP_COUNTRY}
    context: dict[str, Any] = {
        "title": _("Invoice for order %(number)s") % {"number": order.number},
        "values": values,
        "errors": form.errors,
        "countries": country_options(active_language(), values.get("country_code") or ""),
        "order_address": order_address(order),
    }
    return private_page(request, "storefront/invoice_request.html", context, status=422 if form.errors else 200)


@require_safe
@page
def invoice(request: HttpRequest, number: str, invoice_number: str, key: str = "") -> HttpResponse:
    """An invoice or credit note, to view and print; as PDF with ?as=pdf where the shop makes them."""
    order = order_of(request, number, key)
    document = get_invoice(order_number=order.number, number=invoice_number)
    as_pdf = request.GET.get("as") == "pdf"
    if as_pdf and makes_pdfs():
        limit_pdfs(request)
    return invoice_response(document, as_pdf=as_pdf)
