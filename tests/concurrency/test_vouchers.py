"""Many buyers redeem the last use of a voucher at the same moment; without its guards, more than one gets it."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from carts.models import Cart, Voucher
from carts.rules.vouchers import VoucherNotValid
from carts.services import vouchers
from carts.services.vouchers import give_vouchers_back, hold_vouchers
from core.data.invariants import find_breaches
from tests.concurrency.racing import race
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_voucher

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BUYERS = 8
# These carts stand for orders that the tests do not need.
NO_ORDERS = {"an ordered cart has an order, and an order's cart is ordered"}
UNGUARDED = vouchers._COUNT.replace("AND (max_uses IS NULL OR uses < max_uses)", "")


def buyer(voucher, number):
    person = make_customer(f"Buyer {number}", email=f"buyer-{number}@example.com")
    cart = Cart.objects.create(
        customer=person, currency="EUR", state=Cart.ORDERED, created_channel="app", created_at=NOW, changed_at=NOW
    )

    def redeem():
        with transaction.atomic():
            hold_vouchers(cart_id=cart.pk, amounts={voucher.pk: 100}, customer_id=person.pk, waits=False, now=NOW)
        return cart.pk

    return redeem


def winners(voucher):
    results = race([buyer(voucher, number) for number in range(BUYERS)])
    assert all(isinstance(result, int | VoucherNotValid) for result in results), results
    return [result for result in results if isinstance(result, int)]


def test_the_last_use_goes_to_one_buyer():
    voucher = make_voucher(max_uses=3)

    won = winners(voucher)

    voucher.refresh_from_db()
    assert len(won) == voucher.uses == 3
    assert find_breaches().keys() <= NO_ORDERS


def test_more_than_the_limit_win_without_the_guards(monkeypatch):
    """Negative control: if this fails, the test above proves nothing."""
    monkeypatch.setattr(vouchers, "_COUNT", UNGUARDED)
    voucher = make_voucher(max_uses=3)
    name = "voucher_used_within_its_limit"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE carts_voucher DROP CONSTRAINT {name}")
    try:
        won = winners(voucher)

        assert len(won) == BUYERS
        assert any("voucher counts" in breach for breach in find_breaches())
    finally:
        Voucher.objects.update(max_uses=None)
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE carts_voucher ADD CONSTRAINT {name} CHECK (max_uses IS NULL OR uses <= max_uses)"
            )


def test_restoring_a_use_twice_at_once_counts_once():
    voucher = make_voucher(max_uses=3)
    cart_id = buyer(voucher, 1)()
    buyer(voucher, 2)()

    race([lambda: give_vouchers_back(cart_id=cart_id, now=NOW)] * BUYERS)

    voucher.refresh_from_db()
    assert voucher.uses == 1
    assert find_breaches().keys() <= NO_ORDERS
