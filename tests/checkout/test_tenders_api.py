"""Gift cards, store credit and points, on every channel that takes payments."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Balance, BalanceHold, LoyaltyProgramme
from accounts.services.balances.balances import HOLD_LIFETIME, HoldRequest, hold_balances, release_lapsed_holds
from core.data.invariants import find_breaches
from core.ids import new_id
from orders.models import Order, Payment
from orders.services.settlement.payments import settle_open_payments
from tests.client import Api
from tests.factories.balances import code_of, give_card, give_credit
from tests.factories.orders import make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


@pytest.fixture
def phone(ana, mug):
    """Ana's app, with two mugs for 25.80 in the cart."""
    phone = Api(ana)
    phone.add("MUG", 2)
    return phone


def left(balance):
    balance.refresh_from_db()
    return balance.amount, balance.held


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


def test_a_gift_card_credit_and_points_pay_and_a_card_pays_the_rest(phone, ana):
    card, credit, points = give_card(1000), give_credit(ana, 500), give_credit(ana, 80, kind="points")
    code = code_of(card)
    payments = [
        {"method": "gift_card", "code": code},
        {"method": "credit", "amount": euros("3.00")},
        {"method": "points"},
        {"method": "test"},
    ]

    order = phone.check_out(fulfilments=PICKUP, payments=payments)

    assert order.status_code == 201, order.content
    paid = [(payment["method"], payment["amount"]["amount"], payment["state"]) for payment in order.json()["payments"]]
    assert paid == [
        ("gift_card", "10.00", "captured"),
        ("credit", "3.00", "captured"),
        ("points", "0.80", "captured"),
        ("test", "12.00", "captured"),
    ]
    assert [left(card), left(credit), left(points)] == [(0, 0), (200, 0), (0, 0)]
    shown = phone.get(f"orders/{order.json()['number']}/").json()["payments"]
    assert (shown[0]["card"], shown[2]["points"]) == (code[-4:], 80)
    assert find_breaches() == {}


def test_a_gift_card_that_covers_everything_calls_no_provider(phone):
    card = give_card(5000)

    order = phone.check_out(fulfilments=PICKUP, payments=[{"method": "gift_card", "code": code_of(card)}])

    assert (order.status_code, order.json()["state"]) == (201, "placed")
    assert left(card) == (2420, 0)
    assert find_breaches() == {}


def test_a_declined_card_releases_everything(phone, ana):
    card, credit = give_card(1000), give_credit(ana, 500)
    payments = [
        {"method": "gift_card", "code": code_of(card)},
        {"method": "credit"},
        {"method": "test", "payment_method": "decline"},
    ]

    refused = phone.check_out(fulfilments=PICKUP, payments=payments)

    assert refused.json()["code"] == "payment_declined"
    assert [left(card), left(credit)] == [(1000, 0), (500, 0)]
    assert set(BalanceHold.objects.values_list("state", flat=True)) == {"released"}
    assert set(Payment.objects.exclude(method="test").values_list("state", flat=True)) == {"voided"}
    assert find_breaches() == {}


def test_balances_are_held_while_the_shopper_confirms(phone):
    card = give_card(1000)
    payments = [
        {"method": "gift_card", "code": code_of(card)},
        {"method": "test", "payment_method": "needs_action"},
    ]

    order = phone.check_out(fulfilments=PICKUP, payments=payments).json()

    assert order["state"] == "pending"
    assert [payment["state"] for payment in order["payments"]] == ["held", "needs_action"]
    assert left(card) == (1000, 1000)
    phone.post(order["next_action"]["url"].removeprefix("/api/v1/"))
    confirmed = phone.post(order["next_action"]["then"].removeprefix("/api/v1/")).json()
    assert confirmed["state"] == "placed"
    assert [payment["state"] for payment in confirmed["payments"]] == ["captured", "captured"]
    assert left(card) == (0, 0)
    assert find_breaches() == {}


