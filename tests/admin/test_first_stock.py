"""Stock that no table row stands for yet, and stock that contradicts the goods in a clerk's hand."""

import pytest
from django.urls import reverse

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import StockLevel, StockMovement
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_stock, make_store, make_variant

ADD = "admin:inventory_stocklevel_add"


@pytest.fixture
def mitte(db):
    return make_store("ber-mitte")


@pytest.fixture
def mug(db):
    return make_variant(sku="MUG")


def staff_of(store, role):
    staff = make_staff(role, email=f"{role}@example.com")
    assign(staff, store, role)
    return signed_in(staff)


def test_a_manager_books_the_first_units_of_a_new_article(mitte, mug):
    manager = staff_of(mitte, roles.MANAGER)
    assert "delivery" in manager.get(reverse(ADD)).content.decode()

    manager.post(reverse(ADD), {"variant": mug.pk, "location": mitte.pk, "units": 12, "delivery": "L-1"})

    level = StockLevel.objects.get()
    assert (level.variant, level.location, level.on_hand) == (mug, mitte, 12)
    assert StockMovement.objects.get().cause_id == "L-1"
    assert find_breaches() == {}


def test_nobody_books_units_into_somebody_elses_store(mitte, mug):
    manager = staff_of(make_store("ham-altona"), roles.MANAGER)

    page = manager.post(reverse(ADD), {"variant": mug.pk, "location": mitte.pk, "units": 12, "delivery": "L-1"})

    assert page.status_code == 200
    assert not StockLevel.objects.exists()


def test_a_row_that_stands_is_not_made_twice(mitte, mug):
    make_stock(mug, mitte, on_hand=3)
    manager = staff_of(mitte, roles.MANAGER)

    manager.post(reverse(ADD), {"variant": mug.pk, "location": mitte.pk, "units": 12, "delivery": "L-1"})

    assert StockLevel.objects.get().on_hand == 3


def test_a_clerk_corrects_what_contradicts_the_goods_in_their_hand_and_receives_nothing(mitte, mug):
    level = make_stock(mug, mitte, on_hand=3)
    elsewhere = make_stock(mug, make_store("ham-altona"), on_hand=3)
    clerk = staff_of(mitte, roles.CLERK)
    correction = {"units": "1", "reason": "Found", "correction": "01890a5d-ac96-774b-bcce-b302099a8057"}

    clerk.post(reverse("admin:inventory_stocklevel_act", args=[level.pk, "adjust"]), correction)
    clerk.post(reverse("admin:inventory_stocklevel_act", args=[elsewhere.pk, "adjust"]), correction)
    clerk.post(reverse("admin:inventory_stocklevel_act", args=[level.pk, "receive"]), {"units": 5, "delivery": "L"})

    assert clerk.get(reverse(ADD)).status_code == 403
    assert [one.on_hand for one in StockLevel.objects.order_by("pk")] == [4, 3]
