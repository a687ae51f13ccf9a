"""The cart as JSON, the same in every part of the API."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from carts.channels.return_policies import ReturnPolicyOut, return_policy_json
from carts.queries.carts import CartLineView, CartView
from carts.queries.quoting import quote_cart
from carts.queries.terms.return_policies import return_policies_of
from carts.rules.cart_codes import code_expires_at
from carts.rules.gifts import QuotedGift
from carts.rules.problems import INSUFFICIENT_STOCK, Problem
from carts.rules.quote import Discount, QuotedLine, QuotedVoucher, Totals
from carts.rules.vouchers import problem_text, problems
from carts.services.cart_codes import make_cart_code
from core.actors import Actor
from core.money import money_json
from core.texts.languages import active_language
from core.texts.translated import in_language
from core.web.api.schema import MoneySchema
from core.web.media import media_url

NO_CART_VERSION = 0


def cart_json(cart: CartView | None, *, by: Actor, now: datetime) -> dict[str, Any]:
    """
    Return a cart as JSON, priced for the caller's channel; None becomes an empty cart at version 0.

    The code for the till is its owner's to show: staff get none.
    """
    if cart is None:
        return _empty_json()
    currency, quoted = cart.currency, quote_cart(cart, by=by, now=now)
    policies = return_policies_of(cart, by=by)
    language = active_language()
    return {
        "id": str(cart.id),
        "version": cart.version,
        "currency": currency,
        "changed_at": cart.changed_at.isoformat(),
        "lines": [
            _line_json(line, quoted.lines[line.id], currency, language)
            | {"return_policy": return_policy_json(policies[line.id], currency) if line.id in policies else None}
            for line in cart.lines
        ],
        "discounts": [_discount_json(discount, currency, language) for discount in quoted.discounts],
        "vouchers": [_voucher_json(voucher, currency) for voucher in quoted.vouchers],
        "gifts": [_gift_json(gift, currency, language) for gift in quoted.gifts],
        "fees": [
            {"name": in_language(quoted_fee.fee.name, language), "amount": money_json(quoted_fee.amount, currency)}
            for quoted_fee in quoted.fees
        ],
        "totals": totals_json(quoted.totals, currency),
        "problems": sorted({problem.code for line in cart.lines for problem in line.problems}),
        "merged": cart.merge_report,
        "handover": cart_code_json(cart, now=now) if cart.state == "open" and by.staff_id is None else None,
    }


def totals_json(totals: Totals, currency: str) -> dict[str, Any]:
    """Return totals as JSON."""
    return {
        "items": money_json(totals.items, currency),
        "discount": money_json(totals.discount, currency),
        "deposit": money_json(totals.deposit, currency),
        "shipping": money_json(totals.shipping, currency),
        "fees": money_json(totals.fees, currency),
        "tax": money_json(totals.tax, currency),
        "grand": money_json(totals.grand, currency),
    }


def etag_of(cart: CartView | None) -> str:
    """Return the ETag of a cart: its version."""
    return f'"{cart.version if cart else NO_CART_VERSION}"'


def cart_code_json(cart: CartView, *, now: datetime) -> dict[str, Any] | None:
    """
    Return the code to show at the till, the address of its QR code, and when it expires; None if the shop only reads.

    Costs a statement if the cart has no code of this period yet.
    """
    expires_at = code_expires_at(now)
    code = cart.code if cart.code_expires_at == expires_at else make_cart_code(cart_id=cart.id, now=now)
    if code is None:
        return None
    return {"code": code, "qr_url": f"/api/v1/cart/handover/{code}.svg", "expires_at": expires_at.isoformat()}


def _line_json(line: CartLineView, quoted: QuotedLine, currency: str, language: str) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "sku": line.sku,
        "product": line.slug,
        "name": in_language(line.name, language),
        "attributes": {key: _text(value, language) for key, value in line.attributes.items()},
        "picture": media_url(line.picture) if line.picture else None,
        "quantity": line.quantity,
        "unit_price": None if line.unit_price is None else money_json(line.unit_price, currency),
        "unit_price_when_added": money_json(line.unit_price_when_added, currency),
        "line_total": money_json(quoted.total, currency),
        "deposit": money_json(quoted.deposits, currency),
        "discounts": [_discount_json(discount, currency, language) for discount in quoted.discounts],
        "added_channel": line.added_channel,
        "added_store": line.added_store,
        "added_at": line.added_at.isoformat(),
        "problems": [_problem_json(problem, currency) for problem in line.problems],
    }


def _discount_json(discount: Discount, currency: str, language: str) -> dict[str, Any]:
    return {
        "name": in_language(discount.name, language),
        "amount": money_json(discount.amount, currency),
        "target": discount.target,
    }


def _voucher_json(voucher: QuotedVoucher, currency: str) -> dict[str, Any]:
    return {
        "code": voucher.code,
        "amount": money_json(voucher.amount, currency),
        "problem": voucher.problem or None,
        "detail": _(problem_text(voucher.problem)) if voucher.problem else "",
    }


def _gift_json(gift: QuotedGift, currency: str, language: str) -> dict[str, Any]:
    goods = gift.goods
    return {
        "sku": goods.sku,
        "product": goods.slug,
        "name": in_language(dict(goods.name), language),
        "picture": media_url(goods.picture) if goods.picture else None,
        "quantity": gift.quantity,
        "unit_price": money_json(goods.unit_price, currency),
        "promotion": in_language(dict(gift.promotion), language),
        "given": gift.is_given,
        "problem": None if gift.is_given else INSUFFICIENT_STOCK,
    }


def _problem_json(problem: Problem, currency: str) -> dict[str, Any]:
    shaped: dict[str, Any] = {"code": problem.code}
    if problem.available is not None:
        shaped["available"] = problem.available
    if problem.old_price is not None and problem.new_price is not None:
        shaped["old_price"] = money_json(problem.old_price, currency)
        shaped["new_price"] = money_json(problem.new_price, currency)
    return shaped


def _text(value: Any, language: str) -> str:
    return in_language(value, language) if isinstance(value, dict) else str(value)


def _empty_json() -> dict[str, Any]:
    currency = settings.SHOP_CURRENCY
    zero = money_json(0, currency)
    return {
        "id": None,
        "version": NO_CART_VERSION,
        "currency": currency,
        "changed_at": None,
        "lines": [],
        "discounts": [],
        "vouchers": [],
        "gifts": [],
        "fees": [],
        "totals": dict.fromkeys(("items", "discount", "deposit", "shipping", "fees", "tax", "grand"), zero),
        "problems": [],
        "merged": [],
        "handover": None,
    }


class ProblemOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(["price_changed", "insufficient_stock", "unavailable"])
    available = serializers.IntegerField(required=False)
    old_price = MoneySchema(required=False)
    new_price = MoneySchema(required=False)


class DiscountOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    amount = MoneySchema()
    target = serializers.ChoiceField(
        ["items", "shipping"], help_text="shipping: the saved shipping price; it is not in the totals' discount."
    )


class VoucherOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    amount = MoneySchema(help_text="Its discount; 0 while its promotion does not apply to the cart.")
    problem = serializers.ChoiceField(
        problems(), allow_null=True, help_text="Why it cannot be used, or the condition that this cart does not meet."
    )
    detail = serializers.CharField()


class GiftOut(serializers.Serializer[Any]):
    """What a promotion adds by itself; its value is in the totals' items and discount while it is given."""

    sku = serializers.CharField()
    product = serializers.CharField(help_text="The product's slug.")
    name = serializers.CharField()
    picture = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    unit_price = MoneySchema()
    promotion = serializers.CharField()
    given = serializers.BooleanField()
    problem = serializers.ChoiceField([INSUFFICIENT_STOCK], allow_null=True, help_text="Why it is not given.")


class CartLineOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    sku = serializers.CharField()
    product = serializers.CharField(help_text="The product's slug.")
    name = serializers.CharField()
    attributes = serializers.DictField(child=serializers.CharField())
    picture = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    unit_price = MoneySchema(allow_null=True)
    unit_price_when_added = MoneySchema()
    line_total = MoneySchema(help_text="After discounts, including its share of those on the whole cart.")
    deposit = MoneySchema(help_text="On all of its units, beside the line's total; no discount lowers it.")
    discounts = DiscountOut(many=True)
    added_channel = serializers.CharField()
    added_store = serializers.CharField(allow_null=True)
    added_at = serializers.DateTimeField()
    problems = ProblemOut(many=True)
    return_policy = ReturnPolicyOut(allow_null=True, help_text="Under which it may come back; null without one.")


class FeeOut(serializers.Serializer[Any]):
    """A fee on the order as a whole, which no promotion lowers or counts."""

    name = serializers.CharField()
    amount = MoneySchema()


class TotalsOut(serializers.Serializer[Any]):
    items = MoneySchema()
    discount = MoneySchema()
    deposit = MoneySchema(help_text="On containers, which no discount lowers; it comes back with them.")
    shipping = MoneySchema()
    fees = MoneySchema(help_text="On the order as a whole; each is in the list of fees.")
    tax = MoneySchema()
    grand = MoneySchema()


class MergedOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    action = serializers.ChoiceField(["added", "raised", "kept"])
    quantity = serializers.IntegerField()
    reason = serializers.CharField()


class CartCodeOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    qr_url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class CartOut(serializers.Serializer[Any]):
    """The open cart. version 0 and no id: nothing has been added yet."""

    id = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    currency = serializers.CharField()
    changed_at = serializers.DateTimeField(allow_null=True)
    lines = CartLineOut(many=True)
    discounts = DiscountOut(many=True)
    vouchers = VoucherOut(many=True)
    gifts = GiftOut(many=True)
    fees = FeeOut(many=True)
    totals = TotalsOut()
    problems = serializers.ListField(child=serializers.CharField())
    merged = MergedOut(many=True, help_text="What a merge or another currency did, until the next change.")
    handover = CartCodeOut(allow_null=True)
    cart_token = serializers.CharField(required=False, help_text="Only when a new anonymous cart was made.")


ADD_EXAMPLE = OpenApiExample("Two mugs", value={"sku": "MUG-STONE", "quantity": 2}, request_only=True)
QUANTITY_EXAMPLE = OpenApiExample("Three of them", value={"quantity": 3}, request_only=True)
