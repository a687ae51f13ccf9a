"""The checks of browser tests that apply to every page."""

from collections import UserList
from typing import Any

import zxingcpp
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from tests.browser.pictures import grey_of

# As the body of a function it returns no value that would have to be transferred.
AXE = f"() => {{{AXE_SCRIPT}}}"
RUN = "options => axe.run(options).then(found => found.violations)"


class Faults(UserList[str]):
    """The browser's errors on a page: refused or broken scripts and styles, requests to other hosts."""

    def __init__(self, page: Page, shop: str) -> None:
        super().__init__()
        self._shop = shop
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal that the shopper reads (404, 409) is a response, not a fault.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        is_ours = request.url.startswith((self._shop, "http://localhost:", "http://127.0.0.1:", "data:", "blob:"))
        if not is_ours:
            self.append(f"foreign address: {request.url}")


def have_axe_on_every_page(window: Page) -> None:
    """Load axe on each page that is opened from now on, instead of transferring it for each check."""
    window.context.add_init_script(AXE_SCRIPT)


def axe_violations(page: Page, *, contrast: bool = True) -> list[str]:
    """
    Return what axe finds wrong with the page as it is now: rule, and where.

    contrast: whether to compare colours too, which takes most of the time and is the same in every language.
    """
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: Any = page.evaluate(RUN, options)
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def fits(page: Page) -> bool:
    """Return whether the page is no wider than its window."""
    widths: Any = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(widths[0] <= widths[1])


def codes_on(place: Locator) -> list[str]:
    """Return the code that a scanner reads in a screenshot of a part of the page."""
    return [code.text for code in zxingcpp.read_barcodes(grey_of(place.screenshot()))]
