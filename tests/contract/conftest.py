"""A shop with something of everything, and somebody who looks at all of it."""

import pytest
from django.db import connection

from accounts.models import Address, Customer
from inventory.models import Location, Variant
from orders.models import Fulfilment
from tests.client import Api
from tests.contract.visiting import Visitor
from tests.factories.accounts import make_customer
from tests.factories.back_office import fill_every_table
from tests.factories.inventory import make_category
from tests.factories.orders import make_order, make_till_session


@pytest.fixture
def superuser(db: None) -> Customer:
    """Who may change everything that the back office lets change."""
    return make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def visitor(ana: Customer, mona: Customer, superuser: Customer, high_street: Location, mug: Variant) -> Visitor:
    """A shop with a row in every table and a cart in use, and its visitor."""
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")  # One transaction holds the whole test.
    fill_every_table(range(1))
    mug.product.category = make_category("kitchen")
    mug.product.save()
    session = make_till_session(high_street, mona)
    Address.objects.create(customer=ana, name="Ana", street_address="Street 1", country_code="DE", city="Berlin")
    shopper = Api(ana)
    shopper.add("MUG", 2)
    placed = shopper.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}])
    assert placed.status_code == 201, placed.content
    make_order((mug, 1, 1290), store=high_street, customer=ana, kind=Fulfilment.SHIP)
    shopper.add("MUG")
    return Visitor(shopper=ana, clerk=mona, superuser=superuser, session=session)
