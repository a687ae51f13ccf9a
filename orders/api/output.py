"""How every view of the API shows an order."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from carts.channels.output import FeeOut
from carts.channels.return_policies import ReturnPolicyOut, return_policy_json
from core.money import money_json
from core.texts.languages import active_language
from core.texts.translated import in_language
from core.web.api.schema import MoneySchema
from orders.api.order_fields import documented, fields_json
from orders.queries.views import FulfilmentView, LineView, OrderView, PaymentView, TaxView
from orders.rules.pickup_codes import collection_code
from orders.services.payments.balances_due import is_payment_under_way
from orders.services.payments.gateway import PaymentResult

RETURN_AMOUNTS = ("amount", "withheld_for_gifts", "fee", "charges_back")
COLLECTABLE = {"placed", "accepted", "picking", "ready"}


def order_json(order: OrderView, *, shows_codes: bool = True) -> dict[str, Any]:
    """Return an order as the contract defines it. shows_codes: include pickup codes, which only the buyer may see."""
    currency = order.currency
    return {
        **fields_json(order),
        "lines": [_line_json(line, currency) for line in order.lines],
        "discounts": [
            {"name": discount.name, "amount": money_json(discount.amount, currency), "target": discount.target}
            for discount in order.discounts
        ],
        "fees": [
            {"name": in_language(fee.name, active_language()), "amount": money_json(fee.amount, currency)}
            for fee in order.fees
        ],
        "taxes": [_tax_json(tax, currency) for tax in order.taxes],
        "fulfilments": [_fulfilment_json(fulfilment, shows_codes) for fulfilment in order.fulfilments],
        "payments": [_payment_json(payment, currency) for payment in order.payments],
        "refunds": [{**refund, "amount": money_json(refund["amount"], currency)} for refund in order.refunds],
        "returns": [
            {**return_, **{name: money_json(return_[name], currency) for name in RETURN_AMOUNTS}}
            for return_ in order.returns
        ],
        "collector": order.collector,
    }


def placed_json(order: OrderView, outcomes: Sequence[PaymentResult]) -> dict[str, Any]:
    """Return an order that was just paid; next_action says what the shopper must do, or that the provider is slow."""
    data = order_json(order)
    if order.state == "pending" or is_payment_under_way(order):
        waiting = next((outcome for outcome in outcomes if outcome.next_action), None)
        data["next_action"] = {
            **((waiting.next_action or {}) if waiting else {"type": "wait"}),
            "then": f"/api/v1/orders/{order.number}/payment/",
        }
    return data


def paid_at_till_json(order: OrderView, outcomes: Sequence[PaymentResult]) -> dict[str, Any]:
    """Return an order that was just paid, as staff see it."""
    return placed_json(order, outcomes) | {
        "fulfilments": [_fulfilment_json(fulfilment, shows_codes=False) for fulfilment in order.fulfilments]
    }


def _line_json(line: LineView, currency: str) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": money_json(line.unit_price, currency),
        "discount": money_json(line.discount, currency),
        "line_total": money_json(line.line_total, currency),
        "deposit": money_json(line.deposits, currency),
        "tax_rate": percent_of(line.tax_rate),
        "tax": money_json(line.tax, currency),
        "fulfilled": line.fulfilled,
        "cancelled": line.cancelled,
        "returned": line.returned,
        "is_gift": line.is_gift,
        "return_policy": return_policy_json(line.return_policy, currency) if line.return_policy else None,
    }


def percent_of(basis_points: float | Decimal) -> str:
    """Return basis points as a decimal string of percent without trailing zeros: 1900 is "19", 725 is "7.25"."""
    text = f"{Decimal(str(basis_points)).scaleb(-2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _tax_json(tax: TaxView, currency: str) -> dict[str, Any]:
    return {
        "rate": percent_of(tax.rate),
        "levy": tax.levy,
        "included": tax.is_included,
        "exempt": tax.is_exempt,
        "net": money_json(tax.base, currency),
        "tax": money_json(tax.tax, currency),
    }


def _fulfilment_json(fulfilment: FulfilmentView, shows_codes: bool) -> dict[str, Any]:
    has_code = shows_codes and fulfilment.kind == "pickup" and fulfilment.state in COLLECTABLE
    return {
        "id": str(fulfilment.id),
        "kind": fulfilment.kind,
        "store": fulfilment.store,
        "state": fulfilment.state,
        "address": fulfilment.address or None,
        "promised_at": _time(fulfilment.promised_at),
        "ready_at": _time(fulfilment.ready_at),
        "expires_at": _time(fulfilment.expires_at),
        "collection_code": collection_code(fulfilment.id, secret=settings.COLLECTION_SECRETS[0]) if has_code else None,
        "tracking": fulfilment.tracking or None,
        "tracking_url": fulfilment.tracking_url or None,
        "method": {"code": fulfilment.method, "name": fulfilment.method_name} if fulfilment.method else None,
        "lines": [{"line": str(line_id), "quantity": quantity} for line_id, quantity in fulfilment.lines],
    }


def _payment_json(payment: PaymentView, currency: str) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "method": payment.method,
        "amount": money_json(payment.amount, currency),
        "state": payment.state,
        "refunded": money_json(payment.refunded, currency),
    }
    if payment.tendered is not None:
        shaped["tendered"] = money_json(payment.tendered, currency)
        shaped["change"] = money_json(payment.change, currency)
    if payment.rounding:
        shaped["rounding"] = money_json(payment.rounding, currency)
    if payment.points is not None:
        shaped["points"] = payment.points
    if payment.authorised_until is not None and payment.state == "authorised":
        shaped["authorised_until"] = payment.authorised_until.isoformat()
    if payment.card is not None:
        shaped["card"] = payment.card
    return shaped


def _time(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


class OrderLineOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneySchema()
    discount = MoneySchema()
    line_total = MoneySchema()
    deposit = MoneySchema(help_text="On all of its units, beside the line's total; it comes back with them.")
    tax_rate = serializers.CharField(help_text="In percent, as a decimal string.")
    tax = MoneySchema(help_text="Contained in the line's total and its deposit, or added to them.")
    fulfilled = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    returned = serializers.IntegerField()
    is_gift = serializers.BooleanField(help_text="Whether a promotion added it, for nothing.")
    return_policy = ReturnPolicyOut(allow_null=True, help_text="As it was when it was ordered; null without one.")


class FulfilmentLineOut(serializers.Serializer[Any]):
    line = serializers.CharField()
    quantity = serializers.IntegerField()


class DeliveryMethodOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField(help_text="As it was called then, in the order's language.")


class FulfilmentOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField(help_text="ship, pickup or carry_out.")
    store = serializers.CharField(help_text="The code of the location that serves it.")
    state = serializers.CharField()
    address = serializers.DictField(allow_null=True)
    promised_at = serializers.DateTimeField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    collection_code = serializers.CharField(allow_null=True)
    tracking = serializers.CharField(allow_null=True)
    tracking_url = serializers.CharField(allow_null=True, help_text="Where the shopper follows the parcel.")
    method = DeliveryMethodOut(allow_null=True, help_text="How it is shipped; null where the shop has one way only.")
    lines = FulfilmentLineOut(many=True)


class PaymentOut(serializers.Serializer[Any]):
    method = serializers.CharField()
    amount = MoneySchema()
    state = serializers.CharField(
        help_text="pending, needs_action, due, held, authorised, capturing, captured, declined or voided."
    )
    refunded = MoneySchema()
    tendered = MoneySchema(required=False)
    change = MoneySchema(required=False)
    rounding = MoneySchema(required=False, help_text="Difference because small coins are missing.")
    points = serializers.IntegerField(required=False)
    card = serializers.CharField(required=False, help_text="The end of a gift card's code.")
    authorised_until = serializers.DateTimeField(
        required=False, help_text="Until when the provider keeps the money; it is taken when goods leave."
    )


class RefundOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    method = serializers.CharField()
    at_desk = serializers.BooleanField(help_text="Whether staff hand it over; anything else goes back by itself.")
    amount = MoneySchema()
    state = serializers.CharField()
    reason = serializers.CharField()
    goes_to = serializers.CharField(help_text="original, or credit if the customer chose it.")
    asked_at = serializers.DateTimeField()


class OrderReturnOut(serializers.Serializer[Any]):
    number = serializers.CharField()
    state = serializers.CharField()
    method = serializers.CharField()
    refund = serializers.CharField()
    amount = MoneySchema()
    withheld_for_gifts = MoneySchema()
    fee = MoneySchema(help_text="Withheld by the return policy.")
    charges_back = MoneySchema(help_text="Shipping and fees of the order, once all of it came back by law.")
    requested_at = serializers.DateTimeField()
    reject_reason = serializers.CharField()
    lines = serializers.ListField(child=serializers.DictField())


class OrderDiscountOut(serializers.Serializer[Any]):
    """What one promotion took off, or saved on shipping (which is in no total)."""

    name = serializers.CharField()
    amount = MoneySchema()
    target = serializers.ChoiceField(["items", "shipping"])


class OrderTaxOut(serializers.Serializer[Any]):
    """
    Everything in an order that has one tax rate; net and tax together are what is paid for it.

    Where several taxes are due on the same goods, these stand in the net amount of each.
    """

    rate = serializers.CharField(help_text="In percent, as a decimal string.")
    levy = serializers.CharField(help_text="The name of the tax where there are several, else empty.")
    included = serializers.BooleanField(help_text="Whether prices hold the tax.")
    exempt = serializers.BooleanField(help_text="Whether the buyer is exempt from it.")
    net = MoneySchema()
    tax = MoneySchema()


class OrderTotalsOut(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return documented("totals")


class ContactOut(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return documented("contact")


class CollectorOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField()


class OrderOut(serializers.Serializer[Any]):
    """An order of any channel."""

    contact = ContactOut()
    lines = OrderLineOut(many=True)
    totals = OrderTotalsOut()
    discounts = OrderDiscountOut(many=True)
    fees = FeeOut(many=True)
    taxes = OrderTaxOut(many=True)
    fulfilments = FulfilmentOut(many=True)
    payments = PaymentOut(many=True)
    refunds = RefundOut(many=True)
    returns = OrderReturnOut(many=True)
    collector = CollectorOut(allow_null=True)
    next_action = serializers.DictField(required=False, help_text="Only while the payment waits for the shopper.")

    def get_fields(self) -> dict[str, Any]:
        return {**documented(), **super().get_fields()}


CHECKOUT_EXAMPLE = OpenApiExample(
    "Collect in a store, pay there",
    value={
        "cart_version": 2,
        "expected_total": {"amount": "39.80", "currency": "EUR"},
        "fulfilments": [{"kind": "pickup", "store": "ber-mitte"}],
        "payments": [{"method": "pay_in_store"}],
        "contact": {"email": "sara@example.com"},
    },
    request_only=True,
)
SALE_EXAMPLE = OpenApiExample(
    "Two mugs over the counter, in cash",
    value={
        "session": "1",
        "lines": [{"sku": "MUG-STONE", "quantity": 2}],
        "payments": [{"method": "cash", "tendered": {"amount": "50.00", "currency": "EUR"}}],
        "receipt": {"medium": "print"},
    },
    request_only=True,
)
