"""Invoices at the doors: the app, guests, the till, the web shop's pages and the back office."""

import re
import time

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.rules import roles
from orders.channels.invoices import PdfThrottle, makes_pdfs
from orders.models import Invoice, InvoiceRequest, Order
from orders.rules.order_links import order_key
from orders.services.documents.invoicing import request_invoice
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.documents import make_seller
from tests.factories.inventory import assign, make_store
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db
BUYER = {"name": "Ben Buyer", "company": "Buyer GmbH", "street_address": "Weg 2", "postal_code": "10119",
         "city": "Berlin", "country_code": "DE", "tax_number": "DE136695976"}  # fmt: skip


@pytest.fixture(autouse=True)
def nobody_asked_before():
    cache.clear()


@pytest.fixture
def seller(mitte):
    return make_seller(mitte)


@pytest.fixture
def order(seller, ana, mug, mitte, now):
    return completed(make_order((mug, 2, 1190), store=mitte, customer=ana, kind="ship", state="shipped"), now)


def completed(order, now):
    Order.objects.filter(pk=order.pk).update(state="completed", closed_at=now)
    order.refresh_from_db()
    return order


@pytest.fixture
def invoice(order, at_desk, now):
    return request_invoice(order_number=order.number, by=at_desk, now=now)


def problem(answer):
    return answer.status_code, answer.json()["code"]


class TestApi:
    def test_lists_and_shows_the_documents(self, app, order, invoice):
        [listed] = app.get(f"orders/{order.number}/invoices/").json()["results"]

        assert (listed["number"], listed["kind"], listed["corrects"]) == (invoice.number, "invoice", None)
        assert listed["gross"] == {"amount": "23.80", "currency": "EUR"}
        page = app.get(listed["path"].removeprefix("/api/v1/"))
        assert f"Invoice <bdi>{invoice.number}</bdi>" in page.content.decode()
        assert page.headers["Cache-Control"] == "private, no-store"

    def test_is_a_pdf_for_clients_that_ask_for_one(self, app, order, invoice):
        document = app.get(f"orders/{order.number}/invoices/{invoice.number}/", Accept="application/pdf")

        assert document.content.startswith(b"%PDF")
        assert f'filename="{invoice.number}.pdf"' in document.headers["Content-Disposition"]

    def test_is_issued_when_it_is_asked_for(self, app, order):
        answer = app.post(f"orders/{order.number}/invoices/", {"buyer": BUYER})

        assert answer.status_code == 201
        assert answer.json()["invoice"]["number"] == Invoice.objects.get().number
        assert Invoice.objects.get().content["buyer"]["company"] == "Buyer GmbH"

    def test_comes_later_while_goods_have_not_left(self, app, seller, ana, mug, mitte):
        order = make_order((mug, 1, 1190), store=mitte, customer=ana)

        assert app.post(f"orders/{order.number}/invoices/", {}).json() == {"invoice": None}
        assert InvoiceRequest.objects.filter(order=order).exists()

    def test_repeated_with_its_key_is_the_same_answer(self, app, order):
        first, second = (app.post(f"orders/{order.number}/invoices/", {}, key="k1-0123456789abcdef") for _ in "12")

        assert first.json() == second.json()
        assert Invoice.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "code"),
        [({"tax_number": "DE1"}, "not_a_tax_number"), ({"postal_code": "1"}, "invalid"), ({"name": ""}, "invalid")],
    )
    def test_a_buyer_that_cannot_be_is_refused(self, app, order, change, code):
        answer = app.post(f"orders/{order.number}/invoices/", {"buyer": BUYER | change})

        assert answer.status_code in (400, 409, 422)
        assert not Invoice.objects.exists()
        assert not InvoiceRequest.objects.exists()

    def test_another_name_on_an_issued_invoice_is_refused(self, app, order, invoice):
        assert problem(app.post(f"orders/{order.number}/invoices/", {"buyer": BUYER}))[1] == "invoice_issued"

    def test_without_a_seller(self, app, ana, mug, mitte, now):
        order = completed(make_order((mug, 1, 1190), store=mitte, customer=ana, kind="ship", state="shipped"), now)

        assert problem(app.post(f"orders/{order.number}/invoices/", {}))[1] == "no_legal_seller"

    def test_is_only_for_its_owner(self, order, invoice, ben):
        for path in ("invoices/", f"invoices/{invoice.number}/"):
            assert Api(ben).get(f"orders/{order.number}/{path}").status_code == 404
        assert Api(ben).post(f"orders/{order.number}/invoices/", {}).status_code == 404

    def test_a_document_of_another_order_is_not_found(self, app, order, invoice, ana, mug, mitte):
        other = make_order((mug, 1, 1190), store=mitte, customer=ana)

        assert app.get(f"orders/{other.number}/invoices/{invoice.number}/").status_code == 404


class TestTillApi:
    def test_issues_and_prints(self, till, order):
        answer = till.post(f"till/orders/{order.number}/invoices/", {"buyer": BUYER})

        number = answer.json()["invoice"]["number"]
        assert "Buyer GmbH" in till.get(f"till/orders/{order.number}/invoices/{number}/").content.decode()
        assert len(till.get(f"till/orders/{order.number}/invoices/").json()["results"]) == 1

    def test_another_stores_order_is_refused(self, till, seller, ana, mug, now):
        far = make_store("muc")
        order = completed(make_order((mug, 1, 1190), store=far, customer=ana, kind="ship", state="shipped"), now)

        assert till.post(f"till/orders/{order.number}/invoices/", {}).status_code == 409
        assert not InvoiceRequest.objects.exists()

    def test_is_for_staff(self, app, order):
        assert app.get(f"till/orders/{order.number}/invoices/").status_code == 403


