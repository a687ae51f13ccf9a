from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, ReadOnlyAdmin, admin_actor, money_column
from orders.channels.invoices import InvoiceForm, invoice_response
from orders.models import Invoice, InvoiceCounter, InvoiceRequest, Order
from orders.services.documents.invoicing import request_invoice


def _may_invoice(request: HttpRequest, order: Order) -> bool:
    if order.state not in (Order.PLACED, Order.COMPLETED) or order.external_id:
        return False
    places = {part.location for part in order.fulfilments.select_related("location")} | {order.store} - {None}
    may = any(request.user.has_perm("orders.issue_invoice", place) for place in places)
    return may and not order.invoices.exists()


def _invoice(request: HttpRequest, order: Order, fields: dict[str, Any]) -> str:
    issued = request_invoice(
        order_number=order.number, buyer=fields or None, by=admin_actor(request), now=timezone.now()
    )
    if issued is None:
        return gettext("The invoice is issued when all the goods have left.")
    return gettext("The invoice %(number)s was issued.") % {"number": issued.number}


# What an order's page offers.
INVOICE_ACTION = AdminAction(
    name="invoice",
    title=_("Invoice"),
    explanation=_(
        "The invoice is issued when all the goods have left. Leave everything empty for the name and address "
        "of the order. It cannot be changed later."
    ),
    form=InvoiceForm,
    perform=_invoice,
    is_allowed=_may_invoice,
)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("number", "kind", "order", "legal_entity", "issued_on", "net_money", "tax_money", "gross_money")
    list_select_related = ("order", "legal_entity")
    list_filter = ("kind", "legal_entity", "year")
    search_fields = ("number__istartswith", "order__number__exact")
    search_help_text = _("The beginning of a document's number, or a whole order number.")
    ordering = ("-id",)
    exclude = ("content", "net", "tax", "gross")
    readonly_fields = ("net_money", "tax_money", "gross_money", "document")
    net_money = money_column("net", title=_("net"))
    tax_money = money_column("tax", title=_("tax"))
    gross_money = money_column("gross", title=_("total"))

    @admin.display(description=_("document"))
    def document(self, invoice: Invoice) -> str:
        """Link to the printed form."""
        address = reverse("admin:orders_invoice_document", args=[invoice.pk])
        return format_html('<a href="{}">{}</a> <a href="{}?as=pdf">PDF</a>', address, gettext("Print"), address)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.document_view)
        return [path("<int:invoice_id>/document/", view, name="orders_invoice_document"), *super().get_urls()]

    def document_view(self, request: HttpRequest, invoice_id: int) -> HttpResponse:
        """Show the document of a row that the person may see."""
        invoice = self.get_object(request, str(invoice_id))
        if invoice is None or not self.has_view_permission(request, invoice):
            raise Http404
        return invoice_response(invoice, as_pdf=request.GET.get("as") == "pdf")


@admin.register(InvoiceRequest)
class InvoiceRequestAdmin(ReadOnlyAdmin):
    list_display = ("order", "requested_at")
    list_select_related = ("order",)
    search_fields = ("order__number__exact",)
    ordering = ("-id",)


@admin.register(InvoiceCounter)
class InvoiceCounterAdmin(ReadOnlyAdmin):
    list_display = ("legal_entity", "kind", "year", "last")
    list_select_related = ("legal_entity",)
    list_filter = ("kind", "legal_entity")
    search_fields = ("legal_entity__name",)
    ordering = ("-year", "legal_entity", "kind")
