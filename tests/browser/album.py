"""
Takes the pictures of the documents anew, of the demo shop that runs at PORT: `make pictures`.

It shops and sells a little there, so let it be a shop just filled with demo data (`make reset run`).
"""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

SHOP = f"http://localhost:{os.environ.get('PORT', '8000')}"
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PASSWORD = "omnistore-demo"
PHONE, DESK = {"width": 360, "height": 900}, {"width": 1280, "height": 800}
QUALITY = 82
TEA, PENCILS = "TEA-CRD-100G", "PCL-SIX"


def main() -> None:
    """Take all pictures."""
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        take_shop(browser)
        take_till(browser)
        browser.close()


def take_shop(browser: Browser) -> None:
    """The web shop: home and product, the cart with its code, an order to collect."""
    for language in ("en", "ar"):
        with window(browser, DESK, language) as page:
            page.goto("/")
            take(page, f"shop-{language}")
    with window(browser, PHONE, "ar") as page:
        page.goto("/p/paper-scissors/")
        take(page, "product-ar")
    with window(browser, PHONE, "en") as page:
        page.goto("/p/paper-scissors/")
        page.locator(".add button").click()
        page.locator("#messages .message").wait_for()
        page.goto("/cart/")
        page.evaluate("document.querySelector('.panel.code').scrollIntoView({ block: 'end' })")
        take(page, "cart-en")
        page.goto("/checkout/")
        page.locator("#kind-pickup").check()
        page.locator("#id_email").fill("mia@example.com")
        page.locator("[name=order]").click()
        page.wait_for_url("**/orders/**")
        page.evaluate("document.querySelector('main').scrollIntoView()")
        take(page, "order-en")


def take_till(browser: Browser) -> None:
    """The till, the pickup desk and the page of a customer."""
    with window(browser, DESK, "en") as page:
        sign_in(page, "clerk@example.com")
        take(page, "till-home-en")
        enter_register(page)
        for scanned in (PENCILS, TEA, f"2*{TEA}", "shopper@example.com"):
            page.locator("#scanned").fill(scanned)
            with page.expect_response("**/scan/"):
                page.keyboard.press("Enter")
        page.wait_for_url("**/customer-*/")
        sale = page.url
        take(page, "till-sale-en")
        page.goto(f"{sale}payment/")
        take(page, "till-pay-en")
        page.goto(sale.replace("/sales/customer-", "/customers/"))
        take(page, "till-customer-en")
        page.goto("/admin/till/pickups/?tab=ready")
        page.locator(".card h2 a").first.click()
        take(page, "till-hand-over-en")
        page.goto("/admin/till/pickups/?tab=pick")
        take(page, "till-pickups-en")
        signed_in = page.context.storage_state()
    with window(browser, DESK, "ar", storage_state=signed_in) as page:
        page.goto("/admin/till/pickups/?tab=pick")
        take(page, "till-pickups-ar")
        page.goto(sale)
        take(page, "till-sale-ar")


def sign_in(page: Page, email: str) -> None:
    """Sign a member of staff in, on the back office's sign-in page."""
    page.goto("/admin/login/?next=/admin/")
    page.locator("#id_username").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def enter_register(page: Page) -> None:
    """Continue in an open register, or open one."""
    page.goto("/admin/till/registers/")
    if page.locator("[name=session]").count():
        page.locator("[name=session]").first.click()
    else:
        page.locator("#id_opening_float").fill("100")
        page.keyboard.press("Enter")
    page.wait_for_url("**/sales/**")


def take(page: Page, name: str) -> None:
    """Save a small picture of the window after everything in it has loaded."""
    page.wait_for_load_state("load")
    page.evaluate("Promise.all([...document.images].filter((it) => it.loading !== 'lazy').map((it) => it.decode()))")
    session = page.context.new_cdp_session(page)
    shown = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (FOLDER / f"{name}.webp").write_bytes(base64.b64decode(shown["data"]))


@contextmanager
def window(browser: Browser, size: Any, language: str, **options: Any) -> Iterator[Page]:
    """Open a separate window."""
    context = browser.new_context(base_url=SHOP, viewport=size, locale=language, reduced_motion="reduce", **options)
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main()
