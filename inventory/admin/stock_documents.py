"""Stock documents in the back office: made and acted on with a scanner, on a phone as on a desk."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, ReadOnlyAdmin, ReadOnlyInline, admin_actor
from core.admin.saving import BaseForm
from inventory.models import Category, Location, StockDocument, StockDocumentLine
from inventory.queries.stock_documents import variants_by_code
from inventory.rules.scans import NotAScan, read_scans
from inventory.services.stock_documents.counts import (
    approve_count,
    cancel_count,
    plan_count,
    record_count,
    submit_count,
)
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.receipts import book_adjustment, book_receipt
from inventory.services.stock_documents.transfers import (
    RESTOCK,
    WRITE_OFF,
    Arrival,
    cancel_transfer,
    dispatch_transfer,
    plan_transfer,
    receive_transfer,
)

MOVE, CORRECT = "inventory.move_stock", "inventory.correct_stock"
SCANS = _("Scan one code after the other: SKUs or barcodes. For many alike, type the code * the number.")


class ScansField(forms.CharField):
    """Scanned goods: units by variant."""

    def __init__(self, **options: Any) -> None:
        attrs = {"rows": 6, "dir": "ltr", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        options.setdefault("help_text", SCANS)
        super().__init__(widget=forms.Textarea(attrs=attrs), max_length=40_000, **options)

    def clean(self, value: Any) -> dict[int, int]:
        try:
            units = read_scans(super().clean(value) or "")
        except NotAScan as error:
            raise ValidationError(gettext("This line cannot be read: %s") % error) from error
        ids = variants_by_code(list(units)) if units else {}
        if unknown := [code for code in units if code not in ids]:
            raise ValidationError(gettext("No article has this code: %s") % ", ".join(unknown[:10]))
        found: dict[int, int] = {}
        for code, number in units.items():
            found[ids[code]] = found.get(ids[code], 0) + number
        return found


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

    class Meta:
        model = StockDocument
        fields = ("kind", "source", "target", "goods", "category", "reference", "reason", "is_less", "due_date", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"].required = False
        self.fields["due_date"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        for field, needed_by in (("source", StockDocument.TRANSFER), ("reference", StockDocument.RECEIPT)):
            if kind == needed_by and not cleaned.get(field) and field not in self.errors:
                self.add_error(field, gettext("This field is required."))
        return cleaned


class ReceiveForm(forms.Form):
    goods = ScansField(label=_("What has arrived"), required=False)
    boxes = forms.CharField(
        label=_("Boxes that arrived whole"), required=False, max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "autocomplete": "off"}),
        help_text=_("Scan the code on each box."),
    )  # fmt: skip
    missing = ScansField(label=_("What will not arrive"), required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=StockDocumentLine.REASONS, required=False, initial="lost")


class CallBackForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("What becomes of the goods"), required=False,
        choices=[(RESTOCK, _("Back into stock where they came from")), (WRITE_OFF, _("Written off"))],
    )  # fmt: skip


class CountForm(forms.Form):
    goods = ScansField(
        label=_("What lies there"), help_text=_("Scan every piece, or type the code * the number. Zero is a number.")
    )


def _of(kind: str, *states: str, right: str, side: str = "target") -> Any:
    """Return who may act: on documents of a kind in these states, with the right in one of their places."""

    def is_allowed(request: HttpRequest, document: StockDocument) -> bool:
        is_open = document.kind == kind and document.state in states
        return is_open and request.user.has_perm(right, getattr(document, side))

    return is_allowed


def _dispatch(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    dispatch_transfer(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The goods are on their way.")


def _receive(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    arrivals = [Arrival(variant_id, units) for variant_id, units in values["goods"].items()]
    arrivals += [Arrival(variant_id, units, values["reason"]) for variant_id, units in values["missing"].items()]
    boxes = [box.strip() for box in values["boxes"].splitlines() if box.strip()]
    receive_transfer(
        document_id=document.pk, arrivals=arrivals, boxes=boxes, by=admin_actor(request), now=timezone.now()
    )
    return gettext("The goods were received.")


def _call_back(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    cancel_transfer(document_id=document.pk, decision=values["decision"], by=admin_actor(request), now=timezone.now())
    return gettext("The transfer was cancelled.")


def _count(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    now = timezone.now()
    record_count(document_id=document.pk, counted=values["goods"], counted_at=now, by=admin_actor(request), now=now)
    return gettext("The count was noted.")


def _submit(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    present = submit_count(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    if present.state == "draft":
        return gettext("Some articles differ much from the books: count them again.")
    return gettext("The count waits for approval.")


def _approve(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    approve_count(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The differences were booked.")


def _cancel_count(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    cancel_count(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The count was cancelled.")


class LineInline(ReadOnlyInline):
    model = StockDocumentLine
    fields = ("variant", "box", "quantity", "received", "missing", "restocked", "counted", "is_recounted", "reason")
    ordering = ("position",)


@admin.register(StockDocument)
class StockDocumentAdmin(ReadOnlyAdmin):
    list_display = ("number", "kind", "state", "source", "target", "due_date", "created_at", "finished_at")
    list_select_related = ("source", "target")
    list_filter = ("kind", "state")
    search_fields = ("id__exact", "lines__box__exact", "reference__exact")
    search_help_text = _("The digits of a number, the code of a box, or a delivery note.")
    ordering = ("-id",)
    form = DocumentForm
    exclude = ("acts",)
    object_actions = (
        AdminAction(
            name="dispatch",
            title=_("Dispatch"),
            explanation=_("The goods leave now. Nobody can buy them until they are received."),
            perform=_dispatch,
            is_allowed=_of(StockDocument.TRANSFER, "draft", right=MOVE, side="source"),
        ),
        AdminAction(
            name="receive",
            title=_("Receive"),
            explanation=_("What arrived is sellable here at once. What will not arrive leaves the books."),
            form=ReceiveForm,
            perform=_receive,
            is_allowed=_of(StockDocument.TRANSFER, "dispatched", "partly_received", right=CORRECT),
        ),
        AdminAction(
            name="cancel",
            title=_("Cancel"),
            explanation=_("The transfer is given up. Goods that have left are restocked or written off."),
            form=CallBackForm,
            perform=_call_back,
            is_allowed=_of(StockDocument.TRANSFER, "draft", "dispatched", right=MOVE, side="source"),
            is_destructive=True,
        ),
        AdminAction(
            name="count",
            title=_("Count"),
            explanation=_("A second count of an article replaces the first. The books are compared afterwards."),
            form=CountForm,
            perform=_count,
            is_allowed=_of(StockDocument.COUNT, "draft", right=CORRECT),
        ),
        AdminAction(
            name="submit",
            title=_("Submit"),
            explanation=_("The count is complete. Articles that differ much have to be counted again."),
            perform=_submit,
            is_allowed=_of(StockDocument.COUNT, "draft", right=CORRECT),
        ),
        AdminAction(
            name="approve",
            title=_("Approve"),
            explanation=_("Books the differences as of the count. What was sold since then stays sold."),
            perform=_approve,
            is_allowed=_of(StockDocument.COUNT, "submitted", right=MOVE),
            is_destructive=True,
        ),
        AdminAction(
            name="cancel-count",
            title=_("Cancel"),
            explanation=_("The count is given up. No stock changes."),
            perform=_cancel_count,
            is_allowed=_of(StockDocument.COUNT, "draft", "submitted", right=MOVE),
            is_destructive=True,
        ),
    )

    @admin.display(description=_("number"), ordering="id")
    def number(self, document: StockDocument) -> str:
        return document.number

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show the lines below a document that stands."""
        return [] if obj is None else [LineInline]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return DocumentForm.Meta.fields
        return (
            *("number", "kind", "state", "source", "target", "reference", "note", "due_date"),
            *("created_by", "created_at", "finished_at"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("number",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may move or correct stock anywhere."""
        return bool(request.user.has_perm(CORRECT))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Location.objects.filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: StockDocument, form: Any, change: bool) -> None:
        """Make the document by the service of its kind, with the right in a place that it concerns."""
        right = CORRECT if obj.kind == StockDocument.ADJUSTMENT else MOVE
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


_MAKERS = {
    StockDocument.TRANSFER: _made_transfer,
    StockDocument.RECEIPT: _made_receipt,
    StockDocument.ADJUSTMENT: _made_adjustment,
    StockDocument.COUNT: _made_count,
}


def _lines(values: Mapping[str, Any]) -> list[DocumentLine]:
    return [DocumentLine(variant_id, units) for variant_id, units in values["goods"].items()]
