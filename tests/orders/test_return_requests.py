from datetime import timedelta

import pytest

from accounts.models import Balance
from core.actors import Actor
from core.errors import Malformed, NotFound
from core.models import JournalEntry
from inventory.models import Product
from orders.models import Fulfilment, FulfilmentLine, Order, Return, ReturnLine
from orders.rules.returns import Objection, ReturnItem, objections_to
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.fulfilment.shipping import note_delivery, send_parcel, start_picking_parcel
from orders.services.payments.gift_cards import issue_sold_gift_cards
from orders.services.returns.lines import AlreadyUsed, NotDelivered, NotReturnable, not_returnable
from orders.services.returns.preview import returnable_lines
from orders.services.returns.receiving import Arrival, Piece, receive_return
from orders.services.returns.requests import CreditNeedsAccount, LineToReturn, request_return
from tests.factories.inventory import make_variant
from tests.factories.orders import make_order
from tests.refusals import refused


@pytest.fixture
def collected(ana, mitte, mug, bowl, at_desk, now):
    order = make_order((mug, 3, 1000), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk),
        collected_by="",
        pieces=None,
        tenders=(),
        session_id=None,
        by=at_desk,
        now=now,
    )
    return order


def ask(order, *lines, by, now):
    return request_return(number=order.number, lines=lines, method="store", refund_to="original", by=by, now=now)


def line_of(order, variant):
    return order.lines.get(variant=variant)


def test_is_recorded_with_the_value_of_the_goods(collected, ana, mug, bowl, as_ana, now):
    lines = (
        LineToReturn(line_of(collected, mug).pk, 2, "Too small"),
        LineToReturn(line_of(collected, bowl).pk, 1, ""),
    )

    return_ = ask(collected, *lines, by=as_ana, now=now)

    assert (return_.state, return_.amount, return_.customer, return_.requested_at) == ("requested", 4000, ana, now)
    rows = ReturnLine.objects.order_by("pk").values_list("sku", "quantity", "amount", "reason")
    assert list(rows) == [("MUG", 2, 2000, "Too small"), ("BOWL", 1, 2000, "")]
    entry = JournalEntry.objects.get(kind__startswith="return")
    assert (entry.kind, entry.ref) == ("return.requested", collected.number)
    assert entry.payload == {"order_id": collected.pk, "return_id": return_.pk, "units": 3}


def test_no_unit_is_returned_twice(collected, mug, as_ana, now):
    mugs = line_of(collected, mug).pk
    ask(collected, LineToReturn(mugs, 2, ""), by=as_ana, now=now)

    with refused(NotReturnable) as refusal:
        ask(collected, LineToReturn(mugs, 2, ""), by=as_ana, now=now)

    assert refusal.value.details == {"lines": [{"line": str(mugs), "sku": "MUG", "reason": "too_many", "left": 1}]}
    assert Return.objects.count() == 1
    ask(collected, LineToReturn(mugs, 1, ""), by=as_ana, now=now)


def test_a_request_that_was_dropped_frees_its_units(collected, mug, as_ana, now):
    mugs = line_of(collected, mug).pk
    ask(collected, LineToReturn(mugs, 3, ""), by=as_ana, now=now)
    Return.objects.update(state="withdrawn")

    ask(collected, LineToReturn(mugs, 3, ""), by=as_ana, now=now)

    assert Return.objects.count() == 2


def test_the_window_opens_with_the_hand_over(collected, mug, as_ana, now):
    mugs = line_of(collected, mug).pk

    with refused(NotReturnable) as refusal:
        ask(collected, LineToReturn(mugs, 1, ""), by=as_ana, now=now + timedelta(days=30, seconds=1))

    assert refusal.value.details["lines"][0]["reason"] == "window_over"
    ask(collected, LineToReturn(mugs, 1, ""), by=as_ana, now=now + timedelta(days=30))


def test_only_goods_that_the_shopper_has_can_be_returned(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 1, 1000), store=mitte, customer=ana, state="ready")

    with refused(NotReturnable) as refusal:
        ask(order, LineToReturn(order.lines.get().pk, 1, ""), by=as_ana, now=now)

    assert refusal.value.details["lines"][0]["reason"] == "not_delivered"
    assert not Return.objects.exists()


