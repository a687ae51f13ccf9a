"""The till and the pickup desk with a real browser, a keyboard and a scanner."""

import re

from playwright.sync_api import Page, expect

from accounts.models import Customer
from carts.models import Cart
from orders.models import HandOver, Order, Payment, TillSession
from tests.browser.conftest import DESK, LAMP, MUG, PHONE, OpenPage
from tests.browser.people import come_signed_in, work
from tests.browser.scanner import read_code, type_as_scanner
from tests.client import Api
from tests.factories.accounts import PASSWORD
from tests.factories.orders import make_order, make_till_session


def work_by_keyboard(page: Page, person: Customer, register: TillSession) -> Page:
    """Sign a member of staff in and enter a register; by keyboard alone."""
    page.goto("/admin/login/?next=/admin/till/")
    page.locator("#id_username").focus()
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(f"button[name=session][value='{register.pk}']")).to_be_focused()
    page.keyboard.press("Enter")
    return page


def shopping(page: Page, person: Customer) -> Page:
    """Return the window of a shopper with their cart open."""
    come_signed_in(page, person).goto("/cart/")
    return page


def quantity_at_till(page: Page, name: str) -> str:
    return page.get_by_label(f"Quantity of {name}").input_value()


def test_begun_on_the_phone_finished_at_the_till(open_page: OpenPage, goods, ana, tess, register):
    Api(ana).add("MUG")
    phone, till = shopping(open_page(size=PHONE), ana), work_by_keyboard(open_page(size=DESK), tess, register)
    code = read_code(phone.locator(".code img"))

    type_as_scanner(till, code)
    type_as_scanner(till, LAMP)
    expect(till.get_by_role("heading", name="Ana Moreno")).to_be_visible()
    expect(till.locator(".line")).to_have_count(2)
    expect(phone.locator("#cart .lines li")).to_have_count(2)
    till.keyboard.press("F9")
    type_as_scanner(till, "70")

    expect(till.locator(".change").first).to_contain_text("€8.10")
    expect(phone.locator("#cart")).to_contain_text("Your cart is empty.")
    order = Order.objects.get()
    assert (order.customer, order.state, order.channel) == (ana, "completed", "till")


def test_begun_at_the_till_finished_on_the_phone(open_page: OpenPage, goods, ana, tess, register):
    ana.phone = "+491713920001"
    ana.save()
    phone, till = shopping(open_page(size=PHONE), ana), work(open_page(size=DESK), tess, register)

    type_as_scanner(till, MUG)
    type_as_scanner(till, "0171 3920001")
    expect(till.get_by_role("heading", name="Ana Moreno")).to_be_visible()
    expect(phone.locator("#cart .lines li")).to_have_count(1)
    phone.get_by_role("link", name="To the checkout").click()
    phone.get_by_label("Pickup in a store").check()
    phone.get_by_role("button", name="Order and pay").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you!")

    expect(till.locator(".sale-main .empty")).to_contain_text("This cart is empty.")
    assert Order.objects.get().channel == "web"


def test_collected_with_the_code_read_from_the_phones_screen(open_page: OpenPage, goods, ana, tess, high_street):
    register = make_till_session(high_street, tess, register="till-1")
    order = make_order((goods, 1, 1290), store=high_street, customer=ana, state="ready", paid="pay_in_store")
    phone, till = shopping(open_page(size=PHONE), ana), work(open_page(size=DESK), tess, register)
    phone.goto(f"/orders/{order.number}/")
    code = read_code(phone.locator(".code img"))

    till.goto("/admin/till/pickups/")
    type_as_scanner(till, code)
    expect(till.locator("#id_code")).to_have_value(code)
    till.locator("#id_tendered").fill("20")
    till.keyboard.press("Enter")

    expect(till.get_by_role("status")).to_contain_text("Handed over.")
    assert (HandOver.objects.get().proof, Payment.objects.get().tendered) == ("code", 2000)


def test_the_last_one_is_sold_at_the_till_while_the_web_shopper_pays(
    open_page: OpenPage, goods, ana, tess, register, lamp
):
    lamp.levels.exclude(location__code="high-street").update(on_hand=0)
    Api(ana).add("LAMP")
    phone, till = shopping(open_page(size=PHONE), ana), work(open_page(size=DESK), tess, register)
    phone.get_by_role("link", name="To the checkout").click()
    phone.get_by_label("Pickup in a store").check()

    type_as_scanner(till, LAMP)
    expect(till.locator(".line")).to_have_count(1)
    till.keyboard.press("F9")
    till.get_by_role("button", name="€49.00").press("Enter")
    expect(till.locator(".change").first).to_contain_text("€49.00")
    phone.get_by_role("button", name="Order and pay").click()

    expect(phone.get_by_role("alert").first).to_contain_text("Nothing was ordered")
    assert Order.objects.get().channel == "till"


