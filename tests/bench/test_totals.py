"""The totals of an order, computed by the benchmark and by the shop."""

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from carts.rules.conditions import parse_conditions
from carts.rules.context import PricingContext
from carts.rules.goods import Item, paths_of
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.rewards import parse_reward
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone
from omnistore.tools.bench.callers.totals import FREE_FROM_CENTS, SHIPPING_CENTS, Line, PricingConfig, compute_totals
from omnistore.tools.bench.shops.stock_room import PROMOTIONS

NOW = timezone.now()
STANDARD, ZONE = 1, 7
TAXES = TaxConfig(
    TaxTable([Zone(ZONE, "DE")], [Rate(ZONE, STANDARD, 1900, NOW.date())], standard=STANDARD), NOW.date(), "DE"
)
IDS = (11, 12, 13)
RUNNING = [
    PromotionRule(number, {"en": "Offer"}, parse_reward(reward), parse_conditions(conditions))
    for number, (reward, conditions) in zip(IDS, PROMOTIONS, strict=True)
]
LINES = st.builds(
    Line,
    variant=st.integers(1, 1000),
    quantity=st.integers(1, 3),
    price=st.integers(1, 9999),
    category=st.sampled_from(["shelf-0", "shelf-1", "shelf-2", "shelf-3"]),
)


@given(st.lists(LINES, min_size=1, max_size=4, unique_by=lambda line: line.variant))
def test_both_compute_the_same_totals(lines):
    items = [
        Item(index, line.variant, line.quantity, line.price, categories=paths_of(line.category), tax_category=STANDARD)
        for index, line in enumerate(lines)
    ]
    shop = quote(
        items,
        currency="EUR",
        context=PricingContext(now=NOW),
        supplies=[Supply(frozenset(range(len(lines))), TaxPlace("DE"), is_shipped=True)],
        shipping=ShippingConfig(SHIPPING_CENTS, FREE_FROM_CENTS),
        promotions=RUNNING,
        taxes=TAXES,
    )

    totals = compute_totals(lines, PricingConfig(IDS, ZONE, 1900))

    assert (totals.items, totals.discount, totals.shipping, totals.grand) == (
        shop.totals.items,
        shop.totals.discount,
        shop.totals.shipping,
        shop.totals.grand,
    )
    assert [totals.discount_of(index) for index in range(len(lines))] == [
        shop.lines[item.id].discount for item in items
    ]
    assert totals.line_taxes == [shop.lines[item.id].taxed.tax for item in items]
    assert (totals.shipping_tax, totals.base, totals.tax) == (
        shop.shipping_taxed.tax,
        shop.taxes[0].base,
        shop.taxes[0].tax,
    )
