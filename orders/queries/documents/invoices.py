"""Invoices and credit notes as they are listed and printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.errors import NotFound
from core.texts.formats import day_text, money_text, number_text, percent_text
from core.texts.translated import in_language
from orders.models import Invoice
from orders.rules.documents.invoices import (
    EXEMPT,
    EXPORT,
    INTRA_COMMUNITY,
    VOUCHER,
    Position,
    TaxKey,
    statement_from,
)

_MENTIONS = {
    INTRA_COMMUNITY: gettext_lazy(
        "Intra-Community supply, exempt from VAT (article 138 of 2006/112/EC). Reverse charge: the tax is due from the "
        "buyer."
    ),
    EXPORT: gettext_lazy("Export, exempt from VAT (article 146 of 2006/112/EC)."),
    EXEMPT: gettext_lazy("Exempt from tax."),
    VOUCHER: gettext_lazy("Gift cards are multi-purpose vouchers: tax is due when they are used."),
}


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as it is printed. tax_rate: empty for what bears no tax."""

    name: str
    sku: str
    quantity: str
    tax_rate: str
    net: str
    gross: str


@dataclass(frozen=True, slots=True)
class PrintedInvoice:
    """
    An invoice or credit note, all amounts and days as text in the language of its order.

    seller, buyer: lines of an address. corrects: the number of the invoice that a credit note takes a part of back.
    taxes: each rate with its base, its tax and both together.
    """

    number: str
    is_credit_note: bool
    corrects: str
    corrects_day: str
    order: str
    day: str
    supplied: str
    shop: str
    seller: Sequence[str]
    tax_number: str
    vat_number: str
    buyer: Sequence[str]
    buyer_vat_number: str
    lines: Sequence[PrintedLine]
    taxes: Sequence[tuple[str, str, str, str]]
    net: str
    tax: str
    gross: str
    mentions: Sequence[str]


def invoices_of(order_id: int) -> list[Invoice]:
    """Return the invoice of an order and its credit notes, without their content, in one statement."""
    return list(Invoice.objects.filter(order_id=order_id).select_related("corrects").defer("content").order_by("pk"))


def get_invoice(*, order_number: str, number: str) -> Invoice:
    """Return a document of an order. Raises NotFound."""
    found = Invoice.objects.select_related("corrects").filter(order__number=order_number, number=number).first()
    if found is None:
        raise NotFound(_("There is no such invoice."))
    return found


def printed(invoice: Invoice) -> PrintedInvoice:
    """Return an invoice as it is printed, in its own language whoever reads it."""
    content, language = invoice.content, invoice.language

    def money(amount: int) -> str:
        return money_text(amount, invoice.currency, language)

    statement = statement_from(content)
    with override(language):
        return PrintedInvoice(
            number=invoice.number,
            is_credit_note=invoice.kind == Invoice.CREDIT_NOTE,
            corrects=invoice.corrects.number if invoice.corrects else "",
            corrects_day=day_text(invoice.corrects.issued_on, language) if invoice.corrects else "",
            order=content["order"],
            day=day_text(invoice.issued_on, language),
            supplied=day_text(invoice.supplied_on, language),
            shop=settings.SHOP_NAME,
            seller=_address(content["seller"]),
            tax_number=content["seller"]["tax_number"],
            vat_number=content["seller"]["vat_number"],
            buyer=_address(content["buyer"]) or [content["buyer"]["contact"]],
            buyer_vat_number=content["buyer"]["vat_number"],
            lines=[
                PrintedLine(
                    name=_name(position, language),
                    sku=position.sku,
                    quantity=number_text(position.quantity, language) if position.quantity else "",
                    tax_rate=", ".join(_rate(part.key, language) for part in position.taxes),
                    net=money(position.gross - position.tax),
                    gross=money(position.gross),
                )
                for position in statement.positions
            ],
            taxes=[
                (_rate(part.key, language), money(part.base), money(part.tax), money(part.base + part.tax))
                for part in statement.taxes
            ],
            net=money(invoice.net),
            tax=money(invoice.tax),
            gross=money(invoice.gross),
            mentions=[str(_MENTIONS[code]) for code in content["mentions"]],
        )


def _name(position: Position, language: str) -> str:
    if position.key == "shipping":
        return _("Shipping")
    return in_language(position.name, language) if isinstance(position.name, dict) else str(position.name)


def _rate(key: TaxKey, language: str) -> str:
    return _("Exempt") if key.is_exempt else f"{key.levy} {percent_text(Decimal(key.rate), language)}".strip()


def _address(party: Mapping[str, Any]) -> list[str]:
    town = " ".join(filter(None, [party.get("postal_code"), party.get("city")]))
    area = ", ".join(filter(None, [party.get("city_area"), party.get("country_area")]))
    lines = [party.get("company"), party.get("name"), *str(party.get("street_address") or "").splitlines(), town, area]
    return [*filter(None, lines), *([party["country_code"]] if party.get("country_code") and town else [])]
