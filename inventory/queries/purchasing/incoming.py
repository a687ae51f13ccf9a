"""What suppliers have yet to deliver."""

from typing import Any

from django.db.models import F, IntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from inventory.models import StockDocument, StockDocumentLine


def incoming_of_level() -> Any:
    """Return the expression, for a queryset of stock levels, of the ordered units that have not come yet."""
    lines = StockDocumentLine.objects.filter(
        variant=OuterRef("variant"),
        document__target=OuterRef("location"),
        document__kind=StockDocument.PURCHASE_ORDER,
        document__state__in=("ordered", "partly_received"),
    )
    units = lines.order_by().values("variant").annotate(units=Sum(F("quantity") - F("received") - F("missing")))
    return Coalesce(Subquery(units.values("units"), output_field=IntegerField()), Value(0))
