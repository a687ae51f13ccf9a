"""Oversales on the back office's list, from the sale to the count."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.rules import roles
from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import NotFound
from inventory.models import Oversale
from inventory.services.oversales import AlreadySettled, book_oversold_units, settle_oversale
from inventory.services.reservations import ReservationRequest, new_reservation_id
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_stock, make_store, make_variant
from tests.refusals import refused

TILL = Actor(channel="till", staff_id=7)
LIST = "admin:inventory_oversale_changelist"


@pytest.fixture
def mitte(db):
    return make_store("ber-mitte")


@pytest.fixture
def level(mitte):
    return make_stock(make_variant(sku="MUG"), mitte, on_hand=1)


@pytest.fixture
def oversale(level):
    """Three mugs sold where the books had one."""
    request = ReservationRequest(level.variant_id, level.location_id, 3, "MUG", new_reservation_id())
    assert book_oversold_units(requests=[request], cause="100001", by=TILL, now=timezone.now()) == 2
    return Oversale.objects.get()


def staff_of(store, role):
    staff = make_staff(role, email=f"{role}@example.com")
    assign(staff, store, role)
    return signed_in(staff)


def settle(browser, oversale):
    return browser.post(reverse("admin:inventory_oversale_act", args=[oversale.pk, "settle"]), {}, follow=True)


def test_the_missing_units_are_booked_in(level, oversale):
    level.refresh_from_db()

    assert (level.on_hand, oversale.units, oversale.reserved) == (3, 2, 0)
    assert level.movements.latest("id").cause_kind == "oversale"
    assert find_breaches() == {}


def test_a_clerk_of_the_store_settles_it(mitte, oversale):
    clerk = staff_of(mitte, roles.CLERK)
    listed = clerk.get(reverse(LIST), {"settled": "no"}).content.decode()
    assert "MUG" in listed and "100001" in listed

    page = settle(clerk, oversale)

    assert "This oversale is settled." in page.content.decode()
    oversale.refresh_from_db()
    assert oversale.settled_at is not None and oversale.settled_by_id is not None
    assert "MUG" not in clerk.get(reverse(LIST), {"settled": "no"}).content.decode()
    assert "MUG" in clerk.get(reverse(LIST), {"settled": "yes"}).content.decode()


def test_nobody_settles_it_in_somebody_elses_store(oversale):
    manager = staff_of(make_store("ham-altona"), roles.MANAGER)
    assert "MUG" not in manager.get(reverse(LIST)).content.decode()

    settle(manager, oversale)

    oversale.refresh_from_db()
    assert oversale.settled_at is None


def test_it_is_settled_once(oversale):
    now = timezone.now()
    settle_oversale(oversale_id=oversale.pk, by=TILL, now=now)

    with refused(AlreadySettled):
        settle_oversale(oversale_id=oversale.pk, by=TILL, now=now)
    with refused(NotFound):
        settle_oversale(oversale_id=oversale.pk + 1, by=TILL, now=now)

    oversale.refresh_from_db()
    assert (oversale.settled_at, oversale.settled_by_id) == (now, 7)