def test_goods_from_another_system_left_when_their_order_was_closed(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 1, 1000), store=mitte, customer=ana, closed_at=now - timedelta(days=29))
    order.lines.update(quantity_fulfilled=1)
    FulfilmentLine.objects.all().delete()

    ask(order, LineToReturn(order.lines.get().pk, 1, ""), by=as_ana, now=now)

    assert Return.objects.count() == 1


def test_lines_of_another_order_do_not_exist(collected, ana, mitte, bowl, as_ana, now):
    other = make_order((bowl, 1, 2000), store=mitte, customer=ana)

    with refused(NotFound):
        ask(collected, LineToReturn(other.lines.get().pk, 1, ""), by=as_ana, now=now)
    with refused(NotFound):
        request_return(number="nothing", lines=(), method="store", refund_to="original", by=as_ana, now=now)

    assert not Return.objects.exists()


def test_a_line_is_named_once(collected, mug, as_ana, now):
    mugs = line_of(collected, mug).pk

    with refused(Malformed):
        ask(collected, LineToReturn(mugs, 1, ""), LineToReturn(mugs, 1, ""), by=as_ana, now=now)


def test_the_order_stays_as_it_is(collected, mug, as_ana, now):
    ask(collected, LineToReturn(line_of(collected, mug).pk, 1, ""), by=as_ana, now=now)

    collected.refresh_from_db()
    assert (collected.state, line_of(collected, mug).quantity_returned) == (Order.COMPLETED, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"fulfilled": 0, "handed_over_at": None}, "not_delivered"),
        ({"coming": 2}, None),
        ({"coming": 2, "wanted": 2}, "not_delivered"),
        ({"coming": 2, "wanted": 2, "is_here": True}, None),
        ({"coming": 3}, "not_delivered"),
        ({"handed_over_at_days": 31}, "window_over"),
        ({"wanted": 4}, "too_many"),
        ({"returned": 2, "wanted": 2}, "too_many"),
        ({"requested": 3}, "too_many"),
        # The first objection counts.
        ({"handed_over_at_days": 31, "wanted": 4}, "window_over"),
    ],
)
def test_the_first_broken_rule_is_the_objection(changes, reason, now):
    days = changes.pop("handed_over_at_days", 1)
    request = ReturnItem(
        **{
            "line_id": 1,
            "sku": "MUG",
            "wanted": 1,
            "fulfilled": 3,
            "returned": 0,
            "requested": 0,
            "handed_over_at": now - timedelta(days=days),
            "window_days": 30,
        }
        | changes
    )

    assert [objection.reason for objection in objections_to([request], now=now)] == ([reason] if reason else [])


