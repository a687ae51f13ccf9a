"""The story that `make demo` tells through the pages, played in a small shop."""

from typing import Any

import pytest

from core.data import sql
from core.models import JournalEntry
from inventory.models import StaffAssignment, StockLevel
from omnistore.tools.demo.story.client import StoryError
from omnistore.tools.demo.story.pages import PagesStory
from orders.models import Order
from tests.factories.inventory import make_category

pytestmark = [pytest.mark.walk, pytest.mark.django_db(transaction=True)]
PASSWORD = "omnistore-demo"


@pytest.fixture
def story(live_server: Any, settings: Any, ana: Any, tess: Any, mug: Any, lamp: Any) -> PagesStory:
    settings.ENABLE_TEST_PROVIDER = True
    # What other tests sold is still known to the search, and would be taken for what was meant.
    sql.execute("TRUNCATE inventory_searchword", {})
    for person in (ana, tess):
        person.set_password(PASSWORD)
        person.save()
    mug.product.category = make_category("kitchen")
    mug.product.save()
    return PagesStory(live_server.url, ana.email, tess.email, PASSWORD, "high-street")


def test_the_pages_do_what_the_story_says(story, mug, high_street, capsys):
    story.tell()

    told = capsys.readouterr().out
    level = StockLevel.objects.get(variant=mug, location=high_street)
    assert "searches “mgu” and finds MUG" in told
    assert "takes €50, gives €37.10 back" in told
    assert [order.channel for order in Order.objects.order_by("id")] == ["till", "web"]
    assert {order.state for order in Order.objects.all()} == {"completed"}
    assert (level.on_hand, level.reserved) == (3, 0)
    assert JournalEntry.objects.filter(kind="pickup.collected").exists()


def test_it_breaks_off_where_somebody_cannot_do_his_part(story, tess):
    StaffAssignment.objects.filter(staff=tess).delete()

    with pytest.raises(StoryError, match="Ask head office"):
        story.tell()


def test_it_breaks_off_where_there_is_too_little_to_sell(story, mug, high_street):
    StockLevel.objects.filter(variant=mug, location=high_street).update(on_hand=1)

    with pytest.raises(StoryError, match="Nothing misspelt is found"):
        story.tell()

    assert not Order.objects.exists()
