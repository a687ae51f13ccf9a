"""Points that orders earn: pending, matured, taken back, each once."""

from datetime import timedelta

import pytest

from accounts.models import BalanceEntry, Customer, PointAccrual, PointBatch, Segment, SegmentMembership, TierMembership
from accounts.queries.loyalty import loyalty_of
from accounts.services.balances.balances import HoldRequest, hold_balances, spend_holds
from accounts.services.balances.points_in_time import expire_points, mature_points, warn_of_expiry
from accounts.services.balances.tiers import compute_tiers
from core.data.invariants import find_breaches
from core.ids import new_id
from core.models import JournalEntry
from inventory.models import Product
from orders.models import Order, PointBonus, Refund
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.payments.loyalty import open_order_points, settle_order_points
from orders.services.payments.refunding.refunds import ask_refund
from tests.factories.balances import give_credit
from tests.factories.inventory import make_category, make_variant
from tests.factories.loyalty import make_tier, switch_on
from tests.factories.orders import make_order, pay_order

SUMS = (
    "a balance is the sum of its entries and never below zero",
    "what is held of a balance is what its holds say",
    "the batches of points that may be spent make up the balance",
    "what is left of a batch of points is what nobody took out",
    "a purchase earned what its batches brought and nobody took back",
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def programme():
    return switch_on()


@pytest.fixture
def settle(as_ana, now):
    def settle_order(order, *, at=None):
        return open_order_points(order_id=order.pk, by=as_ana, now=at or now)

    return settle_order


def hand_over(order, at):
    Order.objects.filter(pk=order.pk).update(state="completed", closed_at=at)


def mature(order, settle, now):
    """Let an order's points mature; return when that was."""
    hand_over(order, now)
    settle(order)
    assert mature_points(now=now + 30 * DAY) == 1
    return now + 30 * DAY


def adds_up():
    """Return whether the ledger's sums are right; the other rules do not hold for orders that a test moves by hand."""
    return not {name: violations for name, violations in find_breaches().items() if name in SUMS}


def has(person):
    loyalty = loyalty_of(customer_id=person.pk)
    return loyalty.points, loyalty.pending, loyalty.owed


def test_an_order_earns_once_however_often_it_is_reported(ana, mitte, mug, settle):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, shipping=490)

    assert settle(order) == 25
    assert settle(order) == 0

    assert has(ana) == (0, 25, 0)
    assert PointBatch.objects.get().matures_at is None
    assert JournalEntry.objects.filter(kind="points.pending").count() == 1
    assert adds_up()


def test_a_guest_and_a_shop_without_a_programme_earn_nothing(ana, mitte, mug, settle, programme):
    assert settle(make_order((mug, 2, 1290), store=mitte)) == 0
    programme.is_active = False
    programme.save()

    assert settle(make_order((mug, 2, 1290), store=mitte, customer=ana)) == 0

    assert not PointAccrual.objects.exists()


def test_points_mature_after_the_return_window_and_expire_a_year_later(ana, mitte, mug, settle, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)
    settle(order)
    hand_over(order, now + DAY)
    settle(order)

    assert mature_points(now=now + 31 * DAY - timedelta(seconds=1)) == 0
    assert mature_points(now=now + 31 * DAY) == 1
    assert mature_points(now=now + 31 * DAY) == 0

    assert has(ana) == (25, 0, 0)
    batch = PointBatch.objects.get()
    assert batch.expires_at == (now + 31 * DAY).replace(year=2027)
    assert BalanceEntry.objects.get().kind == "earned"
    assert expire_points(now=batch.expires_at - timedelta(seconds=1)) == 0
    assert expire_points(now=batch.expires_at) == 1
    assert has(ana) == (0, 0, 0)
    assert adds_up()


def test_only_money_received_earns_and_the_rest_when_it_comes(ana, mitte, mug, settle):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="pay_in_store")
    assert settle(order) == 0
    pay_order(order, 1000)
    assert settle(order) == 10

    pay_order(order, 1580, method="cash")

    assert settle(order) == 15
    assert has(ana) == (0, 25, 0)


def test_neither_gift_cards_nor_what_points_paid_earn(ana, mitte, mug, settle, as_ana, now):
    card = make_variant(sku="CARD", price=5000)
    Product.objects.filter(pk=card.product_id).update(kind="gift_card")
    order = make_order((mug, 2, 1290), (card, 1, 5000), store=mitte, customer=ana)
    paid = order.payments.get()
    paid.amount -= 580
    paid.save()
    pay_order(order, 580, method="points", hold_key=new_id(), points=580)

    assert settle(order) == 20


def test_the_rules_in_force_at_order_time_stay(ana, mitte, mug, bowl, settle, programme):
    kitchen = make_category("kitchen")
    Product.objects.filter(pk=bowl.product_id).update(category=kitchen)
    PointBonus.objects.create(name={"en": "Bowls"}, percent=300, category=kitchen)
    order = make_order((mug, 1, 1000), (bowl, 1, 2000), store=mitte, customer=ana)
    assert settle(order) == 70
    PointBonus.objects.all().delete()
    programme.points_per_unit = 50
    programme.save()

    assert settle(order) == 0


def test_cancelled_units_take_their_points_back(ana, mitte, mug, bowl, settle, as_ana, now):
    order = make_order((mug, 1, 1000), (bowl, 1, 2000), store=mitte, customer=ana)
    settle(order)

    cancel_order(number=order.number, reason="shopper", by=as_ana, now=now)

    assert settle(order) == -30
    assert has(ana) == (0, 0, 0)
    assert adds_up()


