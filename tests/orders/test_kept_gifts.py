"""Gifts that are kept when the goods that earned them go back: the rule, requests, cancellations, and what is shown."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.rules import roles
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import Product
from orders.models import Fulfilment, FulfilmentLine, Order, OrderDiscount, OrderLine, Refund, Return
from orders.rules.refunds import SoldLine, value_of_units, withheld_for_gifts
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.requests import LineToReturn, refuse_return, request_return, withdraw_return
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_stock, make_variant
from tests.factories.orders import make_fulfilment, make_order, pay_order
from tests.factories.pricing import make_offer

STAFF = Actor(channel="till", staff_id=1)

BIG, SMALL = SoldLine(1, 1, 4000, gone=0, full_price=4000), SoldLine(2, 2, 1000, gone=0, full_price=1000)
GIFT = SoldLine(3, 1, 0, gone=0, gift_value=1500, earned_from=4500)


def back(line, units=1):
    return replace(line, gone=line.gone + units, returned=line.returned + units)


def cancelled(line, units=1):
    return replace(line, gone=line.gone + units)


@pytest.mark.parametrize(
    ("lines", "withheld"),
    [
        ([BIG, SMALL, GIFT], 0),
        # What is kept is worth the gift.
        ([BIG, back(SMALL, 2), GIFT], 0),
        # What is kept is worth 10.00, and the gift 15.00.
        ([back(BIG), SMALL, GIFT], 500),
        ([back(BIG), back(SMALL), GIFT], 1000),
        ([back(BIG), back(SMALL, 2), GIFT], 1500),
        ([back(BIG), back(SMALL, 2), back(GIFT)], 0),
        ([back(BIG), back(SMALL, 2), cancelled(GIFT)], 0),
        # Never more than was returned: what was cancelled before it left is refunded whole.
        ([cancelled(BIG), back(SMALL, 2), GIFT], 1000),
        ([cancelled(BIG), cancelled(SMALL, 2), GIFT], 0),
        # A gift that is worth more than what earned it: as long as that is kept, nothing is withheld.
        ([SMALL, back(BIG), replace(GIFT, gift_value=9900, earned_from=1000)], 0),
        ([back(SMALL), back(BIG), replace(GIFT, gift_value=9900, earned_from=1000)], 500),
        ([back(SMALL, 2), back(BIG), replace(GIFT, gift_value=9900, earned_from=1000)], 1000),
        # Half of the price was paid, so half of what earns the gift is enough.
        ([back(replace(BIG, line_total=2000)), replace(SMALL, line_total=500), replace(GIFT, earned_from=1000)], 0),
        # An order from before it was kept what earns a gift.
        ([back(BIG), back(SMALL, 2), replace(GIFT, earned_from=0)], 0),
        # A gift card is money for later: it earns no gift.
        ([back(BIG), SoldLine(4, 1, 5000, gone=0, is_stored_value=True), GIFT], 1500),
        # Two of three gifts are kept.
        ([back(BIG), back(SMALL, 2), back(replace(GIFT, quantity=3))], 3000),
        # A line that nothing was paid for is no gift of a promotion.
        ([back(BIG), SoldLine(5, 1, 0, gone=0)], 0),
    ],
)
def test_the_goods_kept_must_be_worth_the_gifts_kept(lines, withheld):
    paid = sum(line.line_total for line in lines)

    assert withheld_for_gifts(lines, goods_paid=paid, currency="EUR") == withheld


def generated(dice):
    """An order with gifts and now and then a gift card."""
    bought = [
        SoldLine(
            number, dice.randint(1, 4), dice.choice([0, 1, dice.randint(2, 9999)]), gone=0,
            is_stored_value=dice.random() < 0.1, full_price=dice.randint(0, 12000),
        )
        for number in range(1, dice.randint(2, 6))
    ]  # fmt: skip
    gifts = [
        SoldLine(
            number, dice.randint(1, 2), 0, gone=0, gift_value=dice.randint(1, 6000), earned_from=dice.randint(0, 30000)
        )
        for number in range(10, 10 + dice.randint(1, 2))
    ]
    return bought + gifts


def refunds_of(lines, steps, paid):
    """What each step refunds: pairs of a line's id and whether its unit was returned; otherwise it was cancelled."""
    amounts = []
    for line_id, is_return in steps:
        move = back if is_return else cancelled
        after = [move(line) if line.id == line_id else line for line in lines]
        value = value_of_units({line_id: 1}, lines=lines, goods_paid=paid, currency="EUR")
        withheld = [withheld_for_gifts(state, goods_paid=paid, currency="EUR") for state in (lines, after)]
        amounts.append(value - withheld[1] + withheld[0])
        lines = after
    return amounts