@pytest.mark.parametrize(("script", "state", "after"), [("timeout", "placed", (0, 0)), ("lost", "failed", (1000, 0))])
def test_an_interrupted_request_is_finished_by_the_sweep(phone, script, state, after):
    card = give_card(1000)
    payments = [{"method": "gift_card", "code": code_of(card)}, {"method": "test", "payment_method": script}]
    phone.check_out(fulfilments=PICKUP, payments=payments)
    assert left(card) == (1000, 1000)

    settle_open_payments(now=timezone.now() + timedelta(minutes=2))

    assert Order.objects.get().state == state
    assert left(card) == after
    assert find_breaches() == {}


def test_an_expired_hold_that_was_spent_elsewhere_refunds_the_money(phone):
    card = give_card(1000)
    payments = [{"method": "gift_card", "code": code_of(card)}, {"method": "test", "payment_method": "timeout"}]
    phone.check_out(fulfilments=PICKUP, payments=payments)
    later = timezone.now() + HOLD_LIFETIME + timedelta(minutes=1)
    release_lapsed_holds(now=later)
    hold_balances(requests=[HoldRequest(new_id(), (card.pk,), 1)], now=later)

    settle_open_payments(now=later)

    order = Order.objects.get()
    assert (order.state, order.cancel_reason) == ("failed", "balance_gone")
    assert left(card) == (1000, 1)
    assert Payment.objects.get(method="test").refunded == 1580
    assert find_breaches() == {}


def test_more_than_the_balance_is_refused_and_changes_nothing(phone, ana):
    card, credit = give_card(1000), give_credit(ana, 500)
    payments = [
        {"method": "gift_card", "code": code_of(card)},
        {"method": "credit", "amount": euros("5.01")},
        {"method": "test"},
    ]

    refused = phone.check_out(fulfilments=PICKUP, payments=payments)

    assert (refused.status_code, refused.json()["code"], refused.json()["available"]) == (
        409, "balance_not_enough", 500,
    )  # fmt: skip
    assert [left(card), left(credit)] == [(1000, 0), (500, 0)]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("payment", "status", "code"),
    [
        ({"method": "gift_card"}, 400, "invalid"),
        ({"method": "test", "code": "X"}, 400, "invalid"),
        ({"method": "gift_card", "code": "0000-0000-0000-0000"}, 409, "gift_card_not_valid"),
        ({"method": "points"}, 400, "invalid"),
    ],
)
def test_an_invalid_payment_is_refused(phone, payment, status, code):
    refused = phone.check_out(fulfilments=PICKUP, payments=[payment])

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not Order.objects.exists()


def test_a_guest_has_no_credit(mug):
    guest = Api()
    guest.add("MUG")

    refused = guest.check_out(fulfilments=PICKUP, payments=[{"method": "credit"}, {"method": "test"}])

    assert (refused.status_code, refused.json()["code"]) == (409, "payment_not_possible")


def test_the_till_takes_a_gift_card_cash_and_the_customers_credit(mug, ana, tess, high_street):
    card, credit = give_card(1000), give_credit(ana, 500)
    session = make_till_session(high_street, tess)
    till = Api(tess)
    body = {
        "session": str(session.pk),
        "customer": str(ana.pk),
        "lines": [{"sku": "MUG", "quantity": 2}],
        "payments": [
            {"method": "gift_card", "code": code_of(card)},
            {"method": "credit"},
            {"method": "cash", "tendered": euros("20.00")},
        ],
    }

    sold = till.post("till/sales/", body)

    assert (sold.status_code, sold.json()["state"]) == (201, "completed"), sold.content
    cash = sold.json()["payments"][2]
    assert (cash["amount"], cash["change"]) == (euros("10.80"), euros("9.20"))
    assert [left(card), left(credit)] == [(0, 0), (0, 0)]
    assert find_breaches() == {}


