"""Nobody stands before a state without a way on: refunds that failed, and return requests."""

import pytest
from django.urls import reverse

from accounts.models import Balance
from core.data.invariants import find_breaches
from core.states.transitions import IllegalTransition
from orders.models import Payment, Refund, Return, SandboxCharge
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.payments.refunding.failed_refunds import (
    RefundNotOpen,
    note_bank_transfer,
    refund_again,
    refund_as_credit,
    refund_in_cash,
)
from orders.services.payments.refunding.paying_out import pay_out_refund
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.returns.requests import LineToReturn, refuse_return, request_return, withdraw_return
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.orders import make_order, make_till_session
from tests.refusals import refused

WAYS = [refund_again, refund_in_cash, refund_as_credit]


@pytest.fixture
def failed(ana, mitte, mug, as_ana, now):
    """A refund that its provider refused."""
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)
    SandboxCharge.objects.update(refunded=2580)
    cancel_order(number=order.number, reason="shopper", by=as_ana, now=now)
    settle_refunds(now=now)
    refund = Refund.objects.get()
    assert refund.state == Refund.FAILED
    return refund


class TestAFailedRefund:
    def test_is_asked_for_again(self, failed, at_desk, now):
        refund_again(refund_id=failed.pk, by=at_desk, now=now)
        SandboxCharge.objects.update(refunded=0)

        assert settle_refunds(now=now) == 1

        assert failed.followed_by.state == Refund.DONE
        assert SandboxCharge.objects.get().refunded == Payment.objects.get().refunded == 2580
        assert find_breaches() == {}

    def test_is_paid_out_in_cash_at_a_till(self, failed, at_desk, tess, mitte, now, till):
        session = make_till_session(mitte, tess)
        fresh = refund_in_cash(refund_id=failed.pk, by=at_desk, now=now)
        assert settle_refunds(now=now) == 0
        shown = till.get(f"till/orders/{failed.payment.order.number}/").json()["refunds"]
        assert [refund["at_desk"] for refund in shown] == [False, True]

        pay_out_refund(refund_id=fresh, session_id=session.pk, by=at_desk, now=now)

        assert (Refund.objects.get(pk=fresh).state, Refund.objects.get(pk=fresh).till_session) == ("done", session)
        assert find_breaches() == {}

    def test_becomes_credit_at_once(self, failed, ana, at_desk, now):
        refund_as_credit(refund_id=failed.pk, by=at_desk, now=now)

        balance = Balance.objects.get(kind="credit")
        assert (balance.customer, balance.amount) == (ana, 2580)
        assert find_breaches() == {}

    def test_is_noted_as_sent_by_bank(self, failed, at_desk, now):
        fresh = note_bank_transfer(refund_id=failed.pk, reference="SEPA 42", by=at_desk, now=now)

        assert Refund.objects.filter(pk=fresh, state="done", goes_to="transfer", provider_ref="SEPA 42").exists()
        assert find_breaches() == {}

    @pytest.mark.parametrize("way", WAYS)
    def test_is_followed_once(self, failed, at_desk, now, way):
        way(refund_id=failed.pk, by=at_desk, now=now)

        for again in WAYS:
            with refused(RefundNotOpen):
                again(refund_id=failed.pk, by=at_desk, now=now)
        assert Payment.objects.get().refunded == 2580
        assert Refund.objects.count() == 2

    def test_that_failed_again_is_followed_again(self, failed, at_desk, now):
        fresh = refund_again(refund_id=failed.pk, by=at_desk, now=now)
        settle_refunds(now=now)

        note_bank_transfer(refund_id=fresh, reference="SEPA 43", by=at_desk, now=now)

        assert list(Refund.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "failed", "done"]
        assert find_breaches() == {}

    def test_of_a_guest_is_no_credit(self, mitte, mug, at_desk, now):
        order = make_order((mug, 1, 1290), store=mitte)
        SandboxCharge.objects.update(refunded=1290)
        cancel_order(number=order.number, reason="shopper", by=at_desk, now=now)
        settle_refunds(now=now)

        with refused(CreditNeedsCustomer):
            refund_as_credit(refund_id=Refund.objects.get().pk, by=at_desk, now=now)

        assert Refund.objects.count() == 1

    def test_waits_in_the_back_office_with_its_ways_on(self, failed):
        boss = signed_in(make_customer("Boss", email="boss@example.com", is_staff=True, is_superuser=True))
        page = boss.get(reverse("admin:orders_refund_change", args=[failed.pk])).content.decode()
        assert all(way in page for way in ("Try again", "Pay out in cash", "Give store credit", "Note a bank transfer"))

        boss.post(reverse("admin:orders_refund_act", args=[failed.pk, "transfer"]), {"reference": "SEPA 44"})

        assert Refund.objects.get(follows=failed).provider_ref == "SEPA 44"
        left = boss.get(reverse("admin:orders_refund_changelist"), {"open": "yes"})
        assert f"/refund/{failed.pk}/" not in left.content.decode()


class TestAReturnRequest:
    @pytest.fixture
    def asked(self, ana, mitte, mug, at_desk, as_ana, now):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready")
        hand_over_pickup(
            proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
            session_id=None, by=at_desk, now=now,
        )  # fmt: skip
        return self.ask(order, as_ana, now)

    def ask(self, order, by, now, refund_to="original"):
        lines = [LineToReturn(order.lines.get().pk, 2, "")]
        return request_return(number=order.number, lines=lines, method="store", refund_to=refund_to, by=by, now=now)

    def test_is_withdrawn_by_its_shopper_and_its_units_are_free_again(self, asked, ana, as_ana, now, app):
        address = f"orders/{asked.order.number}/returns/{asked.number}/cancellation/"
        assert Api(make_customer("Eve", email="eve@example.com")).post(address).status_code == 404

        assert app.post(address).json()["state"] == "withdrawn"

        assert self.ask(asked.order, as_ana, now).state == "requested"
        assert find_breaches() == {}

    def test_is_refused_by_staff_with_a_reason_that_the_shopper_reads(self, asked, as_ana, at_desk, now, app):
        refuse_return(number=asked.number, reason="Used", by=at_desk, now=now)

        [shown] = app.get(f"orders/{asked.order.number}/").json()["returns"]
        assert (shown["state"], shown["reject_reason"]) == ("refused", "Used")
        with refused(IllegalTransition):
            withdraw_return(order_number=asked.order.number, number=asked.number, by=as_ana, now=now)
        assert self.ask(asked.order, as_ana, now).state == "requested"

    def test_is_refused_in_the_back_office(self, asked):
        boss = signed_in(make_customer("Boss", email="boss@example.com", is_staff=True, is_superuser=True))

        boss.post(reverse("admin:orders_return_act", args=[asked.pk, "reject"]), {"reason": "Used"})

        assert Return.objects.get().state == "refused"

    def test_of_a_guest_for_credit_is_refused_at_once(self, asked, at_desk, now):
        guests = asked.order
        guests.customer = None
        guests.save()
        Return.objects.update(state="requested")

        with refused(CreditNeedsCustomer):
            self.ask(guests, at_desk, now, refund_to="credit")

        assert Return.objects.count() == 1