def test_refunds_sum_to_the_same_in_any_order_and_never_to_more_than_was_paid():
    dice = random.Random(158)
    withheld_from = 0
    for _round in range(500):
        lines = generated(dice)
        paid = dice.randint(0, 20000) if any(line.line_total for line in lines) else 0
        units = [(line.id, dice.random() < 0.8) for line in lines for _unit in range(line.quantity)]
        gone = dice.sample(units, dice.randint(1, len(units)))

        sums = set()
        for _order in range(4):
            dice.shuffle(gone)
            amounts = refunds_of(lines, gone, paid)
            assert min(amounts) >= 0
            sums.add(sum(amounts))

        worth = value_of_units(
            {line.id: sum(line_id == line.id for line_id, _is in gone) for line in lines},
            lines=lines, goods_paid=paid, currency="EUR",
        )  # fmt: skip
        assert sums == {sum(amounts)} and sum(amounts) <= worth <= paid
        withheld_from += sum(amounts) < worth
        # When the gifts have come back, too, nothing is withheld.
        gifts = Counter({line.id: line.quantity for line in lines if line.gift_value})
        gifts.subtract(line_id for line_id, _is in gone if line_id in gifts)
        assert sum(refunds_of(lines, [*gone, *((line_id, True) for line_id in gifts.elements())], paid)) == worth

    assert withheld_from > 100


@pytest.fixture
def bag(db):
    return make_variant(sku="BAG", price=1500)


@pytest.fixture
def collected(ana, mitte, mug, bowl, bag, at_desk, now):
    """A bowl for 40.00, two mugs for 5.00 each, and a bag worth 15.00 for nothing; all of it collected."""
    order = make_order(
        (bowl, 1, 4000), (mug, 2, 500), (bag, 1, 1500), store=mitte, customer=ana, state="ready", paid=""
    )
    give(order, bag)
    pay_order(order, order.grand_total)
    hand_over(order, at_desk, now)
    return order


def give(order, variant):
    """Make a line of an order the gift of a promotion."""
    line = order.lines.get(variant=variant)
    value = line.quantity * line.unit_price
    OrderLine.objects.filter(pk=line.pk).update(is_gift=True, discount=value, line_total=0, gift_earned_from=4000)
    offer = make_offer({"kind": "gift", "variant": variant.pk})
    OrderDiscount.objects.create(order=order, line=line, promotion=offer, name="A gift", amount=value)
    Order.objects.filter(pk=order.pk).update(discount_total=value, grand_total=order.grand_total - value)
    order.refresh_from_db()


def hand_over(order, at_desk, now, number=0):
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.order_by("pk")[number].pk),
        collected_by="", pieces=None, tenders=(), session_id=None, by=at_desk, now=now,
    )  # fmt: skip


def ask(order, *variants, by, now, quantity=1):
    lines = [LineToReturn(order.lines.get(variant=variant).pk, quantity, "") for variant in variants]
    return request_return(number=order.number, lines=lines, method="store", refund_to="original", by=by, now=now)


def refunded():
    return sum(Refund.objects.values_list("amount", flat=True))


def amounts():
    return list(Return.objects.order_by("pk").values_list("amount", "withheld_for_gifts"))


