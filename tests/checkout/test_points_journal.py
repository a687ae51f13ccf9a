"""From a checkout to points, by the journal: an event delivered twice earns once."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import PointAccrual, PointBatch
from accounts.queries.loyalty import loyalty_of
from core.data import sql
from core.data.invariants import find_breaches
from core.models import ConsumerOffset
from tests.client import Api
from tests.factories.balances import give_credit
from tests.factories.loyalty import make_tier, switch_on
from tests.journal import read_journal

pytestmark = pytest.mark.django_db(transaction=True)
PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture(autouse=True)
def programme(transactional_db):
    cache.clear()
    sql.execute("TRUNCATE core_journal", {})
    return switch_on()


def forget_what_was_read():
    ConsumerOffset.objects.filter(handler="orders.handlers.settle_points").delete()


def test_an_order_earns_when_it_is_placed_and_loses_it_when_it_is_cancelled(ana, mug):
    make_tier("silver", 10)
    phone = Api(ana)
    phone.add("MUG")
    number = phone.check_out(fulfilments=PICKUP, payments=[{"method": "test"}]).json()["number"]

    for _time in range(2):
        forget_what_was_read()
        read_journal(now=timezone.now())

    loyalty = loyalty_of(customer_id=ana.pk)
    assert (loyalty.pending, loyalty.tier.code) == (12, "silver")
    assert PointBatch.objects.count() == 1
    kinds = [entry["kind"] for entry in phone.get("me/timeline/").json()["results"]]
    assert "points.pending" in kinds
    assert "loyalty.tier_changed" in kinds

    assert phone.post(f"orders/{number}/cancellation/", {"reason": "changed_mind"}).status_code == 200
    for _time in range(2):
        forget_what_was_read()
        read_journal(now=timezone.now())

    loyalty = loyalty_of(customer_id=ana.pk)
    assert (loyalty.pending, loyalty.tier) == (0, None)
    assert PointAccrual.objects.get().points == 0
    assert find_breaches() == {}


def test_the_app_shows_what_the_cart_earns_and_what_points_can_pay(ana, mug, programme, django_assert_num_queries):
    give_credit(ana, 900, kind="points")
    phone = Api(ana)
    nothing = {"earns": 0, "available": 0, "least": 0, "pays": None}
    assert phone.get("checkout/points/").json() == nothing
    phone.add("MUG")

    with django_assert_num_queries(4):
        points = phone.get("checkout/points/").json()

    assert points == {"earns": 12, "available": 900, "least": 0, "pays": {"amount": "9.00", "currency": "EUR"}}
    programme.most_percent, programme.minimum_points = 50, 646
    programme.save()
    assert phone.get("checkout/points/").json() == {"earns": 12, "available": 900, "least": 646, "pays": None}


def test_the_cart_of_a_guest_has_no_points():
    assert Api().get("checkout/points/").status_code == 401
