"""The people, places and goods that tests tell their stories with."""

import pytest

from accounts.models import Customer
from accounts.rules import roles
from inventory.models import Location, Variant
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_stock, make_store, make_variant, make_warehouse


@pytest.fixture
def ana(db: None) -> Customer:
    """Ana shops."""
    return make_customer()


@pytest.fixture
def ben(db: None) -> Customer:
    """Ben shops too, and has no business with Ana's things."""
    return make_customer("Ben Okafor", email="ben@example.com")


@pytest.fixture
def high_street(db: None) -> Location:
    """The store in which everybody meets."""
    return make_store("high-street")


@pytest.fixture
def warehouse(db: None) -> Location:
    """Where parcels come from."""
    return make_warehouse("warehouse")


@pytest.fixture
def tess(high_street: Location) -> Customer:
    """Tess works the till on the high street."""
    staff = make_staff()
    assign(staff, high_street, roles.CLERK)
    return staff


@pytest.fixture
def mona(high_street: Location) -> Customer:
    """Mona manages the store on the high street."""
    staff = make_staff("Mona Manager", email="mona@example.com")
    assign(staff, high_street, roles.MANAGER)
    return staff


@pytest.fixture
def mug(high_street: Location, warehouse: Location) -> Variant:
    """A mug for 12.90: five on the high street, ten in the warehouse."""
    variant = make_variant(sku="MUG", price=1290, barcode="4006381333931")
    make_stock(variant, high_street, on_hand=5)
    make_stock(variant, warehouse, on_hand=10)
    return variant


@pytest.fixture
def lamp(high_street: Location, warehouse: Location) -> Variant:
    """A lamp for 49.00: one on the high street, two in the warehouse."""
    variant = make_variant(sku="LAMP", price=4900)
    make_stock(variant, high_street, on_hand=1)
    make_stock(variant, warehouse, on_hand=2)
    return variant
