"""The price history, and when a price may be announced as reduced."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from core.money import Money
from inventory.models import Price, PriceHistory
from inventory.rules.prices import PriceSince, Reduction, announced_reduction
from inventory.services.prices import set_price
from tests.factories.inventory import make_variant

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def ago(days):
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("prices", "prior"),
    [
        ([(1000, 90)], None),
        ([(1000, 90), (800, 5)], 1000),
        # The lowest of the thirty days before, not the last.
        ([(1000, 90), (900, 20), (1200, 10), (800, 5)], 900),
        # A price that ended earlier does not count.
        ([(500, 90), (1000, 36), (800, 5)], 1000),
        ([(500, 90), (1000, 34), (800, 5)], None),
        # A price that was raised before it is lowered is not reduced.
        ([(1000, 90), (1500, 10), (1000, 5)], None),
        ([(1000, 90), (800, 5), (900, 1)], None),
        # After thirty days it is no longer a reduction.
        ([(1000, 90), (800, 30)], None),
        # A price of tomorrow does not count yet.
        ([(1000, 90), (800, -1)], None),
    ],
)
def test_a_reduction_is_announced_with_the_lowest_price_of_thirty_days(prices, prior):
    history = [PriceSince(amount, ago(days)) for amount, days in prices]

    reduction = announced_reduction(history, now=NOW)

    assert (reduction.prior if reduction else None) == prior
    assert reduction is None or reduction == Reduction(prior, history[-1].since)


def test_every_price_is_recorded_however_it_is_set(db):
    mug = make_variant(sku="MUG", price=1290)
    set_price(variant_id=mug.pk, price=Money(990, "EUR"), by=Actor("system"), now=timezone.now())
    set_price(variant_id=mug.pk, price=Money(990, "EUR"), by=Actor("system"), now=timezone.now())
    Price.objects.filter(variant=mug).update(amount=890)

    assert list(PriceHistory.objects.order_by("id").values_list("amount", flat=True)) == [1290, 990, 890]
    assert find_breaches() == {}


@pytest.mark.parametrize("change", [lambda rows: rows.update(amount=1), lambda rows: rows.delete()])
def test_the_price_history_is_append_only(db, change):
    make_variant()

    with pytest.raises(IntegrityError), transaction.atomic():
        change(PriceHistory.objects.all())


def test_the_page_and_the_api_show_the_reduction(client, db):
    mug = make_variant(sku="MUG", price=1290, name="Mug")
    set_price(variant_id=mug.pk, price=Money(990, "EUR"), by=Actor("system"), now=timezone.now())

    [variant] = client.get("/api/v1/catalogue/products/mug/").json()["variants"]
    page = client.get("/p/mug/").content.decode()

    assert variant["reduction"]["lowest_price_30_days"] == {"amount": "12.90", "currency": "EUR"}
    assert "Lowest price of the 30 days before: €12.90" in page


def test_a_constant_price_has_no_reduction(client, db):
    make_variant(sku="MUG", name="Mug")

    [variant] = client.get("/api/v1/catalogue/products/mug/").json()["variants"]

    assert variant["reduction"] is None
