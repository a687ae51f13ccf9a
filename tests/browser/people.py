"""What people do on the web shop's pages, as a test tells it."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Customer
from orders.models import TillSession
from tests.client import signed_in
from tests.factories.accounts import PASSWORD


def put_into_cart(page: Page, slug: str) -> None:
    """Open a product and put one of it into the cart."""
    page.goto(f"/p/{slug}/")
    page.locator(".add button").click()
    expect(page.locator("#messages .message")).to_be_visible()


def sign_in(page: Page, email: str, *, path: str = "/accounts/login/") -> None:
    """Sign in on the shop's own page."""
    page.goto(path)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form.entry button").click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def come_signed_in(page: Page, person: Customer) -> Page:
    """Have the window of somebody who signed in before; how people sign in has tests of its own."""
    _take_over(page, signed_in(person))
    return page


def work(page: Page, person: Customer, register: TillSession) -> Page:
    """Have the till's window of a member of staff who has entered a register."""
    browser = signed_in(person)
    entered = browser.post(reverse("admin:till_registers"), {"session": register.pk})
    _take_over(page, browser)
    page.goto(entered.headers["Location"])
    expect(page.locator("#scanned")).to_be_focused()
    return page


def check_out_to_store(page: Page, *, email: str = "guest@example.com") -> None:
    """Fill the checkout in for collecting in a store; the last click is left to the test."""
    page.goto("/checkout/")
    page.locator("#kind-pickup").check()
    if email:
        page.locator("#id_email").fill(email)


def order_number(page: Page) -> str:
    """Return the number of the order whose page is open."""
    found: Any = re.search(r"/orders/(\w+)/", page.url)
    return str(found[1])


def _take_over(page: Page, browser: Client) -> None:
    """Give a window the cookies of a test client."""
    page.context.add_cookies(
        [
            {"name": name, "value": cookie.value, "domain": "localhost", "path": "/"}
            for name, cookie in browser.cookies.items()
        ]
    )
