"""The invoice of an order: issued at the desk, and printed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.errors import Refusal
from omnistore.till.views.base import TillView
from orders.channels.invoices import InvoiceForm, invoice_response
from orders.queries.documents.invoices import get_invoice
from orders.queries.orders import get_order
from orders.queries.scopes import check_served
from orders.services.documents.invoicing import request_invoice


class InvoicePage(TillView):
    """Asking for an order's invoice, with whom it names."""

    right = roles.SELL
    tab = "find"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the form."""
        return self._shown(number, InvoiceForm())

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Issue the invoice, or note that the buyer wants one; then show what was issued."""
        get_order(number)
        check_served(number, by=self.actor)
        form = InvoiceForm(request.POST)
        if not form.is_valid():
            return self._shown(number, form, status=400)
        try:
            issued = request_invoice(order_number=number, buyer=form.buyer, by=self.actor, now=timezone.now())
        except Refusal as refusal:
            form.add_error("tax_number" if refusal.code == "not_a_tax_number" else None, str(refusal))
            return self._shown(number, form, status=refusal.status)
        if issued is None:
            return HttpResponseRedirect(reverse("admin:till_order", args=[number]))
        return HttpResponseRedirect(reverse("admin:till_invoice", args=[number, issued.number]))

    def _shown(self, number: str, form: InvoiceForm, *, status: int = 200) -> HttpResponse:
        get_order(number)
        context = {"title": _("Invoice for order %(number)s") % {"number": number}, "number": number, "form": form}
        return self.page("till/invoice.html", context, status)


class Invoice(TillView):
    """Only the document, for A4."""

    right = roles.SELL

    def get(self, request: HttpRequest, number: str, invoice_number: str) -> HttpResponse:
        """Show an invoice or credit note of an order of any channel."""
        document = get_invoice(order_number=number, number=invoice_number)
        return invoice_response(document, as_pdf=request.GET.get("as") == "pdf")