class TestRequests:
    def test_goods_that_come_back_without_the_gift_are_worth_less(self, collected, bowl, mug, as_ana, now):
        ask(collected, bowl, by=as_ana, now=now)
        ask(collected, mug, by=as_ana, now=now, quantity=2)

        assert amounts() == [(3500, 500), (0, 1000)]
        lines = Return.objects.values_list("lines__sku", "lines__amount").order_by("lines__pk")
        assert list(lines) == [("BOWL", 4000), ("MUG", 1000)]

    def test_another_order_of_work_comes_to_the_same(self, collected, bowl, mug, as_ana, now):
        ask(collected, mug, by=as_ana, now=now, quantity=2)
        ask(collected, bowl, by=as_ana, now=now)

        assert amounts() == [(1000, 0), (2500, 1500)]

    def test_nothing_is_withheld_if_the_gift_comes_back_too(self, collected, bowl, mug, bag, as_ana, now):
        ask(collected, bowl, bag, by=as_ana, now=now)
        ask(collected, mug, by=as_ana, now=now, quantity=2)

        assert amounts() == [(4000, 0), (1000, 0)]

    def test_what_was_withheld_comes_back_with_the_gift(self, collected, bowl, mug, bag, as_ana, now):
        ask(collected, bowl, by=as_ana, now=now)
        ask(collected, mug, by=as_ana, now=now, quantity=2)

        ask(collected, bag, by=as_ana, now=now)

        assert amounts() == [(3500, 500), (0, 1000), (1500, -1500)]

    def test_the_end_of_a_request_changes_what_others_are_worth(self, collected, bowl, mug, bag, as_ana, now):
        first = ask(collected, bowl, by=as_ana, now=now)
        second = ask(collected, bag, by=as_ana, now=now)
        third = ask(collected, mug, by=as_ana, now=now, quantity=2)
        assert amounts() == [(3500, 500), (500, -500), (1000, 0)]

        withdraw_return(order_number=collected.number, number=second.number, by=as_ana, now=now)

        assert [Return.objects.get(pk=each.pk).amount for each in (first, third)] == [3500, 0]
        refuse_return(number=first.number, reason="Broken", by=STAFF, now=now)
        assert Return.objects.get(pk=third.pk).amount == 1000

    def test_goods_without_a_gift_are_valued_as_before(self, ana, mitte, mug, at_desk, as_ana, now):
        order = make_order((mug, 3, 333), store=mitte, customer=ana, state="ready")
        hand_over(order, at_desk, now)

        ask(order, mug, by=as_ana, now=now, quantity=2)

        assert amounts() == [(666, 0)]

    def test_a_gift_card_that_is_kept_earns_no_gift(self, ana, mitte, mug, bag, at_desk, as_ana, now):
        order = make_order((mug, 1, 4000), (bag, 1, 1500), store=mitte, customer=ana, state="ready", paid="")
        card = make_variant(sku="CARD", price=5000)
        Product.objects.filter(pk=card.product_id).update(kind="gift_card")
        order.lines.create(
            position=9, variant=card, sku=card.sku, name="Card", quantity=1, unit_price=5000, line_total=5000,
            quantity_fulfilled=1,
        )  # fmt: skip
        give(order, bag)
        Order.objects.filter(pk=order.pk).update(items_total=10500, grand_total=9000)
        order.refresh_from_db()
        pay_order(order, order.grand_total)
        hand_over(order, at_desk, now)

        ask(order, mug, by=as_ana, now=now)

        assert amounts() == [(2500, 1500)]


