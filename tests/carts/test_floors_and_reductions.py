"""A price below which no promotion goes, and promotions that leave out reduced goods, in the database and the cart."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from carts.queries.carts import cart_of_customer
from carts.queries.quoting import quote_cart
from core.actors import Actor
from core.money import Money
from inventory.models import Price, PriceHistory
from inventory.services.prices import PriceNotValid, set_floor, set_price
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_offer

HALF = {"kind": "percent", "basis_points": 5000}
WEB = Actor(channel="web")


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


def test_no_promotion_takes_a_unit_below_its_floor(ana, mug):
    make_offer(HALF)
    set_floor(variant_id=mug.pk, currency="EUR", floor=1000)

    cart = Api(ana).add("MUG", 2)

    assert (cart["totals"]["discount"]["amount"], cart["totals"]["grand"]["amount"]) == ("5.80", "20.00")


def test_a_floor_that_cannot_be_is_refused_and_changes_nothing(mug):
    with pytest.raises(PriceNotValid):
        set_floor(variant_id=mug.pk, currency="EUR", floor=-1)

    assert Price.objects.get().floor is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.update(floor=-1)


def test_staff_enter_a_floor_beside_the_price(office, mug):
    page = reverse("admin:inventory_variant_change", args=[mug.pk])
    context = office.get(page).context
    formsets = [each.formset for each in context["inline_admin_formsets"]]
    forms = [form for formset in formsets for form in (formset.management_form, *formset.initial_forms)]
    shown = {
        form.add_prefix(name): form[name].value()
        for form in (context["adminform"].form, *forms)
        for name in form.fields
    }
    fields = {name: value for name, value in shown.items() if value is not None and value is not False}
    fields |= {"prices-0-amount": "12.90", "prices-0-floor": "9.99"}

    saved = office.post(page, fields)

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert (Price.objects.get().amount, Price.objects.get().floor) == (1290, 999)
    assert PriceHistory.objects.filter(variant_id=mug.pk).count() == 1


def test_a_promotion_leaves_out_what_is_announced_as_reduced(ana, mug, lamp):
    make_offer({**HALF, "goods": {"without_reduced": True}})
    set_price(variant_id=mug.pk, price=Money(1000, "EUR"), by=WEB, now=timezone.now())
    phone = Api(ana)
    phone.add("MUG")

    cart = phone.add("LAMP")

    assert cart["totals"]["discount"]["amount"] == "24.50"


def test_only_such_a_promotion_costs_a_statement(ana, mug, django_assert_num_queries):
    Api(ana).add("MUG")
    cart = cart_of_customer([ana.pk], by=WEB, now=timezone.now())
    quote_cart(cart, by=WEB, now=timezone.now())
    with django_assert_num_queries(0):
        quote_cart(cart, by=WEB, now=timezone.now())
    make_offer({**HALF, "goods": {"without_reduced": True}})
    cart = cart_of_customer([ana.pk], by=WEB, now=timezone.now())
    quote_cart(cart, by=WEB, now=timezone.now())

    with django_assert_num_queries(1):
        quote_cart(cart, by=WEB, now=timezone.now())