def test_partial_refunds_take_back_their_share_and_add_up(ana, mitte, mug, settle, as_ana, now):
    order = make_order((mug, 3, 1290), store=mitte, customer=ana)
    settle(order)
    changes = []

    for _part in range(3):
        ask_refund(order_id=order.pk, amount=1290, reason="test", now=now)
        changes.append(settle(order))

    assert changes == [-13, -13, -12]
    assert has(ana) == (0, 0, 0)
    assert adds_up()


def test_points_already_spent_are_owed_and_deducted_from_the_next(ana, mitte, mug, settle, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)
    later = mature(order, settle, now)
    key = new_id()
    balance = ana.balances.get(kind="points")
    hold_balances(requests=[HoldRequest(key, (balance.pk,), 20)], now=later)
    spend_holds(references=[key], note="other", by=as_ana, now=later)

    ask_refund(order_id=order.pk, amount=2580, reason="test", now=later)
    assert settle(order, at=later) == -25
    assert has(ana) == (0, 0, 20)
    assert adds_up()

    following = make_order((mug, 3, 1290), store=mitte, customer=ana)
    mature(following, settle, later)
    assert has(ana) == (18, 0, 0)
    assert adds_up()


def test_what_is_held_for_an_order_is_not_taken_back(ana, mitte, mug, settle, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)
    later = mature(order, settle, now)
    balance = ana.balances.get(kind="points")
    hold_balances(requests=[HoldRequest(new_id(), (balance.pk,), 20)], now=later)

    ask_refund(order_id=order.pk, amount=2580, reason="test", now=later)
    settle(order, at=later)

    assert has(ana) == (20, 0, 20)
    assert expire_points(now=later + 400 * DAY) == 1
    assert has(ana) == (20, 0, 20)
    assert adds_up()


def test_a_failed_refund_restores_the_points(ana, mitte, mug, settle, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)
    settle(order)
    ask_refund(order_id=order.pk, amount=1290, reason="test", now=now)
    assert settle(order) == -13

    Refund.objects.update(state="failed")
    order.payments.update(refunded=0)

    assert settle(order) == 13
    assert has(ana) == (0, 25, 0)


def test_points_are_spent_and_restored_in_order_of_expiry(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="cash")
    order.payments.all().delete()
    points = give_credit(ana, 60, kind="points")
    late = give_credit(ana, 100, kind="points")
    first, second = PointBatch.objects.order_by("pk")
    first.expires_at, second.expires_at = now + 400 * DAY, now + 60 * DAY
    first.save()
    second.save()
    key = new_id()
    hold_balances(requests=[HoldRequest(key, (points.pk,), 130)], now=now)
    spend_holds(references=[key], note="", by=as_ana, now=now)
    pay_order(order, 2580, method="points", hold_key=key, points=130)
    assert [batch.remaining for batch in PointBatch.objects.order_by("pk")] == [30, 0]

    for amount in (1290, 1290):
        ask_refund(order_id=order.pk, amount=amount, reason="test", now=now + 50 * DAY)

    late.refresh_from_db()
    assert late.amount == 160
    back = PointBatch.objects.filter(kind="given_back").order_by("pk")
    assert [(batch.points, batch.expires_at) for batch in back] == [
        (30, now + 400 * DAY),
        (35, now + 80 * DAY),
        (65, now + 80 * DAY),
    ]
    assert adds_up()


def test_a_tier_is_reached_at_once_joins_its_segment_and_is_lost_after_a_year(ana, mitte, mug, settle, now):
    gold = make_tier("gold", 20, segment=Segment.objects.create(code="gold", name={"en": "Gold"}))
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)

    settle(order)

    assert loyalty_of(customer_id=ana.pk).tier.code == "gold"
    assert SegmentMembership.objects.get().segment == gold.segment
    [change] = JournalEntry.objects.filter(kind="loyalty.tier_changed")
    assert change.payload == {
        "tier": "gold", "name": gold.name, "former": "", "is_up": True, "version": 2,
    }  # fmt: skip
    assert compute_tiers(now=now + 366 * DAY) == 1
    assert TierMembership.objects.get().tier is None
    assert not SegmentMembership.objects.exists()
    assert JournalEntry.objects.filter(kind="loyalty.tier_changed").count() == 2


def test_an_order_placed_before_the_programme_began_earns_nothing_later(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)

    assert settle_order_points(order_id=order.pk, by=as_ana, now=now) == 0
    assert not PointAccrual.objects.exists()


def test_an_order_of_a_merged_record_earns_for_the_person(ana, ben, mitte, mug, settle, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ben)
    Customer.objects.filter(pk=ben.pk).update(merged_into=ana)

    settle(order)

    assert PointAccrual.objects.get().balance.customer == ana
    assert has(ana) == has(ben) == (0, 25, 0)
    assert TierMembership.objects.get().customer == ana


def test_points_that_expire_soon_are_notified_once(ana, now):
    give_credit(ana, 60, kind="points")
    PointBatch.objects.update(expires_at=now + 30 * DAY)

    notified = [warn_of_expiry(now=at) for at in (now - DAY, now, now + DAY)]

    assert notified == [0, 1, 0]
    warning = JournalEntry.objects.get(kind="points.expire_soon")
    assert (warning.customer_id, warning.payload["points"]) == (ana.pk, 60)


def test_a_new_tier_includes_customers_who_have_the_points_already(ana, mitte, mug, settle, now):
    settle(make_order((mug, 2, 1290), store=mitte, customer=ana))
    assert compute_tiers(now=now) == 0
    make_tier("gold", 25)

    assert compute_tiers(now=now) == 1
    assert compute_tiers(now=now) == 0

    assert loyalty_of(customer_id=ana.pk).tier.code == "gold"