class TestCancellations:
    @pytest.fixture
    def in_two_parts(self, ana, mitte, bowl, mug, bag):
        """A bowl of 40.00 to be collected, and two mugs of 5.00 with the bag in a pickup of their own."""
        order = make_order((bowl, 1, 4000), store=mitte, customer=ana, state="ready", paid="")
        rest = [
            order.lines.create(
                position=position, variant=variant, sku=variant.sku, name=variant.sku, quantity=quantity,
                unit_price=price, line_total=quantity * price,
            )
            for position, (variant, quantity, price) in enumerate([(mug, 2, 500), (bag, 1, 1500)], 2)
        ]  # fmt: skip
        for variant in (mug, bag):
            make_stock(variant, mitte, on_hand=10)
        make_fulfilment(order, rest, store=mitte, state="ready")
        Order.objects.filter(pk=order.pk).update(items_total=6500, grand_total=6500)
        order.refresh_from_db()
        give(order, bag)
        pay_order(order, order.grand_total)
        return order

    def test_alone_they_are_refunded_whole(self, in_two_parts, at_desk, as_ana, now):
        hand_over(in_two_parts, at_desk, now, number=1)

        cancel_order(number=in_two_parts.number, reason="customer", by=as_ana, now=now)

        assert refunded() == 4000

    def test_what_came_back_before_is_withheld_from_them(self, in_two_parts, mug, at_desk, as_ana, now):
        hand_over(in_two_parts, at_desk, now, number=1)
        in_two_parts.lines.filter(variant=mug).update(quantity_returned=2)

        cancel_order(number=in_two_parts.number, reason="customer", by=as_ana, now=now)

        assert refunded() == 3000
        # No return brought the mugs: the test counts them as returned by hand.
        assert find_breaches().keys() == {"the units of a line that came back are those that its returns brought"}

    def test_they_change_what_a_request_is_worth(self, in_two_parts, mug, at_desk, as_ana, now):
        hand_over(in_two_parts, at_desk, now, number=1)
        ask(in_two_parts, mug, by=as_ana, now=now, quantity=2)
        assert amounts() == [(1000, 0)]

        cancel_order(number=in_two_parts.number, reason="customer", by=as_ana, now=now)

        assert refunded() == 4000
        assert amounts() == [(0, 1000)]
        assert find_breaches() == {}


def test_the_api_and_the_back_office_show_what_is_withheld(collected, ana, bowl):
    phone = Api(ana)
    Fulfilment.objects.update(finished_at=timezone.now())
    FulfilmentLine.objects.update(handed_over_at=timezone.now())
    asked = phone.post(
        f"orders/{collected.number}/returns/",
        {"lines": [{"line": str(collected.lines.get(variant=bowl).pk), "quantity": 1}], "method": "store"},
    )
    assert asked.status_code == 201, asked.content

    assert asked.json()["amount"]["amount"] == "35.00"
    assert asked.json()["withheld_for_gifts"] == {"amount": "5.00", "currency": "EUR"}
    [listed] = phone.get(f"orders/{collected.number}/").json()["returns"]
    assert (listed["amount"]["amount"], listed["withheld_for_gifts"]["amount"]) == ("35.00", "5.00")
    head = make_staff("Hana Head", email="hana@example.com")
    assign(head, None, roles.HEAD_OFFICE)
    page = signed_in(head).get(reverse("admin:orders_return_changelist")).content.decode()
    assert "€35.00" in page and "€5.00" in page


def test_the_pages_of_shop_and_till_show_what_is_withheld(collected, ana, bowl, bag, tess, as_ana, now):
    ask(collected, bowl, by=as_ana, now=now)
    ours = signed_in(ana).get(reverse("order", args=[collected.number])).content.decode()
    at_till = signed_in(tess).get(reverse("admin:till_order", args=[collected.number])).content.decode()
    ask(collected, bag, by=as_ana, now=now)
    later = signed_in(ana).get(reverse("order", args=[collected.number])).content.decode()

    assert "−€35.00" in ours and "withheld for gifts that you keep</dt><dd>€5.00" in ours
    assert "€35.00" in at_till and "withheld for gifts €5.00" in at_till
    assert "given back for gifts that you return</dt><dd>−€5.00" in later


def test_a_request_that_has_ended_is_not_on_the_page(collected, ana, bowl, as_ana, now):
    asked = ask(collected, bowl, by=as_ana, now=now)
    withdraw_return(order_number=collected.number, number=asked.number, by=as_ana, now=now)

    assert asked.number not in signed_in(ana).get(reverse("order", args=[collected.number])).content.decode()


def test_the_audit_finds_a_return_that_its_lines_do_not_explain(collected, bowl, as_ana, now):
    ask(collected, bowl, by=as_ana, now=now)
    assert find_breaches() == {}

    Return.objects.update(withheld_for_gifts=0)

    assert list(find_breaches()) == [
        "a return is worth its goods, less what is withheld and its fee, with what goes back of the order's charges"
    ]
