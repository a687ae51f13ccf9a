"""Whom an invoice names, why it bears no tax, on which day, and what later changes of master data do to it."""

from datetime import timedelta

import pytest

from accounts.models import Customer, TaxNumber, TaxNumberCheck
from core.data.invariants import find_breaches
from inventory.models import Product
from orders.channels.invoices import invoice_page
from orders.models import Invoice, Order, OrderLine, OrderTax
from orders.queries.documents.slips import gift_receipt
from orders.services.documents.invoicing import NotTheExemptBuyer, credit_if_less, invoice_if_complete, request_invoice
from orders.services.returns.receiving import Arrival, Piece, receive_return
from tests.factories.accounts import make_customer
from tests.factories.orders import make_order
from tests.factories.pricing import make_tax_zone
from tests.orders import test_invoices
from tests.orders.test_invoices import BY, COMPANY, collect, invoice_of, take_back, tax_all

pytestmark = pytest.mark.django_db

seller, order = test_invoices.seller, test_invoices.order
THEN, OTHER = "ATU13585627", "DE136695976"


def own_number(customer, number=OTHER, now=None):
    return TaxNumber.objects.create(customer=customer, country=number[:2], number=number, checked_at=now)


class TestExempt:
    @pytest.fixture
    def exempt(self, seller, ana, mug, mitte, at_desk, now):
        """Sent free of tax, for a number that a service had confirmed."""
        order = make_order((mug, 1, 1000), store=mitte, state="ready", customer=ana)
        TaxNumberCheck.objects.create(
            customer=ana, number=THEN, service="vies", is_valid=True, name="Moreno KG",
            answered_at=order.placed_at - timedelta(days=1),
        )  # fmt: skip
        tax_all(order, make_tax_zone("at", country="AT"), rate=0, is_exempt=True)
        return collect(order, at_desk, now)

    @pytest.mark.parametrize("today", [None, THEN, OTHER])
    def test_names_the_number_that_freed_it_whatever_became_of_it(self, today, exempt, ana, now):
        if today:
            own_number(ana, today, now)

        content = invoice_of(exempt, now).content

        assert (content["buyer"]["vat_number"], content["mentions"]) == (THEN, ["intra_community"])

    def test_an_answer_of_later_does_not_count(self, exempt, ana, now):
        TaxNumberCheck.objects.create(
            customer=ana, number=OTHER, service="vies", is_valid=True, answered_at=exempt.placed_at + timedelta(days=1)
        )

        assert invoice_of(exempt, now).content["buyer"]["vat_number"] == THEN

    def test_another_number_is_refused_by_name_and_changes_nothing(self, exempt, now):
        with pytest.raises(NotTheExemptBuyer) as refusal:
            request_invoice(order_number=exempt.number, buyer=COMPANY, by=BY, now=now)

        assert refusal.value.details == {"number": THEN}
        assert not Invoice.objects.exists()

    def test_another_spelling_of_its_name_keeps_its_number(self, exempt, now):
        buyer = COMPANY | {"tax_number": "", "company": "Moreno Kommanditgesellschaft"}
        invoice = request_invoice(order_number=exempt.number, buyer=buyer, by=BY, now=now)

        assert invoice.content["buyer"]["vat_number"] == THEN

    def test_beside_what_is_zero_rated_anyway_it_still_says_so(self, seller, ana, mug, bowl, mitte, now):
        order = make_order((mug, 1, 1000), (bowl, 1, 500), store=mitte, customer=ana, kind="ship", state="shipped")
        for country, base, is_exempt in (("AT", 1000, True), ("DE", 500, False)):
            zone = make_tax_zone(country.lower(), country=country)
            OrderTax.objects.create(
                order=order, zone=zone, rate=0, is_included=True, base=base, is_exempt=is_exempt, tax=0
            )
        Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)

        assert "intra_community" in invoice_if_complete(order_id=order.pk, by=BY, now=now).content["mentions"]


