"""What a late sale costs: the lists and offers of its moment, whatever has become of them since."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Segment, SegmentMembership
from carts.models import Promotion
from core.data.invariants import find_breaches
from inventory.models import ListPrice
from tests.client import Api
from tests.factories.orders import make_till_session
from tests.factories.pricing import add_list_price, make_offer, make_price_list

CASH = {"method": "cash", "tendered": {"amount": "100.00", "currency": "EUR"}}
FIFTH = {"kind": "percent", "basis_points": 2000}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(tess, high_street):
    till = Api(tess)
    till.session = make_till_session(high_street, tess, opened_at=timezone.now() - timedelta(hours=8))
    return till


def cost(till, at, *, quantity=1, customer=None):
    """Sell mugs at a moment; returns what they cost."""
    sold = till.post(
        "till/sales/",
        {
            "session": str(till.session.pk),
            "lines": [{"sku": "MUG", "quantity": quantity}],
            "payments": [CASH],
            "client_id": str(uuid4()),
            "occurred_at": at.isoformat(),
            **({"customer": str(customer.pk)} if customer else {}),
        },
    )
    assert sold.status_code == 201, sold.content
    assert find_breaches() == {}
    return sold.json()["totals"]["grand"]["amount"]


class TestLists:
    def test_a_price_of_a_channel_that_changed_since_counts_as_it_was(self, till, mug):
        price = add_list_price(make_price_list(channel="till"), mug, 1000)
        before = timezone.now()
        ListPrice.objects.filter(pk=price.pk).update(amount=900)
        between = timezone.now()
        ListPrice.objects.filter(pk=price.pk).update(amount=800)

        assert [cost(till, at) for at in (before, between, timezone.now())] == ["10.00", "9.00", "8.00"]

    def test_a_price_from_a_quantity_that_is_gone_counts(self, till, mug):
        price = add_list_price(make_price_list(), mug, 800, min_quantity=3)
        before = timezone.now()
        price.delete()

        assert [cost(till, at, quantity=3) for at in (before, timezone.now())] == ["24.00", "38.70"]

    def test_a_price_that_was_entered_since_does_not_count(self, till, mug):
        of = make_price_list(channel="till")
        before = timezone.now()
        add_list_price(of, mug, 900)

        assert [cost(till, at) for at in (before, timezone.now())] == ["12.90", "9.00"]

    def test_a_price_that_was_entered_changed_and_removed_since_does_not_count(self, till, mug):
        of = make_price_list(channel="till")
        before = timezone.now()
        price = add_list_price(of, mug, 900)
        ListPrice.objects.filter(pk=price.pk).update(amount=800)
        price.delete()

        assert cost(till, before) == "12.90"

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"ends_at": timezone.now() - timedelta(days=1)}, {"channel": "app"}]
    )
    def test_a_list_that_ended_or_moved_since_counts(self, till, mug, change):
        of = make_price_list(channel="till", prices={mug: 1000})
        before = timezone.now()
        type(of).objects.filter(pk=of.pk).update(**change)

        assert [cost(till, at) for at in (before, timezone.now())] == ["10.00", "12.90"]

    def test_a_list_that_began_since_does_not_count(self, till, mug):
        of = make_price_list(channel="till", prices={mug: 1000}, is_active=False)
        before = timezone.now()
        type(of).objects.filter(pk=of.pk).update(is_active=True)

        assert [cost(till, at) for at in (before, timezone.now())] == ["12.90", "10.00"]

    def test_a_member_of_a_segment_pays_its_price_of_then(self, till, mug, ana):
        of = make_price_list(segment="club", prices={mug: 1000})
        SegmentMembership.objects.create(
            segment=Segment.objects.get(code="club"), customer=ana, since=timezone.now() - timedelta(days=1)
        )
        before = timezone.now()
        type(of).objects.filter(pk=of.pk).update(is_active=False)

        assert [cost(till, before, customer=ana), cost(till, before)] == ["10.00", "12.90"]
        assert cost(till, timezone.now(), customer=ana) == "12.90"


class TestOffers:
    def test_an_offer_that_was_edited_since_counts_as_it_was(self, till, mug):
        offer = make_offer(FIFTH)
        before = timezone.now()
        Promotion.objects.filter(pk=offer.pk).update(reward={"kind": "percent", "basis_points": 5000})

        assert [cost(till, at) for at in (before, timezone.now())] == ["10.32", "6.45"]

    @pytest.mark.parametrize("change", [{"is_active": False}, {"ends_at": timezone.now() - timedelta(days=1)}])
    def test_an_offer_that_ended_since_counts(self, till, mug, change):
        make_offer(FIFTH)
        before = timezone.now()
        Promotion.objects.update(**change)

        assert [cost(till, at) for at in (before, timezone.now())] == ["10.32", "12.90"]

    def test_an_offer_that_was_entered_since_does_not_count(self, till, mug):
        before = timezone.now()
        make_offer(FIFTH)

        assert [cost(till, at) for at in (before, timezone.now())] == ["12.90", "10.32"]

    def test_an_offer_that_was_deleted_unused_is_gone(self, till, mug):
        """One that an order used cannot be deleted."""
        offer = make_offer(FIFTH)
        before = timezone.now()
        offer.delete()

        assert cost(till, before) == "12.90"
