"""The till offers the delivery methods of the shop, at the price of the customer's address."""

import pytest

from carts.models import DeliveryMethod
from orders.models import Fulfilment, Order
from tests.factories.pricing import make_delivery_method, make_delivery_zone
from tests.till.conftest import sale_of, text_of
from tests.till.test_paying import BERLIN, MUG

pytestmark = pytest.mark.django_db(transaction=True)
SYLT = BERLIN | {"address-city": "List", "address-postal_code": "25992"}
CONTACT = {"email": "ana@example.com"}


@pytest.fixture
def methods(db):
    mainland = make_delivery_zone("mainland", {"country": "DE", "postcodes": ["0..1"]})
    islands = make_delivery_zone("islands", {"country": "DE", "postcodes": ["25980..25999"]})
    make_delivery_method("parcel", {"amount": 490}, {"amount": 1290, "zone": islands}, name={"en": "Parcel"})
    make_delivery_method("express", {"amount": 1490, "zone": mainland}, name={"en": "Express"})


def test_the_chosen_method_is_shown_paid_and_kept(clerk, mug, warehouse, register, methods):
    sale = sale_of(clerk.scan(MUG))

    page = clerk.sell(sale, way="ship", look="delivery", delivery="express", total="1780", **BERLIN)
    assert "Express €14.90" in text_of(page)
    assert 'value="express" checked' in page.content.decode()
    assert 'name="total" value="2780"' in page.content.decode()

    clerk.sell(sale, way="ship", delivery="express", total="2780", tendered="30", **BERLIN, **CONTACT)
    order = Order.objects.get()
    assert (order.shipping_total, order.grand_total) == (1490, 2780)
    assert Fulfilment.objects.values_list("method", "method_name").get() == ("express", "Express")


def test_the_page_shows_the_price_of_the_address_when_the_total_has_changed(clerk, mug, warehouse, register, methods):
    sale = sale_of(clerk.scan(MUG))

    page = clerk.sell(sale, way="ship", delivery="parcel", total="1780", tendered="30", **SYLT, **CONTACT)

    assert page.status_code == 409
    assert 'name="total" value="2580"' in page.content.decode()
    assert not Order.objects.exists()
    clerk.sell(sale, way="ship", delivery="parcel", total="2580", tendered="30", **SYLT, **CONTACT)
    assert Order.objects.get().shipping_total == 1290


def test_a_method_that_has_gone_is_refused_and_none_is_ticked(clerk, mug, warehouse, register, methods):
    sale = sale_of(clerk.scan(MUG))
    DeliveryMethod.objects.filter(code="express").update(is_active=False)

    page = clerk.sell(sale, way="ship", delivery="express", total="2780", tendered="30", **BERLIN, **CONTACT)

    assert page.status_code == 409
    assert "Choose another one." in text_of(page)
    assert 'value="parcel" checked' not in page.content.decode()
    assert not Order.objects.exists()


def test_a_sale_that_names_no_method_is_asked(clerk, mug, warehouse, register, methods):
    sale = sale_of(clerk.scan(MUG))

    page = clerk.sell(sale, way="ship", total="1780", tendered="20", **BERLIN, **CONTACT)

    assert "Choose how it is sent." in text_of(page)
    assert not Order.objects.exists()


def test_the_parcel_says_how_it_is_sent(clerk, mug, warehouse, register, methods):
    sale = sale_of(clerk.scan(MUG))
    clerk.sell(sale, way="ship", delivery="express", total="2780", tendered="30", **BERLIN, **CONTACT)
    Fulfilment.objects.update(location=register.store)

    assert "Sent by Express" in text_of(clerk.get("parcel", Fulfilment.objects.get().pk))