class TestParcels:
    """The window of a parcel opens when it is delivered, not when it is sent."""

    @pytest.fixture
    def sent(self, ana, mitte, mug, at_desk, now):
        order = make_order((mug, 1, 1000), store=mitte, customer=ana, kind="ship")
        parcel = order.fulfilments.get()
        Fulfilment.objects.filter(pk=parcel.pk).update(promised_at=now + timedelta(days=2))
        start_picking_parcel(parcel_id=parcel.pk, by=at_desk, now=now)
        send_parcel(parcel_id=parcel.pk, tracking="JJD1", by=at_desk, now=now)
        return order

    def test_thirty_days_after_the_delivery_it_can_still_come_back(self, sent, mug, at_desk, as_ana, now):
        delivered_at = now + timedelta(days=9)
        note_delivery(parcel_id=sent.fulfilments.get().pk, by=at_desk, now=delivered_at)
        line = LineToReturn(line_of(sent, mug).pk, 1, "")

        with refused(NotReturnable):
            ask(sent, line, by=as_ana, now=delivered_at + timedelta(days=30, seconds=1))
        assert ask(sent, line, by=as_ana, now=delivered_at + timedelta(days=30)).state == "requested"

    def test_a_parcel_whose_delivery_nobody_noted_arrived_on_the_promised_day(self, sent, mug, as_ana, now):
        line = LineToReturn(line_of(sent, mug).pk, 1, "")

        with refused(NotReturnable):
            ask(sent, line, by=as_ana, now=now + timedelta(days=32, seconds=1))
        assert ask(sent, line, by=as_ana, now=now + timedelta(days=32)).state == "requested"

    def test_what_arrived_may_be_asked_for_while_the_rest_is_on_its_way(self, ana, mitte, mug, at_desk, as_ana, now):
        order = make_order((mug, 3, 1000), store=mitte, customer=ana, kind="ship")
        line = line_of(order, mug).pk
        Fulfilment.objects.update(promised_at=now + timedelta(days=2))
        first = order.fulfilments.get()
        send_parcel(parcel_id=first.pk, tracking="JJD1", pieces={line: 1}, by=at_desk, now=now)
        note_delivery(parcel_id=first.pk, by=at_desk, now=now)
        rest = order.fulfilments.exclude(pk=first.pk).get()
        send_parcel(parcel_id=rest.pk, tracking="JJD2", by=at_desk, now=now)
        later = now + timedelta(days=1)

        offered = returnable_lines(order=order, now=later)[line]
        assert (offered.left, offered.objection) == (1, "")
        with refused(NotDelivered) as refusal:
            ask(order, LineToReturn(line, 2, ""), by=as_ana, now=later)
        assert refusal.value.details["lines"][0]["left"] == 1
        assert ask(order, LineToReturn(line, 1, ""), by=as_ana, now=later).state == "requested"

        offered = returnable_lines(order=order, now=later)[line]
        assert (offered.left, offered.objection) == (0, "not_delivered")
        # The promised day has passed.
        assert returnable_lines(order=order, now=now + timedelta(days=3))[line].left == 2

    def test_a_parcel_on_its_way_cannot_be_asked_for_but_lies_on_a_desk(self, sent, mug, at_desk, as_ana, now):
        line = line_of(sent, mug).pk

        with refused(NotDelivered) as refusal:
            ask(sent, LineToReturn(line, 1, ""), by=as_ana, now=now + timedelta(days=1))
        assert refusal.value.code == "not_delivered"
        assert refusal.value.details["lines"] == [
            {"line": str(line), "sku": "MUG", "reason": "not_delivered", "left": 0}
        ]

        brought = Arrival([Piece(line, 1, "as_new", "other")])
        taken = receive_return(order_number=sent.number, arrival=brought, by=at_desk, now=now + timedelta(days=1))
        assert taken.state == "refunded"


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        (["window_over"], "window_over"),
        (["window_over", "window_over"], "window_over"),
        (["not_delivered"], "not_delivered"),
        (["already_used"], "already_used"),
        (["too_many"], "not_returnable"),
        (["window_over", "not_delivered"], "not_returnable"),
    ],
)
def test_the_refusal_is_called_by_what_its_lines_have_in_common(reasons, code):
    refusal = not_returnable([Objection(number, "MUG", reason, 1) for number, reason in enumerate(reasons)])

    assert refusal.code == code
    assert [line["reason"] for line in refusal.details["lines"]] == reasons


def test_a_gift_card_that_was_used_cannot_be_asked_back(ana, mitte, as_ana, now):
    voucher = make_variant(sku="GIFT-25", price=2500)
    Product.objects.filter(pk=voucher.product_id).update(kind="gift_card")
    order = make_order((voucher, 2, 2500), store=mitte, customer=ana)
    issue_sold_gift_cards(order_id=order.pk, by=as_ana, now=now)
    order.lines.update(quantity_fulfilled=2)
    line = order.lines.get().pk
    Balance.objects.filter(pk=Balance.objects.filter(kind="gift_card").order_by("pk").last().pk).update(held=1)

    with refused(AlreadyUsed) as refusal:
        ask(order, LineToReturn(line, 2, ""), by=as_ana, now=now)

    assert refusal.value.details["lines"] == [
        {"line": str(line), "sku": "GIFT-25", "reason": "already_used", "left": 0}
    ]
    assert Return.objects.count() == 0
    assert Balance.objects.filter(state="closed").count() == 0


def test_a_guest_is_told_at_once_that_credit_needs_an_account(mitte, mug, at_desk, now):
    order = make_order((mug, 1, 1000), store=mitte)

    with refused(CreditNeedsAccount) as refusal:
        request_return(
            number=order.number, lines=[LineToReturn(order.lines.get().pk, 1, "")], method="store",
            refund_to="credit", by=Actor(channel="web"), now=now,
        )  # fmt: skip

    assert refusal.value.code == "credit_needs_account"
