import re

import pytest

from accounts.models import Address, Customer
from inventory.models import Price, StockLevel
from orders.models import Order
from tests.factories.inventory import make_stock, make_store
from tests.factories.orders import due
from tests.storefront.conftest import ADDRESS, Visit


@pytest.fixture
def shopper(guest, mug, lamp, postage):
    """A guest with a mug in the cart; sending costs 4.90."""
    guest.add("MUG")
    return guest


def placed(answer):
    assert answer.status_code == 302, re.findall(r"notice error.*?</div>|wrong.*?</p>", answer.content.decode(), re.S)
    return answer["Location"]


def test_both_totals_are_shown_before_the_last_click(shopper):
    page = shopper.get("/checkout/").content.decode()

    assert "€12.90" in page  # if collected
    assert "€17.80" in page  # if sent
    assert page.index("€17.80") < page.index("Order and pay")


def test_a_guest_collects_in_a_store(shopper, high_street):
    where = placed(shopper.check_out())

    order = Order.objects.get()
    assert order.state == "placed"
    assert order.grand_total == 1290
    assert order.channel == "web"
    page = shopper.get(where)
    assert re.search(r"<bdi>\d{4} \d{4}</bdi>", page.content.decode())
    assert page["Cache-Control"] == "private, no-store"


def test_a_guest_has_it_sent(shopper):
    placed(shopper.check_out(kind="ship", **ADDRESS))

    order = Order.objects.get()
    assert order.grand_total == 1780
    assert order.fulfilments.get().address["street_address"] == "Torstraße 112"


def test_paying_in_the_store_leaves_the_amount_due(shopper):
    where = placed(shopper.check_out(pay="pay_in_store"))

    assert due() == 1290
    assert "To be paid in the store" in shopper.get(where).content.decode()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "nobody"}, "valid email"),
        ({"phone": "12"}, "with its country code"),
        ({"store": ""}, "Choose a store"),
        ({"kind": "ship", "pay": "pay_in_store", **ADDRESS}, "Only pickup orders can be paid in the store"),
        ({"kind": "ship"}, "Please fill this in."),
        ({"kind": "ship", **ADDRESS, "postal_code": "1"}, "Not valid in this country."),
        ({"pay": "gold"}, "Choose how to pay."),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(shopper, changes, word):
    answer = shopper.check_out(**{"name": "Zoe", **changes})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert word in page
    assert f'value="{changes.get("name", "Zoe")}"' in page
    assert not Order.objects.exists()


