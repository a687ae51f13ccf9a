"""Goods that are taken back in a store: what happens to the units, the money and the order, and what is refused."""

from datetime import timedelta

import pytest

from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import StockLevel, StockMovement
from orders.api.return_output import return_json
from orders.models import Order, OrderLine, Refund, Return, ReturnedUnits
from orders.queries.returns import shown_returns
from orders.rules.refunds import RefundPart
from orders.rules.returns import place_of
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.payments.refunding.refunds import RefundDoesNotFit
from orders.services.registers.till_sessions import DrawerTooEmpty, SessionNotOpen, expected_cash
from orders.services.returns.lines import NotReturnable
from orders.services.returns.receiving import Arrival, Piece, StoreTakesNoReturns, receive_return
from orders.services.returns.requests import (
    LineToReturn,
    approve_return,
    refuse_return,
    request_return,
    withdraw_return,
)
from tests.factories.inventory import make_store
from tests.factories.orders import make_order, make_till_session, pay_order
from tests.factories.states import no_guards
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def collect(order, *, by, now):
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=by, now=now,
    )  # fmt: skip
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def collected(ana, mitte, mug, bowl, at_desk, now):
    order = make_order((mug, 3, 1000), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")
    return collect(order, by=at_desk, now=now)


@pytest.fixture
def paid_in_cash(ana, mitte, mug, at_desk, now):
    order = make_order((mug, 3, 1000), store=mitte, customer=ana, state="ready", paid="cash")
    return collect(order, by=at_desk, now=now)


def line_of(order, variant):
    return order.lines.get(variant=variant)


def piece(order, variant, quantity=1, condition="as_new", **fields):
    return Piece(line_of(order, variant).pk, quantity, condition, fields.pop("reason", "Too small"), **fields)


def take(order, *pieces, by, now, **how):
    return receive_return(order_number=order.number, arrival=Arrival(pieces, **how), by=by, now=now)


def on_hand(variant, store):
    return StockLevel.objects.get(variant=variant, location=store).on_hand


class TestInOneAct:
    def test_the_units_are_back_and_their_value_goes_to_the_tender(self, collected, mitte, mug, at_desk, tess, now):
        before = on_hand(mug, mitte)

        goods = take(collected, piece(collected, mug, 2), by=at_desk, now=now)

        goods.refresh_from_db()
        assert (goods.state, goods.amount, goods.location, goods.received_by) == ("refunded", 2000, mitte, tess)
        assert line_of(collected, mug).quantity_returned == 2
        assert on_hand(mug, mitte) == before + 2
        movement = StockMovement.objects.latest("pk")
        assert (movement.kind, movement.on_hand_change, movement.cause_kind, movement.cause_id) == (
            "returned", 2, "return", goods.number,
        )  # fmt: skip
        refund = Refund.objects.get()
        assert (refund.amount, refund.state, refund.goes_to, refund.for_return) == (2000, "pending", "original", goods)
        entry = JournalEntry.objects.get(kind="return.received")
        assert entry.payload == {
            "order_id": collected.pk, "return_id": goods.pk, "units": 2, "refund": 2000, "currency": "EUR",
        }  # fmt: skip
        assert find_breaches() == {}

    def test_cash_comes_out_of_the_drawer_at_once(self, paid_in_cash, mitte, mug, tess, at_desk, now):
        session = make_till_session(mitte, tess)

        take(paid_in_cash, piece(paid_in_cash, mug), session_id=session.pk, by=at_desk, now=now)

        refund = Refund.objects.get()
        assert (refund.state, refund.amount, refund.till_session) == ("done", 1000, session)
        assert expected_cash(session_id=session.pk) == 9000

    def test_without_a_till_the_cash_waits_for_one(self, paid_in_cash, mug, at_desk, now):
        take(paid_in_cash, piece(paid_in_cash, mug), by=at_desk, now=now)

        assert Refund.objects.get().state == "pending"

    def test_pieces_returned_one_by_one_add_up_to_what_was_paid(self, ana, mitte, mug, at_desk, now):
        order = make_order((mug, 3, 1000), store=mitte, customer=ana, state="ready", paid="")
        OrderLine.objects.filter(order=order).update(discount=1, line_total=2999)
        Order.objects.filter(pk=order.pk).update(discount_total=1, grand_total=2999)
        pay_order(order, 2999)
        order = collect(order, by=at_desk, now=now)

        amounts = [take(order, piece(order, mug), by=at_desk, now=now).amount for _piece in range(3)]

        assert (sum(amounts), sorted(amounts)) == (2999, [999, 1000, 1000])

    def test_a_shopper_who_wants_it_gets_credit(self, collected, mug, ana, at_desk, now):
        goods = take(collected, piece(collected, mug), refund=[RefundPart("credit")], by=at_desk, now=now)

        assert (goods.refund_to, Refund.objects.get().state) == ("credit", "done")
        assert ana.balances.get(kind="credit").amount == 1000

    def test_goods_may_be_taken_without_a_refund(self, collected, mug, mitte, at_desk, now):
        goods = take(collected, piece(collected, mug), refund=(), by=at_desk, now=now)

        assert (goods.state, Refund.objects.exists()) == ("closed", False)
        assert line_of(collected, mug).quantity_returned == 1

    def test_any_store_takes_back_what_another_sold(self, collected, mug, mitte, tess, now, at_desk):
        altona = make_store("ham-altona")
        there = type(at_desk)(channel="till", staff_id=tess.pk, store_id=altona.pk, store_code="ham-altona")
        before = on_hand(mug, mitte)

        goods = take(collected, piece(collected, mug), by=there, now=now)

        assert (goods.location, on_hand(mug, altona), on_hand(mug, mitte)) == (altona, 1, before)


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "restock", "place"),
        [
            ("as_new", None, "sellable"),
            ("opened", None, "on_hold"),
            ("damaged", None, "damaged"),
            ("wrong", None, "on_hold"),
            ("incomplete", None, "on_hold"),
            ("opened", True, "sellable"),
            ("as_new", False, "on_hold"),
            ("damaged", False, "damaged"),
        ],
    )
    def test_each_decides_where_units_go(self, condition, restock, place):
        assert place_of(condition, restock=restock) == place

    def test_only_units_for_the_shelf_are_sold_again(self, collected, mug, mitte, at_desk, now):
        before = on_hand(mug, mitte)

        take(collected, piece(collected, mug), piece(collected, mug, 2, "damaged"), by=at_desk, now=now)

        assert on_hand(mug, mitte) == before + 1
        rows = ReturnedUnits.objects.order_by("pk").values_list("condition", "goes_to", "quantity")
        assert list(rows) == [("as_new", "sellable", 1), ("damaged", "damaged", 2)]
        assert find_breaches() == {}

    def test_pieces_of_one_line_keep_their_own_reasons(self, collected, mug, at_desk, now):
        pieces = [piece(collected, mug, reason="Too small"), piece(collected, mug, 2, "damaged", reason="Broken")]

        goods = take(collected, *pieces, by=at_desk, now=now)

        rows = ReturnedUnits.objects.order_by("pk").values_list("condition", "quantity", "reason")
        assert list(rows) == [("as_new", 1, "Too small"), ("damaged", 2, "Broken")]
        shown = return_json(shown_returns().get(pk=goods.pk))
        assert [part["reason"] for part in shown["lines"][0]["units"]] == ["Too small", "Broken"]


