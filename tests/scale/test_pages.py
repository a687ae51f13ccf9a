"""
Every page costs the same statements, and no query more than a blink, however much the shop holds.

Run by `make scale`: it fills the shop with 100,000 variants, 200 stores and 1,000,000 orders, which takes minutes.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Customer
from inventory.models import Location, Variant
from omnistore.tools.demo.customers.loyalty import write_points
from orders.models import Order
from tests.scale.history import FIRST_ORDER, FIRST_PERSON, ORDERS, write_history
from tests.scale.pages import Cost, Known, visit_all

SLOWEST_QUERY_MS = 50
# What hangs on one store's orders is found by reading all of those: 7,000 here.
SLOWEST_OF_A_STORE_MS = 100

pytestmark = [pytest.mark.scale, pytest.mark.django_db]


@pytest.fixture(scope="module")
def costs(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[dict[str, Cost], dict[str, Cost]]]:
    """The SQL of every page in the demo shop and in the large shop."""
    settings.ENABLE_TEST_PROVIDER = True
    with django_db_blocker.unblock():
        call_command("seed_demo", verbosity=0)
        sara = Customer.objects.get(email="shopper@example.com")
        small = visit_all(Known(sara, sara.orders.latest("id").number, "rahimi"))
        call_command("seed_demo", scale="large", verbosity=0)
        write_history()
        buyer = Customer.objects.get(pk=FIRST_PERSON)
        write_points(shoppers=[buyer], now=timezone.now())
        large = visit_all(Known(buyer, buyer.orders.latest("id").number, "lindner"))
        assert (Variant.objects.count(), Location.objects.filter(kind="store").count()) == (100_000, 200)
        assert Order.objects.filter(pk__gte=FIRST_ORDER).count() == ORDERS
        yield small, large


def test_statements_do_not_grow_with_the_shop(costs):
    small, large = costs

    assert {page: len(cost.statements) for page, cost in large.items()} == {
        page: len(cost.statements) for page, cost in small.items()
    }


def test_no_query_is_slow_in_a_large_shop(costs, capsys):
    small, large = costs

    with capsys.disabled():
        print(f"\n{'page':<32}{'SQL':>4}{'small ms':>10}{'large ms':>10}{'slowest':>9}")
        for page, cost in large.items():
            slowest, _statement = cost.slowest
            row = f"{page:<32}{len(cost.statements):>4}{small[page].total:>10.1f}{cost.total:>10.1f}{slowest:>9.1f}"
            print(row)

    def most(page: str) -> int:
        return SLOWEST_OF_A_STORE_MS if page.startswith("manager ") else SLOWEST_QUERY_MS

    assert {page: cost.slowest for page, cost in large.items() if cost.slowest[0] > most(page)} == {}
