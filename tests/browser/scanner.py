"""A scanner: reads codes from the screen, and types them as a keyboard-wedge scanner does."""

import zxingcpp
from playwright.sync_api import Locator, Page

from tests.browser.pictures import grey_of

KEY_PAUSE_MS = 2


def read_code(place: Locator) -> str:
    """Return the content of the only code that is visible on a part of a page."""
    [found] = zxingcpp.read_barcodes(grey_of(place.screenshot()))
    return str(found.text)


def type_as_scanner(page: Page, text: str) -> None:
    """Type into the focused element, faster than a person, and press Enter."""
    page.keyboard.type(text, delay=KEY_PAUSE_MS)
    page.keyboard.press("Enter")
