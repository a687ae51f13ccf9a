"""What orders kept in earlier spellings is brought into today's, by batches, with an entry for each order."""

import io

import pytest
from django.core.management import call_command

from accounts.models import Customer
from core.data import sql
from core.data.invariants import find_breaches
from core.models import JournalEntry
from orders.models import Fulfilment, Order
from orders.services.placing.respelling import respell_orders
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order
from tests.factories.states import no_guards
from tests.journal import read_journal

pytestmark = pytest.mark.django_db(transaction=True)
TORSTR = {"name": "Ana Moreno", "street_address": "Torstraße 1", "city": "Berlin", "country_code": "DE"}


@pytest.fixture(autouse=True)
def empty_journal(transactional_db):
    sql.execute("TRUNCATE core_journal", {})


@pytest.fixture
def place(db):
    """Place an order whose contact and address stand as an earlier release stored them."""
    mug, store = make_variant(sku="MUG"), make_store("ber-mitte")

    def place(*, email="", phone="", address=None):
        kind = Fulfilment.SHIP if address else Fulfilment.PICKUP
        order = make_order((mug, 1, 1290), store=store, kind=kind)
        with no_guards():
            sql.execute(
                "UPDATE orders_order SET contact_email = %(email)s, contact_phone = %(phone)s WHERE id = %(id)s",
                {"email": email, "phone": phone, "id": order.pk},
            )
            order.fulfilments.update(address=address or {})
        return order

    return place


def run():
    said = io.StringIO()
    call_command("respell_orders", stdout=said)
    return said.getvalue()


def respelt():
    return list(JournalEntry.objects.filter(kind="order.respelt").order_by("id").values_list("ref", "payload"))


def test_contacts_and_addresses_get_the_form_that_doors_store(place):
    order = place(
        email="Ana@Bücher.example",
        phone="0049 171 3920001",
        address=TORSTR | {"name": "Ana\u202e Moreno", "postal_code": "۱۰۱۱۹", "phone": "0171 3920001"},
    )

    said = run()

    order.refresh_from_db()
    assert (order.contact_email, order.contact_phone) == ("ana@xn--bcher-kva.example", "+491713920001")
    assert order.fulfilments.get().address == TORSTR | {"postal_code": "10119", "phone": "+491713920001"}
    changed = ["address.name", "address.phone", "address.postal_code", "contact_email", "contact_phone"]
    assert respelt() == [(order.number, {"order_id": order.pk, "fields": changed})]
    assert said.splitlines()[0] == "1 orders"
    assert find_breaches() == {}


def test_nothing_of_an_order_that_is_right_is_touched(place):
    place(email="ana@example.com", phone="+491713920001", address=TORSTR | {"postal_code": "10119"})

    assert run() == "0 orders\n"

    assert respelt() == []


def test_a_second_run_finds_nothing(place):
    place(email="Ana@Example.com")
    run()

    assert run() == "0 orders\n"

    assert len(respelt()) == 1


@pytest.mark.parametrize("phone", ["0171 3920001", "+1 555 0100", "ask for Ana"])
def test_a_number_that_would_be_guessed_stays_and_is_no_breach(place, phone):
    order = place(email="ana@example.com", phone=phone)

    run()

    order.refresh_from_db()
    assert order.contact_phone == phone
    assert respelt() == []
    assert find_breaches() == {}


def test_lines_of_an_address_that_the_shop_does_not_know_stay(place):
    order = place(email="ana@example.com", address=TORSTR | {"postal_code": "sw1a 1aa", "floor": "۳", "parts": [1, 2]})

    run()

    address = order.fulfilments.get().address
    assert (address["postal_code"], address["floor"], address["parts"]) == ("SW1A 1AA", "۳", [1, 2])


def test_many_orders_are_done_in_batches_each_of_which_counts(place):
    orders = [place(email=f"Ana{number}@Example.com") for number in range(5)]

    first = respell_orders(after=0, now=orders[0].placed_at, many=2)

    assert (first.last, first.orders) == (orders[1].pk, 2)
    assert Order.objects.filter(contact_email__startswith="Ana").count() == 3
    assert run().splitlines()[0] == "3 orders"
    assert not Order.objects.filter(contact_email__startswith="Ana").exists()


def test_a_guests_order_comes_home_once_its_address_is_the_proved_one(place, now):
    ana = make_customer("Ana", email="ana@xn--bcher-kva.example")
    order = place(email="ana@bücher.example")

    run()
    read_journal(now=now)

    order.refresh_from_db()
    assert order.customer == Customer.objects.get(pk=ana.pk)
