"""Return policies from the back office to the order: shown before buying, and frozen when it is placed."""

import pytest
from django.urls import reverse

from inventory.models import Category, Product, ReturnFee, ReturnPolicy
from orders.models import OrderLine
from orders.queries.orders import get_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import make_category
from tests.factories.orders import make_till_session
from tests.factories.pricing import make_return_policy

PICKUP = [{"kind": "pickup", "store": "high-street"}]
SHOWN = {
    "name": "Returns", "kind": "normal", "days": 30, "statutory_days": 14,
    "fee": {"amount": "3.00", "currency": "EUR"},
}  # fmt: skip


@pytest.fixture
def policy(db):
    return make_return_policy(name={"en": "Returns", "de": "Rückgabe"}, fee=300)


def ordered(person, sku="MUG"):
    phone = Api(person)
    placed = phone.check_out(phone.add(sku), fulfilments=PICKUP)
    assert placed.status_code == 201, placed.content
    return placed.json()


def test_the_cart_and_the_order_show_it_and_the_line_keeps_it(ana, mug, policy):
    assert Api(ana).add("MUG")["lines"][0]["return_policy"] == SHOWN

    placed = ordered(ana)

    assert placed["lines"][0]["return_policy"] == SHOWN
    ReturnPolicy.objects.update(window_days=1)
    kept = {
        "name": {"en": "Returns", "de": "Rückgabe"}, "kind": "normal", "days": 30, "statutory_days": 14, "fee": 300,
    }  # fmt: skip
    assert OrderLine.objects.get().return_policy == kept
    assert get_order(placed["number"]).lines[0].return_policy == kept
    assert Api(ana).get(f"orders/{placed['number']}/").json()["lines"] == placed["lines"]


def test_without_a_policy_nothing_is_kept(ana, mug):
    assert Api(ana).add("MUG")["lines"][0]["return_policy"] is None
    assert ordered(ana)["lines"][0]["return_policy"] is None
    assert OrderLine.objects.get().return_policy is None


def test_a_store_sells_without_the_days_of_the_law(mug, high_street, tess, policy):
    make_return_policy(name={"en": "Here"}, store=high_street, window_days=7)
    session = make_till_session(high_street, tess)
    sale = {
        "session": str(session.pk), "lines": [{"sku": "MUG", "quantity": 1}],
        "payments": [{"method": "cash", "tendered": {"amount": "20.00", "currency": "EUR"}}],
    }  # fmt: skip

    sold = Api(tess).post("till/sales/", sale)

    assert sold.status_code == 201, sold.content
    assert OrderLine.objects.get().return_policy == {
        "name": {"en": "Here"}, "kind": "normal", "days": 7, "statutory_days": 0, "fee": 0,
    }  # fmt: skip


def test_a_gift_card_is_under_none(ana, mug, policy):
    Product.objects.update(kind=Product.GIFT_CARD)

    assert Api(ana).add("MUG")["lines"][0]["return_policy"] is None


def test_what_changes_applies_to_the_next_cart(ana, mug, policy):
    def days():
        return Api(ana).get("cart/").json()["lines"][0]["return_policy"]["days"]

    Api(ana).add("MUG")
    assert days() == 30
    home = make_category("home-2")
    Product.objects.update(category=make_category("mugs", parent=home))
    make_return_policy(category=home, window_days=60, fee=300)
    assert days() == 60
    Category.objects.filter(slug="home-2").update(slug="elsewhere")  # Paths below it follow.
    assert days() == 60
    ReturnFee.objects.update(amount=100)
    assert Api(ana).get("cart/").json()["lines"][0]["return_policy"]["fee"]["amount"] == "1.00"


def test_it_costs_no_statement(ana, mug, high_street, policy, django_assert_num_queries):
    phone = Api(ana)
    phone.add("MUG")
    phone.get("cart/")

    with django_assert_num_queries(2):
        assert phone.get("cart/").json()["lines"][0]["return_policy"] == SHOWN


def test_the_back_office_edits_it_with_its_fees(client, high_street):
    head = make_staff("Hedda", email="hedda@example.com", is_superuser=True)
    signed_in(head, client)
    fields = {
        "name_en": "Final sale", "name_ar": "", "name_fa": "", "name_de": "", "kind": "final_sale", "window_days": "30",
        "statutory_days": "14", "category": "", "store": "", "fees-TOTAL_FORMS": "1", "fees-INITIAL_FORMS": "0",
        "fees-0-currency": "EUR", "fees-0-amount": "2.50",
    }  # fmt: skip

    saved = client.post(reverse("admin:inventory_returnpolicy_add"), fields)

    assert saved.status_code == 302, saved.content.decode()[:3000]
    policy = ReturnPolicy.objects.get()
    assert (policy.kind, policy.fees.get().amount) == ("final_sale", 250)
    twice = client.post(reverse("admin:inventory_returnpolicy_add"), fields)
    assert "There is a policy for this category and store already." in twice.content.decode()
    assert (
        client.get(reverse("admin:inventory_returnpolicy_changelist") + "?q=final&kind=final_sale").status_code == 200
    )