class TestOwnNumber:
    @pytest.mark.parametrize(
        ("named", "number"),
        [
            ({"company": "Other AG", "name": "Otto Other"}, ""),
            ({"company": "", "name": "Otto Other"}, ""),
            ({"company": "Other AG", "name": "Otto Other", "tax_number": "DE 136 695 976"}, OTHER),
            ({"company": "", "name": "ana  MORENO"}, "DE811569869"),
        ],
    )
    def test_stands_beside_the_own_name_alone(self, named, number, order, ana, now):
        own_number(ana, "DE811569869", now)
        Customer.objects.filter(pk=ana.pk).update(name="Ana Moreno")
        buyer = COMPANY | {"tax_number": ""} | named

        invoice = request_invoice(order_number=order.number, buyer=buyer, by=BY, now=now)

        assert invoice.content["buyer"]["vat_number"] == number

    def test_of_the_record_that_was_kept_counts_after_a_merge(self, seller, ana, mug, mitte, now):
        keep = make_customer("Keep GmbH", email="keep@example.com")
        own_number(keep, OTHER, now)
        order = make_order((mug, 1, 1190), store=mitte, customer=ana, kind="carry_out", state="collected")
        Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)
        assert invoice_of(order, now) is None
        Customer.objects.filter(pk=ana.pk).update(merged_into=keep)

        assert invoice_of(order, now).content["buyer"]["vat_number"] == OTHER


class TestMasterDataThatChanged:
    @pytest.mark.parametrize("kinds", [("gift_card", "goods"), ("goods", "gift_card")])
    def test_a_credit_note_takes_back_as_the_invoice_taxed(self, kinds, order, at_desk, now):
        before, after = kinds
        Product.objects.update(kind=before)
        invoice = invoice_of(order, now)
        Product.objects.update(kind=after)
        line = order.lines.order_by("pk").first()
        Product.objects.filter(pk=line.variant.product_id).update(kind="goods")  # A card would have to be closed.
        Product.objects.exclude(pk=line.variant.product_id).update(kind=after)
        take_back(order, 1, at_desk, now)
        note = credit_if_less(order_id=order.pk, by=BY, now=now) or Invoice.objects.get(corrects=invoice)

        assert (note.gross, note.tax) == (1190, 190 if before == "goods" else 0)
        adds_up = {name for name in find_breaches() if "invoice" in name}
        assert adds_up == set()

    def test_every_unit_one_by_one_takes_back_all_of_its_tax(self, order, at_desk, now):
        invoice = invoice_of(order, now)
        for line in order.lines.order_by("pk"):
            for _unit in range(line.quantity):
                OrderLine.objects.filter(pk=line.pk).update(name="Renamed")
                receive_return(
                    order_number=order.number, arrival=Arrival([Piece(line.pk, 1, "as_new", "other")]), by=at_desk,
                    now=now,
                )  # fmt: skip
                credit_if_less(order_id=order.pk, by=BY, now=now)

        notes = Invoice.objects.filter(corrects=invoice)
        assert (sum(note.gross for note in notes), sum(note.tax for note in notes)) == (invoice.gross, invoice.tax)


def test_days_follow_numbers_even_if_clocks_were_read_before(seller, ana, mug, mitte, now):
    issued = []
    for moment in (now + timedelta(days=1), now, now + timedelta(days=2)):
        order = make_order((mug, 1, 1190), store=mitte, customer=ana, kind="ship", state="shipped")
        Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)
        issued.append(invoice_if_complete(order_id=order.pk, by=BY, now=moment))

    assert [one.sequence for one in issued] == [1, 2, 3]
    assert [one.issued_on for one in issued] == [(now + timedelta(days=days)).date() for days in (1, 1, 2)]


def test_a_fee_before_the_invoice_is_no_price_reduction(seller, ana, mug, bowl, mitte, at_desk, now):
    order = make_order((mug, 1, 1190), (bowl, 1, 1190), store=mitte, state="ready", customer=ana)
    tax_all(order, make_tax_zone())
    order.lines.update(return_policy={"name": {"en": "Returns"}, "kind": "normal", "days": 30, "fee": 119})
    order = collect(order, at_desk, now)
    receive_return(
        order_number=order.number, arrival=Arrival([Piece(order.lines.first().pk, 1, "as_new", "other")]), by=at_desk,
        now=now,
    )  # fmt: skip

    page = invoice_page(invoice_if_complete(order_id=order.pk, by=BY, now=now))

    assert "Withheld when it was returned" in page and "Price reduction" not in page


@pytest.mark.parametrize(("way", "rows"), [("pickup", 0), ("ship", 1)])
def test_a_gift_receipt_proves_no_goods_that_nobody_paid_or_has(way, rows, ana, mug, mitte, now):
    order = make_order((mug, 2, 1190), store=mitte, customer=ana, kind=way, paid="pay_in_store")

    assert len(gift_receipt(order.number).rows) == rows