class TestRequests:
    @pytest.fixture
    def asked(self, collected, mug, bowl, as_ana, now):
        lines = [
            LineToReturn(line_of(collected, mug).pk, 2, "Too small"),
            LineToReturn(line_of(collected, bowl).pk, 1, ""),
        ]
        return request_return(
            number=collected.number, lines=lines, method="store", refund_to="credit", by=as_ana, now=now
        )

    def test_are_answered_by_the_goods_as_the_shopper_wished(self, asked, collected, mug, bowl, at_desk, now):
        approve_return(number=asked.number, by=at_desk, now=now)

        goods = take(collected, piece(collected, mug), by=at_desk, now=now)

        assert (goods.pk, goods.state, goods.amount, goods.refund_to) == (asked.pk, "refunded", 1000, "credit")
        lines = goods.lines.order_by("pk").values_list("sku", "quantity", "quantity_received", "amount")
        assert list(lines) == [("MUG", 2, 1, 1000), ("BOWL", 1, 0, 0)]
        # What did not come is free again.
        assert take(collected, piece(collected, mug, 2), piece(collected, bowl), by=at_desk, now=now).amount == 4000
        assert find_breaches() == {}

    def test_made_in_time_hold_after_the_window(self, asked, collected, mug, bowl, at_desk, now):
        late = now + timedelta(days=60)

        with refused(NotReturnable):
            take(collected, piece(collected, mug, 3), by=at_desk, now=late)
        assert take(collected, piece(collected, mug, 2), by=at_desk, now=late).state == "refunded"

    def test_of_units_that_came_otherwise_are_withdrawn(self, asked, collected, mug, bowl, as_ana, at_desk, now):
        other = request_return(
            number=collected.number, lines=[LineToReturn(line_of(collected, mug).pk, 1, "")], method="store",
            refund_to="original", by=as_ana, now=now,
        )  # fmt: skip

        take(collected, piece(collected, mug, 3), by=at_desk, now=now)

        other.refresh_from_db()
        assert other.state == "withdrawn"
        assert find_breaches() == {}

    def test_are_due_and_answered_once(self, asked, at_desk, as_ana, now):
        assert (asked.due_at - now).days == 3

        assert (approve_return(number=asked.number, by=at_desk, now=now).due_at - now).days == 14
        with refused(IllegalTransition):
            refuse_return(number=asked.number, reason="No", by=at_desk, now=now)
        withdraw_return(order_number=asked.order.number, number=asked.number, by=as_ana, now=now)
        with refused(IllegalTransition):
            take(
                asked.order,
                piece(asked.order, asked.order.lines.first().variant),
                number=asked.number,
                by=at_desk,
                now=now,
            )


