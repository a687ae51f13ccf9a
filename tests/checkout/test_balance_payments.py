"""Paying the balance due of an order: online, by the API, at a till, whole or in parts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from core.models import JournalEntry
from orders.models import Order, Payment, Refund, SandboxCharge
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.settlement.payments import settle_open_payments
from tests.checkout.test_stripe_api import notify, stripe
from tests.client import Api
from tests.factories.balances import code_of, give_card, give_credit
from tests.factories.orders import due, make_order, make_till_session, money_of
from tests.storefront.conftest import Visit

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, paid="pay_in_store")


@pytest.fixture
def app(ana):
    return Api(ana)


@pytest.fixture
def till(tess):
    return Api(tess)


def pay(api, order, *payments, **options):
    return api.post(f"orders/{order.number}/payments/", {"payments": list(payments) or [{"method": "test"}]}, **options)


def sound():
    return find_breaches() == {}


class TestOnline:
    def test_paying_everything_leaves_nothing_due(self, app, order):
        paid = pay(app, order)

        assert paid.status_code == 201, paid.content
        assert paid.json()["state"] == "placed"
        assert money_of(order) == [("test", 2580, "captured")]
        again = pay(app, order)
        assert (again.status_code, again.json()["code"]) == (409, "nothing_due")
        assert JournalEntry.objects.filter(kind="order.due_paid").count() == 1
        assert sound()

    def test_the_same_key_pays_once(self, app, order):
        first = pay(app, order, key="one")
        again = pay(app, order, key="one")

        assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
        assert SandboxCharge.objects.count() == 1

    def test_a_part_leaves_the_rest_due(self, app, order):
        pay(app, order, {"method": "test", "amount": euros("10.00")})

        assert money_of(order) == [("pay_in_store", 1580, "due"), ("test", 1000, "captured")]
        too_much = pay(app, order, {"method": "test", "amount": euros("15.81")})
        assert (too_much.status_code, too_much.json()["paid"]) == (400, 1581)
        pay(app, order)
        assert money_of(order) == [("test", 1000, "captured"), ("test", 1580, "captured")]
        assert sound()

    def test_balances_pay_beside_a_card_and_are_released_when_it_is_declined(self, app, ana, order):
        give_credit(ana, 1000)
        tenders = [{"method": "credit"}, {"method": "test", "payment_method": "decline"}]

        declined = pay(app, order, *tenders)

        assert (declined.status_code, declined.json()["code"]) == (409, "payment_declined")
        assert "order is still in place" in declined.json()["detail"]
        assert Order.objects.get().state == "placed"
        assert ("pay_in_store", 2580, "due") in money_of(order)
        assert sound()
        assert pay(app, order, {"method": "credit"}, {"method": "test"}).status_code == 201
        assert ("credit", 1000, "captured") in money_of(order) and ("test", 1580, "captured") in money_of(order)
        assert sound()

    def test_a_gift_card_alone_pays_as_far_as_it_reaches(self, app, order):
        card = {"method": "gift_card", "code": code_of(give_card(500))}

        assert pay(app, order, card).status_code == 201

        assert money_of(order) == [("gift_card", 500, "captured"), ("pay_in_store", 2080, "due")]
        assert sound()

    def test_a_payment_that_needs_the_shopper_waits_and_is_confirmed(self, app, order):
        waiting = pay(app, order, {"method": "test", "payment_method": "needs_action"})
        action = waiting.json()["next_action"]
        assert (waiting.status_code, waiting.json()["state"]) == (202, "placed")
        assert due() == 2580

        app.post(action["url"].removeprefix("/api/v1/"))
        confirmed = app.post(action["then"].removeprefix("/api/v1/"))

        assert confirmed.status_code == 200
        assert money_of(order) == [("test", 2580, "captured")]
        assert sound()

    def test_a_waiting_payment_is_replaced_by_another(self, app, order):
        pay(app, order, {"method": "test", "payment_method": "needs_action"})

        assert pay(app, order).status_code == 201

        assert money_of(order) == [("test", 2580, "captured"), ("test", 2580, "declined")]
        assert sound()

    def test_a_payment_never_confirmed_is_cancelled_and_the_order_stays(self, app, order):
        pay(app, order, {"method": "test", "payment_method": "needs_action"})

        settle_open_payments(now=timezone.now() + timedelta(minutes=20))

        assert Order.objects.get().state == "placed"
        assert money_of(order) == [("pay_in_store", 2580, "due"), ("test", 2580, "declined")]
        assert sound()

    def test_a_payment_without_an_answer_blocks_others_until_it_is_settled(self, app, order):
        unknown = pay(app, order, {"method": "test", "payment_method": "timeout"})
        assert (unknown.status_code, unknown.json()["next_action"]["type"]) == (202, "wait")

        assert pay(app, order).json()["code"] == "payment_under_way"
        settle_open_payments(now=timezone.now() + timedelta(minutes=2))

        assert money_of(order) == [("test", 2580, "captured")]
        assert SandboxCharge.objects.count() == 1
        assert sound()

    def test_money_for_an_order_cancelled_meanwhile_is_refunded(self, app, ana, order):
        pay(app, order, {"method": "test", "payment_method": "timeout"})
        by = Actor(channel="app", customer_id=ana.pk)
        cancel_order(number=order.number, reason="shopper", by=by, now=timezone.now())

        settle_open_payments(now=timezone.now() + timedelta(minutes=2))
        settle_refunds(now=timezone.now())

        assert SandboxCharge.objects.get().refunded == 2580
        assert sound()

    def test_only_the_owner_may_pay(self, ben, order):
        assert pay(Api(ben), order).status_code == 404
        assert pay(Api(), order).status_code == 404
        assert pay(Api(ben), order, {"method": "cash"}).status_code == 400
        assert money_of(order) == [("pay_in_store", 2580, "due")]

    def test_it_cannot_be_put_off_and_takes_one_card_at_a_time(self, app, order):
        assert pay(app, order, {"method": "pay_in_store"}).json()["code"] == "payment_not_possible"
        halves = [{"method": "test", "amount": euros("12.90")}] * 2
        assert pay(app, order, *halves).status_code == 400
        assert money_of(order) == [("pay_in_store", 2580, "due")]


def test_a_webhook_event_settles_a_balance_payment(stripe, app, order):
    stripe.faults = ["silent"]
    card = {"method": "card", "payment_method": "pm_card_visa"}
    assert pay(app, order, card).status_code == 202
    [intent] = stripe.intents.values()

    for _time in range(2):
        notify(*stripe.webhook_event("payment_intent.succeeded", intent))

    assert money_of(order) == [("card", 2580, "captured")]
    assert sound()


class TestAtTheTill:
    def take(self, till, order, session, *payments):
        body = {"session": str(session.pk), "payments": list(payments)}
        return till.post(f"till/orders/{order.number}/payments/", body)

    def test_cash_with_change_before_the_goods_go(self, till, order, tess, high_street):
        session = make_till_session(high_street, tess)

        paid = self.take(till, order, session, {"method": "cash", "tendered": euros("30.00")})

        assert paid.status_code == 201, paid.content
        assert paid.json()["payments"][0]["change"] == euros("4.20")
        assert paid.json()["fulfilments"][0]["collection_code"] is None
        assert Payment.objects.get().till_session == session
        assert sound()

    def test_a_part_in_cash_and_the_rest_at_the_terminal(self, till, order, tess, high_street):
        session = make_till_session(high_street, tess)
        cash = {"method": "cash", "amount": euros("10.00"), "tendered": euros("10.00")}

        self.take(till, order, session, cash)
        self.take(till, order, session, {"method": "card"})

        assert money_of(order) == [("card", 1580, "captured"), ("cash", 1000, "captured")]
        assert not SandboxCharge.objects.exists()
        assert sound()

    def test_cash_needs_an_open_session_and_the_right(self, till, app, order, tess, high_street):
        session = make_till_session(high_street, tess, closed_at=timezone.now(), counted=10_000, expected=10_000)

        refused = self.take(till, order, session, {"method": "cash", "tendered": euros("30.00")})

        assert refused.status_code == 409
        assert self.take(app, order, session, {"method": "card"}).status_code == 403
        assert money_of(order) == [("pay_in_store", 2580, "due")]

    def test_a_payment_waiting_online_is_replaced_at_the_desk(self, app, till, ana, high_street, mug):
        order = make_order((mug, 1, 1290), store=high_street, customer=ana, paid="pay_in_store", state="ready")
        pay(app, order, {"method": "test", "payment_method": "needs_action"})

        handed = till.post(
            f"till/pickups/{order.fulfilments.get().pk}/handover/",
            {"proof": "id_seen", "payments": [{"method": "card"}]},
        )

        assert handed.status_code == 200, handed.content
        assert money_of(order) == [("card", 1290, "captured"), ("test", 1290, "declined")]
        assert sound()

    def test_a_payment_under_way_online_is_not_taken_again_at_the_desk(self, app, till, ana, high_street, mug):
        order = make_order((mug, 1, 1290), store=high_street, customer=ana, paid="pay_in_store", state="ready")
        pay(app, order, {"method": "test", "payment_method": "timeout"})

        path = f"till/pickups/{order.fulfilments.get().pk}/handover/"
        handed = till.post(path, {"proof": "id_seen", "payments": [{"method": "card"}]})

        assert (handed.status_code, handed.json()["code"]) == (409, "payment_under_way")
        settle_open_payments(now=timezone.now() + timedelta(minutes=2))
        assert till.post(path, {"proof": "id_seen"}).status_code == 200
        assert not Refund.objects.exists()
        assert sound()


class TestOnThePage:
    def test_the_orders_page_leads_to_paying(self, ana, order):
        visit = Visit(ana)
        where = f"/orders/{order.number}/"
        assert "Pay €25.80 now" in visit.get(where).content.decode()

        page = visit.get(f"{where}pay/").content.decode()
        key = page.split('name="key" value="')[1].split('"')[0]
        paid = visit.post(f"{where}pay/", {"key": key, "pay": "test", "card": "approve", "order": "yes"})

        assert (paid.status_code, paid["Location"]) == (302, where)
        after = visit.get(where).content.decode()
        assert "Thank you for your payment." in after and "Pay €25.80 now" not in after
        assert visit.get(f"{where}pay/").status_code == 302
        assert visit.post(f"{where}pay/", {"key": key, "pay": "test", "card": "approve"}).status_code == 302
        assert SandboxCharge.objects.count() == 1

    def test_a_declined_card_is_reported_and_the_bank_can_be_asked_again(self, ana, order):
        visit, where = Visit(ana), f"/orders/{order.number}/"
        form = {"key": "0" * 32, "pay": "test", "card": "decline", "order": "yes"}

        declined = visit.post(f"{where}pay/", form)
        assert declined.status_code == 409
        assert "Your order is still in place" in declined.content.decode()

        visit.post(f"{where}pay/", form | {"card": "needs_action"})
        assert "Nothing is paid until then. Your order is still in place" in visit.get(where).content.decode()
        visit.post(f"{where}confirm/")
        assert ("test", 2580, "captured") in money_of(order)
        assert sound()

    def test_balances_pay_first_and_another_tender_pays_the_rest(self, ana, order):
        give_credit(ana, 500)
        visit, where = Visit(ana), f"/orders/{order.number}/pay/"
        form = {"key": "0" * 32, "use_credit": "on"}

        looked = visit.post(where, form | {"look": "balances"}).content.decode()
        assert "€20.80" in looked
        assert visit.post(where, form | {"order": "yes"}).status_code == 422
        assert visit.post(where, form | {"order": "yes", "pay": "test", "card": "approve"}).status_code == 302
        assert ("credit", 500, "captured") in money_of(order)

    def test_only_the_owner_may_pay(self, ben, order):
        assert Visit(ben).get(f"/orders/{order.number}/pay/").status_code == 404
        assert Visit().post(f"/orders/{order.number}/pay/", {"pay": "test"}).status_code == 404
