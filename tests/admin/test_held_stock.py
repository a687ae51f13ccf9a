"""Staff set units aside, bring them back and write them off in the back office."""

import uuid

import pytest
from django.urls import reverse

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import HeldStock, StockLevel
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store


@pytest.fixture
def level(mug, high_street):
    return StockLevel.objects.get(variant=mug, location=high_street)


def send(person, row, action, **values):
    address = reverse(f"admin:inventory_{row._meta.model_name}_act", args=[row.pk, action])
    values = {"units": 1, "reason": "dropped", "cause": uuid.uuid4()} | values
    return signed_in(person).post(address, values, follow=True)


def test_a_clerk_sets_units_aside_brings_some_back_and_writes_one_off(tess, level):
    page = send(tess, level, "set-aside", units=3, state="damaged")
    assert "3 units may no longer be sold." in page.content.decode()
    held = HeldStock.objects.get()

    send(tess, held, "move", units=1, state="sellable")
    send(tess, held, "write-off", units=1)

    level.refresh_from_db()
    held.refresh_from_db()
    assert (level.on_hand, held.units) == (3, 1)
    assert find_breaches() == {}


def test_a_form_that_is_sent_twice_is_booked_once(tess, level):
    cause = uuid.uuid4()
    send(tess, level, "set-aside", state="damaged", cause=cause)

    page = send(tess, level, "set-aside", state="damaged", cause=cause)

    assert "was already booked" in page.content.decode()
    assert HeldStock.objects.get().units == 1


def test_staff_of_another_store_may_not(level, db):
    other = make_staff("Other", email="other@example.com")
    assign(other, make_store("elsewhere"), roles.MANAGER)

    assert send(other, level, "set-aside", state="damaged").status_code == 403
    assert not HeldStock.objects.exists()