def test_a_changed_total_needs_a_new_yes(shopper, mug):
    form = shopper.checkout_form()
    Price.objects.filter(variant=mug).update(amount=1490)

    answer = shopper.post("/checkout/", form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "order again if you agree" in page
    assert "was €12.90, is €14.90 now" in page
    assert not Order.objects.filter(state="placed").exists()
    placed(shopper.check_out())
    assert Order.objects.get(state="placed").grand_total == 1490


def test_the_same_page_sent_twice_is_one_order(shopper):
    form = shopper.checkout_form()

    first, second = shopper.post("/checkout/", form), shopper.post("/checkout/", form)

    assert placed(first) == placed(second)
    assert Order.objects.count() == 1


def test_the_page_changed_after_it_was_ordered_leads_to_its_order(shopper):
    form = shopper.checkout_form()
    first = shopper.post("/checkout/", form)

    again = shopper.post("/checkout/", form | {"email": "other@example.com"})

    assert placed(again) == placed(first)
    assert Order.objects.count() == 1


def test_the_same_cart_in_a_second_window_leads_to_its_order(shopper):
    one, other = shopper.checkout_form(), shopper.checkout_form()
    assert one["key"] != other["key"]

    first, second = shopper.post("/checkout/", one), shopper.post("/checkout/", other)

    assert placed(first) == placed(second)
    assert Order.objects.count() == 1


def test_an_empty_cart_leads_back(guest, db):
    assert guest.get("/checkout/")["Location"] == "/cart/"


def test_a_cart_changed_on_another_device_is_looked_at_again(shopper, lamp):
    form = shopper.checkout_form()
    shopper.add("LAMP")

    answer = shopper.post("/checkout/", form)

    assert answer.status_code == 409
    assert "€61.90" in answer.content.decode()
    assert not Order.objects.exists()


def test_the_last_one_may_be_gone(shopper, mug, high_street):
    form = shopper.checkout_form()
    StockLevel.objects.filter(variant=mug, location=high_street).update(on_hand=0)

    answer = shopper.post("/checkout/", form)

    assert answer.status_code == 409
    assert "Nothing was ordered, and nothing was charged." in answer.content.decode()
    assert not Order.objects.exists()


def test_a_declined_card_leaves_the_cart_as_it_was(shopper):
    answer = shopper.check_out(card="decline")

    assert answer.status_code in (402, 409)
    assert "declined" in answer.content.decode()
    assert "€12.90" in shopper.get("/cart/").content.decode()
    placed(shopper.check_out())


def test_a_payment_that_waits_is_confirmed_on_the_order_page(shopper):
    where = placed(shopper.check_out(card="needs_action"))
    assert Order.objects.get().state == "pending"
    assert "Confirm the test payment" in shopper.get(where).content.decode()

    answer = shopper.post(f"{where}confirm/")

    assert answer["Location"] == where
    assert Order.objects.get().state == "placed"


def test_looking_for_stores_keeps_what_was_filled_in(shopper):
    answer = shopper.check_out(look="stores", postcode="10119", email="half@")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="half@"' in page
    assert "0 km" in page
    assert not Order.objects.exists()


def test_without_a_place_no_store_is_ticked_but_the_customers_own_comes_first(ana, mug):
    for code in ("aachen", "zwickau"):
        make_stock(mug, make_store(code, latitude=50.0 if code == "aachen" else 52.5), on_hand=3)
    visit = Visit(ana)
    visit.add("MUG")

    by_the_alphabet = ticked(visit.get("/checkout/"))
    Customer.objects.filter(pk=ana.pk).update(home_store="zwickau")
    own = ticked(visit.get("/checkout/"))

    assert (by_the_alphabet, own) == ([], ["zwickau"])


def ticked(answer):
    return re.findall(r'name="store" value="([^"]+)" checked', answer.content.decode())


def test_a_person_orders_with_a_saved_address_and_keeps_a_new_one(ana, mug, postage):
    visit = Visit(ana)
    visit.add("MUG")
    placed(visit.check_out(kind="ship", email="", keep_address="on", **ADDRESS))
    kept = Address.objects.get(customer=ana)
    visit.add("MUG")

    where = placed(visit.check_out(kind="ship", email="", address=str(kept.pk)))

    assert Order.objects.filter(customer=ana).count() == 2
    assert where == f"/orders/{Order.objects.latest('id').number}/"
    assert Order.objects.latest("id").contact_email == "ana@example.com"


def test_an_address_of_somebody_else_is_none(ana, ben, mug, postage):
    address = Address.objects.create(customer=ben, **ADDRESS)
    visit = Visit(ana)
    visit.add("MUG")

    assert visit.check_out(kind="ship", address=str(address.pk)).status_code == 422


@pytest.mark.parametrize(
    "broken", [{"key": ""}, {"key": "x" * 300}, {"version": "-1"}, {"expected_ship": "lots"}, {"kind": "fly"}]
)
def test_a_tampered_form_orders_nothing(shopper, broken):
    assert shopper.check_out(**broken).status_code == 422
    assert not Order.objects.exists()


def test_statements_do_not_grow_with_the_cart(shopper, lamp, django_assert_num_queries):
    shopper.get("/checkout/")
    with django_assert_num_queries(6):
        shopper.get("/checkout/")
    shopper.add("LAMP")

    with django_assert_num_queries(6):
        shopper.get("/checkout/")


def test_a_guest_of_a_network_that_holds_too_much_is_told_on_the_page(guest, mug, postage, settings):
    settings.MOST_HOLDS_OF_NETWORK = 1
    first = Visit()
    first.add("MUG")
    placed(first.check_out(card="needs_action"))
    guest.add("MUG")

    page = guest.check_out(card="needs_action")

    assert page.status_code == 429
    assert 800 < int(page.headers["Retry-After"]) <= 900
    assert "Too many goods wait for the payment of orders" in page.content.decode()
    assert Order.objects.count() == 1
    settings.MOST_HOLDS_OF_NETWORK = 2
    placed(guest.check_out(card="needs_action"))