def test_cash_is_handed_back_when_the_card_is_declined_and_stays_out_of_the_drawer(mug, tess, high_street):
    session = make_till_session(high_street, tess)
    till = Api(tess)
    body = {
        "session": str(session.pk),
        "lines": [{"sku": "MUG"}],
        "payments": [
            {"method": "cash", "amount": euros("5.00"), "tendered": euros("5.00")},
            {"method": "test", "payment_method": "decline"},
        ],
    }

    assert till.post("till/sales/", body).json()["code"] == "payment_declined"

    assert Payment.objects.get(method="cash").state == "voided"
    closed = till.patch(f"till/sessions/{session.pk}/", {"counted": euros("100.00")}, **{"Idempotency-Key": "close"})
    assert (closed.status_code, closed.json()["difference"]) == (200, euros("0.00")), closed.content
    assert find_breaches() == {}


def test_a_till_does_not_close_over_cash_on_the_counter(mug, tess, high_street):
    session = make_till_session(high_street, tess)
    till = Api(tess)
    body = {
        "session": str(session.pk),
        "lines": [{"sku": "MUG"}],
        "payments": [
            {"method": "cash", "amount": euros("5.00"), "tendered": euros("5.00")},
            {"method": "test", "payment_method": "timeout"},
        ],
    }
    till.post("till/sales/", body)

    closed = till.patch(f"till/sessions/{session.pk}/", {"counted": euros("105.00")}, **{"Idempotency-Key": "close"})

    assert closed.json()["code"] == "sale_under_way"
    settle_open_payments(now=timezone.now() + timedelta(minutes=2))
    closed = till.patch(f"till/sessions/{session.pk}/", {"counted": euros("105.00")}, **{"Idempotency-Key": "again"})
    assert (closed.status_code, closed.json()["difference"]) == (200, euros("0.00")), closed.content
    assert find_breaches() == {}


def test_only_cash_is_rounded_where_small_coins_are_gone(mug, tess, high_street, settings):
    settings.CASH_COIN_MINOR = 20
    session = make_till_session(high_street, tess)
    body = {
        "session": str(session.pk),
        "lines": [{"sku": "MUG"}],
        "payments": [{"method": "cash", "tendered": euros("15.00")}],
    }

    sold = Api(tess).post("till/sales/", body).json()

    [cash] = sold["payments"]
    assert sold["totals"]["grand"] == cash["amount"] == euros("12.90")
    assert (cash["rounding"], cash["change"]) == (euros("0.10"), euros("2.00"))
    closed = Api(tess).patch(
        f"till/sessions/{session.pk}/", {"counted": euros("113.00")}, **{"Idempotency-Key": "close"}
    )
    assert closed.json()["difference"] == euros("0.00")
    assert find_breaches() == {}


def test_a_deposit_online_and_the_rest_by_gift_card_at_the_desk(phone, tess, high_street):
    card = give_card(5000)
    payments = [{"method": "test", "amount": euros("10.00")}, {"method": "pay_in_store"}]
    order = phone.check_out(fulfilments=PICKUP, payments=payments).json()
    [pickup] = order["fulfilments"]
    till = Api(tess)
    for act in ("acceptance", "picking", "readiness"):
        assert till.post(f"till/pickups/{pickup['id']}/{act}/").status_code == 200
    body = {"code": pickup["collection_code"], "payments": [{"method": "gift_card", "code": code_of(card)}]}

    handed = till.post(f"till/pickups/{pickup['id']}/handover/", body)

    assert handed.status_code == 200, handed.content
    assert [(payment["method"], payment["state"]) for payment in phone.get(f"orders/{order['number']}/").json()[
        "payments"
    ]] == [("test", "captured"), ("gift_card", "captured")]  # fmt: skip
    assert left(card) == (3420, 0)
    assert find_breaches() == {}


def test_points_pay_nothing_in_a_shop_that_does_not_accept_them(phone, ana):
    LoyaltyProgramme.objects.update(point_value=0)
    give_credit(ana, 9999, kind="points")

    refused = phone.check_out(fulfilments=PICKUP, payments=[{"method": "points"}, {"method": "test"}])

    assert refused.json()["code"] == "payment_not_possible"
    assert Balance.objects.get().held == 0
