"""Stock documents in the back office: made and acted on with a scanner, on a phone as on a desk."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin, ReadOnlyInline, admin_actor
from core.admin.saving import BaseForm
from core.texts.formats import money_text
from core.texts.languages import active_language
from inventory.admin.stock_documents import counts, purchase_orders, supplier_returns, transfers
from inventory.admin.stock_documents.scanning import CORRECT, MOVE, PURCHASE, ScansField
from inventory.admin.stock_documents.slips import WITH_SLIP, slip_of
from inventory.models import Category, Location, StockDocument, StockDocumentLine, Supplier
from inventory.services.stock_documents.counts import plan_count
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import plan_purchase_order
from inventory.services.stock_documents.receipts import book_adjustment, book_receipt
from inventory.services.stock_documents.supplier_returns import plan_supplier_return
from inventory.services.stock_documents.transfers import plan_transfer

_NEEDED = {
    "source": (StockDocument.TRANSFER,),
    "supplier": (StockDocument.PURCHASE_ORDER, StockDocument.SUPPLIER_RETURN),
    "reference": (StockDocument.RECEIPT,),
    "taken_from": (StockDocument.SUPPLIER_RETURN,),
}


class DocumentForm(BaseForm):
    """A new document, made by the service of its kind."""

    goods = ScansField(label=_("Goods"), required=False)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "---------"), *StockDocumentLine.REASONS], required=False,
        help_text=_("Of an adjustment."),
    )  # fmt: skip
    is_less = forms.BooleanField(label=_("The goods are missing"), required=False, help_text=_("Of an adjustment."))
    category = forms.ModelChoiceField(
        Category.objects.order_by("path"), label=_("Category"), required=False,
        help_text=_("Of a count without goods; empty for all that the place has."),
    )  # fmt: skip

    taken_from = forms.ChoiceField(
        label=_("Taken from"), choices=[("", "---------"), *StockDocumentLine.TAKEN_FROM], required=False,
        help_text=_("Of a return to the supplier."),
    )  # fmt: skip

    class Meta:
        model = StockDocument
        fields = (
            *("kind", "source", "target", "goods", "supplier", "taken_from", "category", "reference", "reason"),
            "is_less",
            *("due_date", "note"),
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("source", "supplier", "due_date"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        for field, needed_by in _NEEDED.items():
            if kind in needed_by and not cleaned.get(field) and field not in self.errors:
                self.add_error(field, gettext("This field is required."))
        return cleaned


class _Lines(ReadOnlyInline):
    """Lines are read with all that their rows show."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("variant", "document")


class LineInline(_Lines):
    model = StockDocumentLine
    fields = (
        *("variant", "box", "quantity", "received", "surplus", "damaged", "missing", "restocked", "counted"),
        *("is_recounted", "taken_from", "reason"),
    )
    ordering = ("position",)


class PurchaseLineInline(_Lines):
    """The lines of a purchase order or of its receipt, for those who may know what the goods cost."""

    model = StockDocumentLine
    fields = ("variant", "quantity", "received", "surplus", "damaged", "missing", "taken_from", "cost")
    readonly_fields = ("cost",)
    ordering = ("position",)

    @admin.display(description=_("cost of a unit"))
    def cost(self, line: StockDocumentLine) -> str:
        return "" if line.unit_cost is None else money_text(line.unit_cost, line.document.currency, active_language())