def test_scans_faster_than_the_shop_answers_are_all_counted(open_page: OpenPage, goods, tess, register):
    till = work(open_page(size=DESK), tess, register)

    for _number in range(6):
        type_as_scanner(till, MUG)

    expect(till.get_by_label("Quantity of Mug")).to_have_value("6")
    expect(till.locator("#scanned")).to_be_focused()


def test_a_scan_into_a_quantity_adds_goods(open_page: OpenPage, goods, tess, register):
    till = work(open_page(size=DESK), tess, register)
    type_as_scanner(till, MUG)
    till.get_by_label("Quantity of Mug").focus()

    type_as_scanner(till, LAMP)

    expect(till.locator(".line")).to_have_count(2)
    till.get_by_label("Quantity of Mug").fill("3")
    till.keyboard.press("Enter")
    expect(till.locator("#total")).to_have_text("€87.70")
    assert quantity_at_till(till, "Mug") == "3"


def test_the_field_takes_what_is_scanned_wherever_the_focus_was(open_page: OpenPage, goods, tess, register):
    till = work(open_page(size=DESK), tess, register)
    till.locator("h1").evaluate("document.activeElement.blur()")

    type_as_scanner(till, MUG)

    expect(till.locator(".line")).to_have_count(1)


def test_a_hasty_hand_sells_once(open_page: OpenPage, goods, tess, register):
    till = work(open_page(size=DESK), tess, register)
    type_as_scanner(till, MUG)
    expect(till.locator(".line")).to_have_count(1)
    till.keyboard.press("F9")

    till.get_by_role("button", name="€12.90").dblclick()
    expect(till.locator(".change").first).to_be_visible()
    till.go_back()
    till.go_back()
    type_as_scanner(till, MUG)

    expect(till.locator(".line")).to_have_count(1)
    assert Order.objects.count() == 1
    assert Cart.objects.filter(state="open").count() == 1


def test_a_shop_that_does_not_answer_is_told_and_loses_nothing(open_page: OpenPage, goods, tess, register):
    till = work(open_page(size=DESK), tess, register)
    till.route("**/scan/", lambda route: route.abort())

    type_as_scanner(till, MUG)

    expect(till.locator("#trouble")).to_contain_text("Scan again")
    expect(till.locator("#scanned")).to_have_value(MUG)
    till.unroute("**/scan/")
    till.keyboard.press("Enter")
    expect(till.locator(".line")).to_have_count(1)
    expect(till.locator("#trouble")).to_be_hidden()
    till.faults.clear()  # type: ignore[attr-defined]


def test_who_is_signed_out_meanwhile_signs_in_and_goes_on(open_page: OpenPage, goods, ana, tess, register):
    till = work(open_page(size=DESK), tess, register)
    till.goto(f"/admin/till/sales/customer-{ana.pk}/")
    till.context.clear_cookies()

    till.wait_for_url(f"**/admin/login/?next=%2Fadmin%2Ftill%2Fsales%2Fcustomer-{ana.pk}%2F")

    expect(till.locator("#id_username")).to_be_visible()


def test_the_till_works_without_scripts(open_page: OpenPage, goods, tess, register):
    till = work_by_keyboard(open_page(size=DESK, scripts=False), tess, register)
    quantity = till.get_by_label("Quantity of Mug")
    seen = ((MUG, quantity, "1"), ("nonsense here", till.locator("#sale .say.error"), ""), (MUG, quantity, "2"))
    for scanned, place, value in seen:
        till.locator("#scanned").fill(scanned)
        till.locator("#scanned").press("Enter")
        if value:
            expect(place).to_have_value(value)
        else:
            expect(place).to_contain_text("Nothing found for")
    till.get_by_role("link", name=re.compile("^Pay")).click()
    till.get_by_label("Cash received").fill("30")
    till.get_by_label("Cash received").press("Enter")

    expect(till.locator(".change").first).to_be_visible()
    assert Order.objects.get().grand_total == 2580


def test_the_home_page_keeps_itself_up_to_date(open_page: OpenPage, goods, ana, tess, register, high_street):
    till = open_page(size=DESK)
    till.clock.install()
    work(till, tess, register).goto("/admin/")
    expect(till.locator(".tile").first).to_contain_text("0")
    make_order((goods, 1, 1290), store=high_street, customer=ana)

    till.clock.fast_forward(5_000)

    expect(till.locator(".tile").first).to_contain_text("1")
