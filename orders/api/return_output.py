"""A return as the API shows it, to its shopper and to staff."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from core.money import money_json
from core.web.api.base import page_json, page_of
from core.web.api.schema import MoneySchema
from orders.models import Return


class ReturnedUnitsOut(serializers.Serializer[Any]):
    condition = serializers.CharField(help_text="as_new, opened, damaged, wrong or incomplete.")
    goes_to = serializers.CharField(help_text="sellable where it was taken back; or held there as on_hold or damaged.")
    quantity = serializers.IntegerField()
    reason = serializers.CharField()


class ReturnLineOut(serializers.Serializer[Any]):
    line = serializers.CharField(allow_null=True, help_text="The order line's id; null without an order.")
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    received = serializers.IntegerField(allow_null=True, help_text="How many came; null before that.")
    amount = MoneySchema()
    reason = serializers.CharField()
    comment = serializers.CharField(help_text="In the shopper's own words.")
    units = ReturnedUnitsOut(many=True)


class ReturnRefundOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    method = serializers.CharField()
    goes_to = serializers.CharField()
    amount = MoneySchema()
    state = serializers.CharField()


class ExchangeOut(serializers.Serializer[Any]):
    order = serializers.CharField()


class ReturnOut(serializers.Serializer[Any]):
    """A return, and its value: the price paid for the goods, less what is withheld for gifts."""

    id = serializers.CharField()
    number = serializers.CharField()
    order = serializers.CharField(allow_null=True)
    state = serializers.CharField(
        help_text="requested, approved, refused, received, inspected, refunded, exchanged, closed or withdrawn."
    )
    method = serializers.CharField()
    refund = serializers.CharField()
    amount = MoneySchema()
    withheld_for_gifts = MoneySchema(
        help_text="Off the value of the lines, for gifts that are kept; negative if a gift has come back since."
    )
    fee = MoneySchema(help_text="Withheld by the return policy; in the amount already.")
    charges_back = MoneySchema(
        help_text="Shipping and fees of the order, once all of it came back by law; in the amount already."
    )
    store = serializers.CharField(allow_null=True, help_text="Where it was taken back, or a parcel is expected.")
    requested_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when it is answered, or, once approved, the goods are expected."
    )
    received_at = serializers.DateTimeField(allow_null=True)
    reject_reason = serializers.CharField(help_text="Why staff refused it; empty unless it is refused.")
    label_url = serializers.CharField(allow_null=True)
    exchange = ExchangeOut(allow_null=True, help_text="The order of the goods that went out for these.")
    lines = ReturnLineOut(many=True)
    refunds = ReturnRefundOut(many=True)


class ReturnListOut(serializers.Serializer[Any]):
    results = ReturnOut(many=True)
    next = serializers.CharField(allow_null=True)


def page_of_returns(request: Request, returns: QuerySet[Return], query: Mapping[str, Any]) -> dict[str, Any]:
    """Format a page of returns, the newest first. returns: of shown_returns(); query: checked by a PageQuery."""
    page = page_of(query)
    after = page.last_id()
    found = list((returns if after is None else returns.filter(pk__lt=after))[: page.fetch])
    body = page_json(request, page, found, key=lambda goods: [goods.pk])
    body["results"] = [return_json(goods) for goods in body["results"]]
    return body


def return_json(goods: Return) -> dict[str, Any]:
    """Format a return of shown_returns(); without a statement of its own."""
    return {
        "id": goods.number,
        "number": goods.number,
        "order": goods.order.number if goods.order else None,
        "state": goods.state,
        "method": goods.method,
        "refund": goods.refund_to,
        "amount": money_json(goods.amount, goods.currency),
        "withheld_for_gifts": money_json(goods.withheld_for_gifts, goods.currency),
        "fee": money_json(goods.fee, goods.currency),
        "charges_back": money_json(goods.charges_back, goods.currency),
        "store": goods.location.code if goods.location else None,
        "requested_at": goods.requested_at.isoformat(),
        "due_at": goods.due_at.isoformat() if goods.due_at else None,
        "received_at": goods.received_at.isoformat() if goods.received_at else None,
        "reject_reason": goods.reject_reason,
        "label_url": None,
        "exchange": {"order": goods.exchanged_for.number} if goods.exchanged_for else None,
        "lines": [
            {
                "line": str(line.order_line_id) if line.order_line_id else None,
                "sku": line.sku,
                "quantity": line.quantity,
                "received": line.quantity_received,
                "amount": money_json(line.amount, goods.currency),
                "reason": line.reason,
                "comment": line.comment,
                "units": [
                    {
                        "condition": part.condition,
                        "goes_to": part.goes_to,
                        "quantity": part.quantity,
                        "reason": part.reason,
                    }
                    for part in line.units.all()
                ],
            }
            for line in goods.lines.all()
        ],
        "refunds": [
            {
                "id": str(refund.pk),
                "method": refund.payment.method,
                "goes_to": refund.goes_to,
                "amount": money_json(refund.amount, goods.currency),
                "state": refund.state,
            }
            for refund in goods.refunds.all()
        ],
    }