@admin.register(StockDocument)
class StockDocumentAdmin(ReadOnlyAdmin):
    list_display = ("number", "kind", "state", "source", "arrives", "supplier", "due_date", "created_at", "finished_at")
    list_select_related = ("source", "target", "supplier")
    list_filter = ("kind", "state", "supplier")
    search_fields = ("id__exact", "lines__box__exact", "reference__exact")
    search_help_text = _("The digits of a number, the code of a box, or a delivery note.")
    ordering = ("-id",)
    form = DocumentForm
    exclude = ("acts",)
    object_actions = (
        *transfers.ACTIONS, *purchase_orders.ACTIONS, *supplier_returns.ACTIONS, *counts.ACTIONS,
    )  # fmt: skip

    @admin.display(description=_("number"), ordering="id")
    def number(self, document: StockDocument) -> str:
        return document.number

    @admin.display(description=_("to"), ordering="target")
    def arrives(self, document: StockDocument) -> str:
        return "" if document.kind == StockDocument.SUPPLIER_RETURN else str(document.target)

    @admin.display(description=_("credited"))
    def credited(self, document: StockDocument) -> str:
        amount = document.credited_amount
        return "" if amount is None else money_text(amount, document.currency, active_language())

    @admin.display(description=_("slip"))
    def slip(self, document: StockDocument) -> Any:
        if document.kind not in WITH_SLIP:
            return ""
        address = reverse("admin:inventory_stockdocument_slip", args=[document.pk])
        return format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', address, _("Print"))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self._slip_view)
        return [path("<path:object_id>/slip/", view, name="inventory_stockdocument_slip"), *super().get_urls()]

    def _slip_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the slip of a document on a page to be printed; that of a purchase order to those who may order."""
        document = self.get_object(request, object_id)
        if document is None or document.kind not in WITH_SLIP or not self.has_view_permission(request, document):
            raise Http404
        if document.kind == StockDocument.PURCHASE_ORDER and not request.user.has_perm(PURCHASE, document.target):
            raise PermissionDenied
        return TemplateResponse(request, "inventory/slip.html", slip_of(document))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show the lines below a document that stands."""
        if obj is None:
            return []
        return [PurchaseLineInline if obj.supplier_id and request.user.has_perm(PURCHASE, obj.target) else LineInline]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return DocumentForm.Meta.fields
        returned = obj.kind == StockDocument.SUPPLIER_RETURN
        credit = ("credit_note", "credited") if returned and request.user.has_perm(PURCHASE, obj.target) else ()
        return (
            *("number", "kind", "state", "source", "arrives", "supplier", "purchase_order", "reference"),
            *("slip", *credit, "note", "due_date", "created_by", "created_at", "finished_at"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("number", "arrives", "slip", "credited")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may move or correct stock anywhere."""
        return bool(request.user.has_perm(CORRECT))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model = Supplier if db_field.name == "supplier" else Location
        kwargs["queryset"] = model._default_manager.filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Choose places without the links to edit them, which take the room on a phone."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return self.formfield_for_foreignkey(db_field, request) if db_field.is_relation else field

    def save_model(self, request: HttpRequest, obj: StockDocument, form: Any, change: bool) -> None:
        """Make the document by the service of its kind, with the right in a place that it concerns."""
        right = _RIGHTS.get(obj.kind, MOVE)
        places = [obj.target, *([obj.source] if obj.source and obj.kind == StockDocument.TRANSFER else [])]
        if not any(request.user.has_perm(right, place) for place in places):
            raise PermissionDenied
        obj.pk = _MAKERS[obj.kind](request, obj, form.cleaned_data).pk


@admin.register(StockDocumentLine)
class StockDocumentLineAdmin(ReadOnlyAdmin):
    list_display = ("document", "variant", "box", "quantity", "received", "missing", "restocked", "counted", "reason")
    list_select_related = ("document", "variant")
    list_filter = ("reason",)
    search_fields = ("variant__sku__istartswith", "box__exact")
    search_help_text = _("The beginning of a SKU, or the code of a box.")
    ordering = ("-id",)
    # What goods cost is shown with their order, to those who may know it.
    exclude = ("unit_cost",)


def _made_transfer(request: HttpRequest, asked: StockDocument, values: Mapping[str, Any]) -> StockDocument:
    return plan_transfer(
        source_id=asked.source_id or 0,
        target_id=asked.target_id,
        lines=_lines(values),
        note=asked.note,
        due_date=asked.due_date,
        by=admin_actor(request),
        now=timezone.now(),
    )


def _made_receipt(request: HttpRequest, asked: StockDocument, values: Mapping[str, Any]) -> StockDocument:
    return book_receipt(
        target_id=asked.target_id,
        delivery=asked.reference,
        lines=_lines(values),
        note=asked.note,
        by=admin_actor(request),
        now=timezone.now(),
    )


def _made_adjustment(request: HttpRequest, asked: StockDocument, values: Mapping[str, Any]) -> StockDocument:
    sign = -1 if values["is_less"] else 1
    return book_adjustment(
        target_id=asked.target_id,
        lines=[
            DocumentLine(variant_id, sign * units, reason=values["reason"])
            for variant_id, units in values["goods"].items()
        ],
        note=asked.note,
        by=admin_actor(request),
        now=timezone.now(),
    )


def _made_count(request: HttpRequest, asked: StockDocument, values: Mapping[str, Any]) -> StockDocument:
    return plan_count(
        target_id=asked.target_id,
        variant_ids=list(values["goods"]),
        category=values["category"].slug if values["category"] else "",
        note=asked.note,
        due_date=asked.due_date,
        by=admin_actor(request),
        now=timezone.now(),
    )


def _made_purchase_order(request: HttpRequest, asked: StockDocument, values: Mapping[str, Any]) -> StockDocument:
    return plan_purchase_order(
        supplier_id=asked.supplier_id or 0,
        target_id=asked.target_id,
        lines=_lines(values),
        note=asked.note,
        due_date=asked.due_date,
        by=admin_actor(request),
        now=timezone.now(),
    )


def _made_supplier_return(request: HttpRequest, asked: StockDocument, values: Mapping[str, Any]) -> StockDocument:
    return plan_supplier_return(
        supplier_id=asked.supplier_id or 0,
        source_id=asked.target_id,
        lines=[replace(line, taken_from=values["taken_from"]) for line in _lines(values)],
        reference=asked.reference,
        note=asked.note,
        by=admin_actor(request),
        now=timezone.now(),
    )


_RIGHTS = {
    StockDocument.ADJUSTMENT: CORRECT,
    StockDocument.PURCHASE_ORDER: PURCHASE,
    StockDocument.SUPPLIER_RETURN: PURCHASE,
}
_MAKERS = {
    StockDocument.TRANSFER: _made_transfer,
    StockDocument.RECEIPT: _made_receipt,
    StockDocument.ADJUSTMENT: _made_adjustment,
    StockDocument.COUNT: _made_count,
    StockDocument.PURCHASE_ORDER: _made_purchase_order,
    StockDocument.SUPPLIER_RETURN: _made_supplier_return,
}


def _lines(values: Mapping[str, Any]) -> list[DocumentLine]:
    return [DocumentLine(variant_id, units) for variant_id, units in values["goods"].items()]