class TestDocument:
    @pytest.mark.parametrize(("language", "heading"), [("ar", "فاتورة"), ("de", "Rechnung"), ("fa", "صورت‌حساب")])
    def test_is_in_the_language_of_its_order(self, app, order, at_desk, now, language, heading):
        Order.objects.filter(pk=order.pk).update(language=language)
        invoice = request_invoice(order_number=order.number, by=at_desk, now=now)

        page = app.get(f"orders/{order.number}/invoices/{invoice.number}/").content.decode()

        assert f'<html lang="{language}" dir="{"ltr" if language == "de" else "rtl"}">' in page
        assert f"<h1>{heading}" in re.sub(r"\s+", " ", page)

    def test_says_what_the_law_asks_for(self, app, order, invoice):
        page = app.get(f"orders/{order.number}/invoices/{invoice.number}/").content.decode()

        for text in ("Omni GmbH", "DE136695976", "27/123/45678", "Ana Moreno", "MUG", "€23.80", "Date of supply"):
            assert text in page


class TestPages:
    def test_the_orders_page_asks_for_and_shows_it(self, client, ana, order):
        signed_in(ana, client)
        assert reverse("order_invoices", args=[order.number]) in client.get(f"/orders/{order.number}/").content.decode()

        answer = client.post(f"/orders/{order.number}/invoices/", BUYER)

        assert answer.url == f"/orders/{order.number}/"
        number = Invoice.objects.get().number
        assert f"/orders/{order.number}/invoices/{number}/" in client.get(answer.url).content.decode()
        assert "Buyer GmbH" in client.get(f"/orders/{order.number}/invoices/{number}/").content.decode()
        assert client.get(f"/orders/{order.number}/invoices/{number}/?as=pdf").content.startswith(b"%PDF")

    def test_a_guest_has_it_behind_the_link(self, client, seller, mug, mitte, now):
        order = completed(make_order((mug, 1, 1190), store=mitte, kind="ship", state="shipped"), now)
        key = order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])

        assert client.get(f"/orders/{order.number}/{key}/invoices/").status_code == 200
        client.post(f"/orders/{order.number}/{key}/invoices/", {"country_code": "DE"})

        number = Invoice.objects.get().number
        assert client.get(f"/orders/{order.number}/{key}/invoices/{number}/").status_code == 200
        assert client.get(f"/orders/{order.number}/invoices/{number}/").status_code == 404

    @pytest.mark.parametrize("change", [{"tax_number": "DE1"}, {"postal_code": ""}, {"name": "", "company": ""}])
    def test_what_is_wrong_is_said_at_its_field(self, client, ana, order, change):
        signed_in(ana, client)

        answer = client.post(f"/orders/{order.number}/invoices/", BUYER | change)

        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        assert not Invoice.objects.exists()

    def test_the_till_issues_and_prints(self, tess, order):
        desk = signed_in(tess)

        answer = desk.post(reverse("admin:till_invoices", args=[order.number]), BUYER)

        number = Invoice.objects.get().number
        assert answer.url == reverse("admin:till_invoice", args=[order.number, number])
        assert "Buyer GmbH" in desk.get(answer.url).content.decode()
        assert number in desk.get(reverse("admin:till_order", args=[order.number])).content.decode()

    def test_the_till_says_what_is_wrong(self, tess, order):
        answer = signed_in(tess).post(
            reverse("admin:till_invoices", args=[order.number]), BUYER | {"tax_number": "DE1"}
        )

        assert answer.status_code >= 400
        assert "This is not a valid VAT number of DE." in answer.content.decode()


class TestBackOffice:
    @pytest.fixture
    def head_office(self, db):
        staff = make_staff("Hanna", email="hanna@example.com")
        assign(staff, None, roles.HEAD_OFFICE)
        return signed_in(staff)

    def test_lists_finds_and_prints(self, head_office, invoice):
        page = head_office.get(reverse("admin:orders_invoice_changelist"), {"q": invoice.number[:6]})
        assert invoice.number in page.content.decode()

        address = reverse("admin:orders_invoice_document", args=[invoice.pk])
        assert address in head_office.get(reverse("admin:orders_invoice_change", args=[invoice.pk])).content.decode()
        assert "Omni GmbH" in head_office.get(address).content.decode()
        assert head_office.get(f"{address}?as=pdf").content.startswith(b"%PDF")

    def test_issues_one(self, head_office, order):
        address = reverse("admin:orders_order_act", args=[order.pk, "invoice"])

        assert head_office.post(address, BUYER).status_code == 302
        assert Invoice.objects.get().content["buyer"]["company"] == "Buyer GmbH"

    def test_another_stores_staff_see_nothing(self, invoice):
        staff = make_staff("Otto", email="otto@example.com")
        assign(staff, make_store("muc"), roles.MANAGER)

        address = reverse("admin:orders_invoice_document", args=[invoice.pk])
        assert signed_in(staff).get(address).status_code == 404


def test_a_page_makes_so_many_pdfs_and_no_more(order, invoice, ana, settings):
    settings.RECEIPTS_AS_PDF = True
    if not makes_pdfs():
        pytest.skip("no PDFs here")
    most = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["receipt_pdf"].split("/")[0])
    client, address = signed_in(ana), reverse("order_invoice", args=[order.number, invoice.number])
    cache.set(PdfThrottle().get_cache_key(Request(RequestFactory().get("/")), APIView()), [time.time()] * most)

    assert client.get(f"{address}?as=pdf").status_code == 429
    assert client.get(address).status_code == 200
