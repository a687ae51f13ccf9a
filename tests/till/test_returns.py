"""Goods that come back at the till: requests that wait, and taking back piece by piece."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.rules import roles
from core.actors import Actor
from inventory.models import StockLevel
from orders.models import FulfilmentLine, OrderLine, Refund, Return, ReturnedUnits
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.registers.till_sessions import expected_cash
from orders.services.returns.requests import LineToReturn, request_return
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store
from tests.factories.orders import make_order
from tests.till.conftest import Clerk, hidden, text_of

pytestmark = pytest.mark.django_db


def with_buyer(variant, *, store, staff, customer=None, units=2, paid="cash"):
    order = make_order(
        (variant, units, 1290), store=store, customer=customer, state="ready", paid=paid, placed_at=timezone.now()
    )
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=Actor(channel="till", staff_id=staff.pk, store_id=store.pk, store_code=store.code),
        now=timezone.now(),
    )  # fmt: skip
    return order


@pytest.fixture
def order(mug, high_street, tess, ana):
    return with_buyer(mug, store=high_street, staff=tess, customer=ana)


@pytest.fixture
def asked(order, ana):
    return request_return(
        number=order.number, lines=[LineToReturn(order.lines.get().pk, 1, "too_small")], method="store",
        refund_to="original", by=Actor(channel="web", customer_id=ana.pk), now=timezone.now(),
    )  # fmt: skip


def fields_of(order, units, **changes):
    line = order.lines.get().pk
    return {f"units-{line}": units, f"condition-{line}": "as_new", f"reason-{line}": "too_small"} | changes


class TestTakingBack:
    def test_from_the_scanned_receipt_to_the_cash_in_hand(self, clerk, order, register, mug, high_street):
        before = StockLevel.objects.get(variant=mug, location=high_street).on_hand
        page = clerk.post("find_return", scanned=f"#{order.number}")
        assert "2 with the buyer" in text_of(page)

        counted = clerk.post("take_back", order.number, scanned=mug.sku, add="1", **fields_of(order, ""))
        assert f'name="units-{order.lines.get().pk}" value="1"' in counted.content.decode()
        assert "Goes back €12.90" in text_of(counted)
        done = clerk.post(
            "take_back", order.number, take="1", key=hidden(counted.content.decode(), "key"), **fields_of(order, "1")
        )

        assert "1 item returned" in text_of(done)
        assert "Give back in cash €12.90" in text_of(done)
        assert (Return.objects.get().state, Refund.objects.get().state) == ("refunded", "done")
        assert expected_cash(session_id=register.pk) == 10_000 - 1290
        assert StockLevel.objects.get(variant=mug, location=high_street).on_hand == before + 1

    def test_without_a_drawer_no_cash_is_handed_over(self, tess, order):
        done = Clerk(tess).post("take_back", order.number, take="1", key="once", **fields_of(order, "1"))

        assert Refund.objects.get().state == "pending"
        assert "Give back in cash" not in text_of(done)

    def test_sent_twice_it_is_done_once(self, clerk, order):
        sent = fields_of(order, "1") | {"take": "1", "key": "once"}

        assert clerk.post("take_back", order.number, **sent).status_code == 200
        assert clerk.post("take_back", order.number, **sent).status_code == 200

        assert Return.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"units": "0"}, "Scan or count what came back first."),
            ({"units": "3"}, "less than or equal to 2"),
            ({"units": "1", "reason": ""}, "Choose a reason."),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_moves(self, clerk, order, changes, words):
        line = order.lines.get().pk
        sent = fields_of(order, "1") | {f"{name}-{line}": value for name, value in changes.items()}

        answer = clerk.post("take_back", order.number, take="1", key="k", **sent)

        assert (answer.status_code, words in text_of(answer)) == (400, True)
        assert not Return.objects.exists()

    def test_goods_of_another_order_are_not_counted(self, clerk, order):
        answer = clerk.post("take_back", order.number, scanned="BOWL", add="1", **fields_of(order, ""))

        assert "no such piece left" in text_of(answer)

    def test_a_refusal_is_shown_with_what_was_typed(self, clerk, order, high_street):
        high_street.takes_returns = False
        high_street.save()

        answer = clerk.post("take_back", order.number, take="1", key="k", **fields_of(order, "1"))

        assert (answer.status_code, "takes no goods back" in text_of(answer)) == (409, True)
        assert not Return.objects.exists()

    def test_after_the_window_a_manager_says_why(self, clerk, manager, order, settings):
        settings.RETURN_WINDOW_DAYS = -1
        sent = fields_of(order, "1") | {"take": "1", "override": "In hospital"}

        assert "A manager may take them back" in text_of(
            clerk.post("take_back", order.number, add="1", **fields_of(order, "1"))
        )
        assert clerk.post("take_back", order.number, key="a", **sent).status_code == 409
        assert manager.post("take_back", order.number, key="b", **sent).status_code == 200
        assert Return.objects.get().override_reason == "In hospital"

    def test_without_a_refund_only_by_whom_may(self, clerk, manager, order):
        sent = fields_of(order, "1") | {"take": "1", "without_refund": "on"}

        manager.post("take_back", order.number, key="b", **sent)
        assert (Return.objects.get().state, Refund.objects.exists()) == ("closed", False)
        # A clerk has no such box; whoever sends it all the same gives the money back.
        clerk.post("take_back", order.number, key="a", **sent)
        assert Return.objects.latest("pk").state == "refunded"

    def test_as_credit_if_the_customer_wants_it(self, clerk, order, ana):
        clerk.post("take_back", order.number, key="a", take="1", as_credit="on", **fields_of(order, "1"))

        assert Refund.objects.get().goes_to == "credit"


class TestGoodsThatStay:
    def test_a_manager_gives_money_back_and_hands_it_over(self, clerk, manager, order, register):
        page = manager.get("order", order.number)
        assert "At most €25.80" in text_of(page)

        given = manager.post("reduce_price", order.number, key="a", amount="5", reason="goodwill")

        assert "the price was reduced by €5.00" in text_of(given)
        refund = Refund.objects.get()
        assert (refund.amount, refund.state, refund.reason) == (500, "pending", "goodwill")
        manager.post("reduce_price", order.number, key="a", amount="5", reason="goodwill")
        assert Refund.objects.count() == 1
        clerk.post("pay_out", order.number, key="b", refund=refund.pk)
        assert expected_cash(session_id=register.pk) == 10_000 - 500
        assert "At most €20.80" in text_of(manager.get("order", order.number))

    @pytest.mark.parametrize(
        ("fields", "status", "words"),
        [
            ({"amount": "5", "reason": ""}, 400, "Enter an amount and choose a reason."),
            ({"amount": "x", "reason": "goodwill"}, 400, "Enter an amount and choose a reason."),
            ({"amount": "25.81", "reason": "goodwill"}, 409, "At most €25.80 can be given back here"),
        ],
    )
    def test_what_does_not_fit_is_said_and_gives_nothing(self, manager, order, fields, status, words):
        page = manager.post("reduce_price", order.number, key="a", **fields)

        assert page.status_code == status
        assert words in text_of(page)
        assert Refund.objects.count() == 0

    def test_is_no_act_of_a_clerk(self, clerk, order):
        assert "the goods stay" not in text_of(clerk.get("order", order.number))
        assert clerk.post("reduce_price", order.number, key="a", amount="5", reason="goodwill").status_code == 403
        assert Refund.objects.count() == 0


class TestRequests:
    def test_wait_on_a_list_and_are_approved(self, clerk, asked):
        page = clerk.get("returns")
        assert f"{asked.number} · Ana Moreno" in text_of(page)
        assert "Too small" in text_of(page)

        clerk.post("answer_return", asked.number, key="k")

        asked.refresh_from_db()
        assert asked.state == "approved"

    def test_are_refused_with_a_reason(self, clerk, asked):
        assert clerk.post("answer_return", asked.number, key="a", refuse="1", reason="").status_code == 400
        clerk.post("answer_return", asked.number, key="b", refuse="1", reason="Worn")

        asked.refresh_from_db()
        assert (asked.state, asked.reject_reason) == ("refused", "Worn")
        again = clerk.post("answer_return", asked.number, key="c", refuse="1", reason="Worn")
        assert again.status_code == 409

    def test_are_found_by_their_number(self, clerk, asked):
        page = text_of(clerk.post("find_return", scanned=asked.number.lower()))

        assert f"The customer has asked for return {asked.number}" in page

    def test_of_another_store_are_neither_listed_nor_answered(self, asked):
        altona, otto = make_store("altona"), make_staff("Otto Other", email="otto@example.com")
        assign(otto, altona, "manager")
        there = Clerk(otto)

        assert asked.number not in text_of(there.get("returns"))
        assert there.post("answer_return", asked.number, key="k").status_code == 403
        asked.refresh_from_db()
        assert asked.state == "requested"

    def test_cost_the_same_however_many_there_are(self, clerk, asked, mug, high_street, tess, ana):
        clerk.get("returns")
        with CaptureQueriesContext(connection) as one:
            clerk.get("returns")
        other = with_buyer(mug, store=high_street, staff=tess, customer=ana, units=1)
        request_return(
            number=other.number, lines=[LineToReturn(other.lines.get().pk, 1, "")], method="store",
            refund_to="original", by=Actor(channel="web", customer_id=ana.pk), now=timezone.now(),
        )  # fmt: skip

        with CaptureQueriesContext(connection) as two:
            clerk.get("returns")

        assert len(one) == len(two)

    def test_people_are_found_where_people_are(self, clerk, ana):
        assert "Ana Moreno" in text_of(clerk.post("find_return", scanned="moreno"))


class TestParcels:
    @pytest.fixture
    def sent(self, order, ana):
        return request_return(
            number=order.number, lines=[LineToReturn(order.lines.get().pk, 2, "too_small", "Pinches")], method="ship",
            refund_to="original", by=Actor(channel="web", customer_id=ana.pk), now=timezone.now(),
        )  # fmt: skip

    def test_arrive_and_are_looked_into_piece_by_piece(self, clerk, order, sent, mug, high_street):
        line = order.lines.get().pk
        listed = clerk.get("returns")
        assert "The parcel is here" in text_of(listed) and "Pinches" in text_of(listed)

        arrived = clerk.post("parcel_back", sent.number, key="here")
        assert "Received" in text_of(arrived) and "Look at the goods" in text_of(arrived)
        assert "The parcel is here" not in text_of(arrived)
        page = clerk.get("take_back", order.number, **{"return": sent.number}).content.decode()
        assert f"Parcel of return {sent.number}, here since" in page and "Look at each piece." in page
        assert f'name="units-{line}" value="2"' in page and f'name="return" value="{sent.number}"' in page
        split = clerk.post(
            "take_back", order.number, split=str(line), **fields_of(order, "1"), **{f"parts-{line}": "1"}
        )
        assert f'name="units-{line}-2"' in split.content.decode()
        both = fields_of(order, "1") | {
            f"parts-{line}": "2", f"units-{line}-2": "1", f"condition-{line}-2": "damaged",
            f"reason-{line}-2": "defective", "return": sent.number, "take": "1", "key": "once",
        }  # fmt: skip
        done = clerk.post("take_back", order.number, **both)

        assert "2 items returned" in text_of(done)
        goods = Return.objects.get()
        assert (goods.state, goods.amount) == ("refunded", 2580)
        units = goods.lines.get().units.order_by("pk").values_list("quantity", "condition", "goes_to", "reason")
        assert list(units) == [(1, "as_new", "sellable", "too_small"), (1, "damaged", "damaged", "defective")]

    def test_empty_ones_are_closed(self, clerk, order, sent):
        clerk.post("parcel_back", sent.number, key="here")
        page = clerk.get("take_back", order.number, **{"return": sent.number})
        assert "Nothing was in the parcel" in text_of(page)

        sent_back = {"return": sent.number, "empty": "1", "key": "once"}
        assert clerk.post("take_back", order.number, **fields_of(order, "2"), **sent_back).status_code == 200

        assert Return.objects.get().state == "closed"
        assert not Refund.objects.exists()

    def test_that_lie_elsewhere_say_where(self, tess, order, sent, high_street):
        other = make_store("other", takes_returns=True)
        mona = make_staff("Mona", email="mona@example.com")
        assign(mona, other, roles.MANAGER)
        Clerk(mona).post("parcel_back", sent.number, key="here")

        assert "The parcel is at other." in text_of(Clerk(tess).get("returns"))
        refused = Clerk(tess).post(
            "take_back", order.number, take="1", key="once", **fields_of(order, "2"), **{"return": sent.number}
        )
        assert refused.status_code == 409 and "These goods have arrived elsewhere." in text_of(refused)

    def test_arrive_once(self, clerk, sent):
        clerk.post("parcel_back", sent.number, key="here")
        assert clerk.get("parcel_back", sent.number).status_code == 302
        assert clerk.post("parcel_back", "R-1", key="that").status_code == 404
        again = clerk.post("parcel_back", sent.number, key="again")
        assert again.status_code == 409


class TestSeveralConditions:
    def test_of_a_line_are_never_more_pieces_than_the_buyer_has(self, clerk, order):
        line = order.lines.get().pk
        many = fields_of(order, "2") | {
            f"parts-{line}": "2", f"units-{line}-2": "1", f"reason-{line}-2": "defective", "take": "1", "key": "once",
        }  # fmt: skip

        refused = clerk.post("take_back", order.number, **many)

        assert refused.status_code == 400 and "The buyer does not have so many." in text_of(refused)
        assert not Return.objects.exists()

    @pytest.mark.parametrize("parts", ["x", "-1", "999", "۲"])
    def test_a_number_of_conditions_that_nobody_offered_is_one(self, clerk, order, parts):
        line = order.lines.get().pk
        page = clerk.post("take_back", order.number, add="1", **fields_of(order, "1"), **{f"parts-{line}": parts})

        assert f'name="units-{line}-2"' not in page.content.decode()

    def test_managers_decide_where_goods_go_and_clerks_do_not(self, clerk, order, high_street, mug):
        line = order.lines.get().pk
        manager = make_staff("Maja", email="maja@example.com")
        assign(manager, high_street, roles.MANAGER)
        assert "Where it goes" not in text_of(clerk.get("take_back", order.number))
        forged = fields_of(order, "1") | {f"restock-{line}": "no", "take": "1", "key": "once"}
        clerk.post("take_back", order.number, **forged)
        assert ReturnedUnits.objects.get().goes_to == "sellable"

        desk = Clerk(manager)
        assert "Where it goes" in text_of(desk.get("take_back", order.number))
        desk.post("take_back", order.number, **forged | {"key": "twice"})

        assert ReturnedUnits.objects.latest("pk").goes_to == "on_hold"


def test_what_is_unusual_is_said_and_refuses_nothing(clerk, order):
    assert "Worth a look" not in text_of(clerk.get("take_back", order.number))
    FulfilmentLine.objects.update(handed_over_at=timezone.now() - timedelta(days=70))
    OrderLine.objects.update(return_policy={"kind": "normal", "days": 100})

    assert "Days since the goods were handed over: 70" in text_of(clerk.get("take_back", order.number))
    clerk.post("take_back", order.number, take="1", key="once", **fields_of(order, "1"))
    assert Return.objects.get().state == "refunded"
