"""The parity check: prices are the same on every channel, and a difference raises an alarm."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from carts.models import Cart, CartLine, ParityCheck, ParityDifference
from carts.rules.parity import ChannelPrice, charges_differ
from carts.services import parity
from carts.tasks import check_parity
from core.models import JournalEntry
from inventory.models import PriceRange
from tests.client import signed_in
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_product, make_store, make_variant
from tests.factories.pricing import add_list_price, make_offer, make_price_list


def checked():
    return parity.check_parity(now=timezone.now())


def differences():
    return [
        (difference.variant.sku, difference.kind, difference.prices)
        for difference in ParityDifference.objects.order_by("id")
    ]


@pytest.mark.parametrize(
    ("charges", "differ"),
    [
        ({}, False),
        ({"web": ChannelPrice(100), "app": ChannelPrice(100), "till": ChannelPrice(100)}, False),
        ({"web": ChannelPrice(100), "app": ChannelPrice(99), "till": ChannelPrice(100)}, True),
        ({"web": ChannelPrice(100), "app": ChannelPrice(99, is_registered=True), "till": ChannelPrice(100)}, False),
        ({"web": ChannelPrice(100, is_registered=True), "app": ChannelPrice(99), "till": ChannelPrice(98)}, True),
        ({"web": ChannelPrice(100), "till": ChannelPrice(None)}, True),
    ],
)
def test_channels_without_a_registered_deviation_charge_the_same(charges, differ):
    assert charges_differ(charges) is differ


def test_price_lists_promotions_and_registered_deviations_are_no_differences(mug, lamp, high_street):
    make_price_list(prices={mug: 1000})
    make_price_list(store=high_street, prices={mug: 1100, lamp: 5000})
    make_price_list(channel="app", prices={lamp: 4500})
    make_price_list(segment="trade", prices={mug: 500})
    make_offer({"kind": "percent", "basis_points": 1000})
    make_offer(
        {"kind": "percent", "basis_points": 500}, {"kind": "channel", "channels": ["web"]}, door_reason="A trial",
        ends_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip

    check = checked()

    assert (check.variants, check.differences, differences()) == (2, 0, [])
    assert not Cart.objects.exists() and not CartLine.objects.exists()
    assert not JournalEntry.objects.filter(kind="prices.differ").exists()


def drop_the_constraint_on_deviations():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_pricelist DROP CONSTRAINT price_list_of_one_door_has_reason_and_end")


def test_a_price_of_one_channel_without_a_reason_raises_an_alarm(mug, lamp, high_street, caplog):
    drop_the_constraint_on_deviations()
    make_price_list(channel="app", prices={mug: 1}, reason="", ends_at=None)

    check = checked()

    assert check.differences == 1
    assert differences() == [("MUG", "charged", {"web": 1290, "app": 1, "till:high-street": 1290})]
    assert JournalEntry.objects.get(kind="prices.differ").payload == {"parity_check_id": check.pk, "differences": 1}
    assert "found 1 prices that differ" in caplog.text


def test_a_store_with_its_own_price_is_compared(mug, high_street):

    drop_the_constraint_on_deviations()
    make_price_list(store=make_store("far"), prices={mug: 1}, reason="")

    checked()

    assert differences() == [("MUG", "charged", {"web": 1290, "app": 1290, "till:high-street": 1290, "till:far": 1})]


def test_a_promotion_of_one_channel_without_a_reason_raises_an_alarm(mug):
    promotion = make_offer(
        {"kind": "percent", "basis_points": 1000}, {"kind": "channel", "channels": ["till"]}, door_reason="A trial",
        ends_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert checked().differences == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE carts_promotion DROP CONSTRAINT promotion_of_one_door_has_reason_and_end")
        cursor.execute("UPDATE carts_promotion SET door_reason = '' WHERE id = %s", [promotion.pk])

    assert checked().differences == 1


def test_a_till_that_ignores_the_lists_is_found(mug, lamp, monkeypatch):
    """Negative control: a till that ignores price lists charges another price, and the check reports it."""
    from carts.queries import carts

    make_price_list(prices={mug: 1000})
    real = carts.price_of

    def forgetful(base, steps, *, quantity, context):
        return real(base, () if context.channel == "till" else steps, quantity=quantity, context=context)

    monkeypatch.setattr(carts, "price_of", forgetful)
    checked()

    assert [(sku, kind) for sku, kind, _prices in differences()] == [("MUG", "charged")]


def test_a_listed_price_that_is_not_the_one_charged_raises_an_alarm(mug, lamp):
    PriceRange.objects.filter(product=mug.product).update(lowest=1)

    checked()

    assert differences() == [("MUG", "shown", {"listed": 1, "web": 1290})]


def test_a_list_that_just_began_is_applied_first(mug):
    price_list = make_price_list(prices={mug: 1000}, starts_at=timezone.now() + timedelta(hours=1))
    price_list.starts_at = timezone.now() - timedelta(minutes=1)
    price_list.save()

    assert checked().differences == 0


def test_everything_on_sale_is_compared_in_batches_and_nothing_else(mug, monkeypatch, django_assert_max_num_queries):
    make_variant(price=None)
    make_variant(product=make_product(state="draft"))
    make_variant(is_active=False)
    product = make_product()
    for number in range(5):
        add_list_price(make_price_list(), make_variant(product=product, price=100 + number), 50)
    monkeypatch.setattr(parity, "PRODUCTS_AT_ONCE", 1)

    assert checked().variants == 6
    monkeypatch.undo()
    with django_assert_max_num_queries(40):
        checked()


def test_a_limited_number_of_examples_and_checks_is_stored(db, monkeypatch):
    drop_the_constraint_on_deviations()
    make_price_list(channel="app", prices={make_variant(): 1 for _ in range(3)}, reason="", ends_at=None)
    monkeypatch.setattr(parity, "MOST_EXAMPLES", 2)
    monkeypatch.setattr(parity, "KEPT_CHECKS", 2)
    for _time in range(3):
        assert checked().differences == 3

    assert ParityCheck.objects.count() == 2 and ParityDifference.objects.count() == 4


def test_the_command_the_task_the_metric_and_the_page_report_differences(client, mug):
    out = StringIO()
    call_command("check_parity", stdout=out)
    assert "1 variants compared, 0 differ" in out.getvalue()
    PriceRange.objects.update(lowest=1)

    with pytest.raises(CommandError, match="1 prices differ"):
        call_command("check_parity", stdout=out)
    check_parity()

    assert "MUG  shown" in out.getvalue()
    assert "omnistore_price_parity_differences 1.0" in client.get("/metrics").content.decode()
    office = signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))
    page = office.get(reverse("admin:carts_paritycheck_change", args=[ParityCheck.objects.latest("id").pk]))
    assert "web: €12.90, listed: €0.01" in page.content.decode()
