"""What promotions make one unit cost everybody is a price: a later reduction is announced from it."""

from datetime import UTC, datetime, timedelta

import pytest

from carts.queries.reduced import reduced_variants
from carts.services.offered_prices import note_offered_prices
from core.actors import Actor
from core.data.invariants import find_breaches
from core.money import Money
from inventory.models import OfferedPrice
from inventory.rules.prices import OfferedSince, PriceSince, Reduction, announced_reduction
from inventory.services.prices import set_price
from tests.client import Api
from tests.factories.pricing import make_offer, make_voucher

BEGIN = datetime(2027, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIFTH = {"kind": "percent", "basis_points": 2000}
WEB = Actor(channel="web")


@pytest.mark.parametrize(
    ("offered", "prior"),
    [
        ([], 10_000),
        ([OfferedSince(8000, BEGIN + DAY, BEGIN + 2 * DAY)], None),
        ([OfferedSince(9500, BEGIN + DAY, BEGIN + 2 * DAY)], 9500),
        ([OfferedSince(8000, BEGIN + DAY)], None),
        # Over before the thirty days, or begun with the reduction.
        ([OfferedSince(8000, BEGIN, BEGIN + 10 * DAY)], 10_000),
        ([OfferedSince(8000, BEGIN + 40 * DAY)], 10_000),
    ],
)
def test_a_reduction_is_announced_from_the_lowest_price_that_everybody_was_offered(offered, prior):
    lowered = BEGIN + (40 * DAY if prior == 10_000 and offered else 20 * DAY)
    history = [PriceSince(10_000, BEGIN - 90 * DAY), PriceSince(9000, lowered)]

    announced = announced_reduction(history, now=lowered + DAY, offered=offered)

    assert announced == (None if prior is None else Reduction(prior, lowered))


def kept():
    return list(OfferedPrice.objects.order_by("id").values_list("amount", "since", "until"))


def test_an_offer_to_everybody_is_recorded_as_long_as_it_runs(mug, lamp):
    make_offer({**FIFTH, "goods": {"variants": [mug.pk]}}, starts_at=BEGIN, ends_at=BEGIN + 5 * DAY)

    found = [note_offered_prices(now=moment) for moment in (BEGIN + DAY, BEGIN + 2 * DAY, BEGIN + 6 * DAY)]

    assert found == [1, 1, 0]
    assert kept() == [(1032, BEGIN + DAY, BEGIN + 6 * DAY)]
    assert note_offered_prices(now=BEGIN + 7 * DAY) == 0 and len(kept()) == 1


def test_a_changed_price_under_an_offer_is_a_new_one(mug):
    make_offer(FIFTH)
    note_offered_prices(now=BEGIN)
    set_price(variant_id=mug.pk, price=Money(1000, "EUR"), by=WEB, now=BEGIN)

    note_offered_prices(now=BEGIN + DAY)

    assert kept() == [(1032, BEGIN, BEGIN + DAY), (800, BEGIN + DAY, None)]


def test_the_audit_finds_prices_by_promotions_that_overlap(mug):
    OfferedPrice.objects.create(variant=mug, currency="EUR", amount=800, since=BEGIN, until=BEGIN + 3 * DAY)
    later = OfferedPrice.objects.create(variant=mug, currency="EUR", amount=700, since=BEGIN + 3 * DAY)
    name = "what promotions make a variant cost begins after it last ended"
    assert name not in find_breaches()

    OfferedPrice.objects.filter(pk=later.pk).update(since=BEGIN + DAY)

    assert name in find_breaches()


@pytest.mark.parametrize(
    "condition",
    [{"kind": "first_purchase"}, {"kind": "nth_purchase", "number": 2}, {"kind": "minimum_quantity", "quantity": 2}],
)
def test_an_offer_to_some_or_on_several_units_is_no_price(mug, condition):
    make_offer(FIFTH, condition)
    make_voucher()

    assert note_offered_prices(now=BEGIN) == 0 and kept() == []


def test_a_price_that_an_offer_undercut_before_is_not_announced_as_reduced(mug):
    make_offer(FIFTH, starts_at=BEGIN, ends_at=BEGIN + 5 * DAY)
    note_offered_prices(now=BEGIN + DAY)
    note_offered_prices(now=BEGIN + 6 * DAY)
    set_price(variant_id=mug.pk, price=Money(1161, "EUR"), by=WEB, now=BEGIN + 8 * DAY)

    reduced = reduced_variants([mug.pk], currency="EUR", now=BEGIN + 9 * DAY)
    OfferedPrice.objects.all().delete()

    assert reduced == frozenset()
    assert reduced_variants([mug.pk], currency="EUR", now=BEGIN + 9 * DAY) == {mug.pk}
    assert Api().get(f"catalogue/products/{mug.product.slug}/").status_code == 200


MINUTE = timedelta(minutes=1)


def test_an_offer_that_began_and_ended_between_two_runs_is_recorded(mug):
    note_offered_prices(now=BEGIN)
    make_offer(FIFTH, starts_at=BEGIN + 2 * MINUTE, ends_at=BEGIN + 7 * MINUTE)

    found = note_offered_prices(now=BEGIN + 10 * MINUTE)

    assert found == 0
    assert kept() == [(1032, BEGIN + 2 * MINUTE, BEGIN + 7 * MINUTE)]


def test_a_moment_that_is_recorded_is_not_recorded_again(mug):
    make_offer(FIFTH, starts_at=BEGIN + 2 * MINUTE, ends_at=BEGIN + 7 * MINUTE)
    make_offer({"kind": "percent", "basis_points": 5000}, starts_at=BEGIN + 4 * MINUTE, ends_at=BEGIN + 15 * MINUTE)

    for run in (10, 20, 30):
        note_offered_prices(now=BEGIN + run * MINUTE)

    assert [(since - BEGIN, until - BEGIN) for _amount, since, until in kept()] == [
        (2 * MINUTE, 4 * MINUTE), (4 * MINUTE, 7 * MINUTE), (7 * MINUTE, 15 * MINUTE),
    ]  # fmt: skip


def test_an_offer_with_a_code_has_no_moments_of_its_own(mug):
    make_voucher("SHORT", promotion=make_offer(FIFTH, needs_voucher=True, starts_at=BEGIN, ends_at=BEGIN + MINUTE))

    assert note_offered_prices(now=BEGIN + 5 * MINUTE) == 0
    assert kept() == []
