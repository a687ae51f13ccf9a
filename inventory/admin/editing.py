from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.admin.base import BaseAdmin, admin_actor, searched
from core.journal import publish
from inventory.events import CatalogueChanged
from inventory.rules.barcodes import NotABarcode, canonical_barcode


def in_one_form(text: str) -> str:
    """Return a whole barcode in the form in which it is stored, and any other text as it is."""
    try:
        return canonical_barcode(text)
    except NotABarcode:
        return text


class BarcodeSearch(BaseAdmin):
    """A list in which a scanned code finds its article however it was written."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return super().get_search_results(request, queryset, in_one_form(searched(search_term)))


class CatalogueAdmin(BaseAdmin):
    """The page of rows that shoppers see: every change drops the cached responses that were built from them."""

    def product_of(self, obj: Any) -> int | None:
        """Return the id of the product that a row belongs to; None for what many products share."""
        return None

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self._publish(request, form.instance, "edited" if change else "created")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        product_id = self.product_of(obj)
        super().delete_model(request, obj)
        self._publish(request, obj, "edited", product_id)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        first = queryset.first()
        super().delete_queryset(request, queryset)
        if first is not None:
            self._publish(request, first, "edited", None)

    def _publish(self, request: HttpRequest, obj: Any, change: str, product_id: int | None = None) -> None:
        publish(
            CatalogueChanged(
                by=admin_actor(request),
                occurred_at=timezone.now(),
                ref=str(getattr(obj, "slug", "") or getattr(obj, "code", "") or getattr(obj, "sku", ""))[:80],
                product_id=product_id or self.product_of(obj),
                change=change,
            )
        )
