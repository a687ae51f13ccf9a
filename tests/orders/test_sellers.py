"""The legal seller and the register on receipts, and what the back office lets be changed of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.rules import roles
from orders.models import CashRegister, LegalEntity, Seller
from orders.queries.receipts import receipt_of
from orders.queries.sellers import receipt_gaps
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign
from tests.factories.orders import make_order, make_till_session

ADDRESS = {"street_address": "Ring 1", "postal_code": "10119", "city": "Berlin", "country_code": "DE"}


@pytest.fixture
def company(db):
    return LegalEntity.objects.create(name="Omni GmbH", tax_number="27/123/45678", vat_number="DE136695976", **ADDRESS)


@pytest.fixture
def successor(db):
    return LegalEntity.objects.create(name="Omni SE", vat_number="DE129273398", **ADDRESS)


@pytest.fixture
def head_office(db):
    staff = make_staff("Hanna", email="hanna@example.com")
    assign(staff, None, roles.HEAD_OFFICE)
    return signed_in(staff)


@pytest.fixture
def order(ana, mitte, mug, tess):
    session = make_till_session(mitte, tess, register="till-1")
    return make_order((mug, 1, 1290), store=mitte, customer=ana, till_session=session)


def sells(company, location, since):
    return Seller.objects.create(location=location, legal_entity=company, since=since)


class TestReceipt:
    def test_names_the_seller_with_its_numbers(self, order, mitte, company):
        sells(company, mitte, order.placed_at - timedelta(days=1))
        CashRegister.objects.create(store=mitte, name="till-1", serial_number="SN-4711")

        receipt = receipt_of(order.number, language="en")

        assert (receipt.seller, receipt.seller_address) == ("Omni GmbH", "Ring 1, 10119 Berlin")
        assert (receipt.tax_number, receipt.vat_number) == ("27/123/45678", "DE136695976")
        assert (receipt.register, receipt.serial_number) == ("till-1", "SN-4711")

    def test_keeps_the_seller_of_its_day(self, order, mitte, company, successor):
        sells(company, mitte, order.placed_at - timedelta(days=9))
        sells(successor, mitte, order.placed_at + timedelta(days=1))

        assert receipt_of(order.number, language="en").seller == "Omni GmbH"

    def test_of_a_day_before_any_seller_names_the_first_one(self, order, mitte, company, successor):
        sells(successor, mitte, order.placed_at + timedelta(days=9))
        sells(company, mitte, order.placed_at + timedelta(days=1))

        assert receipt_of(order.number, language="en").seller == "Omni GmbH"

    def test_without_a_seller_says_nothing_of_one(self, order):
        receipt = receipt_of(order.number, language="en")

        assert (receipt.seller, receipt.seller_address, receipt.vat_number) == ("", "", "")

    def test_takes_two_statements(self, order, mitte, company, django_assert_num_queries):
        sells(company, mitte, order.placed_at)

        with django_assert_num_queries(2):
            receipt_of(order.number, language="en")


class TestGaps:
    def test_a_store_without_seller_and_serial_numbers(self, mitte, tess):
        make_till_session(mitte, tess, register="till-1")

        gaps = receipt_gaps(store_id=mitte.pk)

        assert (gaps.has_seller, gaps.registers) == (False, ["till-1"])

    def test_a_store_that_lacks_nothing(self, mitte, tess, company):
        make_till_session(mitte, tess, register="till-1")
        sells(company, mitte, timezone.now() - timedelta(days=1))
        CashRegister.objects.create(store=mitte, name="till-1", serial_number="SN-4711")

        gaps = receipt_gaps(store_id=mitte.pk)

        assert (gaps.has_seller, gaps.registers) == (True, [])


class TestBackOffice:
    def test_a_wrong_vat_number_is_refused_with_a_sentence(self, head_office):
        page = head_office.post(
            reverse("admin:orders_legalentity_add"), ADDRESS | {"name": "Omni", "vat_number": "DE123456789"}
        )

        assert "This is not a valid VAT number of DE." in page.content.decode()
        assert not LegalEntity.objects.exists()

    def test_a_vat_number_gets_its_one_form(self, head_office):
        head_office.post(
            reverse("admin:orders_legalentity_add"), ADDRESS | {"name": "Omni", "vat_number": "de 136 695 976"}
        )

        assert LegalEntity.objects.get().vat_number == "DE136695976"

    def test_a_seller_without_any_number_is_refused(self, head_office):
        page = head_office.post(reverse("admin:orders_legalentity_add"), ADDRESS | {"name": "Omni"})

        assert "Give the tax number, the VAT number, or both." in page.content.decode()
        with pytest.raises(IntegrityError), transaction.atomic():
            LegalEntity.objects.create(name="Omni", **ADDRESS)

    def test_what_has_sold_stays_as_it_is(self, head_office, mitte, company):
        sells(company, mitte, timezone.now() - timedelta(days=1))

        page = head_office.post(reverse("admin:orders_legalentity_change", args=[company.pk]), ADDRESS | {"name": "X"})

        company.refresh_from_db()
        assert (page.status_code, company.name) == (403, "Omni GmbH")

    def test_the_next_seller_begins_in_the_future(self, head_office, mitte, company, successor):
        first = sells(company, mitte, timezone.now() - timedelta(days=1))
        fields = {"location": mitte.pk, "legal_entity": successor.pk, "since_0": "2026-01-01", "since_1": "00:00:00"}

        page = head_office.post(reverse("admin:orders_seller_add"), fields)

        assert "give a moment in the future" in page.content.decode()
        assert (
            head_office.post(reverse("admin:orders_seller_delete", args=[first.pk]), {"post": "yes"}).status_code == 403
        )
        assert list(Seller.objects.all()) == [first]

    def test_a_clerk_edits_nothing_of_it(self, tess, company):
        page = signed_in(tess).post(
            reverse("admin:orders_legalentity_change", args=[company.pk]), ADDRESS | {"name": "X"}
        )

        company.refresh_from_db()
        assert (page.status_code, company.name) == (403, "Omni GmbH")
