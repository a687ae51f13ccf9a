"""Keys typed while a page of the till changes: they reach the next page's field, or nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from orders.models import HandOver, Order
from orders.rules.pickup_codes import collection_code
from tests.browser.conftest import DESK, LAMP, MUG, OpenPage
from tests.browser.people import work
from tests.browser.scanner import type_as_scanner
from tests.client import Api
from tests.factories.orders import make_order

LOOK_AGAIN_MS = 20


@pytest.fixture
def till(open_page: OpenPage, goods: Any, tess: Any, register: Any) -> Page:
    """The till's window of Tess, ready for the next customer."""
    page = open_page(size=DESK)
    # The first route of an open window lets one more request through.
    page.route("**/nowhere/", lambda route: route.abort())
    return work(page, tess, register)


@contextmanager
def on_its_way(page: Page, address: str, *, arrives: bool = True) -> Iterator[None]:
    """Delay a window's requests to some URLs until the end, then continue or abort them."""
    held: list[Route] = []
    is_over = Event()
    page.route(address, lambda route: route.continue_() if is_over.is_set() else held.append(route))
    yield
    while not held:
        page.wait_for_timeout(LOOK_AGAIN_MS)
    is_over.set()
    for route in held:
        route.continue_() if arrives else route.abort()


def slow_down(page: Page, rate: int) -> None:
    """Slow the window's processor down by a factor."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


def styles_of(page: Page) -> Any:
    return page.locator("link[rel=stylesheet]").evaluate_all("links => links.map(link => link.href)")


def scan_first(page: Page, *codes: str) -> None:
    """Scan products, and wait until they are shown."""
    for number, code in enumerate(codes, start=1):
        type_as_scanner(page, code)
        expect(page.locator(".line")).to_have_count(number)


@pytest.mark.parametrize("rate", [1, 6])
def test_a_whole_purchase_is_typed_without_a_look(till: Page, rate):
    slow_down(till, rate)

    type_as_scanner(till, MUG)
    type_as_scanner(till, LAMP)
    till.keyboard.press("F9")
    type_as_scanner(till, "61.90")
    type_as_scanner(till, MUG)
    type_as_scanner(till, MUG)

    expect(till.get_by_label("Quantity of Mug")).to_have_value("2")
    assert Order.objects.get().grand_total == 6190


def test_cash_typed_while_the_page_is_on_its_way_is_paid(till: Page):
    scan_first(till, MUG)

    with on_its_way(till, "**/payment/"):
        till.keyboard.press("F9")
        till.keyboard.type("30")
        till.keyboard.press("Backspace")
        till.keyboard.press("Control+b")
        till.keyboard.press("F2")
        till.keyboard.type("5")
        till.keyboard.press("Enter")

    expect(till.locator(".change").first).to_contain_text("€22.10")


def test_without_the_script_that_changes_pages_the_same_keys_are_lost(open_page: OpenPage, goods, tess, register):
    till = open_page(size=DESK)
    till.route("**/till/pages*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    work(till, tess, register)
    scan_first(till, MUG)

    with on_its_way(till, "**/payment/"):
        till.keyboard.press("F9")
        type_as_scanner(till, "35")

    expect(till.locator("#id_tendered")).to_be_focused()
    expect(till.locator("#id_tendered")).to_have_value("")
    assert not Order.objects.exists()


def test_two_codes_back_to_back_after_a_sale_are_both_sold(till: Page, ana, goods, high_street):
    order = make_order((goods, 1, 1290), store=high_street, customer=ana, state="ready")
    till.goto(f"/admin/till/orders/{order.number}/done/")

    with on_its_way(till, "**/scan/"):
        type_as_scanner(till, MUG)
        type_as_scanner(till, LAMP)

    expect(till.locator(".line")).to_have_count(2)
    expect(till.locator("#scanned")).to_be_focused()


def test_a_scan_after_a_quantity_does_not_go_into_it(till: Page):
    scan_first(till, MUG)

    with on_its_way(till, "**/lines/**"):
        till.get_by_label("Quantity of Mug").focus()
        till.keyboard.type("3")
        till.keyboard.press("Enter")
        type_as_scanner(till, LAMP)

    expect(till.locator(".line")).to_have_count(2)
    expect(till.get_by_label("Quantity of Mug")).to_have_value("3")


def test_news_of_the_cart_leaves_alone_what_is_being_typed(till: Page, ana, lamp):
    till.goto(f"/admin/till/sales/customer-{ana.pk}/")
    scan_first(till, MUG)
    till.get_by_label("Quantity of Mug").focus()
    till.keyboard.type("1")

    Api(ana).add("LAMP")
    expect(till.locator(".line")).to_have_count(2)
    till.keyboard.type("2")
    till.keyboard.press("Enter")

    expect(till.locator("#total")).to_have_text("€203.80")
    expect(till.get_by_label("Quantity of Mug")).to_have_value("12")


def test_the_change_is_seen_before_the_next_customer_is_served(till: Page):
    scan_first(till, MUG)
    till.keyboard.press("F9")
    expect(till.locator("#id_tendered")).to_be_focused()

    with on_its_way(till, "**/payment/"):
        type_as_scanner(till, "20")
        type_as_scanner(till, LAMP)

    expect(till.locator(".change").first).to_contain_text("€7.10")
    expect(till.locator("#scanned")).to_have_value(LAMP)
    expect(till.locator("#unused")).to_contain_text("not used: ⏎")
    till.keyboard.press("Enter")
    expect(till.locator(".line")).to_have_count(1)


def test_nothing_is_paid_at_a_sum_that_nobody_has_seen(till: Page, ana, lamp):
    till.goto(f"/admin/till/sales/customer-{ana.pk}/")
    scan_first(till, MUG)

    with on_its_way(till, "**/payment/"):
        till.keyboard.press("F9")
        type_as_scanner(till, "70")
        Api(ana).add("LAMP")

    expect(till.locator("#to-pay")).to_have_text("€61.90")
    expect(till.locator("#unused")).to_be_visible()
    expect(till.locator("#id_tendered")).to_have_value("70")
    assert not Order.objects.exists()


def test_a_code_scanned_twice_hands_nothing_over(till: Page, ana, goods, high_street):
    order = make_order((goods, 1, 1290), store=high_street, customer=ana, state="ready", paid="test")
    code = collection_code(order.fulfilments.get().pk, secret=settings.COLLECTION_SECRETS[0])
    till.goto("/admin/till/pickups/")

    with on_its_way(till, "**/pickups/find/"):
        type_as_scanner(till, code)
        till.keyboard.press("Enter")
        type_as_scanner(till, code)

    expect(till.locator("#unused")).to_contain_text(f"not used: {code} ⏎")
    expect(till.locator("#id_code")).to_have_value(code)
    expect(till.locator("#id_code")).to_be_focused()
    assert not HandOver.objects.exists()


def test_a_scan_that_went_wrong_holds_the_payment_up_and_is_told_beside_the_next(till: Page):
    with on_its_way(till, "**/scan/"):
        type_as_scanner(till, "nonsense")
        type_as_scanner(till, MUG)
        till.keyboard.press("F9")
        type_as_scanner(till, "20")

    expect(till.locator("#unused")).to_contain_text("not used: 20 ⏎")
    expect(till.locator("#sale .say.error")).to_contain_text("Nothing found for “nonsense”")
    expect(till.locator(".line")).to_have_count(1)
    expect(till.locator("#scanned")).to_be_focused()


def test_a_page_without_a_field_tells_what_was_typed_and_presses_nothing(till: Page, ana):
    till.goto(f"/admin/till/sales/customer-{ana.pk}/")

    with on_its_way(till, "**/customers/**"):
        till.get_by_role("link", name="Customer profile").press("Enter")
        till.keyboard.press("Enter")
        type_as_scanner(till, MUG)

    expect(till.locator("#unused")).to_contain_text(f"not used: {MUG} ⏎")
    expect(till.get_by_role("heading", name="History on all channels")).to_be_visible()


def test_a_page_that_does_not_come_is_told_and_leaves_the_till_as_it_was(till: Page):
    scan_first(till, MUG)

    with on_its_way(till, "**/payment/", arrives=False):
        till.keyboard.press("F9")
        type_as_scanner(till, "20")

    expect(till.locator("#unused")).to_contain_text("not used: 20 ⏎")
    expect(till.locator("#unanswered")).to_contain_text("The shop does not answer.")
    expect(till.locator("#scanned")).to_be_focused()
    till.keyboard.press("F9")
    type_as_scanner(till, "20")
    expect(till.locator(".change").first).to_contain_text("€7.10")
    till.faults.clear()  # type: ignore[attr-defined]


def test_words_that_are_being_composed_are_finished_in_the_field_that_comes(till: Page):
    keyboard = till.context.new_cdp_session(till)

    with on_its_way(till, "**/find/"):
        till.get_by_role("link", name="Find").click()
        keyboard.send("Input.imeSetComposition", {"text": "みどり", "selectionStart": 3, "selectionEnd": 3})
    expect(till).to_have_url(re.compile("/find/$"))
    keyboard.send("Input.insertText", {"text": "緑"})

    expect(till.locator("#q")).to_be_focused()
    expect(till.locator("#q")).to_have_value("緑")


def test_a_till_takes_the_scripts_of_a_newer_shop(till: Page):
    till.evaluate("document.querySelector('script[src*=keys]').setAttribute('src', '/static/till/older.js')")

    with till.expect_navigation():
        till.get_by_role("link", name="Pickups").click()

    expect(till.locator("script[src*=keys]")).to_have_count(1)
    expect(till.locator("#scanned")).to_be_focused()


def test_a_code_that_the_page_comes_into_the_middle_of_stays_one(till: Page, ana):
    till.goto(f"/admin/till/sales/customer-{ana.pk}/")
    till.clock.install(time=0)
    till.clock.pause_at(1000)

    with on_its_way(till, "**/customers/**"):
        till.get_by_role("link", name="Customer profile").press("Enter")
        till.keyboard.type(MUG[:6])
    expect(till.get_by_role("heading", name="History on all channels")).to_be_visible()
    type_as_scanner(till, MUG[6:])
    till.clock.run_for(1000)

    expect(till.locator("#unused")).to_contain_text(f"not used: {MUG} ⏎")


def test_pages_are_walked_back_and_forth_and_keep_their_looks(till: Page):
    till.get_by_role("link", name="Parcels").click()
    expect(till).to_have_title("Parcels | Omnistore back office")
    expect(till.locator("#header [aria-live]")).to_have_text("Parcels | Omnistore back office")

    till.go_back()
    expect(till.locator("#scan")).to_be_visible()
    till.go_forward()
    expect(till.get_by_role("link", name="Parcels")).to_have_attribute("aria-current", "page")
    styles = styles_of(till)
    till.reload()

    assert styles == styles_of(till)