class TestRefused:
    def nothing_moved(self, order, variant, store, before):
        assert not Return.objects.exists() and not Refund.objects.exists()
        assert line_of(order, variant).quantity_returned == 0
        assert on_hand(variant, store) == before

    @pytest.mark.parametrize("kind", ["place", "too_many", "late", "nothing", "order", "line", "parts", "session"])
    def test_and_nothing_moves(self, kind, paid_in_cash, mitte, mug, bowl, at_desk, now):
        before, order = on_hand(mug, mitte), paid_in_cash
        one = piece(order, mug)

        if kind == "place":
            mitte.takes_returns = False
            mitte.save()
            with refused(StoreTakesNoReturns):
                take(order, one, by=at_desk, now=now)
        elif kind == "too_many":
            with refused(NotReturnable) as refusal:
                take(order, piece(order, mug, 4), override="Kind", by=at_desk, now=now)
            assert refusal.value.details["lines"][0]["reason"] == "too_many"
        elif kind == "late":
            with refused(NotReturnable):
                take(order, one, by=at_desk, now=now + timedelta(days=31))
        elif kind == "nothing":
            with refused(Malformed):
                take(order, by=at_desk, now=now)
        elif kind == "order":
            with refused(NotFound):
                receive_return(order_number="nothing", arrival=Arrival([one]), by=at_desk, now=now)
        elif kind == "line":
            with refused(NotFound):
                take(order, Piece(0, 1, "as_new", ""), by=at_desk, now=now)
        elif kind == "parts":
            with refused(RefundDoesNotFit):
                take(order, one, refund=[RefundPart("card")], by=at_desk, now=now)
        else:
            with refused(SessionNotOpen):
                take(order, one, session_id=0, by=at_desk, now=now)

        self.nothing_moved(order, mug, mitte, before)

    def test_more_cash_than_lies_in_the_drawer(self, paid_in_cash, mitte, mug, tess, at_desk, now):
        before, session = on_hand(mug, mitte), make_till_session(mitte, tess, opening_float=500)

        with refused(DrawerTooEmpty):
            take(paid_in_cash, piece(paid_in_cash, mug), session_id=session.pk, by=at_desk, now=now)

        self.nothing_moved(paid_in_cash, mug, mitte, before)

    def test_credit_for_a_guest(self, mitte, mug, at_desk, now):
        order = collect(make_order((mug, 1, 1000), store=mitte, state="ready"), by=at_desk, now=now)
        before = on_hand(mug, mitte)

        with refused(CreditNeedsCustomer):
            take(order, piece(order, mug), refund=[RefundPart("credit")], by=at_desk, now=now)

        self.nothing_moved(order, mug, mitte, before)

    def test_unless_staff_override_the_rules_with_a_reason(self, collected, mug, at_desk, now):
        goods = take(collected, piece(collected, mug), override="In hospital", by=at_desk, now=now + timedelta(days=31))

        assert goods.override_reason == "In hospital"
        assert take(collected, piece(collected, mug), override="Kind", by=at_desk, now=now).override_reason == ""


class TestTheAuditFinds:
    @pytest.fixture
    def taken(self, collected, mug, at_desk, now):
        pieces = piece(collected, mug), piece(collected, mug, condition="damaged")
        return take(collected, *pieces, by=at_desk, now=now)

    def test_nothing_in_sound_books(self, taken):
        assert find_breaches() == {}

    def test_units_that_no_return_brought(self, taken):
        OrderLine.objects.filter(sku="MUG").update(quantity_returned=3)

        assert "the units of a line that came back are those that its returns brought" in find_breaches()

    def test_units_that_nobody_looked_at(self, taken):
        taken.lines.update(quantity_received=1)

        assert "each unit that came back was looked at" in find_breaches()

    @pytest.mark.parametrize("state", ["sellable", "damaged"])
    def test_goods_that_the_ledger_does_not_have(self, taken, state):
        with no_guards():
            ReturnedUnits.objects.filter(goes_to=state).update(goes_to="on_hold")

        name = "goods that came back lie where the ledger says, sellable or held as their condition asks"
        assert name in find_breaches()

    def test_more_money_than_the_goods_are_worth(self, taken):
        with no_guards():
            Refund.objects.update(amount=2001)

        assert "no return gives back more than its goods are worth" in find_breaches()
