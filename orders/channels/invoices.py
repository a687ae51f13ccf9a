"""The form and the printed form of invoices, shared by the web shop, the till, the back office and the API."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from accounts.rules.addresses import NotAnAddress, normalise_address
from core.web.pdf import is_pdf_possible, pdf_of
from orders.models import Invoice
from orders.queries.documents.invoices import printed

PDF = "application/pdf"
BUYER_FIELDS = ("name", "company", "street_address", "postal_code", "city", "country_area", "country_code")


class PdfThrottle(UserRateThrottle):
    """Limits the PDFs of one person, or one network: each takes as long as fifty other responses."""

    scope = "receipt_pdf"


def limit_pdfs(request: HttpRequest) -> None:
    """Count a PDF that a page asks for; the API's views count their own. Raises Throttled."""
    throttle = PdfThrottle()
    if not throttle.allow_request(Request(request), APIView()):
        raise Throttled(wait=throttle.wait())


class InvoiceForm(forms.Form):
    """Whom an invoice names. Nothing filled in: what the order says."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=200, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    street_address = forms.CharField(label=gettext_lazy("Street and number"), max_length=400, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=200, required=False)
    country_area = forms.CharField(label=gettext_lazy("State or province"), max_length=200, required=False)
    country_code = forms.CharField(
        label=gettext_lazy("Country"),
        max_length=2,
        required=False,
        initial=settings.SHOP_COUNTRY,
        widget=forms.TextInput(attrs={"dir": "ltr", "size": "2", "maxlength": "2"}),
    )
    tax_number = forms.CharField(
        label=gettext_lazy("VAT number"), max_length=40, required=False, widget=forms.TextInput(attrs={"dir": "ltr"})
    )

    def clean(self) -> dict[str, Any]:
        """Validate the address by its country's rules, if there is one."""
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in (*BUYER_FIELDS[:-1], "tax_number")):
            return {}
        if not cleaned.get("name") and not cleaned.get("company"):
            self.add_error("name", _("Please fill this in."))
        words = {"required": _("Required in this country."), "invalid": _("Not valid in this country.")}
        try:
            return cleaned | normalise_address({name: cleaned.get(name) or "" for name in BUYER_FIELDS})
        except NotAnAddress as error:
            for field, code in error.errors.items():
                self.add_error(field if field in self.fields else "street_address", words[code])
        return cleaned

    @property
    def buyer(self) -> Mapping[str, str] | None:
        """Return whom the invoice shall name; None for what the order says."""
        return self.cleaned_data or None


def invoice_page(invoice: Invoice) -> str:
    """Return an invoice as a page for A4, in its own language."""
    with override(invoice.language):
        return render_to_string("orders/invoice.html", {"invoice": printed(invoice), "language": invoice.language})


def invoice_response(invoice: Invoice, *, as_pdf: bool) -> HttpResponse:
    """Answer with an invoice as a page, or as PDF where the shop makes them; never cached."""
    page = invoice_page(invoice)
    headers = {"Cache-Control": "private, no-store", "Vary": "Accept"}
    if not as_pdf or not makes_pdfs():
        return HttpResponse(page, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{invoice.number}.pdf"'
    return HttpResponse(pdf_of(page), content_type=PDF, headers=headers)


def makes_pdfs() -> bool:
    """Return whether the shop makes PDFs; the first call takes seconds."""
    return bool(settings.RECEIPTS_AS_PDF and is_pdf_possible())
