"""Invoices and credit notes as services issue them: when, with which number, and what they state for ever."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import TaxNumber
from accounts.services.customers.tax_numbers import NotATaxNumber
from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import NotFound
from core.models import JournalEntry
from orders.models import Invoice, InvoiceCounter, InvoiceRequest, LegalEntity, Order, Seller
from orders.models.orders import OrderTax
from orders.services.documents.invoicing import (
    InvoiceIssuedAlready,
    NoLegalSeller,
    NothingToInvoice,
    credit_if_less,
    invoice_if_complete,
    request_invoice,
)
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.price_reductions import Reduction, reduce_price
from orders.services.returns.receiving import Arrival, Piece, receive_return
from tests.factories.documents import make_seller
from tests.factories.inventory import make_store
from tests.factories.orders import make_order
from tests.factories.pricing import make_tax_zone
from tests.factories.states import no_guards

pytestmark = pytest.mark.django_db
BY = Actor(channel="system")
GAPS = "the invoices and credit notes of a legal entity are numbered without gaps in each year"
ADDS_UP = "what an invoice or credit note says adds up to its totals, over its lines and over its taxes"
BALANCES = "an invoice less its credit notes is what the order's buyer paid or owes, and was not given back"
COMPANY = {
    "name": "Ben Buyer", "company": "Buyer GmbH", "street_address": "Weg 2", "postal_code": "10119", "city": "Berlin",
    "country_code": "DE", "tax_number": "DE 136 695 976",
}  # fmt: skip


@pytest.fixture
def seller(mitte):
    return make_seller(mitte)


@pytest.fixture
def order(seller, ana, mug, bowl, mitte, at_desk, now):
    """Two mugs and a bowl, collected; 19 % are contained in their price."""
    order = make_order((mug, 2, 1190), (bowl, 1, 2380), store=mitte, state="ready", customer=ana)
    tax_all(order, make_tax_zone())
    return collect(order, at_desk, now)


def tax_all(order, zone, rate=1900, **fields):
    """Let each line and the order contain a tax."""
    for line in order.lines.all():
        line.tax_rate, line.tax_amount = rate, line.line_total * rate // (10_000 + rate)
        line.save()
    tax = sum(line.tax_amount for line in order.lines.all())
    OrderTax.objects.create(
        order=order, zone=zone, rate=rate, is_included=True, base=order.grand_total - tax, tax=tax, **fields
    )


def collect(order, at_desk, now):
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=at_desk, now=now,
    )  # fmt: skip
    order.refresh_from_db()
    return order


def invoice_of(order, now):
    return invoice_if_complete(order_id=order.pk, by=BY, now=now)


def take_back(order, units, at_desk, now, **arrival):
    line = order.lines.first()
    receive_return(
        order_number=order.number, arrival=Arrival([Piece(line.pk, units, "as_new", "other")], **arrival), by=at_desk,
        now=now,
    )  # fmt: skip
    return credit_if_less(order_id=order.pk, by=BY, now=now)


class TestWhen:
    def test_all_goods_have_left(self, order, seller, now):
        invoice = invoice_of(order, now)

        assert (invoice.number, invoice.kind) == (f"R{seller.pk}-2026-000001", "invoice")
        assert (invoice.net, invoice.tax, invoice.gross) == (4000, 760, 4760)
        assert (str(invoice.issued_on), str(invoice.supplied_on)) == ("2026-03-02", "2026-03-02")
        assert find_breaches() == {}

    def test_once(self, order, now):
        first, second = invoice_of(order, now), invoice_of(order, now)

        assert (first.sequence, second) == (1, None)
        assert list(JournalEntry.objects.filter(kind="invoice.issued").values_list("ref", flat=True)) == [order.number]

    def test_not_before(self, seller, ana, mug, mitte, now):
        order = make_order((mug, 1, 1190), store=mitte, customer=ana)

        assert invoice_of(order, now) is None

    def test_what_was_taken_along_has_its_receipt(self, seller, ana, mug, mitte, now):
        order = make_order((mug, 1, 1190), store=mitte, customer=ana, kind="carry_out", state="collected")
        Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)

        assert invoice_of(order, now) is None
        assert request_invoice(order_number=order.number, by=BY, now=now).gross == 1190

    def test_a_business_gets_one_for_what_it_took_along(self, seller, ana, mug, mitte, now):
        TaxNumber.objects.create(customer=ana, country="DE", number="DE136695976", checked_at=now)
        order = make_order((mug, 1, 1190), store=mitte, customer=ana, kind="carry_out", state="collected")
        Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)

        assert invoice_of(order, now).content["buyer"]["vat_number"] == "DE136695976"

    def test_another_systems_order_was_invoiced_there(self, order, now):
        Order.objects.filter(pk=order.pk).update(external_id="17")

        assert invoice_of(order, now) is None
        with pytest.raises(NothingToInvoice):
            request_invoice(order_number=order.number, by=BY, now=now)

    def test_nothing_of_it_is_left_to_invoice(self, order, at_desk, now):
        for line, units in zip(order.lines.all(), (2, 1), strict=True):
            receive_return(
                order_number=order.number, arrival=Arrival([Piece(line.pk, units, "as_new", "other")]), by=at_desk,
                now=now,
            )  # fmt: skip

        assert invoice_of(order, now) is None
        with pytest.raises(NothingToInvoice):
            request_invoice(order_number=order.number, by=BY, now=now)

    def test_takes_one_statement_for_orders_that_get_none(self, ana, mug, mitte, now, django_assert_num_queries):
        order = make_order((mug, 1, 1190), store=mitte, customer=ana)

        with transaction.atomic(), django_assert_num_queries(1):
            invoice_if_complete(order_id=order.pk, by=BY, now=now)
        with transaction.atomic(), django_assert_num_queries(1):
            credit_if_less(order_id=order.pk, by=BY, now=now)


class TestAskedFor:
    def test_before_the_goods_have_left_it_comes_with_them(self, seller, ana, mug, mitte, at_desk, now):
        order = make_order((mug, 1, 1190), store=mitte, state="ready", customer=ana)

        assert request_invoice(order_number=order.number, buyer=COMPANY, by=BY, now=now) is None
        request_invoice(order_number=order.number, by=BY, now=now)  # Asking again takes no name away.
        invoice = invoice_of(collect(order, at_desk, now), now)

        buyer = invoice.content["buyer"]
        assert (buyer["company"], buyer["city"], buyer["vat_number"]) == ("Buyer GmbH", "Berlin", "DE136695976")

    def test_afterwards_it_is_the_same(self, order, now):
        invoice = invoice_of(order, now)

        assert request_invoice(order_number=order.number, by=BY, now=now) == invoice
        with pytest.raises(InvoiceIssuedAlready, match=invoice.number):
            request_invoice(order_number=order.number, buyer=COMPANY, by=BY, now=now)
        assert not InvoiceRequest.objects.exists()

    def test_without_a_seller_it_is_refused_and_changes_nothing(self, order, now):
        Seller.objects.all().delete()

        assert invoice_of(order, now) is None
        with pytest.raises(NoLegalSeller):
            request_invoice(order_number=order.number, by=BY, now=now)
        assert not InvoiceRequest.objects.exists()

    def test_a_wrong_number_is_refused(self, order, now):
        with pytest.raises(NotATaxNumber):
            request_invoice(order_number=order.number, buyer=COMPANY | {"tax_number": "DE1"}, by=BY, now=now)
        assert not Invoice.objects.exists()

    def test_an_order_that_nobody_knows(self, now):
        with pytest.raises(NotFound):
            request_invoice(order_number="0", by=BY, now=now)

    def test_a_cancelled_order(self, order, now):
        with no_guards():
            Order.objects.filter(pk=order.pk).update(state="cancelled")
        with pytest.raises(NothingToInvoice):
            request_invoice(order_number=order.number, by=BY, now=now)


class TestContent:
    def test_names_seller_buyer_and_lines(self, order, now):
        content = invoice_of(order, now).content

        assert content["order"] == order.number
        assert (content["seller"]["name"], content["seller"]["vat_number"]) == ("Omni GmbH", "DE136695976")
        assert content["buyer"]["name"] == "Ana Moreno"
        assert [(line["sku"], line["quantity"], line["gross"]) for line in content["positions"]] == [
            ("MUG", 2, 2380),
            ("BOWL", 1, 2380),
        ]
        assert content["taxes"] == [["1900", "", False, 4000, 760]]

    def test_shipping_is_a_line_with_its_tax(self, seller, ana, mug, mitte, now):
        address = {
            "name": "Ana",
            "street_address": "Weg 1",
            "city": "Wien",
            "country_code": "AT",
            "postal_code": "1010",
        }
        order = make_order(
            (mug, 1, 1190), store=mitte, customer=ana, kind="ship", state="shipped", shipping=595, shipping_tax=95
        )
        order.fulfilments.update(address=address)
        tax_all(order, make_tax_zone())
        OrderTax.objects.update(base=1500, tax=285)
        Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)

        invoice = invoice_of(order, now)

        assert [(line["key"], line["gross"]) for line in invoice.content["positions"]][1] == ("shipping", 595)
        assert (invoice.net, invoice.tax, invoice.gross) == (1500, 285, 1785)
        assert invoice.content["buyer"]["city"] == "Wien"

    def test_an_exempt_business_abroad_is_mentioned(self, seller, ana, mug, mitte, at_desk, now):
        TaxNumber.objects.create(customer=ana, country="AT", number="ATU13585627", checked_at=now)
        order = make_order((mug, 1, 1000), store=mitte, state="ready", customer=ana)
        tax_all(order, make_tax_zone("at", country="AT"), rate=0, is_exempt=True)

        invoice = invoice_of(collect(order, at_desk, now), now)

        assert invoice.content["mentions"] == ["intra_community"]
        assert invoice.content["taxes"] == [["0", "", True, 1000, 0]]

    def test_keeps_what_was_printed_whatever_changes(self, order, seller, now):
        number = invoice_of(order, now).number
        LegalEntity.objects.update(name="Another SE")
        order.customer.name = "Somebody"
        order.customer.save()

        content = Invoice.objects.get(number=number).content
        assert (content["seller"]["name"], content["buyer"]["name"]) == ("Omni GmbH", "Ana Moreno")

    @pytest.mark.parametrize(
        "change", ["UPDATE orders_invoice SET gross = gross, net = 1", "DELETE FROM orders_invoice"]
    )
    def test_cannot_be_changed_or_deleted(self, order, now, change):
        invoice_of(order, now)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)

    def test_the_year_is_that_of_the_place(self, order, mitte):
        mitte.time_zone = "Europe/Helsinki"
        mitte.save()

        invoice = invoice_of(order, datetime.fromisoformat("2026-12-31T22:30+00:00"))

        assert (invoice.year, invoice.sequence, str(invoice.issued_on)) == (2027, 1, "2027-01-01")


class TestCreditNotes:
    def test_a_return_is_credited(self, order, seller, at_desk, now):
        invoice = invoice_of(order, now)
        note = take_back(order, 1, at_desk, now)

        assert (note.number, note.corrects) == (f"C{seller.pk}-2026-000001", invoice)
        assert (note.net, note.tax, note.gross) == (1000, 190, 1190)
        assert [(line["sku"], line["quantity"]) for line in note.content["positions"]] == [("MUG", 1)]
        assert credit_if_less(order_id=order.pk, by=BY, now=now) is None
        assert find_breaches() == {}

    def test_a_price_reduction_is_credited(self, order, mona, mitte, now):
        by = Actor(channel="till", staff_id=mona.pk, store_id=mitte.pk, store_code=mitte.code)
        invoice_of(order, now)
        reduce_price(
            order_number=order.number, given=Reduction("goodwill", "original", amount=476), limit=None, by=by, now=now
        )
        note = credit_if_less(order_id=order.pk, by=BY, now=now)

        assert (note.net, note.tax, note.gross) == (400, 76, 476)
        assert {line["quantity"] for line in note.content["positions"]} == {0}
        assert find_breaches() == {}

    def test_what_came_back_before_the_invoice_is_not_on_it(self, order, at_desk, now):
        assert take_back(order, 1, at_desk, now) is None

        assert invoice_of(order, now).gross == 3570
        assert credit_if_less(order_id=order.pk, by=BY, now=now) is None
        assert find_breaches() == {}

    def test_goods_taken_without_a_refund_are_still_paid(self, order, at_desk, now):
        invoice_of(order, now)

        assert take_back(order, 1, at_desk, now, refund=()) is None
        assert find_breaches() == {}

    def test_everything_back_takes_the_whole_invoice_back(self, order, at_desk, now):
        invoice = invoice_of(order, now)
        take_back(order, 1, at_desk, now)
        take_back(order, 1, at_desk, now)
        bowl = order.lines.last()
        receive_return(
            order_number=order.number, arrival=Arrival([Piece(bowl.pk, 1, "opened", "other")]), by=at_desk, now=now
        )
        credit_if_less(order_id=order.pk, by=BY, now=now)

        notes = Invoice.objects.filter(corrects=invoice)
        assert [note.sequence for note in notes.order_by("pk")] == [1, 2, 3]
        assert (sum(note.gross for note in notes), sum(note.tax for note in notes)) == (4760, 760)
        assert find_breaches() == {}

    def test_the_fee_of_a_return_is_still_paid(self, order, at_desk, now):
        policy = {"name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 0, "fee": 119}
        order.lines.update(return_policy=policy)
        invoice_of(order, now)
        note = take_back(order, 1, at_desk, now)

        assert (note.gross, note.tax) == (1190 - 119, 190 - 19)
        assert find_breaches() == {}

    def test_what_comes_back_by_law_takes_shipping_along(self, seller, ana, mug, mitte, at_desk, now):
        order = make_order((mug, 2, 1190), store=mitte, state="ready", customer=ana, shipping=595, shipping_tax=95)
        policy = {"name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 14, "fee": 0}
        order.lines.update(return_policy=policy)
        tax_all(order, make_tax_zone())
        OrderTax.objects.update(base=2500, tax=475)
        invoice = invoice_of(collect(order, at_desk, now), now)
        note = take_back(order, 2, at_desk, now)

        assert (invoice.gross, invoice.tax) == (note.gross, note.tax) == (2975, 475)
        assert [line["key"] for line in note.content["positions"]][1] == "shipping"
        assert find_breaches() == {}

    def test_without_an_invoice_there_is_none(self, order, at_desk, now):
        assert take_back(order, 1, at_desk, now) is None


class TestNumbers:
    def test_count_on_by_seller_and_year(self, seller, ana, mug, mitte, at_desk, now):
        other = make_store("ost")
        successor = make_seller(other, name="Omni SE", vat_number="DE129273398")
        numbers = []
        for place, moment in [(mitte, now), (mitte, now), (other, now), (mitte, now + timedelta(days=365))]:
            order = make_order((mug, 1, 1190), store=place, customer=ana, kind="ship", state="shipped")
            Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)
            numbers.append(invoice_of(order, moment).number)

        one, two = seller.pk, successor.pk
        assert numbers == [f"R{one}-2026-000001", f"R{one}-2026-000002", f"R{two}-2026-000001", f"R{one}-2027-000001"]

    def test_a_number_that_was_rolled_back_is_given_again(self, order, now):
        with pytest.raises(RuntimeError), transaction.atomic():
            invoice_of(order, now)
            raise RuntimeError

        assert not InvoiceCounter.objects.exists()
        assert invoice_of(order, now).sequence == 1

    @pytest.mark.parametrize(
        ("change", "breached"),
        [
            ("UPDATE orders_invoicecounter SET last = 2", GAPS),
            ("UPDATE orders_invoice SET sequence = 2", GAPS),
            ("UPDATE orders_invoice SET net = net - 1, gross = gross - 1", ADDS_UP),
        ],
    )
    def test_the_audit_finds_what_is_wrong(self, order, now, change, breached):
        invoice_of(order, now)
        assert find_breaches() == {}
        with no_guards(), connection.cursor() as cursor:
            cursor.execute(change)

        assert breached in find_breaches()

    def test_the_audit_finds_a_refund_that_was_not_credited(self, order, at_desk, now):
        invoice_of(order, now)
        line = order.lines.first()
        receive_return(
            order_number=order.number, arrival=Arrival([Piece(line.pk, 1, "as_new", "other")]), by=at_desk, now=now
        )

        assert list(find_breaches()) == [BALANCES]
