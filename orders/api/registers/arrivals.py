"""What came back, as the API is told of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from carts.channels.views import parse_int
from core.errors import Malformed, NotFound
from core.web.api.amounts import MoneyIn
from core.web.api.base import StrictSerializer
from orders.api.input import shop_amount
from orders.models import ReturnedUnits
from orders.queries.orders import get_order
from orders.queries.views import LineView
from orders.rules.refunds import ANY, CREDIT, RefundPart
from orders.services.returns.receiving import Arrival, Piece

REFUND_METHODS = [ANY, CREDIT, "cash", "card", "gift_card", "points", "test", "imported"]


class TillReturnLine(StrictSerializer):
    line = serializers.CharField(max_length=20, required=False, help_text="The order line's id.")
    sku = serializers.CharField(max_length=64, required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=9999)
    condition = serializers.ChoiceField([code for code, _name in ReturnedUnits.CONDITIONS])
    reason = serializers.CharField(max_length=200)
    restock = serializers.BooleanField(
        required=False, help_text="Against what follows from the condition; needs a right of its own."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("line" in attrs) == ("sku" in attrs):
            raise serializers.ValidationError({"line": [_("Name either the line or the SKU.")]})
        return attrs


class RefundPartIn(StrictSerializer):
    method = serializers.ChoiceField(REFUND_METHODS)
    amount = MoneyIn(required=False)


def arrival_of(body: Mapping[str, Any], number: str) -> Arrival:
    """Read how goods of an order are taken back. Raises NotFound, Malformed."""
    lines = get_order(number).lines
    return Arrival(
        pieces=[_piece(fields, lines) for fields in body["lines"]],
        refund=[_part(part) for part in body["refund"]] if "refund" in body else None,
        session_id=parse_int(body["session"]) if "session" in body else None,
        override=body["override"]["reason"] if "override" in body else "",
        number=body.get("number", ""),
    )


def _piece(fields: Mapping[str, Any], lines: Sequence[LineView]) -> Piece:
    """Read one line; one named by its SKU is the first of the order with so many units still out, else any of them."""
    common = {name: fields[name] for name in ("quantity", "condition", "reason")} | {"restock": fields.get("restock")}
    if "line" in fields:
        return Piece(parse_int(fields["line"]), **common)
    fitting = [line for line in lines if line.sku == fields["sku"]]
    if not fitting:
        raise NotFound(_("There are no such goods in this order: %s.") % fields["sku"], skus=[fields["sku"]])
    enough = [line for line in fitting if line.fulfilled - line.returned >= fields["quantity"]]
    return Piece((enough or fitting)[0].id, **common)


def _part(fields: Mapping[str, Any]) -> RefundPart:
    amount = shop_amount(fields["amount"], "refund") if "amount" in fields else None
    if amount is not None and amount < 1:
        raise Malformed(_("A part of a refund is at least the smallest coin."), field="refund")
    return RefundPart(fields["method"], amount)
