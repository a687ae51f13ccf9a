"""What people do on the web shop's pages, as a test tells it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

PASSWORD = "omnistore-demo"


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
