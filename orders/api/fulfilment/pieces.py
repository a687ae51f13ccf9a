"""Pieces of an order as a request names them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from carts.channels.views import parse_int
from core.web.api.base import StrictSerializer
from orders.services.fulfilment.pieces import Pieces

MOST_UNITS = 9999


class PieceIn(StrictSerializer):
    line = serializers.CharField(max_length=20, help_text="The id of the order line.")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": 20},
            {
                "type": "object",
                "properties": {
                    "line": {"type": "string", "maxLength": 20},
                    "quantity": {"type": "integer", "minimum": 1, "maximum": MOST_UNITS},
                },
                "required": ["line", "quantity"],
                "additionalProperties": False,
            },
        ]
    }
)
class LineOrPieceField(serializers.Field[Any, Any, Any, Any]):
    """The id of an order line, for all that waits of it, or {line, quantity} for some pieces."""

    def to_internal_value(self, data: Any) -> tuple[int, int | None]:
        if isinstance(data, str) and len(data) <= 20:
            return parse_int(data), None
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Give the id of a line, or its line and quantity."))
        piece = PieceIn(data=data)
        piece.is_valid(raise_exception=True)
        return parse_int(piece.validated_data["line"]), piece.validated_data["quantity"]

    def to_representation(self, value: Any) -> Any:
        return value


def pieces_of(lines: Sequence[Mapping[str, Any]] | None) -> Pieces | None:
    """Return the units of each order line that a list of PieceIn names; None where none was sent."""
    if lines is None:
        return None
    units: Counter[int] = Counter()
    for line in lines:
        units[parse_int(line["line"])] += line["quantity"]
    return units


def added_up(lines: Sequence[tuple[int, int | None]]) -> dict[int, int | None]:
    """Return the units of each order line that a list of LineOrPieceField names; None for all that wait of it."""
    units: dict[int, int | None] = {}
    for line_id, count in lines:
        before = units.get(line_id, 0)
        units[line_id] = None if before is None or count is None else before + count
    return units
