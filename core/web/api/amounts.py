"""Amounts of money in requests."""

from typing import Any

from rest_framework import serializers

from core.money import MoneyError, parse_money
from core.web.api.base import StrictSerializer


class MoneyIn(StrictSerializer):
    amount = serializers.CharField(max_length=30)
    currency = serializers.CharField(max_length=3)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            money = parse_money(attrs["amount"], attrs["currency"])
        except MoneyError as error:
            raise serializers.ValidationError(str(error)) from error
        return {"minor": money.amount, "currency": money.currency}
