"""What stock documents look like in requests and responses."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from core.web.api.amounts import MoneyIn
from core.web.api.base import PageQuery, StrictSerializer, list_of
from core.web.api.schema import MoneySchema
from inventory.models import StockDocument, StockDocumentLine
from inventory.services.stock_documents.documents import MOST_LINES
from inventory.services.stock_documents.transfers import DECISIONS
from inventory.services.stock_ledger import MOST_UNITS

TAKEN_FROM = [code for code, _name in StockDocumentLine.TAKEN_FROM]
REASONS = [code for code, _name in StockDocumentLine.REASONS]
_STATES = [code for code, _name in StockDocument.STATES]


class DocumentQuery(PageQuery):
    """Which documents: newest first; of a state, or with a box of this code."""

    state = serializers.ChoiceField(_STATES, required=False)
    box = serializers.CharField(max_length=40, required=False)


class PurchaseQuery(PageQuery):
    """Which purchase orders: newest first; of a state, or from a supplier."""

    state = serializers.ChoiceField(_STATES, required=False)
    supplier = serializers.SlugField(max_length=40, required=False, help_text="The supplier's code.")


class SkuIn(StrictSerializer):
    sku = serializers.CharField(max_length=64)


class LineIn(SkuIn):
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)


class TransferLineIn(LineIn):
    box = serializers.CharField(max_length=40, required=False, help_text="The code on the box that holds them.")


class AdjustmentLineIn(SkuIn):
    quantity = serializers.IntegerField(
        min_value=-MOST_UNITS, max_value=MOST_UNITS, help_text="Units more, or fewer where negative."
    )
    reason = serializers.ChoiceField(REASONS)


class CountedLineIn(SkuIn):
    counted = serializers.IntegerField(min_value=0, max_value=MOST_UNITS)


class MissingLineIn(LineIn):
    reason = serializers.ChoiceField(REASONS)


class TransferChange(StrictSerializer):
    """The new lines of a draft."""

    lines = list_of(TransferLineIn, most=MOST_LINES)


class DocumentIn(StrictSerializer):
    to = serializers.CharField(max_length=40, help_text="The location's code.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class TransferIn(DocumentIn):
    lines = list_of(TransferLineIn, most=MOST_LINES)
    due_date = serializers.DateField(required=False, help_text="When it should have arrived.")

    def get_fields(self) -> Any:
        # A word of Python cannot be the name of an attribute.
        source = serializers.CharField(max_length=40, help_text="The location's code.")
        return {"from": source, **super().get_fields()}


class ArrivedLineIn(LineIn):
    damaged = serializers.IntegerField(
        min_value=0, max_value=MOST_UNITS, required=False, help_text="Of them; only against a purchase order."
    )


class StockReceiptIn(DocumentIn):
    reference = serializers.CharField(max_length=64, help_text="The number of the delivery note.")
    purchase_order = serializers.CharField(
        max_length=20, required=False, help_text="The number or id of the purchase order that is delivered."
    )
    lines = list_of(ArrivedLineIn, most=MOST_LINES)


class PurchaseLineIn(LineIn):
    unit_cost = MoneyIn(
        required=False, help_text="What a unit costs, in the supplier's currency; by its terms when left out."
    )


class PurchaseChange(StrictSerializer):
    """The new lines of a draft."""

    lines = list_of(PurchaseLineIn, most=MOST_LINES)


class PurchaseOrderIn(DocumentIn):
    supplier = serializers.CharField(max_length=40, help_text="The supplier's code.")
    lines = list_of(PurchaseLineIn, most=MOST_LINES)
    due_date = serializers.DateField(
        required=False, help_text="When the goods should come; by the lead time when left out."
    )


class DeliveryIn(StrictSerializer):
    """What came: more or less than was ordered, and how many of them damaged."""

    reference = serializers.CharField(max_length=64, help_text="The number of the delivery note.")
    lines = list_of(ArrivedLineIn, most=MOST_LINES)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class AdjustmentIn(DocumentIn):
    lines = list_of(AdjustmentLineIn, most=MOST_LINES)


class CountIn(DocumentIn):
    """What is to be counted: these articles, or a category, or all that the place has."""

    lines = list_of(SkuIn, most=MOST_LINES, required=False)
    category = serializers.SlugField(max_length=80, required=False)
    due_date = serializers.DateField(required=False)


class CountedIn(StrictSerializer):
    lines = list_of(CountedLineIn, most=MOST_LINES)
    counted_at = serializers.DateTimeField(required=False, help_text="When it was counted; now when left out.")


class ReceiveIn(StrictSerializer):
    """What arrived, by piece or by box, and what will not arrive."""

    lines = list_of(LineIn, most=MOST_LINES, required=False)
    boxes = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=MOST_LINES)
    missing = list_of(MissingLineIn, most=MOST_LINES, required=False)


class CancelIn(StrictSerializer):
    decision = serializers.ChoiceField(
        DECISIONS, required=False, help_text="What becomes of goods that have left: needed once they have."
    )


class SupplierReturnLineIn(LineIn):
    taken_from = serializers.ChoiceField(
        TAKEN_FROM, help_text="The state in which the units lie at the place: sellable or held."
    )


class SupplierReturnChange(StrictSerializer):
    """The new lines of a draft."""

    lines = list_of(SupplierReturnLineIn, most=MOST_LINES)


class SupplierReturnIn(SupplierReturnChange):
    """What goes back, and from where."""

    supplier = serializers.CharField(max_length=40, help_text="The supplier's code.")
    reference = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="The number that the supplier gave for the return."
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def get_fields(self) -> Any:
        # A word of Python cannot be the name of an attribute.
        source = serializers.CharField(max_length=40, help_text="The location's code.")
        return {"from": source, **super().get_fields()}


class CreditIn(StrictSerializer):
    """What the supplier gives for the goods."""

    amount = MoneyIn()
    credit_note = serializers.CharField(max_length=64, required=False, allow_blank=True)


class DocumentLineOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    quantity = serializers.IntegerField(help_text="Of an adjustment or a count, by how much the stock changed.")
    box = serializers.CharField()
    received = serializers.IntegerField()
    missing = serializers.IntegerField()
    restocked = serializers.IntegerField()
    counted = serializers.IntegerField(allow_null=True)
    is_recounted = serializers.BooleanField(help_text="The first count differed too much.")
    reason = serializers.CharField()
    surplus = serializers.IntegerField(help_text="What came beyond the order.")
    damaged = serializers.IntegerField(help_text="Of what came.")
    unit_cost = MoneySchema(allow_null=True, help_text="For those who may order.")
    taken_from = serializers.CharField(help_text="The state of units that go back to the supplier.")


class DocumentOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    state = serializers.ChoiceField(_STATES)
    to = serializers.CharField(allow_null=True)
    reference = serializers.CharField()
    note = serializers.CharField()
    due_date = serializers.DateField(allow_null=True)
    supplier = serializers.CharField(allow_null=True)
    purchase_order = serializers.CharField(allow_null=True, help_text="The number of the order that this delivers.")
    credit_note = serializers.CharField()
    credited = MoneySchema(allow_null=True, help_text="What the supplier gave for a return; for those who may order.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    lines = DocumentLineOut(many=True)

    def get_fields(self) -> Any:
        return {"from": serializers.CharField(allow_null=True), **super().get_fields()}


class DocumentListOut(serializers.Serializer[Any]):
    results = DocumentOut(many=True)
    next = serializers.CharField(allow_null=True)


def _example(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


TRANSFER_EXAMPLE = _example(
    "Two boxes of mugs for Mitte",
    {
        "from": "lager-leipzig",
        "to": "ber-mitte",
        "lines": [
            {"sku": "MUG-RIM-CREAM", "quantity": 12, "box": "BX-1"},
            {"sku": "MUG-RIM-CREAM", "quantity": 12, "box": "BX-2"},
        ],
        "due_date": "2027-01-15",
    },
)
RECEIVE_EXAMPLE = _example(
    "One box whole, one piece broken in the other",
    {
        "boxes": ["BX-1"],
        "lines": [{"sku": "MUG-RIM-CREAM", "quantity": 11}],
        "missing": [{"sku": "MUG-RIM-CREAM", "quantity": 1, "reason": "damaged"}],
    },
)
PURCHASE_EXAMPLE = _example(
    "A dozen mugs",
    {
        "supplier": "tonhof",
        "to": "ber-mitte",
        "lines": [{"sku": "MUG-RIM-CREAM", "quantity": 12, "unit_cost": {"amount": "4.10", "currency": "EUR"}}],
    },
)
DELIVERY_EXAMPLE = _example(
    "Ten of them, one broken",
    {"reference": "DN-4711", "lines": [{"sku": "MUG-RIM-CREAM", "quantity": 10, "damaged": 1}]},
)
SUPPLIER_RETURN_EXAMPLE = _example(
    "Two broken mugs",
    {
        "supplier": "tonhof",
        "from": "ber-mitte",
        "reference": "RMA-12",
        "lines": [{"sku": "MUG-RIM-CREAM", "quantity": 2, "taken_from": "damaged"}],
    },
)
RECEIPT_EXAMPLE = _example(
    "A delivery", {"to": "ber-mitte", "reference": "DN-4711", "lines": [{"sku": "MUG-RIM-CREAM", "quantity": 24}]}
)
ADJUSTMENT_EXAMPLE = _example(
    "One broken", {"to": "ber-mitte", "lines": [{"sku": "MUG-RIM-CREAM", "quantity": -1, "reason": "damaged"}]}
)
COUNT_EXAMPLE = _example("All cups of a store", {"to": "ber-mitte", "category": "cups"})
