"""A shopper's orders, address book and wish list in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Address
from orders.models import Order, Refund, SavedCard
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import axe_violations, fits
from tests.browser.people import come_signed_in
from tests.factories.orders import make_order
from tests.storefront.conftest import Visit


@pytest.fixture
def own(open_page, ana) -> Page:
    """The phone of a shopper who has signed in."""
    return come_signed_in(open_page(size=PHONE), ana)


def press(page: Page, name: str) -> None:
    """Focus a link or a button and press Enter, without a mouse."""
    page.locator("main a, main button").filter(has_text=name).first.focus()
    page.keyboard.press("Enter")


def test_an_order_is_cancelled_knowing_what_becomes_of_the_money(own, ana, mug, high_street):
    order = make_order((mug, 2, 1290), store=high_street, customer=ana)
    own.goto(f"/orders/{order.number}/")

    press(own, "Cancel the order")
    expect(own.get_by_text("You get €25.80 back.")).to_be_visible()
    assert axe_violations(own) == []
    assert fits(own)
    assert Order.objects.get().state == Order.PLACED
    own.get_by_label("Why? (optional)").select_option("too_slow")
    press(own, "Cancel the order")

    expect(own.get_by_role("heading", level=1)).to_have_text("This order was cancelled")
    expect(own.locator(".sums").get_by_text("Refunded")).to_be_visible()
    assert axe_violations(own) == []
    order.refresh_from_db()
    assert (order.state, order.cancel_reason, Refund.objects.get().amount) == (Order.CANCELLED, "too_slow", 2580)


def test_the_address_book_is_kept_by_keyboard(open_page, ana):
    page = come_signed_in(open_page(size=DESK), ana)
    Address.objects.create(
        customer=ana,
        name="Ana at work",
        street_address="Am Markt 1",
        postal_code="10119",
        city="Berlin",
        country_code="DE",
        is_default=True,
    )
    page.goto("/account/")

    press(page, "Add an address")
    page.locator("#id_street_address").focus()
    for text in ("Torstrasse 112", "10119", "Berlin"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.locator("#is_default").press("Space")
    assert axe_violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".addresses li").filter(has_text="Default")).to_contain_text("Torstrasse 112")
    expect(page.locator(".addresses li")).to_have_count(2)
    press(page, "Change: Ana Moreno, Torstrasse 112")
    page.locator("#id_street_address").fill("Linienstrasse 64")
    page.keyboard.press("Enter")
    press(page, "Delete: Ana at work, Am Markt 1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete this address?")
    assert axe_violations(page) == []
    press(page, "Delete")

    expect(page.locator("#messages")).to_contain_text("The address was deleted.")
    expect(page.locator(".addresses li")).to_have_count(1)
    assert axe_violations(page) == []
    assert Address.objects.get().street_address == "Linienstrasse 64"


def test_what_is_wished_for_comes_into_the_cart(own, mug, lamp):
    for slug in ("mug", "lamp"):
        own.goto(f"/p/{slug}/")
        press(own, "Add to wish list")
        expect(own.locator("#heart")).to_contain_text("Remove from wish list")
    own.goto("/wishlist/")
    expect(own.locator(".lines > li")).to_have_count(2)
    assert axe_violations(own) == []
    assert fits(own)

    press(own, "Move to the cart: lamp")
    expect(own.locator("#cart-link .count")).to_contain_text("1")
    expect(own.locator(".lines > li")).to_have_count(1)
    own.get_by_role("button", name="Remove").press("Enter")

    expect(own.get_by_text("Your wish list is empty.")).to_be_visible()
    assert axe_violations(own) == []


def test_a_saved_card_pays_and_is_struck_out(own, ana, goods, high_street):
    Visit(ana).add("MUG")
    own.goto("/checkout/")
    own.locator("#kind-pickup").check()
    own.get_by_label("Save this card for next time").check()
    own.locator("[name=order]").click()
    own.wait_for_url("**/orders/**")
    Visit(ana).add("MUG")

    own.goto("/checkout/")
    expect(own.get_by_label("Test card •••• 4242")).to_be_checked()
    expect(own.get_by_label("Save this card for next time")).to_be_hidden()
    assert axe_violations(own) == []
    assert fits(own)

    own.goto("/account/cards/")
    assert axe_violations(own) == []
    assert fits(own)
    press(own, "Remove")
    expect(own.get_by_role("heading", level=1)).to_have_text("Remove this card?")
    press(own, "Remove")
    expect(own.get_by_text("The card was removed.")).to_be_visible()
    assert SavedCard.objects.get().removed_at
