"""The input of a checkout or a sale, and how it becomes a CheckoutRequest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.channels.addresses import AddressBody
from accounts.channels.emails import EmailText
from accounts.channels.phones import PhoneText
from carts.channels.views import parse_int
from carts.rules.vouchers import MOST_IN_A_CART
from core.errors import Malformed, NotFound
from core.texts.languages import active_language
from core.web.api.amounts import MoneyIn
from core.web.api.base import StrictSerializer, list_of
from inventory.queries.products import skus_by_barcode
from orders.api.order_fields import asked
from orders.rules.checkout import (
    BALANCES,
    CARD,
    CARRY_OUT,
    CASH,
    GIFT_CARD,
    PAY_IN_STORE,
    PICKUP,
    SHIP,
    TEST,
    FulfilmentRequest,
    Tender,
)
from orders.rules.order_fields import QUESTIONS
from orders.services.payments.cards import with_card
from orders.services.payments.tenders import with_gift_card

ClientKey = Callable[[], str]  # Called only when a code was sent: finding the client's key reads every header.

MOST_PARTS = 20
MOST_LINES = 200


class FulfilmentIn(StrictSerializer):
    kind = serializers.ChoiceField([SHIP, PICKUP, CARRY_OUT])
    store = serializers.CharField(max_length=40, required=False)
    address = AddressBody(required=False)
    method = serializers.CharField(
        max_length=40,
        required=False,
        help_text="The delivery method, one of those in the cart's options; left out for the cheapest.",
    )
    lines = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=MOST_LINES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == PICKUP and not attrs.get("store"):
            raise serializers.ValidationError({"store": [_("Name the pickup store.")]})
        if attrs["kind"] == SHIP and not attrs.get("address"):
            raise serializers.ValidationError({"address": [_("Name the delivery address.")]})
        if attrs["kind"] != SHIP and attrs.get("method"):
            raise serializers.ValidationError({"method": [_("Only what is shipped has a delivery method.")]})
        return attrs


class AnyPaymentIn(StrictSerializer):
    """Fields that every payment may have; gift_card, credit and points without an amount pay as much as they can."""

    amount = MoneyIn(required=False)
    code = serializers.CharField(max_length=40, required=False, help_text="A gift card's.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("code" in attrs) != (attrs["method"] == GIFT_CARD):
            raise serializers.ValidationError({"code": [_("Only a gift card is named by a code.")]})
        return attrs


class PaymentIn(AnyPaymentIn):
    method = serializers.ChoiceField([CARD, *BALANCES, PAY_IN_STORE, TEST])
    provider = serializers.CharField(max_length=20, required=False)
    payment_method = serializers.CharField(max_length=255, required=False, allow_blank=True)
    saved_card = serializers.CharField(max_length=20, required=False, help_text="The id of one of the person's cards.")
    save_card = serializers.BooleanField(
        required=False, default=False, help_text="Keep the card for next time, once this payment came through."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        is_saved = "saved_card" in attrs
        if (is_saved or attrs["save_card"]) and attrs["method"] not in (CARD, TEST):
            raise serializers.ValidationError({"method": [_("Only a card is saved.")]})
        if is_saved and (attrs["save_card"] or attrs.get("payment_method")):
            raise serializers.ValidationError({"saved_card": [_("Name either a saved card or a new one.")]})
        return attrs


class TillPaymentIn(AnyPaymentIn):
    method = serializers.ChoiceField([CASH, CARD, *BALANCES, PAY_IN_STORE, TEST])
    tendered = MoneyIn(required=False)
    payment_method = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="reader: and the number of a card reader. A card without it was taken at the store's own terminal.",
    )


class ContactIn(StrictSerializer):
    email = EmailText(required=False, allow_blank=True)
    phone = PhoneText(required=False, allow_blank=True)


class ReceiptIn(StrictSerializer):
    medium = serializers.ChoiceField(["email", "sms", "print", "none"])


class GivenIn(StrictSerializer):
    """What a checkout and a sale say of the order itself."""

    contact = ContactIn(required=False)
    receipt = ReceiptIn(required=False)
    keep_address = serializers.BooleanField(
        required=False, default=False, help_text="Save the delivery address in the buyer's address book."
    )

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **asked(QUESTIONS)}


class CheckoutIn(GivenIn):
    cart_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    expected_total = MoneyIn()
    fulfilments = list_of(
        FulfilmentIn,
        most=MOST_PARTS,
        required=False,
        default=list,
        help_text="Left out for a cart of gift cards, which leave as codes.",
    )
    payments = list_of(PaymentIn, most=MOST_PARTS, required=False)


class SaleLineIn(StrictSerializer):
    sku = serializers.CharField(max_length=64, required=False)
    barcode = serializers.CharField(max_length=32, required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=9999, default=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("sku" in attrs) == ("barcode" in attrs):
            raise serializers.ValidationError(_("Give either the sku or the barcode."))
        return attrs


class SaleIn(GivenIn):
    session = serializers.CharField(max_length=20)
    customer = serializers.CharField(max_length=20, required=False, allow_null=True)
    cart = serializers.CharField(max_length=20, required=False)
    cart_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    expected_total = MoneyIn(required=False)
    lines = list_of(SaleLineIn, most=MOST_LINES, required=False, allow_empty=False)
    vouchers = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=MOST_IN_A_CART,
        help_text="Codes that the customer shows, for a sale of lines; a cart has its own.",
    )
    fulfilments = list_of(FulfilmentIn, most=MOST_PARTS, required=False, allow_empty=False)
    payments = list_of(TillPaymentIn, most=MOST_PARTS, required=False)
    client_id = serializers.UUIDField(required=False)
    occurred_at = serializers.DateTimeField(required=False)
    sequence = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The receipt's number that the register printed for a late sale; the next one when left out.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("cart" in attrs) == ("lines" in attrs):
            raise serializers.ValidationError(_("Give either the cart or the lines of the sale."))
        if "cart" in attrs and attrs.get("vouchers"):
            raise serializers.ValidationError({"vouchers": [_("A cart has its own vouchers: add them to the cart.")]})
        if "sequence" in attrs and "occurred_at" not in attrs:
            raise serializers.ValidationError({"sequence": [_("Only a sale that has happened has a number already.")]})
        return attrs


def scanned_lines(lines: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return the SKU and quantity of each line of SaleLineIn. Raises NotFound for a barcode that nobody knows."""
    codes = [line["barcode"] for line in lines if "barcode" in line]
    skus = skus_by_barcode(codes) if codes else {}
    unknown = [code for code in codes if code not in skus]
    if unknown:
        raise NotFound(_("Unknown barcode: %(codes)s.") % {"codes": ", ".join(unknown)}, barcodes=unknown)
    return [(line.get("sku") or skus[line["barcode"]], line["quantity"]) for line in lines]


