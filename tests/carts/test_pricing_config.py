"""The cached pricing configuration is what the database has: the next cart that is read sees a change."""

import pytest
from django.utils import timezone

from carts.models import ShippingRate
from carts.queries.carts import cart_of_customer
from carts.queries.quoting import place_at, quote_cart
from carts.rules.quote import Supply
from carts.services.carts import Owner, add_to_cart
from core.actors import Actor
from tests.factories.inventory import make_store

WEB = Actor("web")


def seen(ana):
    return cart_of_customer([ana.pk], by=WEB, now=timezone.now())


def shipping_of(ana):
    cart = seen(ana)
    supply = Supply(frozenset(line.id for line in cart.lines), place_at(cart), is_shipped=True)
    return quote_cart(cart, by=WEB, now=timezone.now(), supplies=[supply]).totals.shipping


@pytest.fixture
def till(ana, mug):
    store = make_store("berlin")
    by = Actor("till", store_id=store.pk, store_code=store.code)
    add_to_cart(owner=Owner((ana.pk,)), sku="MUG", quantity=1, by=by, now=timezone.now())
    return store


def test_a_new_shipping_rate_applies_at_once(ana, till):
    assert shipping_of(ana) == 0
    ShippingRate.objects.create(currency="EUR", amount=490)
    assert shipping_of(ana) == 490

    ShippingRate.objects.update(amount=590)
    assert shipping_of(ana) == 590

    ShippingRate.objects.update(free_from=1000)
    assert shipping_of(ana) == 0

    ShippingRate.objects.all().delete()
    assert shipping_of(ana) == 0


def test_a_line_shows_the_current_name_and_code_of_its_store(ana, till):
    [line] = seen(ana).lines
    assert (line.added_store, line.added_store_name) == ("berlin", {"en": "berlin"})

    till.name, till.code = {"en": "Berlin Mitte"}, "berlin-mitte"
    till.save()

    [line] = seen(ana).lines
    assert (line.added_store, line.added_store_name) == ("berlin-mitte", {"en": "Berlin Mitte"})
