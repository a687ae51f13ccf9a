"""Actions of people on the pages of web shop and till."""

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
    """Return the window of a signed-in customer; other tests cover signing in."""
    _take_over(page, signed_in(person))
    return page


def work(page: Page, person: Customer, register: TillSession) -> Page:
    """Return the till's window of a member of staff who has entered a register."""
    browser = signed_in(person)
    entered = browser.post(reverse("admin:till_registers"), {"session": register.pk})
    _take_over(page, browser)
    page.goto(entered.headers["Location"])
    expect(page.locator("#scanned")).to_be_focused()
    return page


def check_out_to_store(page: Page, *, email: str = "guest@example.com") -> None:
    """Fill in the checkout for pickup in a store; the test makes the last click."""
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
