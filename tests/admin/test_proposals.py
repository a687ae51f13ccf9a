"""What needs a look and what to order, in the back office."""

import pytest
from django.urls import reverse

from accounts.rules import roles
from inventory.models import ReorderRule, StockDocument, StockLevel
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign
from tests.factories.stock_documents import make_supplier, make_terms, sell_lately


@pytest.fixture
def sold(mug, high_street, warehouse):
    """A mug a day, and five are left."""
    make_terms(make_supplier(), mug, pack_size=6)
    StockLevel.objects.filter(location=warehouse).update(on_hand=0)
    sell_lately(mug, high_street, 56)
    return mug


def address(page):
    return reverse(f"admin:inventory_stocklevel_{page}")


def test_what_to_order_is_planned_with_one_act(mona, sold, high_street):
    client = signed_in(mona)
    page = client.get(address("proposals")).content.decode()
    assert "MUG" in page
    assert "5 are free" in page

    chosen = {"place": "high-street", "variant": str(sold.pk), f"units-{sold.pk}": "18"}
    shown = client.post(address("proposals"), chosen, follow=True).content.decode()

    order = StockDocument.objects.get()
    assert f"Planned: {order.number}." in shown
    assert order.lines.get().quantity == 18
    again = client.post(address("proposals"), chosen).content.decode()
    assert "None of this has to be ordered any more." in again
    assert "Nothing has to be ordered." in again


def test_the_form_says_what_is_wrong(mona, sold):
    client = signed_in(mona)

    for values, words in [
        ({}, "Choose at least one article,"),
        ({"variant": "9" * 30}, "Choose at least one article,"),
        ({"variant": str(sold.pk), f"units-{sold.pk}": "7"}, "MUG is sold in packs of 6"),
        *(
            ({"variant": str(sold.pk), f"units-{sold.pk}": text}, "at least one unit of each.")
            for text in ("12.5", "1,000", "abc", "99999999", "-3")
        ),
        ({"variant": str(sold.pk), f"units-{sold.pk}": "0"}, "Choose at least one article,"),
    ]:
        assert words in client.post(address("proposals"), {"place": "high-street"} | values).content.decode()

    assert not StockDocument.objects.exists()


def test_each_person_sees_their_own_places(mona, tess, sold, warehouse):
    assert signed_in(tess).get(address("proposals")).status_code == 403
    assert signed_in(mona).get(address("proposals"), {"place": "warehouse"}).status_code == 403
    assert signed_in(mona).post(address("proposals"), {"place": "warehouse"}).status_code == 403
    assert signed_in(tess).get(address("alerts"), {"place": "warehouse"}).status_code == 403


def test_what_needs_a_look_is_listed_by_kind(tess, sold, lamp):
    StockLevel.objects.filter(variant=sold).update(on_hand=0)
    client = signed_in(tess)

    page = client.get(address("alerts")).content.decode()
    assert "Out of stock" in page
    assert "MUG" in page
    assert "Never sold" in page
    assert "LAMP" not in client.get(address("alerts"), {"kind": "out"}).content.decode()


def test_a_manager_sets_limits_for_their_store_alone(mona, sold, high_street, warehouse):
    client = signed_in(mona)
    add = reverse("admin:inventory_reorderrule_add")
    limits = {"variant": sold.pk, "minimum_units": 10, "maximum_units": 60, "is_proposed": "on"}

    client.post(add, limits | {"location": warehouse.pk})
    assert not ReorderRule.objects.exists()
    assert "The maximum is at least the minimum." in client.post(
        add, limits | {"location": high_street.pk, "maximum_units": 9}
    ).content.decode()  # fmt: skip
    client.post(add, limits | {"location": high_street.pk})

    assert ReorderRule.objects.get().maximum_units == 60
    will = make_staff("Will", email="will@example.com")
    assign(will, warehouse, roles.MANAGER)
    change = reverse("admin:inventory_reorderrule_change", args=[ReorderRule.objects.get().pk])
    assert signed_in(will).post(change, limits | {"minimum_units": 0}).status_code in (302, 403, 404)
    assert ReorderRule.objects.get().minimum_units == 10


def test_who_is_a_clerk_here_and_a_manager_elsewhere_changes_no_limits_here(mug, high_street, warehouse):
    will = make_staff("Will", email="will@example.com")
    assign(will, warehouse, roles.MANAGER)
    assign(will, high_street, roles.CLERK)
    client = signed_in(will)
    theirs = ReorderRule.objects.create(variant=mug, location=high_street, minimum_units=5)
    own = ReorderRule.objects.create(variant=mug, location=warehouse, minimum_units=5)
    values = {"variant": mug.pk, "minimum_units": 9, "maximum_units": "", "is_proposed": "on"}

    def post(page, rule, **more):
        return client.post(reverse(f"admin:inventory_reorderrule_{page}", args=[rule.pk]), values | more).status_code

    def limits():
        return list(ReorderRule.objects.order_by("pk").values_list("pk", "location", "minimum_units"))

    assert post("change", theirs, location=warehouse.pk) == 403
    assert post("delete", theirs, post="yes") == 403
    client.post(
        reverse("admin:inventory_reorderrule_changelist"),
        {"action": "delete_selected", "_selected_action": [theirs.pk, own.pk], "post": "yes"},
    )
    assert post("change", own, location=high_street.pk) == 200
    assert limits() == [(theirs.pk, high_street.pk, 5), (own.pk, warehouse.pk, 5)]

    assert post("change", own, location=warehouse.pk) == 302
    assert post("delete", own, post="yes") == 302
    assert limits() == [(theirs.pk, high_street.pk, 5)]
