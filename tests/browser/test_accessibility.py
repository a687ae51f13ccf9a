"""Every page of the web shop and the till: axe finds nothing, and nothing is wider than the window."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from core.actors import THE_SYSTEM
from orders.models import Invoice, Order
from orders.services.documents.invoicing import request_invoice
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.looking import axe_violations, fits, have_axe_on_every_page
from tests.browser.people import come_signed_in, work
from tests.client import Api
from tests.factories.documents import make_seller
from tests.factories.orders import make_order

pytestmark = pytest.mark.walk

NARROW = {"width": 320, "height": 700}

# These take longest and are collected first, so that no worker starts one at the end of the run.


@pytest.fixture
def orders(goods, ana, high_street):
    """Ana's orders at the till: one just placed, one being picked, one waiting for her."""
    return [
        make_order((goods, 1, 1290), store=high_street, customer=ana, state=state, paid="pay_in_store")
        for state in ("placed", "accepted", "ready")
    ]


@pytest.mark.parametrize(("language", "size"), [("en", DESK), ("ar", PHONE), ("de", PHONE)], ids=["en", "ar", "de"])
def test_every_page_of_the_shop_is_accessible_and_fits(open_page, goods, ana, high_street, language, size):
    order = make_order((goods, 1, 1290), store=high_street, customer=ana)
    sold = invoiced(make_order((goods, 2, 1290), store=high_street, customer=ana, language=language))
    page = open_page(size=size, language=language)
    have_axe_on_every_page(page)
    public = [
        "/",
        "/c/home/",
        "/search/?q=mug",
        "/search/?q=nothingatall",
        "/p/mug/",
        "/stores/",
        "/stores/high-street/",
    ]
    own = [
        "/cart/",
        "/checkout/",
        "/orders/",
        f"/orders/{order.number}/",
        f"/orders/{order.number}/receipt/",
        f"/orders/{order.number}/gift-receipt/",
        f"/orders/{order.number}/invoices/",
        f"/orders/{sold.order.number}/invoices/{sold.number}/",
        "/account/",
    ]
    entrance = ["/accounts/login/", "/accounts/signup/", "/accounts/login/code/", "/accounts/password/reset/"]
    found = {}

    for path in [*public, *entrance, "/nowhere/", None, *own]:
        if path is None:
            come_signed_in(page, ana)
            Api(ana).add("MUG")
            continue
        page.goto(path)
        if wrong := axe_violations(page, contrast=language == "en") + ([] if fits(page) else ["wider than the window"]):
            found[path] = wrong

    assert found == {}


# Differences by language are the same on every page of the till, so only one language opens all of them.
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_tills_chief_pages_are_accessible_and_fit(open_page: OpenPage, ana, tess, register, orders, language):
    Api(ana).add("MUG", 40)
    page = work(open_page(size=DESK, language=language), tess, register)
    sale = f"/admin/till/sales/customer-{ana.pk}/"

    wrong = faults_of_till_pages(page, [sale, f"{sale}payment/?way=ship", "/admin/till/pickups/?tab=pick", "/admin/"])

    assert wrong == []


def test_the_tills_pages_about_a_sale_are_accessible_and_fit(open_page: OpenPage, ana, tess, register, orders):
    Api(ana).add("MUG", 40)
    page = work(open_page(size=DESK), tess, register)
    sale = f"/admin/till/sales/customer-{ana.pk}/"

    wrong = faults_of_till_pages(
        page,
        [
            *("/admin/till/sales/new/", f"{sale}customer/new/", "/admin/till/find/?q=ana"),
            *(f"{sale}payment/?way={way}" for way in ("carry_out", "here", "elsewhere")),
            f"/admin/till/customers/{ana.pk}/",
            f"/admin/till/orders/{orders[0].number}/",
            f"/admin/till/orders/{orders[0].number}/done/",
            f"/admin/till/orders/{orders[0].number}/receipt/",
            f"/admin/till/orders/{orders[0].number}/gift-receipt/",
            f"/admin/till/orders/{orders[0].number}/invoices/",
            f"/admin/till/orders/{orders[0].number}/packing-slips/{orders[0].fulfilments.get().pk}/",
        ],
    )

    assert wrong == []


def test_the_pages_of_the_desk_and_the_registers_are_accessible_and_fit(
    open_page: OpenPage, ana, tess, register, orders
):
    Api(ana).add("MUG", 40)
    page = work(open_page(size=DESK), tess, register)

    wrong = faults_of_till_pages(
        page,
        [
            *("/admin/till/labels/", "/admin/till/labels/?codes=3*MUG", "/admin/till/pickups/pick-list/"),
            *("/admin/till/stores/", "/admin/till/registers/", f"/admin/till/registers/{register.pk}/closing/"),
            *(f"/admin/till/pickups/?tab={tab}" for tab in ("accept", "ready", "late", "collected")),
            *(f"/admin/till/pickups/{order.fulfilments.get().pk}/" for order in orders),
        ],
    )

    assert wrong == []


def invoiced(order: Order) -> Invoice:
    """The invoice of an order of which everything has left."""
    make_seller(order.fulfilments.get().location)
    Order.objects.filter(pk=order.pk).update(state=Order.COMPLETED, closed_at=order.placed_at)
    invoice = request_invoice(order_number=order.number, by=THE_SYSTEM, now=order.placed_at)
    assert invoice is not None
    return invoice


def faults_of_till_pages(page: Page, paths: list[str]) -> list[Any]:
    """Return axe's findings on the till's pages, and the pages that do not fit a desktop or a narrow phone."""
    have_axe_on_every_page(page)
    wrong: list[Any] = []
    for path in paths:
        page.goto(path)
        wrong += [(path, violation) for violation in axe_violations(page)]
        for size in (NARROW, DESK):
            page.set_viewport_size(size)
            wrong += [] if fits(page) else [(path, "too wide", size["width"])]
    return wrong
