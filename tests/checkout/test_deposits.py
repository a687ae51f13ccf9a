"""Deposits from the cart to the refund."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import DepositAmount, Variant
from orders.models import Order, OrderLine, Refund
from orders.queries.accrual import accrual_order
from orders.queries.receipts import receipt_of
from orders.queries.taxes import tax_report
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.pricing import make_deposit, make_german_taxes, make_offer

PICKUP = [{"kind": "pickup", "store": "high-street"}]
PARIS = {
    "name": "Ana", "street_address": "1 rue de Rivoli", "city": "Paris", "postal_code": "75001", "country_code": "FR",
}  # fmt: skip


@pytest.fixture
def cola(mug):
    """The mug is a bottle of lemonade here, with a deposit of 25 cents in Germany."""
    deposit = make_deposit(amounts={"DE": (25, True)})
    Variant.objects.filter(pk=mug.pk).update(deposit=deposit)
    return mug


def ordered(person, quantity=3, **how):
    phone = Api(person)
    placed = phone.check_out(phone.add("MUG", quantity), **{"fulfilments": PICKUP} | how)
    assert placed.status_code == 201, placed.content
    return placed.json()


def test_the_cart_shows_it_beside_the_line_and_in_the_totals(ana, cola):
    cart = Api(ana).add("MUG", 3)

    assert cart["lines"][0]["line_total"]["amount"] == "38.70"
    assert cart["lines"][0]["deposit"]["amount"] == "0.75"
    assert {name: money["amount"] for name, money in cart["totals"].items()} == {
        "items": "38.70", "discount": "0.00", "deposit": "0.75", "shipping": "0.00", "fees": "0.00", "tax": "0.00",
        "grand": "39.45",
    }  # fmt: skip


def test_the_order_keeps_it_with_its_tax(ana, cola):
    make_german_taxes()

    order = ordered(ana)

    assert order["totals"]["deposit"]["amount"] == "0.75" and order["totals"]["grand"]["amount"] == "39.45"
    assert order["lines"][0]["deposit"]["amount"] == "0.75" and order["lines"][0]["tax"]["amount"] == "6.30"
    assert [(tax["net"]["amount"], tax["tax"]["amount"]) for tax in order["taxes"]] == [("33.15", "6.30")]
    assert Api(ana).get(f"orders/{order['number']}/").json()["totals"] == order["totals"]
    assert find_breaches() == {}


def test_where_the_shop_sends_goods_decides_its_amount(ana, cola):
    DepositAmount.objects.create(
        deposit=Variant.objects.get(sku="MUG").deposit, country="FR", currency="EUR", amount=10, bears_tax=False
    )
    phone = Api(ana)
    cart = phone.add("MUG")

    refused = phone.check_out(cart, fulfilments=[{"kind": "ship", "address": PARIS}])
    cart["totals"] = refused.json()["totals"]
    placed = phone.check_out(cart, fulfilments=[{"kind": "ship", "address": PARIS}])

    assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")
    assert placed.json()["totals"]["deposit"]["amount"] == "0.10"


def test_an_offer_leaves_it_alone(ana, cola):
    make_offer({"kind": "percent", "basis_points": 10_000})

    assert Api(ana).add("MUG", 2)["totals"]["grand"]["amount"] == "0.50"


def test_it_goes_back_with_the_goods_unit_by_unit(ana, cola):
    make_german_taxes()
    order = ordered(ana)
    line = OrderLine.objects.get()
    line.quantity_fulfilled = 3
    line.save()
    Order.objects.update(closed_at=timezone.now())
    phone = Api(ana)

    amounts = [
        phone.post(
            f"orders/{order['number']}/returns/",
            {"lines": [{"line": str(line.pk), "quantity": units}], "method": "store", "refund": "original"},
        ).json()["amount"]["amount"]
        for units in (1, 2)
    ]

    assert amounts == ["13.15", "26.30"]


def test_a_cancelled_order_pays_it_back(ana, cola):
    order = ordered(ana)

    cancel_order(number=order["number"], reason="customer", by=Actor(channel="system"), now=timezone.now())

    assert sum(Refund.objects.values_list("amount", flat=True)) == 3945


@pytest.mark.parametrize(("bears_tax", "gross"), [(True, 3945), (False, 3870)])
def test_the_tax_report_takes_off_what_it_had_counted(ana, cola, bears_tax, gross):
    make_german_taxes()
    DepositAmount.objects.update(bears_tax=bears_tax)
    ordered(ana)

    OrderLine.objects.update(quantity_fulfilled=3, quantity_returned=3)

    [row] = tax_report(first=date(2020, 1, 1), last=date(2100, 1, 1))
    assert (row.base, row.tax) == (row.undone_base, row.undone_tax)
    assert row.base + row.tax == gross


def test_it_earns_no_points(ana, cola):
    ordered(ana)
    [order] = Order.objects.all()

    found = accrual_order(order_id=order.pk)

    assert found is not None and found.shipping == 75
    assert list(found.amounts().values()) == [3870]


def test_the_receipt_prints_a_line_of_its_own(ana, cola):
    order = ordered(ana)

    receipt = receipt_of(order["number"], language="en")
    page = signed_in(ana).get(reverse("order_receipt", args=[order["number"]])).content.decode()

    assert (receipt.lines[0].line_total, receipt.lines[0].deposit, receipt.lines[0].deposits) == (
        "€38.70", "€0.25", "€0.75",
    )  # fmt: skip
    assert (receipt.items, receipt.deposit, receipt.total) == ("€38.70", "€0.75", "€39.45")
    assert "<td>Deposit</td>" in page and "<dt>Deposits</dt><dd>€0.75</dd>" in page


def test_pages_show_it_beside_the_price(ana, cola):
    Api(ana).add("MUG", 2)
    browser = signed_in(ana)

    for page in (
        browser.get(reverse("cart")),
        browser.get(reverse("checkout")),
        browser.get(reverse("product", args=["mug"])),
    ):
        assert "deposit" in page.content.decode(), page.request["PATH_INFO"]
    variant = Api().get("catalogue/products/mug/").json()["variants"][0]
    assert (variant["price"]["amount"], variant["deposit"]["amount"]) == ("12.90", "0.25")


def test_a_changed_amount_applies_at_once(ana, cola):
    phone = Api(ana)
    assert phone.add("MUG")["totals"]["deposit"]["amount"] == "0.25"

    DepositAmount.objects.update(amount=15)
    assert phone.get("cart/").json()["totals"]["deposit"]["amount"] == "0.15"

    DepositAmount.objects.all().delete()
    assert phone.get("cart/").json()["totals"]["deposit"]["amount"] == "0.00"


def test_head_office_says_what_it_is_in_each_country(db):
    office = signed_in(make_staff("Hana Head", email="hana@example.com", is_superuser=True))
    form = {
        "code": "can", "name_en": "Can",
        "amounts-TOTAL_FORMS": "1", "amounts-INITIAL_FORMS": "0",
        "amounts-0-country": "DE", "amounts-0-currency": "EUR", "amounts-0-amount": "0.25", "amounts-0-bears_tax": "on",
    }  # fmt: skip

    answer = office.post(reverse("admin:inventory_deposit_add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    [amount] = DepositAmount.objects.all()
    assert (amount.deposit.code, amount.country, amount.amount, amount.bears_tax) == ("can", "DE", 25, True)


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"country": "de"}, {"country": "DE"}])
def test_the_database_refuses_an_amount_that_cannot_be(db, wrong):
    deposit = make_deposit(amounts={"DE": (25, True)})
    values = {"deposit": deposit, "country": "AT", "currency": "EUR", "amount": 25} | wrong

    with pytest.raises(IntegrityError), transaction.atomic():
        DepositAmount.objects.create(**values)
    assert DepositAmount.objects.count() == 1


def test_the_audit_finds_an_order_whose_deposits_do_not_add_up(ana, cola):
    ordered(ana)
    assert find_breaches() == {}

    OrderLine.objects.update(deposit=30)

    assert any("deposits" in name for name in find_breaches())
