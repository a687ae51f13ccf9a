"""A real browser in front of a real shop: Chromium, Django's live server, and the process of event streams."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from accounts.models import Customer
from carts.models import ShippingRate
from core.data import sql
from inventory.models import Location, Variant
from orders.models import TillSession
from tests.browser.looking import Faults
from tests.factories.inventory import make_category
from tests.factories.orders import make_till_session

# Playwright runs an event loop in this thread, in which Django would refuse to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ROOT = Path(__file__).resolve().parents[2]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
LONGEST_WAIT_MS = 30_000  # Only failures take this long.
# The first is the same browser without the parts for a desktop window; each page costs half as much.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")

MUG, LAMP = "4006381333931", "4012345678901"

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; each test opens its own windows."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.fail("These tests need the browser Chromium: run `make chromium`.")
    playwright: Playwright = sync_playwright().start()
    expect.set_options(timeout=LONGEST_WAIT_MS)
    browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
    yield browser
    browser.close()
    playwright.stop()


@pytest.fixture(scope="session")
def live_stream(django_db_setup: None) -> Iterator[str]:
    """The process of event streams with the test's database; yield its URL."""
    port = urlsplit(settings.LIVE_URL).port
    database = connections["default"].get_connection_params()
    user, password, host = (quote(str(database.get(name) or ""), safe="") for name in ("user", "password", "host"))
    where = f"host={host}" + (f"&port={database['port']}" if database.get("port") else "")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "omnistore.settings",
        "DATABASE_URL": f"postgres://{user}:{password}@/{database['dbname']}?{where}",
    }
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--no-ws", "omnistore.sse:application"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    yield settings.LIVE_URL
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def shop(live_stream: str, live_server: Any) -> str:
    """The URL of the running shop."""
    _wait_for(live_stream)
    return str(live_server.url)


@pytest.fixture
def open_page(chromium: Browser, shop: str) -> Iterator[OpenPage]:
    """
    Opens a window of somebody's own: open_page(size=PHONE, language="en", scripts=True) gives a page.

    Paths are below the shop. Whatever the browser complains about (a refused script, a failing request, an error in a
    script, a foreign address) fails the test at its end, unless the test empties page.faults.
    """
    contexts: list[BrowserContext] = []
    faults: list[Faults] = []

    def open_page(*, size: Any = PHONE, language: str = "en", scripts: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=shop,
            viewport=size,
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(LONGEST_WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.faults = Faults(page, shop)  # type: ignore[attr-defined]
        faults.append(page.faults)  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for found in faults for fault in found] == []


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A phone's window, 360 pixels wide, in English."""
    return open_page(size=PHONE)


@pytest.fixture
def desk(open_page: OpenPage) -> Page:
    """A computer's window, 1280 pixels wide, in English; nobody is signed in."""
    return open_page(size=DESK)


@pytest.fixture
def goods(shop: str, mug: Variant, lamp: Variant, settings: Any) -> Variant:
    """A category with the mug and the lamp, both with a barcode; shipping costs 4.90."""
    settings.ENABLE_TEST_PROVIDER = True
    settings.STAFF_SECOND_FACTOR = False
    # Words of other tests' products are still in the search index and would be taken as corrections.
    sql.execute("TRUNCATE inventory_searchword", {})
    ShippingRate.objects.create(currency="EUR", amount=490)
    lamp.barcodes.create(code=LAMP)
    shelf = make_category("home", name={"en": "Home", "ar": "المنزل", "fa": "خانه"})
    for variant, name in ((mug, "Mug"), (lamp, "Lamp")):
        variant.product.category = shelf
        variant.product.name = {"en": name, "ar": "كوب", "fa": "ماگ"}
        variant.product.save()
    return mug


@pytest.fixture
def register(high_street: Location, tess: Customer) -> TillSession:
    """The register that Tess opened on the high street."""
    return make_till_session(high_street, tess, register="till-1")


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            connection = HTTPConnection(address.removeprefix("http://"), timeout=5)
            connection.request("GET", "/livez")
            connection.getresponse()
            return
        except OSError:
            assert time.monotonic() < deadline, "the process that keeps streams open does not start"
            time.sleep(0.05)
