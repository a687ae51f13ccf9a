"""The web shop in a real browser."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from carts.models import Cart
from inventory.models import Price
from orders.models import Order
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import codes_on
from tests.browser.people import check_out_to_store, come_signed_in, order_number, put_into_cart, sign_in
from tests.client import Api


def assert_total(page, kind, text):
    """Wait until the sums of this way alone are shown: both are until the stylesheet is there."""
    other = {"ship": "pickup", "pickup": "ship"}[kind]
    expect(page.locator(f".sums.for-{other}")).to_be_hidden()
    expect(page.locator(f".sums.for-{kind} .total")).to_be_visible()
    expect(page.locator(f".sums.for-{kind} .total")).to_contain_text(text)


def test_from_the_search_to_the_code_on_the_phone(phone, goods):
    phone.goto("/")
    phone.get_by_role("searchbox").fill("mgu")
    phone.keyboard.press("Enter")
    phone.get_by_role("link", name="Mug").click()
    phone.get_by_role("button", name="Add to cart").click()
    expect(phone.locator("#messages")).to_contain_text("Added to your cart.")
    expect(phone.locator("#cart-link")).to_contain_text("1")
    phone.locator("#cart-link").click()
    phone.get_by_role("link", name="To the checkout").click()
    phone.get_by_label("Pickup in a store").check()
    phone.get_by_label("E-mail").fill("guest@example.com")
    assert_total(phone, "pickup", "€12.90")
    phone.get_by_role("button", name="Order and pay").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you!")
    expect(phone.locator(".spelled")).to_have_text(re.compile(r"\d{4} \d{4}"))
    assert Order.objects.get().number == order_number(phone)


def test_the_whole_way_works_without_scripts(open_page, goods):
    page = open_page(size=PHONE, scripts=False)
    page.goto("/p/mug/")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#messages")).to_contain_text("Added to your cart.")
    page.goto("/cart/")
    page.get_by_label("Quantity of Mug").select_option("2")
    page.get_by_role("button", name="Change").click()
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_label("Delivery").check()
    assert_total(page, "ship", "€30.70")
    page.get_by_label("Pickup in a store").check()
    assert_total(page, "pickup", "€25.80")
    page.get_by_role("button", name="Order and pay").click()
    expect(page.get_by_text("Enter your e-mail address")).to_be_visible()
    page.get_by_label("E-mail").fill("guest@example.com")
    page.get_by_role("button", name="Order and pay").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    assert Order.objects.get().grand_total == 2580


def test_the_cart_of_this_device_comes_along_at_sign_in(phone, goods, ana, lamp):
    Api(ana).add("LAMP")
    put_into_cart(phone, "mug")

    sign_in(phone, "ana@example.com")

    expect(phone).to_have_url(re.compile("/cart/$"))
    expect(phone.get_by_text("Mug was added from this device: 1 in your cart.")).to_be_visible()
    expect(phone.locator(".lines > li")).to_have_count(2)


def test_a_new_customer_signs_up_with_what_is_in_the_cart(phone, goods, mailoutbox):
    put_into_cart(phone, "mug")
    phone.goto("/accounts/signup/")
    phone.locator("[name=email]").fill("new@example.com")
    phone.locator("[name=name]").fill("Nia New")
    phone.locator("[name=password1]").fill("a long enough secret")
    phone.locator("form.entry button").click()
    phone.locator("[name=code]").fill(re.search(r"\b\d{6}\b", mailoutbox[0].body)[0])
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_text("Mug was added from this device: 1 in your cart.")).to_be_visible()
    assert Cart.objects.get(state="open").customer.name == "Nia New"


def test_a_change_on_one_device_is_seen_on_the_other(open_page, goods, ana):
    sara, desk = (come_signed_in(open_page(size=size), ana) for size in (PHONE, DESK))
    put_into_cart(sara, "mug")
    sara.goto("/cart/")
    expect(sara.locator(".lines > li")).to_have_count(1)

    put_into_cart(desk, "lamp")

    expect(sara.locator(".lines > li")).to_have_count(2)
    expect(sara.locator("#cart-link .count")).to_contain_text("2")


def _is_update(response):
    """The page asking for itself, not the page that an answer leads to."""
    request = response.request
    return request.method == "GET" and urlsplit(request.url).path == "/cart/" and request.redirected_from is None


def test_an_answer_finds_its_place_though_another_device_was_quicker(open_page, goods, ana):
    Api(ana).add("MUG")
    page, held = come_signed_in(open_page(size=PHONE), ana), []
    page.goto("/cart/")
    page.route("**/cart/lines/*/", lambda route: held.append(route))
    page.get_by_role("button", name="Remove").click()

    hear = "() => new Promise((done) => stream.addEventListener('cart', () => done(true), { once: true }))"
    page.evaluate("() => { window.stream = new EventSource('/cart/stream/'); }")
    page.evaluate(hear)
    Api(ana).add("LAMP")
    page.evaluate(hear)
    with page.expect_response(_is_update):
        held[0].continue_()
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)

    expect(page.locator("#messages")).to_contain_text("Removed from the cart.")
    expect(page.locator(".lines > li")).to_have_count(1)


def test_a_price_raised_between_cart_and_checkout_asks_again(phone, goods):
    put_into_cart(phone, "mug")
    check_out_to_store(phone)
    Price.objects.filter(variant=goods).update(amount=1490)

    phone.get_by_role("button", name="Order and pay").click()

    expect(phone.get_by_text("order again if you agree")).to_be_visible()
    expect(phone.get_by_text("was €12.90, is €14.90 now")).to_be_visible()
    assert not Order.objects.filter(state="placed").exists()
    phone.get_by_role("button", name="Order and pay").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you!")
    assert Order.objects.get(state="placed").grand_total == 1490


def test_a_double_click_is_one_order_and_the_back_button_leads_to_it(phone, goods):
    put_into_cart(phone, "mug")
    check_out_to_store(phone)
    phone.get_by_role("button", name="Order and pay").dblclick()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you!")
    number = order_number(phone)

    phone.go_back()
    button = phone.get_by_role("button", name="Order and pay")
    if button.count():
        button.click()
        expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you!")
        assert order_number(phone) == number
    else:
        expect(phone.get_by_text("Your cart is empty.")).to_be_visible()

    assert Order.objects.count() == 1


def test_pressing_enter_in_a_field_orders_nothing(phone, goods):
    put_into_cart(phone, "mug")
    check_out_to_store(phone)

    phone.locator("#id_email").press("Enter")

    expect(phone.get_by_role("heading", level=1)).to_have_text("Checkout")
    assert not Order.objects.exists()


def test_the_code_on_the_screen_can_be_scanned(phone, goods):
    put_into_cart(phone, "mug")
    phone.goto("/cart/")
    spelled = phone.locator(".spelled").inner_text().replace(" ", "")

    assert codes_on(phone.locator(".code img")) == [spelled]


def test_the_keyboard_alone_is_enough(desk, goods):
    desk.goto("/p/mug/")
    desk.keyboard.press("Tab")
    expect(desk.locator(":focus")).to_have_text("Skip to the content")
    desk.keyboard.press("Enter")
    for _ in range(30):
        desk.keyboard.press("Tab")
        if desk.locator(":focus").inner_text().strip() == "Add to cart":
            break
    desk.keyboard.press("Enter")

    expect(desk.locator("#messages")).to_contain_text("Added to your cart.")


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_arabic_and_persian_readers_shop_from_right_to_left(open_page, goods, language):
    page = open_page(size=PHONE, language=language)
    put_into_cart(page, "mug")
    check_out_to_store(page)
    page.locator("[name=order]").click()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".spelled")).to_be_visible()
    texts = page.locator("main").inner_text()
    assert ("۱۲٫۹۰" if language == "fa" else "12.90") in texts
    assert not re.search(r"\b(Total|Thank|Receipt|collect)\b", texts)


def test_the_language_is_switched_in_place_and_kept(phone, goods):
    phone.goto("/p/mug/")
    phone.get_by_role("button", name="العربية").click()

    expect(phone.locator("html")).to_have_attribute("lang", "ar")
    assert phone.url.endswith("/p/mug/")
    phone.goto("/cart/")
    expect(phone.locator("html")).to_have_attribute("lang", "ar")


def test_what_shoppers_write_is_never_run(open_page, goods, ana):
    evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    type(ana).objects.filter(pk=ana.pk).update(name=evil)
    Api(ana).add("MUG")
    page = come_signed_in(open_page(size=DESK), ana)
    page.goto("/checkout/")
    page.get_by_label("Delivery").check()
    for field in ("name", "street_address", "city"):
        page.locator(f"#id_{field}").fill(evil)
    page.locator("#id_postal_code").fill("10119")
    page.locator("[name=order]").click()
    expect(page.locator(".order")).to_be_visible()

    for path in (page.url, f"{page.url}receipt/", "/account/", "/orders/", f"/search/?q={evil}", "/cart/"):
        page.goto(path)
        assert page.title() != "run"
        assert page.locator("main img[src=x]").count() == 0
