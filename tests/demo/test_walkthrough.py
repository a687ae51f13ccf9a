"""The walkthrough of `make demo` through the pages, run in a small shop."""

from typing import Any

import pytest

from core.data import sql
from core.models import JournalEntry
from inventory.models import StaffAssignment, StockLevel
from omnistore.tools.demo.walkthrough.client import StepFailed
from omnistore.tools.demo.walkthrough.pages import PagesWalkthrough
from orders.models import Order
from tests.factories.inventory import make_category

pytestmark = [pytest.mark.walk, pytest.mark.django_db(transaction=True)]
PASSWORD = "omnistore-demo"


@pytest.fixture
def walkthrough(live_server: Any, settings: Any, ana: Any, tess: Any, mug: Any, lamp: Any) -> PagesWalkthrough:
    settings.ENABLE_TEST_PROVIDER = True
    # Words of other tests' products are still in the search index and would be taken as corrections.
    sql.execute("TRUNCATE inventory_searchword", {})
    for customer in (ana, tess):
        customer.set_password(PASSWORD)
        customer.save()
    mug.product.category = make_category("kitchen")
    mug.product.save()
    return PagesWalkthrough(live_server.url, ana.email, tess.email, PASSWORD, "high-street")


def test_the_pages_have_the_expected_results(walkthrough, mug, high_street, capsys):
    walkthrough.run()

    output = capsys.readouterr().out
    level = StockLevel.objects.get(variant=mug, location=high_street)
    assert "searches “mgu” and finds MUG" in output
    assert "takes €50, gives €37.10 back" in output
    assert [order.channel for order in Order.objects.order_by("id")] == ["till", "web"]
    assert {order.state for order in Order.objects.all()} == {"completed"}
    assert (level.on_hand, level.reserved) == (3, 0)
    assert JournalEntry.objects.filter(kind="pickup.collected").exists()


def test_it_fails_at_a_step_that_somebody_may_not_do(walkthrough, tess):
    StaffAssignment.objects.filter(staff=tess).delete()

    with pytest.raises(StepFailed, match="Ask head office"):
        walkthrough.run()


def test_it_fails_if_there_is_too_little_stock(walkthrough, mug, high_street):
    StockLevel.objects.filter(variant=mug, location=high_street).update(on_hand=1)

    with pytest.raises(StepFailed, match="Nothing misspelt is found"):
        walkthrough.run()

    assert not Order.objects.exists()
