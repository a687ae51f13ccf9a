from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.admin.base import BaseAdmin, admin_actor
from core.journal import publish
from inventory.events import CatalogueChanged


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