def fulfilment_request(fields: Mapping[str, Any]) -> FulfilmentRequest:
    """Read one fulfilment. Raises Malformed for an invalid line id."""
    lines = fields.get("lines")
    return FulfilmentRequest(
        kind=fields["kind"],
        store=fields.get("store", ""),
        address=dict(fields["address"]) if fields["kind"] == SHIP else {},
        lines=None if lines is None else tuple(_line_id(line) for line in lines),
        method=fields.get("method", ""),
    )


def tender(
    fields: Mapping[str, Any],
    *,
    client_key: ClientKey,
    now: datetime,
    person_ids: Sequence[int] = (),
    at_till: bool = False,
) -> Tender:
    """
    Read one payment. client_key: who shows a gift card, to count wrong codes. person_ids: whose saved cards may pay.
    at_till: staff take it, so that a card without a payment method was taken at the store's own terminal.

    Raises Malformed if its currency is not the shop's, GiftCardNotValid, TooManyWrongCodes, and what with_card raises.
    """
    read = Tender(
        method=fields["method"],
        amount=shop_amount(fields["amount"], "payments") if "amount" in fields else None,
        tendered=shop_amount(fields["tendered"], "payments") if "tendered" in fields else None,
        payment_method=fields.get("payment_method", ""),
        at_terminal=at_till and fields["method"] == CARD and not fields.get("payment_method"),
    )
    if read.method == GIFT_CARD:
        return with_gift_card(read, fields["code"], client_key=client_key(), now=now)
    saved, saves = fields.get("saved_card"), fields.get("save_card", False)
    if saved is None and not saves:
        return read
    card_id = None if saved is None else parse_int(saved)
    return with_card(read, person_ids=person_ids, now=now, saved_card=card_id, saves=saves)


def shop_amount(money: Mapping[str, Any], field: str) -> int:
    """Return the minor units of an amount in the shop's currency. Raises Malformed for another currency."""
    if money["currency"] != settings.SHOP_CURRENCY:
        raise Malformed(_("Pay in %(currency)s.") % {"currency": settings.SHOP_CURRENCY}, field=field)
    return int(money["minor"])


def request_fields(
    body: Mapping[str, Any],
    *,
    client_key: ClientKey,
    now: datetime,
    person_ids: Sequence[int] = (),
    at_till: bool = False,
) -> dict[str, Any]:
    """Return the fields that a checkout and a sale have in common. client_key, person_ids, at_till: as for tender()."""
    contact = body.get("contact", {})
    expected = body.get("expected_total")
    return {
        "tenders": tuple(
            tender(payment, client_key=client_key, now=now, person_ids=person_ids, at_till=at_till)
            for payment in body.get("payments", ())
        ),
        "cart_version": body.get("cart_version"),
        "expected_total": expected["minor"] if expected else None,
        "expected_currency": expected["currency"] if expected else "",
        "contact_email": contact.get("email", ""),
        "contact_phone": str(contact.get("phone") or ""),
        "receipt_medium": body.get("receipt", {}).get("medium", ""),
        "language": active_language(),
        "keeps_address": body["keep_address"],
        **{field.name: body.get(field.name, "") for field in QUESTIONS},
    }


def _line_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Malformed(_("A line is named by its id in the cart."), field="fulfilments")
    return int(text)
