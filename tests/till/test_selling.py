"""The sale screen: one field for everything, and the cart below it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carts.models import Cart, CartLine
from carts.services.cart_codes import make_cart_code
from tests.client import Api
from tests.factories.accounts import make_contact
from tests.factories.inventory import make_stock, make_store, make_variant
from tests.till.conftest import Clerk, sale_of, text_of

MUG = "4006381333931"


def shown_lines(answer):
    return re.findall(r'class="line-name">([^<]+)<', answer.content.decode())


def code_of(cart_id):
    return make_cart_code(cart_id=cart_id, now=timezone.now())


def test_a_barcode_begins_a_sale_for_nobody(clerk, mug, tess, high_street):
    page = clerk.scan(MUG)

    line = CartLine.objects.get()
    assert (line.quantity, line.added_channel, line.added_store, line.added_by_staff) == (1, "till", high_street, tess)
    assert shown_lines(page) == ["MUG"]
    assert "5 here" in text_of(page)
    assert "10 to ship" in text_of(page)
    again = clerk.scan(MUG, sale_of(page))
    assert CartLine.objects.get().quantity == 2
    assert sale_of(again) == sale_of(page)


@pytest.mark.parametrize("scanned", ["3*4006381333931", "3 x 4006381333931", "٣*٤٠٠٦٣٨١٣٣٣٩٣١", "3*MUG-1"])
def test_several_are_added_at_once(clerk, mug, scanned):
    mug.sku = "MUG-1"
    mug.save()

    clerk.scan(scanned)

    assert CartLine.objects.get().quantity == 3


def test_a_card_a_number_or_an_address_opens_the_customers_own_cart(clerk, ana, mug):
    Api(ana).add("MUG", 2)
    ana.phone = "+491713920001"
    ana.save()

    for words in (ana.card_number, "ana@example.com", "0171 3920001", "+49 171 3920001"):
        page = clerk.scan(words)
        assert sale_of(page) == f"customer-{ana.pk}", words
        assert shown_lines(page) == ["MUG"]
    assert "Added: App" in text_of(page)


def test_a_name_asks_who_is_meant_and_what_was_scanned_comes_along(clerk, ana, mug):
    make_contact("Ana Marek", phone="+491713920002")
    sale = sale_of(clerk.scan(MUG))

    page = clerk.scan("ana m", sale)

    assert "Which customer?" in text_of(page)
    chosen = clerk.post("recognise", sale, customer=ana.pk)
    assert sale_of(chosen) == f"customer-{ana.pk}"
    assert shown_lines(chosen) == ["MUG"]
    assert Cart.objects.get(customer=ana, state="open").lines.get().added_channel == "till"


def test_the_code_on_the_phone_opens_the_shoppers_cart(clerk, ana, mug):
    Api(ana).add("MUG")
    guest = Api()
    guests_cart = guest.add("MUG", 3)
    anas_cart = Cart.objects.get(customer=ana)

    assert sale_of(clerk.scan(code_of(anas_cart.pk))) == f"customer-{ana.pk}"
    page = clerk.scan(f"https://shop.example/cart/{guests_cart['handover']['code']}.svg")
    sale = sale_of(page)
    assert sale.startswith("cart-")
    clerk.scan(MUG, sale)
    assert guest.get("cart/").json()["lines"][0]["quantity"] == 4


def test_a_cart_is_opened_by_its_code_alone(clerk, mug):
    cart = Api().add("MUG")

    for key in (f"cart-{cart['id']}", f"cart-{cart['id']}:forged", "cart-", "customer-999999", "customer-x", "nothing"):
        assert clerk.get("sale", key).status_code == 404, key


def test_trying_codes_out_is_stopped(clerk):
    for _number in range(30):
        clerk.scan("ABCDEFGH")

    page = clerk.scan("ABCDEFGH")

    assert page.status_code == 429
    assert "Too many codes." in text_of(page)


@pytest.mark.parametrize("scanned", ["", "   ", "4006381333930", "nobody at all", "NO-SUCH-SKU-9", "\x00", "9" * 300])
def test_what_nobody_knows_changes_nothing_and_says_what_to_do(clerk, mug, scanned):
    page = clerk.scan(scanned)

    assert page.status_code in (400, 404)
    assert 'class="say error"' in page.content.decode()
    assert not Cart.objects.exists()


def test_a_quantity_is_set_and_a_line_taken_out(clerk, ana, mug, lamp):
    Api(ana).add("MUG", 2)
    Api(ana).add("LAMP")
    key = f"customer-{ana.pk}"
    cart = Cart.objects.get()
    mugs = cart.lines.get(variant=mug)

    clerk.post("line", key, mugs.pk, quantity="4", version=cart.version)
    assert cart.lines.get(variant=mug).quantity == 4
    stale = clerk.post("line", key, mugs.pk, quantity="9", version=cart.version)
    assert stale.status_code == 409
    assert "The cart has changed" in text_of(stale)
    assert cart.lines.get(variant=mug).quantity == 4
    cart.refresh_from_db()
    clerk.post("line", key, mugs.pk, set="0", version=cart.version)
    assert [line.variant for line in cart.lines.all()] == [lamp]
    assert clerk.post("line", key, mugs.pk, quantity="ten").status_code == 400
    assert clerk.post("line", key, mugs.pk, quantity="1").status_code == 404
    cart.refresh_from_db()
    clerk.post("empty", key, version=cart.version)
    assert not cart.lines.exists()


def test_the_screen_follows_the_phone(clerk, ana, mug, tess):
    phone = Api(ana)
    version = phone.add("MUG")["version"]
    key = f"customer-{ana.pk}"
    screen = Clerk(tess, script=True)

    assert screen.get("live", key, version=version).status_code == 204
    phone.add("MUG")
    answer = screen.get("live", key, version=version)

    assert answer.status_code == 200
    assert "The customer changed the cart." in text_of(answer)
    assert 'value="2"' in answer.content.decode()


def test_a_script_gets_the_part_that_changed_and_the_address_follows(tess, register, mug):
    screen = Clerk(tess, register=register, script=True)

    answer = screen.scan(MUG)

    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="sale"')
    assert answer.headers["HX-Replace-Url"] == f"/admin/till/sales/{sale_of(answer)}/"
    refused = screen.scan("NO-SUCH-1", sale_of(answer))
    assert refused.status_code == 200
    assert 'class="say error"' in refused.content.decode()
    assert shown_lines(refused) == ["MUG"]


def test_a_new_customer_is_noted_and_known_from_then_on(clerk, mug):
    sale = sale_of(clerk.scan(MUG))

    missing = clerk.post("new_customer", sale, name="Cleo")
    page = clerk.post("new_customer", sale, name="Cleo Crane", phone="+49 171 3920009")

    assert "Give an e-mail address or a phone number." in text_of(missing)
    assert "Cleo Crane" in text_of(page)
    assert shown_lines(page) == ["MUG"]


def test_problems_are_told_on_the_line_with_the_way_out(clerk, ana, mug):
    Api(ana).add("MUG", 40)
    mug.prices.update(amount=1590)

    page = clerk.get("sale", f"customer-{ana.pk}")

    words = text_of(page)
    assert "The price was €12.90 when it was added and is now €15.90" in words
    assert "Only 10 left in total." in words or "Only 15 left in total." in words
    mug.is_active = False
    mug.save()
    page = clerk.get("sale", f"customer-{ana.pk}")
    assert "No longer sold. Remove it from the cart." in text_of(page)
    line = Cart.objects.get().lines.get()
    clerk.post("line", f"customer-{ana.pk}", line.pk, set="0")
    assert not Cart.objects.get().lines.exists()


def test_the_nearest_stores_are_named(clerk, mug):
    make_stock(mug, make_store("near", latitude=52.53, name={"en": "Near Street"}), on_hand=2)
    make_stock(mug, make_store("far", latitude=53.5, name={"en": "Far Away"}), on_hand=7)

    words = text_of(clerk.scan(MUG))

    assert "2 in Near Street, 0 km" in words
    assert words.index("Near Street") < words.index("Far Away")


def test_from_scan_to_line_takes_as_many_statements_whatever_the_cart_holds(tess, register, ana, mug):
    screen = Clerk(tess, register=register, script=True)
    Api(ana).add("MUG")
    key = f"customer-{ana.pk}"
    screen.scan(MUG, key)

    def statements(scanned):
        with CaptureQueriesContext(connection) as captured:
            assert screen.scan(scanned, key).status_code == 200
        return [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]

    few = statements(MUG)
    for number in range(10):
        variant = make_variant(sku=f"MORE-{number}")
        make_stock(variant, make_store(), on_hand=1)
        Api(ana).add(variant.sku)

    assert len(statements(MUG)) == len(few)
    # Session, person, rights; the sale as it was; the barcode; the change; the sale and the shelves as they are.
    assert len(few) <= 11, few


def test_what_a_shopper_writes_is_only_ever_text(clerk, mug):
    make_contact("<script>alert(1)</script>", email="x@example.com")

    page = clerk.scan("x@example.com")

    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_a_line_names_the_store_that_added_it(clerk, mug, high_street):
    high_street.name = {"en": "The High Street"}
    high_street.save()

    assert "Added: Till (The High Street)" in text_of(clerk.scan("4006381333931"))
