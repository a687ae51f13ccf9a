"""One person's page, one order's page, the home page, and what leads to them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orders.models import Order, Refund
from tests.client import Api
from tests.factories.accounts import make_contact
from tests.factories.inventory import make_variant
from tests.factories.orders import make_order, pay_order
from tests.till.conftest import new_key, text_of


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, placed_at=timezone.now())


def statements(act):
    with CaptureQueriesContext(connection) as captured:
        answer = act()
    assert answer.status_code == 200
    return len(captured)


def test_people_and_their_orders_are_found_by_what_they_say(clerk, ana, order):
    guest = make_order(
        (order.lines.get().variant, 1, 100), store=order.fulfilments.get().location, contact_email="g@x.de"
    )

    for words in ("moreno", "ana@example.com", ana.card_number, order.number, f"#{order.number}"):
        assert order.number in text_of(clerk.get("find", q=words)), words
    assert guest.number in text_of(clerk.get("find", q="g@x.de"))
    assert "No customer found." in text_of(clerk.get("find", q="zzzz"))
    assert clerk.get("find").status_code == 200


def test_a_customers_page_tells_the_story_over_all_channels(clerk, ana, order, mug):
    Api(ana).add("MUG", 3)

    page = clerk.get("customer", ana.pk)

    words = text_of(page)
    assert "3 × MUG added to the cart" in words
    assert order.number in words
    assert "ana@example.com" in words
    assert f"/admin/till/sales/customer-{ana.pk}/" in page.content.decode()
    assert "added to the cart" not in text_of(clerk.get("customer", ana.pk, kind="order"))
    assert "added to the cart" not in text_of(clerk.get("customer", ana.pk, channel="web"))
    assert clerk.get("customer", 999_999).status_code == 404
    for before in ("x", "2026-01-01", "2026-01-01T00:00:00Z~x", "2026-01-01T00:00:00Z~" + "9" * 30, "99999999T~1"):
        assert clerk.get("customer", ana.pk, before=before).status_code == 200, before


def test_a_long_story_is_told_page_by_page(clerk, ana, mug):
    phone = Api(ana)
    for _number in range(25):
        phone.add("MUG")

    first = clerk.get("customer", ana.pk).content.decode()
    older = first.split('rel="next" href="?before=')[1].split("&amp;")[0]
    second = clerk.browser.get(f"{reverse('admin:till_customer', args=[ana.pk])}?before={older}").content.decode()

    assert (first.count("added to the cart"), second.count("added to the cart")) == (20, 5)


def test_pages_take_as_many_statements_whatever_they_hold(clerk, ana, order, mug):
    pages = {
        "customer": lambda: clerk.get("customer", ana.pk),
        "order": lambda: clerk.get("order", order.number),
        "find": lambda: clerk.get("find", q="moreno"),
        "now": lambda: clerk.get("now"),
        "registers": lambda: clerk.get("registers"),
    }
    Api(ana).add("MUG")
    few = {name: statements(page) for name, page in pages.items()}
    for _number in range(5):
        variant = make_variant()
        Api(ana).add(variant.sku)
        make_order((variant, 1, 100), (make_variant(), 1, 1290), store=order.fulfilments.get().location, customer=ana)

    assert {name: statements(page) for name, page in pages.items()} == few
    assert few["customer"] <= 13
    assert few["order"] <= 8
    assert few["now"] <= 5


def test_an_orders_page_shows_its_story_and_what_may_be_done(clerk, manager, order, ana):
    clerk.post("pickup_act", order.fulfilments.get().pk, "accept")

    words = text_of(clerk.get("order", order.number))

    assert f"Order {order.number}: the store accepted it" in words
    assert "Ana Moreno" in words
    assert "At the desk" in words
    assert "Cancel the order" not in words
    assert "Cancel the order" in text_of(manager.get("order", order.number))
    assert clerk.get("order", "404404").status_code == 404


def test_a_manager_cancels_and_the_money_is_handed_back(clerk, manager, ana, high_street, mug, register):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana, paid="cash")

    assert clerk.post("cancel", order.number, key=new_key(), reason="customer").status_code == 403
    assert manager.post("cancel", order.number, key=new_key(), reason="whim").status_code == 400
    manager.post("cancel", order.number, key=new_key(), reason="customer")
    order.refresh_from_db()
    assert order.state == Order.CANCELLED
    refund = Refund.objects.get()
    assert "Handed over" in text_of(clerk.get("order", order.number))
    clerk.post("pay_out", order.number, key=new_key(), refund=refund.pk)

    refund.refresh_from_db()
    assert (refund.state, refund.till_session) == ("done", register)
    assert clerk.post("pay_out", order.number, key=new_key(), refund=refund.pk).status_code == 409


def test_what_a_provider_gives_back_is_not_handed_over(clerk, manager, order):
    order.payments.update(method="card", provider="stripe")
    manager.post("cancel", order.number, key=new_key(), reason="customer")

    assert Refund.objects.get().state == "pending"
    assert "Handed over" not in text_of(clerk.get("order", order.number))


def test_the_home_page_says_what_needs_doing_in_my_store(clerk, order, ana):
    home = clerk.browser.get(reverse("admin:index"))

    words = text_of(home)
    assert "Now in high-street" in words
    assert "1 pickups to accept" in words
    assert 'hx-trigger="every 5s"' in home.content.decode()
    clerk.post("pickup_act", order.fulfilments.get().pk, "accept")
    assert "0 pickups to accept" in text_of(clerk.get("now"))


def test_the_back_offices_own_pages_lead_to_the_stories(clerk, ana, order):
    for page, thing, story in (
        ("accounts_customer", ana.pk, reverse("admin:till_customer", args=[ana.pk])),
        ("orders_order", order.pk, reverse("admin:till_order", args=[order.number])),
    ):
        assert story in clerk.browser.get(reverse(f"admin:{page}_change", args=[thing])).content.decode()


def test_what_shoppers_write_is_only_ever_text(clerk, high_street, mug):
    evil = "<img src=x onerror=alert(1)>"
    person = make_contact(evil, email="evil@example.com")
    order = make_order((mug, 1, 1290), store=high_street, customer=person, kind="ship", state="placed")
    order.fulfilments.update(address={"name": evil, "street_address": evil, "city": evil})
    order.lines.update(name=evil)
    pay_order(order, 1)

    for page in (
        clerk.get("customer", person.pk),
        clerk.get("order", order.number),
        clerk.get("done", order.number),
        clerk.get("receipt", order.number),
        clerk.get("find", q="evil@example.com"),
        clerk.get("sale", f"customer-{person.pk}"),
    ):
        assert page.status_code == 200
        assert "<img src=x" not in page.content.decode()
