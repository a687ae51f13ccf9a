"""A card that was taken at the store's own terminal is the same at every door of the till, alone or beside others."""

import pytest
from django.utils import timezone

from core.actors import Actor
from core.data import sql
from core.data.invariants import find_breaches
from orders.models import BalanceDueEntry, Order, Payment, PaymentAttempt
from orders.services.fulfilment.pickups.preparing import accept_pickup, make_pickup_ready, start_picking
from tests.client import Api
from tests.factories.orders import make_till_session
from tests.till.conftest import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
PICKUP = [{"kind": "pickup", "store": "high-street"}]


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


CARD = [{"method": "card"}]
MIXED = [{"method": "card", "amount": euros("5.00")}, {"method": "cash", "tendered": euros("10.00")}]
MIXED_FORM = {"method": "card", "part": "5.00", "second": "cash", "tendered": "10.00"}


@pytest.fixture(autouse=True)
def empty_journal(transactional_db):
    sql.execute("TRUNCATE core_journal", {})


@pytest.fixture
def session(tess, high_street):
    return make_till_session(high_street, tess, register="till-1")


@pytest.fixture
def filled(ana, mug):
    return Api(ana).add("MUG")


@pytest.fixture
def waiting(ana, tess, high_street, filled):
    """Ana's pickup, ready at the desk, to be paid there."""
    Api(ana).check_out(fulfilments=PICKUP, payments=[{"method": "pay_in_store"}])
    order = Order.objects.get()
    by = Actor(channel="till", staff_id=tess.pk, store_id=high_street.pk, store_code="high-street")
    for step in (accept_pickup, start_picking, make_pickup_ready):
        step(pickup_id=order.fulfilments.get().pk, by=by, now=timezone.now())
    return order


def sale_by_api(tess, session, payments):
    body = {"session": str(session.pk), "lines": [{"sku": "MUG"}], "payments": payments}
    return Api(tess).post("till/sales/", body)


def balance_by_api(tess, session, order, payments):
    body = {"session": str(session.pk), "payments": payments}
    return Api(tess).post(f"till/orders/{order.number}/payments/", body)


def hand_over_by_api(tess, session, order, payments):
    body = {"proof": "id_seen", "session": str(session.pk), "payments": payments}
    return Api(tess).post(f"till/pickups/{order.fulfilments.get().pk}/handover/", body)


def balance_on_the_page(tess, session, order, form):
    clerk = Clerk(tess, register=session)
    return clerk.post("take_due", order.number, key="take", follow=False, **form)


def hand_over_on_the_page(tess, session, order, form):
    clerk = Clerk(tess, register=session)
    return clerk.post("hand_over", order.fulfilments.get().pk, key="hand", id_seen="on", follow=False, **form)


def taken():
    """What was paid: method, provider, amount and state; and that no provider was asked."""
    assert not PaymentAttempt.objects.exists()
    assert sum(BalanceDueEntry.objects.values_list("amount", flat=True)) == 0
    return sorted(Payment.objects.values_list("method", "provider", "amount", "state"))


BY_TERMINAL = [("card", "", 1290, "captured")]
BOTH = [("card", "", 500, "captured"), ("cash", "", 790, "captured")]


class TestSales:
    def test_by_the_api(self, tess, session, mug):
        assert sale_by_api(tess, session, CARD).status_code == 201

        assert taken() == BY_TERMINAL
        assert find_breaches() == {}

    def test_on_the_page(self, tess, session, ana, filled):
        sold = Clerk(tess, register=session).sell(f"customer-{ana.pk}", follow=False, way="carry_out", method="card")

        assert sold.status_code == 302
        assert taken() == BY_TERMINAL

    def test_by_the_api_beside_cash(self, tess, session, mug):
        assert sale_by_api(tess, session, MIXED).status_code == 201

        assert taken() == BOTH

    def test_on_the_page_beside_cash(self, tess, session, ana, filled):
        clerk = Clerk(tess, register=session)

        assert clerk.sell(f"customer-{ana.pk}", follow=False, way="carry_out", **MIXED_FORM).status_code == 302

        assert taken() == BOTH

    def test_what_the_terminal_took_goes_back_if_another_card_is_declined(self, tess, session, mug):
        declined = {"method": "test", "payment_method": "decline"}

        answer = sale_by_api(tess, session, [{"method": "card", "amount": euros("5.00")}, declined])

        assert answer.status_code == 409
        assert sorted(Payment.objects.values_list("method", "state")) == [("card", "voided"), ("test", "declined")]


class TestWhatIsDue:
    @pytest.mark.parametrize("take", [balance_by_api, hand_over_by_api])
    @pytest.mark.parametrize(("payments", "rows"), [(CARD, BY_TERMINAL), (MIXED, BOTH)])
    def test_by_the_api(self, tess, session, waiting, take, payments, rows):
        assert take(tess, session, waiting, payments).status_code in (200, 201)

        assert taken() == rows
        assert find_breaches() == {}

    @pytest.mark.parametrize("take", [balance_on_the_page, hand_over_on_the_page])
    def test_on_the_page(self, tess, session, waiting, take):
        assert take(tess, session, waiting, {"method": "card"}).status_code == 302

        assert taken() == BY_TERMINAL

    def test_on_the_page_in_parts(self, tess, session, waiting):
        for number, form in enumerate([{"method": "card", "part": "5.00"}, {"method": "cash", "tendered": "10"}]):
            Clerk(tess, register=session).post("take_due", waiting.number, key=str(number), **form)

        assert taken() == BOTH


def test_a_shopper_has_no_terminal(ana, filled):
    answer = Api(ana).check_out(fulfilments=PICKUP, payments=CARD)

    assert answer.status_code == 400
    assert not Payment.objects.exists()
