"""Issues invoices and credit notes, each with the next number of its legal entity and year."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services.customers.tax_numbers import checked_tax_number
from core.actors import Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from orders.events import CreditNoteIssued, InvoiceIssued
from orders.events.about import about_order
from orders.models import Invoice, InvoiceRequest, Order
from orders.queries.documents.sold import Sold, sold_of
from orders.rules.documents.invoices import Statement, credited, number_of, statement_from
from orders.services.fulfilment.sold_lines import sold_lines_of, values_kept

# The row stays locked until the document is committed, and a rollback takes the number back: so none is ever missing.
_NEXT = """
INSERT INTO orders_invoicecounter AS counter (legal_entity_id, kind, year, last)
VALUES (%(entity)s, %(kind)s, %(year)s, 1)
ON CONFLICT (legal_entity_id, kind, year) DO UPDATE SET last = counter.last + 1
RETURNING last
"""
# Who took everything along at a till has the receipt in hand; any other order that is complete gets an invoice.
_WAITS = """
SELECT orders.id FROM orders_order AS orders
WHERE orders.id = %(order)s AND orders.state = 'completed' AND orders.external_id = ''
  AND NOT EXISTS (SELECT FROM orders_invoice WHERE order_id = orders.id)
  AND (EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind <> 'carry_out')
       OR EXISTS (SELECT FROM orders_invoicerequest WHERE order_id = orders.id)
       OR EXISTS (SELECT FROM accounts_customer AS record
                  JOIN accounts_taxnumber AS own ON own.customer_id IN (record.id, record.merged_into_id)
                  WHERE record.id = orders.customer_id))
"""
# A document that waited for its number says no earlier day than the one before it.
_DAY_BEFORE = """
SELECT issued_on FROM orders_invoice
WHERE legal_entity_id = %(entity)s AND kind = %(kind)s AND year = %(year)s AND sequence = %(last)s - 1
"""
_CODES = {Invoice.INVOICE: "R", Invoice.CREDIT_NOTE: "C"}


class NothingToInvoice(Refusal):
    """The order came to nothing, waits for its payment, or belongs to another system, which invoiced it."""

    code = "nothing_to_invoice"


class InvoiceIssuedAlready(Refusal):
    """The invoice was issued, and stays as it is; `invoice` is its number."""

    code = "invoice_issued"


class NotTheExemptBuyer(Refusal):
    """The order was sold free of tax to a business by its VAT number, `number`; its invoice names no other one."""

    code = "not_the_exempt_buyer"


class NoLegalSeller(Refusal):
    """No legal entity is entered that sells at the order's place, so nobody can issue its invoice."""

    code = "no_legal_seller"


