"""A return policy as the API shows it, on a line of a cart or of an order."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from core.money import money_json
from core.texts.languages import active_language
from core.texts.translated import in_language
from core.web.api.schema import MoneySchema


class ReturnPolicyOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField(
        help_text="normal; final_sale: only what is faulty comes back; or hygiene: only what is still sealed."
    )
    days = serializers.IntegerField(help_text="How long after the hand-over it comes back.")
    statutory_days = serializers.IntegerField(
        help_text="How long the buyer may withdraw by law, whatever the kind; 0 in stores."
    )
    fee = MoneySchema(help_text="Off the refund, unless the goods are faulty or the buyer withdraws by law.")


def return_policy_json(terms: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return the terms of a line as JSON, in the reader's language."""
    return {
        "name": in_language(terms["name"], active_language()),
        "kind": terms["kind"],
        "days": terms["days"],
        "statutory_days": terms["statutory_days"],
        "fee": money_json(terms["fee"], currency),
    }
