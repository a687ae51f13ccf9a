"""An exchange with a real browser and a scanner: scan what comes back, scan what goes out."""

from playwright.sync_api import expect

from orders.models import Order, Return
from tests.browser.conftest import DESK, LAMP, MUG, OpenPage
from tests.browser.people import work
from tests.browser.scanner import type_as_scanner


def test_a_mug_is_swapped_for_a_lamp(open_page: OpenPage, goods, tess, register):
    till = work(open_page(size=DESK), tess, register)
    type_as_scanner(till, MUG)
    expect(till.locator(".line")).to_have_count(1)
    till.keyboard.press("F9")
    type_as_scanner(till, "20")
    expect(till.locator(".change").first).to_contain_text("€7.10")
    first = Order.objects.get()

    till.goto(f"/admin/till/orders/{first.number}/return/")
    type_as_scanner(till, MUG)
    expect(till.locator("#refund-title + .to-pay")).to_contain_text("€12.90")
    till.get_by_label("Reason").select_option("changed_mind")
    till.get_by_role("button", name="Exchange for other goods").click()
    expect(till.get_by_label("Scan what goes out for it")).to_be_focused()
    type_as_scanner(till, LAMP)
    expect(till.locator(".to-pay")).to_contain_text("€36.10")
    till.get_by_label("Cash received").fill("40")
    till.get_by_role("button", name="Exchange", exact=True).click()

    expect(till.locator(".change").first).to_contain_text("€3.90")
    goods_back = Return.objects.get()
    assert (goods_back.order, goods_back.state) == (first, "exchanged")
    assert sorted(goods_back.exchanged_for.payments.values_list("method", "amount")) == [
        ("cash", 3610), ("exchange", 1290),
    ]  # fmt: skip