@transaction.atomic
def request_invoice(
    *, order_number: str, buyer: Mapping[str, str] | None = None, by: Actor, now: datetime
) -> Invoice | None:
    """
    Issue the invoice of an order, or note that one is wanted as soon as all its goods have left.

    buyer: an address in its country's format, with company and tax_number, whom the invoice shall name; None for what
    the order says. Locks the order, then the counter. Return the invoice; None if it comes later. Raises NotFound,
    NothingToInvoice, InvoiceIssuedAlready, NotTheExemptBuyer, NoLegalSeller, NotATaxNumber.
    """
    order = Order.objects.locked().filter(number=order_number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    if order.state not in (Order.PLACED, Order.COMPLETED) or order.external_id:
        raise NothingToInvoice(_("There is nothing to invoice in this order."), state=order.state)
    issued = Invoice.objects.filter(order=order, kind=Invoice.INVOICE).first()
    if issued is not None and buyer is None:
        return issued
    if issued is not None:
        raise InvoiceIssuedAlready(
            _("The invoice %(number)s was issued, and stays as it is.") % {"number": issued.number},
            invoice=issued.number,
        )
    wish = _checked(buyer, order) if buyer else None
    InvoiceRequest.objects.update_or_create(
        order=order,
        defaults={"requested_at": now} if wish is None else {"requested_at": now, "buyer": wish},
        create_defaults={"requested_at": now, "buyer": wish or {}},
    )
    if order.state != Order.COMPLETED:
        return None
    sold = _sold(order)
    if sold.seller_id is None:
        raise NoLegalSeller(
            _("No legal seller is entered for the place that sold this, so it cannot be invoiced. Ask head office.")
        )
    if sold.statement.gross <= 0:
        raise NothingToInvoice(_("There is nothing to invoice in this order."), state=order.state)
    return _issue_invoice(order, sold, by=by, now=now)


@transaction.atomic(savepoint=False)
def invoice_if_complete(*, order_id: int, by: Actor, now: datetime) -> Invoice | None:
    """
    Issue the invoice of an order that is complete and gets one without being asked; safe to repeat.

    One statement for other orders. Without a legal seller nothing is issued: the buyer may still ask for it later.
    Locks the order, then the counter.
    """
    if sql.fetch_one(_WAITS, {"order": order_id}) is None:
        return None
    order = Order.objects.locked().get(pk=order_id)
    if Invoice.objects.filter(order=order).exists():
        return None
    sold = _sold(order)
    if sold.seller_id is None or sold.statement.gross <= 0:
        return None
    return _issue_invoice(order, sold, by=by, now=now)


@transaction.atomic(savepoint=False)
def credit_if_less(*, order_id: int, by: Actor, now: datetime) -> Invoice | None:
    """
    Issue a credit note if the buyer of an invoiced order pays for less than its documents state; safe to repeat.

    One statement for other orders. Locks the order, then the counter.
    """
    if not Invoice.objects.filter(order_id=order_id, kind=Invoice.INVOICE).exists():
        return None
    order = Order.objects.locked().get(pk=order_id)
    documents = list(Invoice.objects.filter(order=order).order_by("pk"))
    sold = _sold(order)
    less = credited([statement_from(document.content) for document in documents], sold.statement)
    if less.gross <= 0:
        return None
    note = _issue(Invoice.CREDIT_NOTE, order, sold, less, corrects=documents[0], now=now)
    publish(CreditNoteIssued(**_about(note, order, by=by, now=now)))
    return note


def _sold(order: Order) -> Sold:
    return sold_of(order, values_kept(order, sold_lines_of(order)))


def _checked(buyer: Mapping[str, str], order: Order) -> dict[str, str]:
    """Return whom the invoice shall name. Raises NotATaxNumber, and NotTheExemptBuyer for another business's number."""
    number = buyer.get("tax_number") or ""
    if number:
        number = checked_tax_number(buyer["country_code"], number)
        sold = _sold(order)
        own = sold.buyer["vat_number"]
        if number != own and any(tax.key.is_exempt for tax in sold.statement.taxes):
            raise NotTheExemptBuyer(
                _("This order is free of tax for the VAT number %(number)s. Its invoice cannot name another one.")
                % {"number": own},
                number=own,
            )
    return {**buyer, "tax_number": number}


def _issue_invoice(order: Order, sold: Sold, *, by: Actor, now: datetime) -> Invoice:
    invoice = _issue(Invoice.INVOICE, order, sold, sold.statement, corrects=None, now=now)
    publish(InvoiceIssued(**_about(invoice, order, by=by, now=now)))
    return invoice


def _issue(
    kind: str, order: Order, sold: Sold, statement: Statement, *, corrects: Invoice | None, now: datetime
) -> Invoice:
    zone = ZoneInfo(sold.zone)
    issued_on = now.astimezone(zone).date()
    # A credit note speaks of the sale as its invoice did, whatever was entered since.
    parties: dict[str, Any] = (
        {"seller": sold.seller, "buyer": sold.buyer, "place": sold.place, "mentions": sold.mentions}
        if corrects is None
        else {name: corrects.content[name] for name in ("seller", "buyer", "place", "mentions")}
    )
    entity_id = sold.seller_id if corrects is None else corrects.legal_entity_id
    assert entity_id is not None
    series = {"entity": entity_id, "kind": kind, "year": issued_on.year}
    row = sql.fetch_one(_NEXT, series)
    assert row is not None
    before = sql.fetch_one(_DAY_BEFORE, series | {"last": row["last"]})
    issued_on = max(issued_on, before["issued_on"]) if before else issued_on
    return Invoice.objects.create(
        kind=kind,
        legal_entity_id=entity_id,
        year=issued_on.year,
        sequence=row["last"],
        number=number_of(_CODES[kind], legal_entity_id=entity_id, year=issued_on.year, sequence=row["last"]),
        order=order,
        corrects=corrects,
        issued_at=now,
        issued_on=issued_on,
        supplied_on=sold.supplied_at.astimezone(zone).date() if corrects is None else corrects.supplied_on,
        language=order.language,
        currency=order.currency,
        net=statement.gross - statement.tax,
        tax=statement.tax,
        gross=statement.gross,
        content={"order": order.number, **parties, **statement.as_json()},
    )


def _about(document: Invoice, order: Order, *, by: Actor, now: datetime) -> dict[str, Any]:
    return {
        **about_order(order, by, now),
        "invoice_id": document.pk,
        "document": document.number,
        "total": document.gross,
        "currency": document.currency,
    }
